//! One attempt at one delivery, as the worker's handler.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use webhook_idempotency::{Event, Handler, HandlerError};
use webhook_verify::Clock;

use crate::classify::{Decision, Patience, classify, classify_failure};
use crate::client::{Answer, Client, Failure};
use crate::endpoint::Endpoint;

/// How long an event waits whose endpoint this sender does not know: another process may, or the next start. The older
/// it is the longer it waits, so that the events of a customer who left cost next to nothing.
fn until_the_endpoint_is_known(age: Duration) -> Duration {
    (age / 10).clamp(Duration::from_secs(60), Duration::from_secs(6 * 60 * 60))
}

pub(crate) struct Deliver {
    pub(crate) endpoints: HashMap<String, Endpoint>,
    pub(crate) client: Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) brief_attempts: u32,
}

impl Handler for Deliver {
    async fn call(&self, event: Event) -> Result<(), HandlerError> {
        let Some(endpoint) = self.endpoints.get(event.endpoint()) else {
            tracing::warn!("no endpoint of this name is configured; the event waits");
            return Err(HandlerError::snooze(until_the_endpoint_is_known(
                event.age(),
            )));
        };
        let headers = match endpoint.headers(&event, self.clock.now()) {
            Ok(headers) => headers,
            // Nothing but another event or another scheme would help.
            Err(error) => {
                return Err(HandlerError::dead(format!(
                    "the event cannot be signed: {error}"
                )));
            }
        };
        let payload = event.payload().clone();
        let posted = self
            .client
            .post(endpoint.url(), headers, payload, endpoint.deadline())
            .await;
        let (decision, reason) = match posted {
            Ok(answer) => self.answered(&answer),
            Err(failure) => failed(&failure),
        };
        settle(decision, event.attempt(), self.brief_attempts, reason)
    }
}

impl Deliver {
    fn answered(&self, answer: &Answer) -> (Decision, String) {
        tracing::debug!(status = answer.status.as_u16(), "the endpoint answered");
        let decision = classify(answer.status, answer.retry_after, self.clock.now());
        (
            decision,
            format!("the endpoint answered {}", answer.status.as_u16()),
        )
    }
}

/// The class is stored beside the delivery, where tenants may read it. What is behind it goes to the operator only.
fn failed(failure: &Failure) -> (Decision, String) {
    let mut detail = String::new();
    let mut cause = failure.source();
    while let Some(error) = cause {
        detail.push_str(if detail.is_empty() { "" } else { ": " });
        detail.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::info!(class = %failure.class(), detail, "the endpoint did not answer");
    (classify_failure(failure.class()), failure.to_string())
}

fn settle(
    decision: Decision,
    attempt: u32,
    brief_attempts: u32,
    reason: String,
) -> Result<(), HandlerError> {
    match decision {
        Decision::Delivered => Ok(()),
        Decision::Dead(dead) => Err(HandlerError::dead(dead.as_str())),
        Decision::Retry {
            patience: Patience::Brief,
            ..
        } if attempt >= brief_attempts => Err(HandlerError::dead(format!(
            "given up after {attempt} attempts: {reason}"
        ))),
        Decision::Retry {
            not_before: Some(wait),
            ..
        } => Err(HandlerError::retry_after(wait, reason)),
        Decision::Retry {
            not_before: None, ..
        } => Err(HandlerError::retry(reason)),
    }
}
