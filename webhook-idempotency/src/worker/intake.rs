//! Getting leased events out of the store, at the right moments and no more often.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use rand::Rng;

use crate::queue::Queue;
use crate::record::Leased;
use crate::text;

use super::Worker;
use super::backoff::Backoff;

/// So that one statement never grows with the concurrency of a worker.
const BATCH: usize = 256;

pub(super) struct Intake<'w, Q: ?Sized> {
    worker: &'w Worker<Q>,
    /// For a store that fails.
    trouble: Backoff,
    /// For a store whose hints lead to nothing, also for one that does not wait at all.
    false_alarms: Backoff,
    /// Whether the last wait was ended by a hint.
    hinted: bool,
}

pub(super) enum Taken {
    /// None, if it is time to look again.
    Events(Vec<Leased>),
    Shutdown,
}

impl<'w, Q: Queue + ?Sized> Intake<'w, Q> {
    pub(super) fn new(worker: &'w Worker<Q>) -> Self {
        Self {
            worker,
            trouble: Backoff::new(Duration::from_millis(100), Duration::from_secs(30)),
            false_alarms: Backoff::new(Duration::from_micros(100), Duration::from_millis(20)),
            hinted: false,
        }
    }

    /// Leases up to `free` events, or waits until there may be some.
    pub(super) async fn take<S, R>(
        &mut self,
        free: usize,
        mut shutdown: Pin<&mut S>,
        rng: &mut R,
    ) -> Taken
    where
        S: Future<Output = ()>,
        R: Rng,
    {
        let worker = self.worker;
        let store = &worker.shared.store;
        let limit = u32::try_from(free.min(BATCH)).unwrap_or(u32::MAX);

        // Listening begins before looking, so that a hint between the two is heard.
        let mut hint = store.wait(&worker.namespace, worker.poll_interval);
        let early = poll_fn(|context| Poll::Ready(hint.as_mut().poll(context).is_ready())).await;

        let mut leasing = store.lease(&worker.namespace, limit, worker.shared.lease);
        let answer = tokio::select! {
            biased;
            () = shutdown.as_mut() => None,
            answer = &mut leasing => Some(answer),
        };
        match answer {
            None => {
                // A call that is under way may still lease events. They are given back rather than left to lapse.
                if let Ok(Ok(leased)) = tokio::time::timeout(worker.drain_limit, leasing).await {
                    worker
                        .release(leased.into_iter().map(|leased| leased.lease).collect(), rng)
                        .await;
                }
                return Taken::Shutdown;
            }
            Some(Ok(events)) if !events.is_empty() => {
                self.trouble.reset();
                self.false_alarms.reset();
                return Taken::Events(events);
            }
            Some(Ok(_)) => self.trouble.reset(),
            Some(Err(error)) => {
                let pause = self.trouble.next(rng);
                tracing::warn!(
                    error = text::chain(&error),
                    ?pause,
                    "no events could be leased; trying again"
                );
                return unless(shutdown, tokio::time::sleep(pause)).await;
            }
        }
        if early || self.hinted {
            let pause = self.false_alarms.next(rng);
            if let Taken::Shutdown = unless(shutdown.as_mut(), tokio::time::sleep(pause)).await {
                return Taken::Shutdown;
            }
        } else {
            self.false_alarms.reset();
        }
        self.hinted = early;
        if early {
            return Taken::Events(Vec::new());
        }
        let hinted = &mut self.hinted;
        // The store is asked to wait no longer than this, but polling must not depend on it.
        let wait = async {
            *hinted = tokio::time::timeout(worker.poll_interval, hint)
                .await
                .is_ok()
        };
        unless(shutdown, wait).await
    }
}

/// Waits for `wait`, or for the shutdown.
async fn unless<S: Future<Output = ()>, W: Future<Output = ()>>(
    shutdown: Pin<&mut S>,
    wait: W,
) -> Taken {
    tokio::select! {
        biased;
        () = shutdown => Taken::Shutdown,
        () = wait => Taken::Events(Vec::new()),
    }
}
