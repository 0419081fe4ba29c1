//! Verification in front of handlers that handle the event themselves.

use std::fmt;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header;
use actix_web::{Error, HttpMessage, ResponseError};
use futures_util::future::LocalBoxFuture;
use webhook_door::{Arrived, Intake, Reservation};
use webhook_verify::{Provider, Verifier};

use crate::pump;
use crate::rejection::Refused;

/// Puts a verification in front of a resource, a scope or an app, with `wrap`.
///
/// The handler gets the body byte for byte as it was signed, and the proof as [`Verified`](crate::Verified). Take the
/// bytes from the proof: extractors such as `web::Bytes` work too, under their own limit of 256 KiB.
#[derive(Clone)]
pub struct VerifyLayer {
    verifier: Verifier,
    intake: Intake,
}

impl VerifyLayer {
    /// A middleware that lets in what this provider's verifier accepts.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self {
            verifier: provider.verifier().clone(),
            intake: Intake::new(),
        }
    }

    /// Which requests are taken, and in what time; the default [`Intake`] unless given.
    ///
    /// How long the handler takes is its own business: cutting it off could leave its effects half done.
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake;
        self
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer")
            .field("verifier", &self.verifier)
            .finish_non_exhaustive()
    }
}

impl<S, B> Transform<S, ServiceRequest> for VerifyLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Transform = Verify<S>;
    type InitError = ();
    type Future = Ready<Result<Verify<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Verify {
            inner: Rc::new(service),
            layer: self.clone(),
        }))
    }
}

/// A service behind a verification; made by [`VerifyLayer`].
pub struct Verify<S> {
    inner: Rc<S>,
    layer: VerifyLayer,
}

impl<S> fmt::Debug for Verify<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

impl<S, B> Service<ServiceRequest> for Verify<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let begun = pump::begin(
            &self.layer.verifier,
            &self.layer.intake,
            request.method().as_str(),
            request.uri(),
            request.headers(),
        );
        let inner = Rc::clone(&self.inner);
        Box::pin(async move {
            let mut payload = request.take_payload();
            let arrived = match begun {
                Ok(reading) => pump::read(&mut payload, reading).await,
                Err(rejection) => Err(rejection),
            };
            match arrived {
                Ok(arrived) => {
                    // The body is in memory until the handler is done with it.
                    let _held = hand_on(&mut request, arrived);
                    inner
                        .call(request)
                        .await
                        .map(ServiceResponse::map_into_left_body)
                }
                Err(rejection) => Ok(request
                    .into_response(Refused::new(rejection, payload).error_response())
                    .map_into_right_body()),
            }
        })
    }
}

/// Makes the request what the handler is to get: the same head, the verified content, and the proof in its extensions.
fn hand_on(request: &mut ServiceRequest, arrived: Arrived) -> Reservation {
    let content = arrived.content();
    if arrived.is_inflated() {
        let headers = request.headers_mut();
        headers.remove(header::CONTENT_ENCODING);
        headers.insert(header::CONTENT_LENGTH, content.len().into());
    }
    request.set_payload(Payload::from(content));
    let (verified, reservation) = arrived.into_parts();
    request.extensions_mut().insert(verified);
    reservation
}
