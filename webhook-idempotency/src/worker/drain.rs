//! Ending in order.

use std::time::Duration;

use rand::Rng;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::claims::{Outcome, Settled, Settlement};
use crate::queue::Queue;
use crate::record::Lease;

use super::Worker;
use super::backoff::Backoff;

/// How long the store may take to hear that events are given back. If it does not, their leases lapse.
const GIVING_BACK: Duration = Duration::from_secs(2);

/// How long a handler that was stopped may take to reach an `.await`.
const STOPPING: Duration = Duration::from_secs(1);

/// What became of the attempts that were running at shutdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many ended by themselves, well or not, within the drain limit.
    pub finished: usize,
    /// How many were stopped and given back, to run again at once on another worker.
    pub released: usize,
    /// How many were stopped and could not be given back, because the store did not answer or their handler never
    /// reached an `.await`. Their events run again when their leases have lapsed.
    pub left_to_lapse: usize,
}

impl<Q: Queue + ?Sized> Worker<Q> {
    pub(super) async fn drain<R: Rng>(&self, mut attempts: JoinSet<()>, rng: &mut R) -> Drained {
        let limit = Instant::now() + self.drain_limit;
        let mut drained = Drained::default();
        while let Ok(Some(ended)) = tokio::time::timeout_at(limit, attempts.join_next()).await {
            drained.finished += usize::from(ended.is_ok());
        }
        let mut stopped = attempts.len();
        attempts.abort_all();
        let limit = Instant::now() + STOPPING;
        while let Ok(Some(ended)) = tokio::time::timeout_at(limit, attempts.join_next()).await {
            if ended.is_ok() {
                drained.finished += 1;
                stopped -= 1;
            }
        }
        // Only of handlers that are gone: one that blocks its thread still runs, and its event must not run twice.
        drained.released = self.release(self.shared.in_hand.take_dropped(), rng).await;
        drained.left_to_lapse = stopped.saturating_sub(drained.released);
        tracing::info!(?drained, "the worker has stopped");
        drained
    }

    /// Gives events back that were leased and not worked on, and says of how many the store has heard.
    pub(super) async fn release<R: Rng>(&self, leases: Vec<Lease>, rng: &mut R) -> usize {
        if leases.is_empty() {
            return 0;
        }
        let settlements: Vec<Settlement> = leases
            .into_iter()
            .map(|lease| Settlement {
                lease,
                outcome: Outcome::Release,
            })
            .collect();
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(500));
        let told = async {
            loop {
                match self.shared.store.settle(&settlements).await {
                    Ok(answers) => {
                        break answers
                            .iter()
                            .filter(|answer| **answer != Settled::LeaseLost)
                            .count();
                    }
                    Err(error) if error.is_transient() => {
                        tokio::time::sleep(backoff.next(rng)).await
                    }
                    Err(_) => break 0,
                }
            }
        };
        tokio::time::timeout(GIVING_BACK, told)
            .await
            .unwrap_or_default()
    }
}
