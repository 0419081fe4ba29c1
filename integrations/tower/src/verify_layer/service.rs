use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;
use webhook_door::{Intake, Verifiers};

use super::future::VerifyFuture;
use crate::pump::Pump;

/// A service behind a verification; made by [`VerifyLayer`](super::VerifyLayer).
#[derive(Clone)]
pub struct Verify<S> {
    inner: S,
    verifiers: Verifiers,
    intake: Intake,
}

impl<S> Verify<S> {
    pub(super) const fn new(inner: S, verifiers: Verifiers, intake: Intake) -> Self {
        Self {
            inner,
            verifiers,
            intake,
        }
    }
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone,
    B: Body,
    B::Error: fmt::Display,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = VerifyFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next request.
        let clone = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, clone);
        let (head, body) = request.into_parts();
        match Pump::start(&self.verifiers, &self.intake, &head, body) {
            Ok(pump) => VerifyFuture::reading(ready, head, pump),
            Err(rejection) => VerifyFuture::rejected(rejection),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Verify<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("inner", &self.inner)
            .field("verifiers", &self.verifiers)
            .finish_non_exhaustive()
    }
}
