use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;
use webhook_door::Rejection;
use webhook_idempotency::{Guard, GuardKey};
use webhook_verify::Verified;

use super::body::GuardedBody;
use super::future::IdempotencyFuture;
use super::rejection::IdempotencyRejection;
use crate::rejection::refuse;

/// The header that an API client chooses a key in.
const KEY: &str = "idempotency-key";

/// Says who a client is.
type Client = Arc<dyn Fn(&Parts) -> Option<String> + Send + Sync>;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    pub(super) body_limit: usize,
    pub(super) body_deadline: Duration,
}

#[derive(Clone)]
pub(super) enum Mode {
    Clients { client: Client, required: bool },
    Deliveries,
}

/// How a request is known once its body is there.
pub(super) enum Known {
    Delivery(Box<GuardKey>),
    Client {
        client: String,
        key: Vec<u8>,
    },
    /// It runs as often as it comes.
    Not,
}

/// A service behind a guard; made by [`IdempotencyLayer`](super::IdempotencyLayer).
#[derive(Clone)]
pub struct Idempotency<S> {
    inner: S,
    guard: Guard,
    settings: Settings,
}

impl<S> Idempotency<S> {
    pub(super) const fn new(inner: S, guard: Guard, settings: Settings) -> Self {
        Self {
            inner,
            guard,
            settings,
        }
    }
}

impl<S, B, R> Service<Request<B>> for Idempotency<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone,
    B: Body,
    R: Body,
{
    type Response = Response<GuardedBody<R>>;
    type Error = S::Error;
    type Future = IdempotencyFuture<S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next request.
        let clone = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, clone);
        let (head, body) = request.into_parts();
        match know(&self.guard, &self.settings.mode, &head) {
            Ok(known) => {
                let guard = self.guard.clone();
                IdempotencyFuture::reading(ready, guard, &self.settings, known, head, body)
            }
            Err(response) => IdempotencyFuture::answered(*response),
        }
    }
}

/// What the head says of who asks and for what. An answer, if it does not say enough.
fn know<B: Default>(guard: &Guard, mode: &Mode, head: &Parts) -> Result<Known, Box<Response<B>>> {
    let reject = |rejection: IdempotencyRejection| Err(Box::new(rejection.into_response()));
    let (client, required) = match mode {
        Mode::Deliveries => {
            return match head.extensions.get::<Verified>() {
                Some(verified) => Ok(Known::Delivery(Box::new(guard.delivery(verified)))),
                None => Err(Box::new(refuse(Rejection::unguarded()))),
            };
        }
        Mode::Clients { client, required } => (client, *required),
    };
    if head.method != Method::POST && head.method != Method::PATCH {
        return Ok(Known::Not);
    }
    let mut keys = head.headers.get_all(KEY).iter();
    let key = match (keys.next(), keys.next()) {
        (None, _) if !required => return Ok(Known::Not),
        (Some(key), None) => key.as_bytes().to_vec(),
        // None where one is required, or several: neither is a key.
        _ => Vec::new(),
    };
    let Some(client) = client(head) else {
        return reject(IdempotencyRejection::Unidentified);
    };
    match guard.client(&client, &key, &[]) {
        Ok(_) => Ok(Known::Client { client, key }),
        Err(refusal) => reject(IdempotencyRejection::Guard(refusal)),
    }
}

impl<S: fmt::Debug> fmt::Debug for Idempotency<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency")
            .field("inner", &self.inner)
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}
