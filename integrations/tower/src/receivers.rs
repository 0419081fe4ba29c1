//! Many providers behind one service.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use pin_project_lite::pin_project;
use tower_service::Service;
use webhook_door::Intake;
use webhook_idempotency::Inbox;
use webhook_verify::Provider;

use crate::receive::{Receive, ReceiveFuture};

/// A [`Receive`] for each of several paths, under one policy. A path that is not among them is 404.
///
/// ```no_run
/// use std::sync::Arc;
/// use axum::Router;
/// use webhook_tower::{Receivers, idempotency::{Inbox, MemoryStore}, verify::{GitHub, Stripe}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::new(Arc::new(MemoryStore::new(10_000)), "stripe-live")?;
/// let receivers = Receivers::new()
///     .with("/github", GitHub::from_env("GITHUB_WEBHOOK_SECRET")?, inbox.endpoint("github")?)
///     .with("/stripe", Stripe::from_env("STRIPE_WEBHOOK_SECRET")?, inbox);
/// let app: Router = Router::new().nest_service("/hooks", receivers); // or fallback_service, or no router at all
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Receivers {
    receivers: Arc<BTreeMap<Box<str>, Receive>>,
    intake: Intake,
}

impl Receivers {
    /// None yet, under the default [`Intake`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The policy of the receivers that are added after this.
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake;
        self
    }

    /// Receives this provider's deliveries to exactly that path (`/stripe`) into that inbox. The last one to name a path
    /// has it.
    #[must_use]
    pub fn with(self, path: &str, provider: impl Provider, inbox: Inbox) -> Self {
        let receive = Receive::new(provider, inbox).intake(self.intake.clone());
        self.with_receive(path, receive)
    }

    /// Hands requests to exactly that path to a receiver with a policy of its own.
    #[must_use]
    pub fn with_receive(mut self, path: &str, receive: Receive) -> Self {
        Arc::make_mut(&mut self.receivers).insert(path.into(), receive);
        self
    }
}

impl<B> Service<Request<B>> for Receivers
where
    B: Body,
    B::Error: fmt::Display,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = ReceiversFuture<B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ReceiversFuture {
            receive: self
                .receivers
                .get(request.uri().path())
                .map(|receive| receive.clone().call(request)),
        }
    }
}

pin_project! {
    /// The response of [`Receivers`].
    pub struct ReceiversFuture<B> {
        #[pin]
        receive: Option<ReceiveFuture<B>>,
    }
}

impl<B> Future for ReceiversFuture<B>
where
    B: Body,
    B::Error: fmt::Display,
{
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().receive.as_pin_mut() {
            Some(receive) => Poll::Ready(ready!(receive.poll(cx))),
            None => {
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::NOT_FOUND;
                Poll::Ready(Ok(response))
            }
        }
    }
}

impl<B> fmt::Debug for ReceiversFuture<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiversFuture").finish_non_exhaustive()
    }
}
