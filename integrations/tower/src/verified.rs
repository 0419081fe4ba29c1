//! The proof, for axum handlers behind the layer.

use std::fmt;
use std::ops::Deref;

use axum_core::body::Body;
use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;
use webhook_door::Rejection;

use crate::rejection::refuse;

/// The proof that [`VerifyLayer`](crate::VerifyLayer) left for the handler behind it.
///
/// A route that the layer does not cover fails closed: the handler is not run, the answer is 500, and an error is traced,
/// because it is the program that is wrong.
///
/// ```
/// use axum::{Router, routing::post};
/// use webhook_tower::{Verified, VerifyLayer, verify::GitHub};
///
/// async fn hook(Verified(proof): Verified) -> String {
///     format!("{} bytes under {}", proof.body().len(), proof.secret_label())
/// }
///
/// # fn main() -> Result<(), webhook_tower::verify::ConfigError> {
/// let github = GitHub::new("not-a-real-secret")?;
/// let app: Router = Router::new().route("/github", post(hook)).layer(VerifyLayer::new(github));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Verified(pub webhook_verify::Verified);

impl Deref for Verified {
    type Target = webhook_verify::Verified;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Verified {
    type Rejection = VerifiedRejection;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, VerifiedRejection> {
        match head.extensions.get::<webhook_verify::Verified>() {
            Some(verified) => Ok(Self(verified.clone())),
            None => Err(VerifiedRejection(Rejection::unguarded())),
        }
    }
}

/// A handler asked for a [`Verified`] and no layer is in front of it.
#[derive(Clone, Debug)]
pub struct VerifiedRejection(Rejection);

impl IntoResponse for VerifiedRejection {
    fn into_response(self) -> Response {
        refuse::<Body>(self.0)
    }
}

impl fmt::Display for VerifiedRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for VerifiedRejection {}
