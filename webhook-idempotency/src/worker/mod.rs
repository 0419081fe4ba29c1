//! The worker: leases stored events, runs a handler for each, and settles what came of it.

mod attempt;
mod backoff;
mod builder;
mod drain;
mod heartbeat;
mod in_hand;
mod intake;
mod runner;
mod settle;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::key::Namespace;
use crate::queue::Queue;
use crate::record::Leased;
use crate::retry::RetryPolicy;
use crate::text;

pub use builder::{NoHandler, WithHandler, WorkerBuilder};
pub use drain::Drained;

use in_hand::InHand;
use intake::{Intake, Taken};
use runner::Runner;

/// Works through the events of one namespace. Any number of workers, in any number of processes, may share a store.
///
/// - It leases no more events than it can start at once, and each event makes room for the next as soon as it is settled.
/// - A lease that is held is extended at each third of its length. One that is lost stops its handler, and everything
///   that a late handler still tries to write is refused by its fence.
/// - A handler that returns an error, panics or overruns its deadline has failed that attempt, and no other.
/// - Attempts are counted when the event is leased, so an event that takes the process down is given up in the end too.
/// - While the store is in trouble the worker waits, longer and longer up to 30 seconds, and goes on by itself.
///
/// ```
/// use std::sync::Arc;
/// use webhook_idempotency::{Event, HandlerError, MemoryStore, Worker};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), webhook_idempotency::ConfigError> {
/// async fn on_event(event: Event) -> Result<(), HandlerError> {
///     println!("{:?} from {}", event.event_type(), event.source());
///     Ok(())
/// }
///
/// let store = Arc::new(MemoryStore::new(10_000));
/// let worker = Worker::builder(store).concurrency(4).handle(on_event).build()?;
///
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let running = tokio::spawn(worker.run(async move { stopped.await.unwrap_or_default() }));
/// // .. and at shutdown:
/// drop(stop);
/// let drained = running.await.unwrap();
/// assert_eq!(drained.released, 0);
/// # Ok(()) }
/// ```
pub struct Worker<Q: ?Sized> {
    shared: Arc<Shared<Q>>,
    namespace: Namespace,
    concurrency: usize,
    poll_interval: Duration,
    drain_limit: Duration,
    seed: u64,
}

/// What every attempt needs.
struct Shared<Q: ?Sized> {
    runner: Box<dyn Runner<Q>>,
    retry: RetryPolicy,
    lease: Duration,
    in_hand: Arc<InHand>,
    store: Arc<Q>,
}

impl<Q: Queue + ?Sized> Worker<Q> {
    /// Begins to configure a worker on that store.
    pub fn builder(store: Arc<Q>) -> WorkerBuilder<Q> {
        WorkerBuilder::new(store)
    }

    /// Works until `shutdown` is ready, then waits for running handlers up to the drain limit, stops those that are left
    /// and gives their events back without charging them an attempt.
    ///
    /// Dropping the future instead stops all handlers at once; their events come back when their leases have lapsed.
    pub async fn run<S: Future<Output = ()>>(self, shutdown: S) -> Drained {
        let mut shutdown = pin!(shutdown);
        let mut rng = StdRng::seed_from_u64(self.seed);
        let mut heart = JoinSet::new();
        let beating = Arc::clone(&self.shared);
        heart.spawn(async move {
            heartbeat::beat(&*beating.store, &beating.in_hand, beating.lease).await
        });
        let mut attempts = JoinSet::new();
        let mut intake = Intake::new(&self);
        loop {
            while attempts.try_join_next().is_some() {}
            let free = self.concurrency.saturating_sub(attempts.len());
            if free == 0 {
                tokio::select! {
                    biased;
                    () = &mut shutdown => break,
                    _ = attempts.join_next() => continue,
                }
            }
            match intake.take(free, shutdown.as_mut(), &mut rng).await {
                Taken::Events(events) => {
                    for leased in events {
                        self.start(leased, &mut attempts, &mut rng);
                    }
                }
                Taken::Shutdown => break,
            }
        }
        self.drain(attempts, &mut rng).await
    }

    fn start(&self, leased: Leased, attempts: &mut JoinSet<()>, rng: &mut StdRng) {
        let facts = &leased.record.facts;
        let span = tracing::info_span!(
            "webhook_attempt",
            endpoint = facts.endpoint,
            key = %leased.record.key,
            id = facts.id.as_ref().map(|id| text::loggable(&id.value)),
            attempt = leased.record.attempts,
            fence = leased.lease.fence.0,
        );
        // Taken here, so that a lease is in hand, and extended and given back, before its task first runs.
        let grip = self.shared.in_hand.take(leased.lease);
        let rng = StdRng::seed_from_u64(rng.random());
        attempts
            .spawn(attempt::attempt(Arc::clone(&self.shared), leased, grip, rng).instrument(span));
    }
}

impl<Q: ?Sized> fmt::Debug for Worker<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("namespace", &self.namespace)
            .field("concurrency", &self.concurrency)
            .field("lease", &self.shared.lease)
            .field("retry", &self.shared.retry)
            .finish_non_exhaustive()
    }
}
