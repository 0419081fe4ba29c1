//! Extractors for axum.

use std::fmt;
use std::marker::PhantomData;

use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use webhook_door::{Intake, Reason, Rejection, Reservation, Verifiers};
use webhook_verify::{Provider, Verified};

use crate::pump::Pump;
use crate::rejection::refuse;

/// A delivery of provider `P` that was verified on its way into the handler.
///
/// The verifier comes from the router's state, by type: a handler whose state has no `P` does not compile, and a proof
/// of one provider cannot enter a handler of another. With a second parameter the body is parsed as JSON too, after it
/// was verified.
///
/// An [`Intake`] in the request's extensions (`axum::Extension(intake)` as a layer) changes the policy.
///
/// ```
/// use axum::{Router, extract::FromRef, http::StatusCode, routing::post};
/// use webhook_tower::{Webhook, verify::Stripe};
///
/// #[derive(serde::Deserialize)]
/// struct Event { id: String }
///
/// #[derive(Clone)]
/// struct App { stripe: Stripe }
///
/// // What axum's #[derive(FromRef)] writes.
/// impl FromRef<App> for Stripe {
///     fn from_ref(app: &App) -> Self { app.stripe.clone() }
/// }
///
/// async fn hook(event: Webhook<Stripe, Event>) -> StatusCode {
///     println!("{} under secret {}", event.payload.id, event.verified.secret_label());
///     StatusCode::OK
/// }
///
/// # fn main() -> Result<(), webhook_tower::verify::ConfigError> {
/// let stripe = Stripe::new("whsec_not-a-real-secret")?;
/// let app: Router = Router::new().route("/stripe", post(hook)).with_state(App { stripe });
/// # Ok(()) }
/// ```
pub struct Webhook<P, T = Unparsed> {
    /// The proof, with the very bytes that were signed.
    pub verified: Verified,
    /// The body, parsed.
    pub payload: T,
    provider: PhantomData<fn() -> P>,
    content: Bytes,
    /// The body is in memory until the handler lets go of this.
    _reservation: Reservation,
}

impl<P, T> Webhook<P, T> {
    /// What the payload was read from: the signed bytes, or what they decompress to where [`Intake`] takes compressed
    /// bodies.
    #[must_use]
    pub const fn content(&self) -> &Bytes {
        &self.content
    }
}

/// The payload of a [`Webhook`] whose body is not parsed; take the bytes from its proof.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unparsed;

/// What a [`Webhook`] can make of a verified body: [`Unparsed`], or anything that serde reads from JSON.
pub trait Payload: Sized {
    /// Reads the verified content: the signed bytes, or what they decompress to.
    ///
    /// # Errors
    /// [`Reason::Json`] if it is not of this shape.
    fn read(content: &[u8]) -> Result<Self, Reason>;
}

impl Payload for Unparsed {
    fn read(_: &[u8]) -> Result<Self, Reason> {
        Ok(Self)
    }
}

impl<T: DeserializeOwned> Payload for T {
    fn read(content: &[u8]) -> Result<Self, Reason> {
        serde_json::from_slice(content).map_err(|error| Reason::Json {
            line: error.line(),
            column: error.column(),
        })
    }
}

impl<S, P, T> FromRequest<S> for Webhook<P, T>
where
    S: Send + Sync,
    P: Provider + FromRef<S>,
    T: Payload,
{
    type Rejection = WebhookRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebhookRejection> {
        let provider = P::from_ref(state);
        let (head, body) = request.into_parts();
        let intake = head.extensions.get::<Intake>().cloned();
        let arrived = Pump::start(
            &Verifiers::fixed(&provider),
            &intake.unwrap_or_default(),
            &head,
            body,
        )
        .map_err(WebhookRejection)?
        .await
        .map_err(WebhookRejection)?;
        let content = arrived.content();
        let payload =
            T::read(&content).map_err(|reason| WebhookRejection(arrived.refuse(reason)))?;
        let (verified, reservation) = arrived.into_parts();
        Ok(Self {
            verified,
            payload,
            provider: PhantomData,
            content,
            _reservation: reservation,
        })
    }
}

impl<P, T: fmt::Debug> fmt::Debug for Webhook<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload is left out on purpose: it is what the sender wrote.
        f.debug_struct("Webhook")
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}

/// Why a [`Webhook`] could not be extracted: it was refused, or it is authentic and not of the shape that the handler
/// asks for ([`Reason::Json`], 422).
#[derive(Clone, Debug)]
pub struct WebhookRejection(pub Rejection);

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        refuse::<Body>(self.0)
    }
}

impl fmt::Display for WebhookRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for WebhookRejection {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
