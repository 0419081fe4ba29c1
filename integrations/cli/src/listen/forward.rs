//! Delivering stored events to a service of the user's own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use webhook_idempotency::{Event, HandlerError};
use webhook_sender::{Client, Decision, classify, classify_failure};
use webhook_verify::{Clock as _, Message, Signer, SystemClock};

use super::config::Endpoint;
use super::journal::Journal;
use crate::failure::Failure;
use crate::target::{self, Target};

/// How long an event of an endpoint that this process does not know is left alone.
const ELSEWHERE: Duration = Duration::from_secs(60);

/// Where the events of an endpoint go, and how they are signed for it.
#[derive(Clone)]
pub(super) struct Route {
    target: Target,
    /// None where nobody but the provider can sign.
    signer: Option<Signer>,
}

pub(super) fn routes(endpoints: &[Endpoint]) -> HashMap<String, Route> {
    let route = |endpoint: &Endpoint| {
        let target = endpoint.forward.clone()?;
        let signer = endpoint.signer.clone();
        Some((endpoint.name.clone(), Route { target, signer }))
    };
    endpoints.iter().filter_map(route).collect()
}

#[derive(Clone)]
pub(super) struct Forward {
    shared: Arc<Shared>,
}

struct Shared {
    routes: HashMap<String, Route>,
    client: Client,
    journal: Arc<Journal>,
}

impl Forward {
    pub(super) fn new(
        routes: HashMap<String, Route>,
        client: Client,
        journal: Arc<Journal>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                routes,
                client,
                journal,
            }),
        }
    }

    pub(super) async fn deliver(self, event: Event) -> Result<(), HandlerError> {
        let Shared {
            routes,
            client,
            journal,
        } = &*self.shared;
        if routes.is_empty() {
            return Ok(());
        }
        let Some(route) = routes.get(event.endpoint()) else {
            return Err(HandlerError::snooze(ELSEWHERE));
        };
        let headers = headers(route, &event).map_err(|failure| match failure {
            Failure::Failed(text) | Failure::Misuse(text) => HandlerError::dead(text),
            Failure::Gone => HandlerError::dead("it cannot be signed"),
        })?;
        let begun = Instant::now();
        let answer = client
            .post(
                &route.target.0,
                headers,
                event.payload().clone(),
                target::TIMEOUT,
            )
            .await;
        let took = begun.elapsed();
        let (decision, said, status) = match &answer {
            Ok(answer) => (
                classify(answer.status, answer.retry_after, SystemClock.now()),
                format!("the service answered {}", answer.status.as_u16()),
                Some(answer.status.as_u16()),
            ),
            Err(failure) => (classify_failure(failure.class()), failure.to_string(), None),
        };
        journal.forwarded(&event, status, &said, took);
        match decision {
            Decision::Delivered => Ok(()),
            Decision::Dead(reason) => Err(HandlerError::dead(reason.as_str())),
            Decision::Retry {
                not_before: Some(wait),
                ..
            } => Err(HandlerError::retry_after(wait, said)),
            _ => Err(HandlerError::retry(said)),
        }
    }
}

fn headers(route: &Route, event: &Event) -> Result<http::HeaderMap, Failure> {
    let mut headers = match &route.signer {
        Some(signer) => {
            let mut message = Message::new(event.payload()).url(route.target.0.as_str());
            if let Some(id) = event.id() {
                message = message.id(id);
            }
            if let Some(event_type) = event.event_type() {
                message = message.event_type(event_type);
            }
            let signed = signer.sign(&message).map_err(Failure::failed)?;
            target::header_map(&signed)?
        }
        None => target::header_map([])?,
    };
    let key = http::HeaderValue::from_str(&event.idempotency_key()).map_err(Failure::failed)?;
    headers.insert("idempotency-key", key);
    Ok(headers)
}
