//! The two ways to run a handler, behind one face, so that the loop around them is one piece of code.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::event::Event;
use crate::handler::{BoxFuture, Handler, HandlerError};
use crate::record::Lease;
use crate::text;
use crate::transaction::{Apply, TransactionOutcome, TransactionalQueue};

/// What running a handler has led to.
#[derive(Debug)]
pub(super) enum Ran {
    /// It is done, and its lease is still to be settled.
    Done,
    /// It is not done, and its lease is still to be settled.
    Failed(HandlerError),
    /// Somebody else has the event now. Nothing may be written.
    LeaseLost,
    /// The store kept it from starting, which is not the event's fault.
    NotStarted,
    /// It is done and settled.
    Settled,
}

pub(super) trait Runner<Q: ?Sized>: Send + Sync {
    fn run<'a>(&'a self, store: &'a Q, lease: Lease, event: Event) -> BoxFuture<'a, Ran>;
}

/// Runs a handler; the worker settles.
pub(super) struct Plain<H> {
    pub(super) handler: H,
    pub(super) deadline: Duration,
}

impl<Q: Sync + ?Sized, H: Handler> Runner<Q> for Plain<H> {
    fn run<'a>(&'a self, _: &'a Q, _: Lease, event: Event) -> BoxFuture<'a, Ran> {
        Box::pin(async move {
            match tokio::time::timeout(self.deadline, self.handler.call(event)).await {
                Ok(Ok(())) => Ran::Done,
                Ok(Err(error)) => Ran::Failed(error),
                Err(_) => too_slow("handler", self.deadline),
            }
        })
    }
}

/// Runs a handler in a transaction, whose last statement settles.
pub(super) struct Transactional<F> {
    pub(super) handler: Arc<F>,
    pub(super) limit: Duration,
}

impl<Q, F> Runner<Q> for Transactional<F>
where
    Q: TransactionalQueue,
    F: for<'a> Fn(&'a Event, &'a mut Q::Connection) -> BoxFuture<'a, Result<(), HandlerError>>
        + Send
        + Sync
        + 'static,
{
    fn run<'a>(&'a self, store: &'a Q, lease: Lease, event: Event) -> BoxFuture<'a, Ran> {
        let handler = Arc::clone(&self.handler);
        Box::pin(async move {
            let started = Arc::new(AtomicBool::new(false));
            let starting = Arc::clone(&started);
            let apply: Apply<Q::Connection, HandlerError> = Box::new(move |connection| {
                starting.store(true, Ordering::Relaxed);
                Box::pin(async move { handler(&event, connection).await })
            });
            match store.run_in_transaction(&lease, self.limit, apply).await {
                Ok(TransactionOutcome::AlreadySettled | TransactionOutcome::Committed) => {
                    Ran::Settled
                }
                Ok(TransactionOutcome::Failed(error)) => Ran::Failed(error),
                Ok(TransactionOutcome::LeaseLost) => Ran::LeaseLost,
                Ok(TransactionOutcome::Refused(refusal)) => Ran::Failed(refusal.into()),
                Ok(TransactionOutcome::TimedOut) => too_slow("transaction", self.limit),
                Err(error) if error.is_lease_lost() => Ran::LeaseLost,
                Err(error) if error.is_transient() && !started.load(Ordering::Relaxed) => {
                    tracing::warn!(
                        error = text::chain(&error),
                        "no transaction could be opened"
                    );
                    Ran::NotStarted
                }
                // If the commit did happen, settling this failure finds the record settled and changes nothing.
                Err(error) => Ran::Failed(error.into()),
            }
        })
    }
}

fn too_slow(what: &str, limit: Duration) -> Ran {
    Ran::Failed(HandlerError::retry(format!(
        "the {what} was stopped after its limit of {limit:?}"
    )))
}
