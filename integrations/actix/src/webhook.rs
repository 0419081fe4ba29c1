//! The extractor that verifies by itself.

use std::fmt;
use std::marker::PhantomData;

use actix_web::dev::Payload as RawPayload;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use webhook_door::{Intake, Reason, Rejection, Reservation};
use webhook_verify::{Provider, Verified};

use crate::pump;
use crate::rejection::Refused;

/// A delivery of provider `P` that was verified on its way into the handler.
///
/// The verifier comes from the app's data, by type: put it there with `app_data(web::Data::new(stripe))`. actix-web looks
/// for it when a request comes, so an app without one does not fail to compile; it answers 500, runs no handler, and traces
/// an error. A proof of one provider cannot enter a handler of another. With a second parameter the body is parsed as JSON
/// too, after it was verified. An `app_data(intake)` changes the policy.
///
/// ```
/// use actix_web::{App, HttpResponse, web};
/// use webhook_actix::{Webhook, verify::Stripe};
///
/// #[derive(serde::Deserialize)]
/// struct Event { id: String }
///
/// async fn hook(event: Webhook<Stripe, Event>) -> HttpResponse {
///     println!("{} under secret {}", event.payload.id, event.verified.secret_label());
///     HttpResponse::Ok().finish()
/// }
///
/// # fn main() -> Result<(), webhook_actix::verify::ConfigError> {
/// let stripe = Stripe::new("whsec_not-a-real-secret")?;
/// let app = App::new().app_data(web::Data::new(stripe)).route("/stripe", web::post().to(hook));
/// # drop(app);
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

impl<P: Provider, T: Payload> FromRequest for Webhook<P, T> {
    type Error = Refused;
    type Future = LocalBoxFuture<'static, Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, payload: &mut RawPayload) -> Self::Future {
        let begun = match request.app_data::<Data<P>>() {
            Some(provider) => pump::begin(
                provider.get_ref(),
                &request.app_data::<Intake>().cloned().unwrap_or_default(),
                request.method().as_str(),
                request.uri(),
                request.headers(),
            ),
            None => Err(Rejection::unguarded()),
        };
        let mut raw = payload.take();
        Box::pin(async move {
            let arrived = match begun {
                Ok(reading) => pump::read(&mut raw, reading).await,
                Err(rejection) => Err(rejection),
            };
            let read = arrived.and_then(|arrived| {
                let content = arrived.content();
                match T::read(&content) {
                    Ok(payload) => Ok((arrived, content, payload)),
                    Err(reason) => Err(arrived.refuse(reason)),
                }
            });
            let (arrived, content, payload) = match read {
                Ok(read) => read,
                Err(rejection) => return Err(Refused::new(rejection, raw)),
            };
            let (verified, reservation) = arrived.into_parts();
            Ok(Self {
                verified,
                payload,
                provider: PhantomData,
                content,
                _reservation: reservation,
            })
        })
    }
}

impl<P, T> fmt::Debug for Webhook<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload is left out on purpose: it is what the sender wrote.
        f.debug_struct("Webhook")
            .field("verified", &self.verified)
            .finish_non_exhaustive()
    }
}
