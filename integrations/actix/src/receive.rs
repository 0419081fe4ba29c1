//! The durable receiver.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, HttpRequest, HttpResponse, ResponseError};
use futures_util::future::LocalBoxFuture;
use tokio::time::timeout;
use webhook_door::{Intake, Reason, Rejection};
use webhook_idempotency::{Accepted, Inbox};
use webhook_verify::{Provider, Verifier};

use crate::handshake;
use crate::pump::{self, now};
use crate::rejection::Refused;

/// A store that has not answered by then is slow enough for the sender to give up; better to say so ourselves.
const STORE_DEADLINE: Duration = Duration::from_secs(5);

/// A handler that verifies a delivery, stores it, and then acknowledges it.
///
/// It answers as `webhook-tower`'s `Receive` does. A 2xx means that the event is as durable as the store is.
///
/// ```
/// use std::sync::Arc;
/// use actix_web::{App, web};
/// use webhook_actix::{Receive, idempotency::{Inbox, MemoryStore}, verify::Stripe};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::new(Arc::new(MemoryStore::new(10_000)), "stripe-live")?;
/// let receive = Receive::new(Stripe::new("whsec_not-a-real-secret")?, inbox);
/// let app = App::new().service(web::resource("/stripe").to(receive));
/// # drop(app);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Receive {
    verifier: Verifier,
    inbox: Inbox,
    intake: Intake,
    store_deadline: Duration,
}

impl Receive {
    /// A receiver of this provider's deliveries into that inbox.
    #[must_use]
    pub fn new(provider: impl Provider, inbox: Inbox) -> Self {
        Self {
            verifier: provider.verifier().clone(),
            inbox,
            intake: Intake::new(),
            store_deadline: STORE_DEADLINE,
        }
    }

    /// Which requests are taken, and in what time; the default [`Intake`] unless given. Compressed bodies are refused in
    /// any case: what is stored is what was signed, and who reads it later would not know how.
    #[must_use]
    pub fn intake(mut self, intake: Intake) -> Self {
        self.intake = intake.verbatim();
        self
    }

    /// How long the store may take to answer before the sender is told to come back. Five seconds unless given, and never
    /// longer than what is left of [`Intake::answer_within`].
    #[must_use]
    pub const fn store_deadline(mut self, deadline: Duration) -> Self {
        self.store_deadline = deadline;
        self
    }

    async fn receive(
        &self,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> Result<HttpResponse, Rejection> {
        let head = pump::head_of(request.method().as_str(), request.uri(), request.headers());
        if let Some(asked) = self
            .verifier
            .challenge(head.method, head.target, head.headers)
        {
            return Ok(handshake::answer(asked));
        }
        let reading = pump::begin(
            &self.verifier,
            &self.intake,
            request.method().as_str(),
            request.uri(),
            request.headers(),
        )?;
        let arrived = pump::read(payload, reading).await?;
        let deadline = arrived.time_left(now()).min(self.store_deadline);
        let delivery = *arrived.delivery();
        let (verified, _held) = arrived.into_parts();
        let event = match handshake::event(verified) {
            Ok(event) => event,
            Err(answer) => return Ok(*answer),
        };
        match timeout(deadline, self.inbox.accept(event)).await {
            // New or seen before, it is durable: that is all that a 2xx says.
            Ok(Ok(accepted)) => Ok(acknowledge(accepted, delivery.ack_status)),
            Ok(Err(error)) => Err(Rejection::new(Reason::Store(Arc::new(error)), &delivery)),
            Err(_) => Err(Rejection::new(Reason::StoreTimeout, &delivery)),
        }
    }
}

fn acknowledge(accepted: Accepted, status: u16) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    response.extensions_mut().insert(accepted);
    response
}

impl Handler<(HttpRequest, web::Payload)> for Receive {
    type Output = HttpResponse;
    type Future = LocalBoxFuture<'static, HttpResponse>;

    fn call(&self, (request, payload): (HttpRequest, web::Payload)) -> Self::Future {
        let receive = self.clone();
        Box::pin(async move {
            let mut payload = payload.into_inner();
            match receive.receive(&request, &mut payload).await {
                Ok(response) => response,
                Err(rejection) => Refused::new(rejection, payload).error_response(),
            }
        })
    }
}

impl fmt::Debug for Receive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receive")
            .field("verifier", &self.verifier)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}

/// A [`Receive`] for each of several paths, under one policy.
///
/// ```
/// use std::sync::Arc;
/// use actix_web::App;
/// use webhook_actix::{Receivers, idempotency::{Inbox, MemoryStore}, verify::{GitHub, Stripe}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inbox = Inbox::new(Arc::new(MemoryStore::new(10_000)), "stripe-live")?;
/// let receivers = Receivers::new()
///     .with("/github", GitHub::new("not-a-real-secret")?, inbox.endpoint("github")?)
///     .with("/stripe", Stripe::new("whsec_not-a-real-secret")?, inbox);
/// let app = App::new().configure(|config| receivers.mount(config));
/// # drop(app);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Receivers {
    receivers: Vec<(Box<str>, Receive)>,
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

    /// Receives this provider's deliveries to that path (`/stripe`) into that inbox.
    #[must_use]
    pub fn with(self, path: &str, provider: impl Provider, inbox: Inbox) -> Self {
        let receive = Receive::new(provider, inbox).intake(self.intake.clone());
        self.with_receive(path, receive)
    }

    /// Hands requests to that path to a receiver with a policy of its own.
    #[must_use]
    pub fn with_receive(mut self, path: &str, receive: Receive) -> Self {
        self.receivers.push((path.into(), receive));
        self
    }

    /// Adds them to an app or a scope.
    pub fn mount(&self, config: &mut ServiceConfig) {
        for (path, receive) in &self.receivers {
            config.service(web::resource(&**path).to(receive.clone()));
        }
    }
}
