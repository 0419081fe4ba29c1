//! One attempt at one event, from its lease to its settlement.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use rand::RngExt as _;
use rand::rngs::StdRng;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::claims::Outcome;
use crate::event::Event;
use crate::handler::HandlerError;
use crate::queue::Queue;
use crate::record::{Lease, Leased, Record};
use crate::retry::Exhausted;
use crate::text;

use super::Shared;
use super::in_hand::Grip;
use super::runner::Ran;
use super::settle::{Written, settle};

/// How soon to come back when the store was too busy to begin.
const NOT_STARTED: Duration = Duration::from_secs(1);

/// Runs the handler and settles what came of it. Dropping the future cuts the attempt off and settles nothing.
const SHORTEST_SNOOZE: Duration = Duration::from_secs(1);

pub(super) async fn attempt<Q: Queue + ?Sized>(
    shared: Arc<Shared<Q>>,
    leased: Leased,
    // Dropped behind everything else in here: whoever sees that it is gone knows that the handler is gone too.
    (grip, lost): (Grip, oneshot::Receiver<()>),
    mut rng: StdRng,
) {
    let lease = leased.lease;
    let outcome = if shared.retry.may_start(leased.record.attempts) {
        let event = Event::new(leased, lease.until.saturating_sub(shared.lease));
        let started = Instant::now();
        let ran = tokio::select! {
            // A handler that has just ended is settled even if its lease was lost meanwhile: the store decides.
            biased;
            ran = run(&shared, lease, event.clone()) => ran,
            _ = lost => Ran::LeaseLost,
        };
        match ran {
            Ran::Done => Outcome::Done { output: None },
            Ran::Failed(error) => judge(&shared, &event, started.elapsed(), error, &mut rng),
            Ran::LeaseLost => {
                tracing::warn!("the lease was lost; the attempt is stopped and writes nothing");
                grip.let_go();
                return;
            }
            Ran::NotStarted => Outcome::Snooze {
                after: rng.random_range(NOT_STARTED / 2..=NOT_STARTED),
            },
            Ran::Settled => {
                tracing::debug!("the event is done, in one transaction with its effects");
                grip.let_go();
                return;
            }
        }
    } else {
        Outcome::Dead {
            reason: no_attempt_left(&leased.record),
        }
    };
    grip.stop();
    report(&outcome);
    match settle(&*shared.store, lease, outcome, shared.lease, &mut rng).await {
        Written::Already => tracing::debug!("this lease had settled the event before"),
        Written::LeaseLost => {
            tracing::warn!("the lease was lost before the outcome could be stored")
        }
        Written::Now | Written::Unknown => {}
    }
    grip.let_go();
}

async fn run<Q: Queue + ?Sized>(shared: &Shared<Q>, lease: Lease, event: Event) -> Ran {
    // The call itself may panic, not only the future it returns, so it happens inside.
    let running = async { shared.runner.run(&shared.store, lease, event).await };
    // A handler that panicked is never called again with what it left half done: every attempt has its own future.
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(ran) => ran,
        Err(panic) => Ran::Failed(HandlerError::retry(format!(
            "the handler panicked: {}",
            panic_text(&*panic)
        ))),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no text)")
}

/// What a failed attempt leads to under the retry policy.
fn judge<Q: ?Sized>(
    shared: &Shared<Q>,
    event: &Event,
    ran_for: Duration,
    error: HandlerError,
    rng: &mut StdRng,
) -> Outcome {
    let age = event.age().saturating_add(ran_for);
    let (next, error) = match error {
        HandlerError::Dead { reason } => {
            return Outcome::Dead {
                reason: text::cut(reason, text::ERROR_BYTES),
            };
        }
        HandlerError::Retry { after, error } => (
            shared.retry.next(event.attempt(), age, after, rng),
            text::chain(&*error),
        ),
        // Nothing charges a snooze, so one without a wait would spin.
        HandlerError::Snooze { after } => {
            match shared.retry.put_off(age, after.max(SHORTEST_SNOOZE)) {
                Ok(after) => return Outcome::Snooze { after },
                exhausted => (exhausted, "put off again".to_owned()),
            }
        }
    };
    match next {
        Ok(after) => Outcome::Retry {
            after,
            error: text::cut(error, text::ERROR_BYTES),
        },
        Err(exhausted) => {
            let limit = match exhausted {
                Exhausted::Age(max_age) => format!("rather than run beyond the age of {max_age:?}"),
                Exhausted::Attempts(1) => "after 1 attempt".to_owned(),
                Exhausted::Attempts(attempts) => format!("after {attempts} attempts"),
            };
            Outcome::Dead {
                reason: text::cut(format!("given up {limit}: {error}"), text::ERROR_BYTES),
            }
        }
    }
}

fn no_attempt_left(record: &Record) -> String {
    let started = record.attempts.saturating_sub(1);
    let mut reason = format!(
        "not started again after {started} attempts, the last of which never reported back: look for a crash, or for a \
         handler that outlived its lease"
    );
    if let Some(error) = &record.last_error {
        reason.push_str("; the last error was: ");
        reason.push_str(error);
    }
    text::cut(reason, text::ERROR_BYTES)
}

/// Errors of handlers may quote payloads, so they go into the store and not into the log.
fn report(outcome: &Outcome) {
    match outcome {
        Outcome::Dead { .. } => tracing::warn!("the event is given up and kept as a dead letter"),
        Outcome::Done { .. } => tracing::debug!("the event is done"),
        Outcome::Release => {}
        Outcome::Retry { after, .. } => tracing::info!(?after, "the attempt failed and is retried"),
        Outcome::Snooze { after } => tracing::debug!(?after, "the event is put off"),
    }
}
