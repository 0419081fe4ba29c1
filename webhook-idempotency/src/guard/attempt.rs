//! A handler at work, and what happens to its record when it ends in any way.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::Shared;
use super::response::StoredResponse;
use crate::claims::{Outcome, Settled, Settlement};
use crate::error::{StoreError, StoreErrorKind};
use crate::record::Lease;
use crate::text;

/// The right to handle one request, and the duty to say how it ended.
///
/// While it lives its lease is extended, up to the guard's ceiling. Dropped without having been finished, as by a panic, a
/// timeout or a client that disconnects, it releases the request in the background, and the next one handles it.
#[must_use = "dropping it releases the request"]
pub struct Attempt {
    held: Option<Held>,
}

struct Held {
    shared: Arc<Shared>,
    lease: Lease,
    runtime: Handle,
    heart: AbortHandle,
    lost: oneshot::Receiver<()>,
}

/// What became of the record of a request that was handled. The handler has run in any case: answer with its response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Completion {
    /// Its lease was lost before, so somebody else handles the request or has handled it; nothing was stored.
    LeaseLost,
    /// It is stored.
    Stored,
    /// The store could not be asked, or not in time. It may be stored; if not, the lease lapses and a repetition runs.
    Unknown(StoreError),
}

impl Attempt {
    /// The lease was handed out just now.
    pub(super) fn new(shared: &Arc<Shared>, lease: Lease, runtime: &Handle) -> Self {
        let (tell, lost) = oneshot::channel();
        let heart = runtime.spawn(beat(Arc::clone(shared), lease, tell));
        Self {
            held: Some(Held {
                shared: Arc::clone(shared),
                lease,
                runtime: runtime.clone(),
                heart: heart.abort_handle(),
                lost,
            }),
        }
    }

    /// Ready once somebody else may handle the request: its lease was taken over, or has ended at the ceiling. Stop the
    /// handler then; what it does from here on may be done twice.
    pub fn poll_lost(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(held) = &mut self.held else {
            return Poll::Ready(());
        };
        match Pin::new(&mut held.lost).poll(context) {
            Poll::Ready(Ok(())) => Poll::Ready(()),
            // The heart ends without a word only when it is stopped.
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Pending,
        }
    }

    /// Ends it with the handler's response. A status that completes (2xx unless configured) is stored with what the guard
    /// keeps of the response, and is what every repetition is answered with; any other makes the request ready again.
    ///
    /// What it does is done to the end also if this future is dropped.
    pub async fn finish(mut self, mut response: StoredResponse) -> Completion {
        let Some(held) = self.held.take() else {
            return Completion::LeaseLost;
        };
        let policy = &held.shared.policy;
        let outcome = if (policy.completes)(response.status()) {
            response.retain(|name| policy.keeps(name));
            Outcome::Done {
                output: Some(response.encode()),
            }
        } else {
            Outcome::Retry {
                after: Duration::ZERO,
                error: format!("the handler answered {}", response.status()),
            }
        };
        held.end(outcome).await
    }

    /// Gives the request back, for whoever repeats it.
    pub async fn release(mut self) -> Completion {
        match self.held.take() {
            Some(held) => held.end(Outcome::Release).await,
            None => Completion::LeaseLost,
        }
    }
}

impl Held {
    async fn end(self, outcome: Outcome) -> Completion {
        let (shared, lease) = (Arc::clone(&self.shared), self.lease);
        let ending = self
            .runtime
            .spawn(async move { shared.end(lease, outcome).await });
        match tokio::time::timeout(self.shared.policy.store_deadline, ending).await {
            Ok(Ok(completion)) => completion,
            Ok(Err(_)) | Err(_) => {
                let late = StoreError::new("guard", StoreErrorKind::Unavailable)
                    .with_source("the store did not answer in time");
                Completion::Unknown(late)
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        // A store that hangs must not collect tasks without end. What finds no room is left to its lease.
        let Ok(place) = Arc::clone(&held.shared.places).try_acquire_owned() else {
            tracing::warn!(key = %held.lease.key, "a request could not be released; it is free again when its lease has lapsed");
            return;
        };
        let (shared, lease) = (Arc::clone(&held.shared), held.lease);
        held.runtime.spawn(async move {
            shared.end(lease, Outcome::Release).await;
            drop(place);
        });
    }
}

impl Shared {
    /// Settles, and tries again for a moment while the store is in trouble. Trying again is safe under one fence.
    async fn end(&self, lease: Lease, outcome: Outcome) -> Completion {
        let settlement = [Settlement { lease, outcome }];
        let mut pauses = [50, 200, 1_000].map(Duration::from_millis).into_iter();
        loop {
            let error = match self.store.settle(&settlement).await {
                Ok(answers) => match answers.first() {
                    Some(Settled::Applied | Settled::AlreadySettled) => return Completion::Stored,
                    Some(Settled::LeaseLost) => {
                        tracing::warn!(key = %lease.key, "the handler ended after its lease was lost; the request may have been handled twice");
                        return Completion::LeaseLost;
                    }
                    None => StoreError::new("guard", StoreErrorKind::Unavailable)
                        .with_source("the store gave no answer to a settlement"),
                },
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.is_transient() => tokio::time::sleep(pause).await,
                _ => {
                    tracing::error!(
                        key = %lease.key,
                        error = text::chain(&error),
                        "the end of a request could not be stored; it may run again when its lease has lapsed"
                    );
                    return Completion::Unknown(error);
                }
            }
        }
    }
}

/// Extends the lease at each third of its length up to the ceiling, and tells when it is lost.
///
/// It runs in a task of its own, so that a handler that blocks its thread does not also stop its heart.
async fn beat(shared: Arc<Shared>, lease: Lease, lost: oneshot::Sender<()>) {
    let length = shared.policy.lease;
    let ceiling = Instant::now() + shared.policy.ceiling;
    let mut ends = Instant::now() + length;
    let mut pause = length / 3;
    loop {
        tokio::time::sleep(pause).await;
        if Instant::now() + length > ceiling {
            tokio::time::sleep_until(ends).await;
            break;
        }
        pause = length / 3;
        let asked = Instant::now();
        match tokio::time::timeout(length / 3, shared.store.extend(&[lease], length)).await {
            Ok(Ok(answers)) => match answers.first() {
                Some(Some(_)) => ends = asked + length,
                _ => break,
            },
            // Whether a lease is lost is for the store to say: while nobody can reach it, nobody can take it.
            Ok(Err(error)) => {
                tracing::warn!(key = %lease.key, error = text::chain(&error), "a lease could not be extended");
                pause = length / 12;
            }
            Err(_) => {
                tracing::warn!(key = %lease.key, "a lease could not be extended in time");
                pause = length / 12;
            }
        }
    }
    // Nobody may listen any more.
    let _ = lost.send(());
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lease = self.held.as_ref().map(|held| held.lease);
        f.debug_struct("Attempt").field("lease", &lease).finish()
    }
}
