//! The proof, for handlers behind the middleware.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use webhook_door::Rejection;

use crate::rejection::Refused;

/// The proof that [`VerifyLayer`](crate::VerifyLayer) left for the handler behind it.
///
/// A route that the middleware does not cover fails closed: the handler is not run, the answer is 500, and an error is
/// traced, because it is the program that is wrong.
#[derive(Clone, Debug)]
pub struct Verified(pub webhook_verify::Verified);

impl Deref for Verified {
    type Target = webhook_verify::Verified;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl FromRequest for Verified {
    type Error = Refused;
    type Future = Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proof = request
            .extensions()
            .get::<webhook_verify::Verified>()
            .cloned();
        ready(match proof {
            Some(proof) => Ok(Self(proof)),
            None => Err(Refused::new(Rejection::unguarded(), Payload::None)),
        })
    }
}
