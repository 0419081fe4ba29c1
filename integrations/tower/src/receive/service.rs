use std::convert::Infallible;
use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;
use webhook_door::{Intake, Tenants, Verifiers};
use webhook_idempotency::Inbox;
use webhook_verify::{LiveVerifier, Provider};

use super::future::ReceiveFuture;
use crate::handshake;
use crate::pump::{Pump, head_of};

/// A store that has not answered by then is slow enough for the sender to give up; better to say so ourselves.
const STORE_DEADLINE: Duration = Duration::from_secs(5);

/// A leaf service that verifies a delivery, stores it, and then acknowledges it.
///
/// | what happened | status |
/// |---|---|
/// | stored now, or stored before | [`Delivery::ack_status`](webhook_verify::Delivery::ack_status): 200, or 204 |
/// | not authentic, or of a tenant that is unknown | 401 |
/// | cannot be read | 400 |
/// | any method but POST | 405 |
/// | the body is late or slow | 408 |
/// | the body is over the limit | 413 |
/// | the body is compressed, or of a type that is not taken | 415 |
/// | the store or the lookup of a tenant failed or is slow, or too many bodies are in flight | [`Delivery::retry_status`](webhook_verify::Delivery::retry_status): 503, with `Retry-After` |
/// | a handshake, verified first where the provider signs it | what the provider wants to hear; nothing is stored |
///
/// All others with an empty body. What is stored is what was signed, so a compressed body is refused here even where
/// the [`Intake`] takes one: who reads the event later would not know how to read it. A 200 means that the event is as durable as the store is; see the store.
///
/// ```no_run
/// use std::sync::Arc;
/// use axum::Router;
/// use webhook_tower::{Receive, idempotency::{Inbox, MemoryStore}, verify::Stripe};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::new(Arc::new(MemoryStore::new(10_000)), "stripe-live")?;
/// let stripe = Stripe::from_env("STRIPE_WEBHOOK_SECRET")?;
/// let app: Router = Router::new().route_service("/stripe", Receive::new(stripe, inbox));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Receive {
    verifiers: Verifiers,
    inbox: Inbox,
    intake: Intake,
    store_deadline: Duration,
}

impl Receive {
    /// A receiver of this provider's deliveries into that inbox.
    #[must_use]
    pub fn new(provider: impl Provider, inbox: Inbox) -> Self {
        Self::of(Verifiers::fixed(&provider), inbox)
    }

    /// A receiver of what the current verifier accepts, for secrets that are swapped while requests run.
    #[must_use]
    pub fn live<P: Provider>(live: LiveVerifier<P>, inbox: Inbox) -> Self {
        Self::of(Verifiers::live(live), inbox)
    }

    /// A receiver of many tenants' deliveries. The tenant is part of every event's key, so that none can suppress the
    /// events of another.
    #[must_use]
    pub fn tenants(tenants: Tenants, inbox: Inbox) -> Self {
        Self::of(Verifiers::tenants(tenants), inbox)
    }

    fn of(verifiers: Verifiers, inbox: Inbox) -> Self {
        Self {
            verifiers,
            inbox,
            intake: Intake::new(),
            store_deadline: STORE_DEADLINE,
        }
    }

    /// Which requests are taken, and in what time; the default [`Intake`] unless given.
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake.verbatim();
        self
    }

    /// How long the body may take to arrive; see [`Intake::body_deadline`].
    #[must_use]
    pub fn body_deadline(mut self, deadline: Duration) -> Self {
        self.intake = self.intake.body_deadline(deadline);
        self
    }

    /// How long the store may take to answer before the sender is told to come back. Five seconds unless given, and never
    /// longer than what is left of [`Intake::answer_within`].
    #[must_use]
    pub const fn store_deadline(mut self, deadline: Duration) -> Self {
        self.store_deadline = deadline;
        self
    }
}

impl<B> Service<Request<B>> for Receive
where
    B: Body,
    B::Error: fmt::Display,
{
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = ReceiveFuture<B>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (head, body) = request.into_parts();
        let asked = self
            .verifiers
            .challenge(&head_of(&head.method, &head.uri, &head.headers));
        if let Some(asked) = asked {
            return ReceiveFuture::answered(handshake::answer(asked));
        }
        match Pump::start(&self.verifiers, &self.intake, &head, body) {
            Ok(pump) => ReceiveFuture::reading(pump, self.inbox.clone(), self.store_deadline),
            Err(rejection) => ReceiveFuture::rejected(rejection),
        }
    }
}

impl fmt::Debug for Receive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receive")
            .field("verifiers", &self.verifiers)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}
