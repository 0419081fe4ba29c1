//! The options of a worker.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;

use crate::error::ConfigError;
use crate::event::Event;
use crate::handler::{BoxFuture, Handler, HandlerError};
use crate::inbox::Inbox;
use crate::key::Namespace;
use crate::queue::Queue;
use crate::retry::RetryPolicy;
use crate::transaction::TransactionalQueue;

use super::runner::{Plain, Runner, Transactional};
use super::{InHand, Shared, Worker};

/// Configures a [`Worker`]. It cannot be built before it was given a handler.
#[must_use = "a builder does nothing before it is built"]
pub struct WorkerBuilder<Q: ?Sized, H = NoHandler> {
    store: Arc<Q>,
    options: Options,
    handler: H,
}

struct Options {
    namespace: String,
    concurrency: usize,
    lease: Duration,
    handler_deadline: Duration,
    transaction_limit: Duration,
    poll_interval: Duration,
    drain_limit: Duration,
    retry: RetryPolicy,
    seed: Option<u64>,
}

/// The state of a builder that has no handler yet.
#[derive(Clone, Copy, Debug)]
pub struct NoHandler(());

/// The state of a builder that has a handler.
pub struct WithHandler<Q: ?Sized>(MakeRunner<Q>);

/// Made when the worker is built, so that options may come behind the handler.
type MakeRunner<Q> = Box<dyn FnOnce(&Options) -> Box<dyn Runner<Q>> + Send>;

impl<Q: Queue + ?Sized> WorkerBuilder<Q> {
    pub(super) fn new(store: Arc<Q>) -> Self {
        let options = Options {
            namespace: Inbox::NAMESPACE.to_owned(),
            concurrency: 16,
            lease: Duration::from_secs(30),
            handler_deadline: Duration::from_secs(5 * 60),
            transaction_limit: Duration::from_secs(2),
            poll_interval: Duration::from_secs(1),
            drain_limit: Duration::from_secs(25),
            retry: RetryPolicy::default(),
            seed: None,
        };
        Self {
            store,
            options,
            handler: NoHandler(()),
        }
    }

    /// Runs `handler` for each event, at least once.
    pub fn handle<H: Handler>(self, handler: H) -> WorkerBuilder<Q, WithHandler<Q>> {
        self.with(move |options| {
            Box::new(Plain {
                handler,
                deadline: options.handler_deadline,
            })
        })
    }

    /// Runs `handler` for each event in a transaction of the store, whose last statement settles the event: what it
    /// writes through the connection happens exactly once. If it returns an error, nothing that it wrote remains.
    ///
    /// On SQLite one transaction runs at a time and everything else that writes waits for it, acknowledgements too:
    /// call other services in a plain handler, and keep this one as short as
    /// [`transaction_limit`](Self::transaction_limit). Do not use the store itself inside: it would wait for its own
    /// transaction.
    ///
    #[cfg_attr(feature = "sqlite", doc = "```no_run")]
    #[cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
    /// # use webhook_idempotency::{SqliteStore, Worker};
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = SqliteStore::open("/var/lib/shop/webhooks.db").await?;
    /// let worker = Worker::builder(store.into())
    ///     .handle_tx(|event, connection| Box::pin(async move {
    ///         let insert = sqlx::query("INSERT INTO payments (event) VALUES (?1)").bind(event.id());
    ///         insert.execute(connection).await?;
    ///         Ok(())
    ///     }))
    ///     .build()?;
    /// # Ok(()) }
    /// ```
    pub fn handle_tx<F>(self, handler: F) -> WorkerBuilder<Q, WithHandler<Q>>
    where
        Q: TransactionalQueue + Sized,
        F: for<'a> Fn(&'a Event, &'a mut Q::Connection) -> BoxFuture<'a, Result<(), HandlerError>>
            + Send
            + Sync
            + 'static,
    {
        self.with(move |options| {
            Box::new(Transactional {
                handler: Arc::new(handler),
                limit: options.transaction_limit,
            })
        })
    }

    fn with(
        self,
        make: impl FnOnce(&Options) -> Box<dyn Runner<Q>> + Send + 'static,
    ) -> WorkerBuilder<Q, WithHandler<Q>> {
        WorkerBuilder {
            store: self.store,
            options: self.options,
            handler: WithHandler(Box::new(make)),
        }
    }
}

impl<Q: Queue + ?Sized, H> WorkerBuilder<Q, H> {
    /// The namespace whose events it works on. Default: `inbox`.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.options.namespace = name.into();
        self
    }

    /// How many events are worked on at once, 1 to 10,000. Default: 16. No more are ever leased than can start at once.
    pub const fn concurrency(mut self, events: usize) -> Self {
        self.options.concurrency = events;
        self
    }

    /// How long an event stays with a worker that has died, 1 second to a day. Default: 30 seconds. Living workers
    /// extend their leases at each third of it, so handlers may run for longer.
    pub const fn lease(mut self, length: Duration) -> Self {
        self.options.lease = length;
        self
    }

    /// After how long a plain handler is stopped at its next `.await` and the attempt has failed, a millisecond to a
    /// day. Default: 5 minutes.
    pub const fn handler_deadline(mut self, deadline: Duration) -> Self {
        self.options.handler_deadline = deadline;
        self
    }

    /// After how long a transaction of [`handle_tx`](WorkerBuilder::handle_tx) is rolled back and the attempt has
    /// failed, a millisecond to a day. Default: 2 seconds. Waiting for the transaction to open does not count, and is
    /// not charged to the event if it is in vain.
    pub const fn transaction_limit(mut self, limit: Duration) -> Self {
        self.options.transaction_limit = limit;
        self
    }

    /// How often to look for events that nobody announced: those that other processes stored, whose retry is due, or
    /// whose lease has lapsed. A millisecond to an hour. Default: 1 second.
    pub const fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// How long to wait for running handlers at shutdown before they are stopped and their events given back, up to a
    /// day. Default: 25 seconds, to end before Kubernetes kills the process after 30.
    pub const fn drain_limit(mut self, limit: Duration) -> Self {
        self.options.drain_limit = limit;
        self
    }

    /// When failed events run again. Default: [`RetryPolicy::default`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = policy;
        self
    }

    /// Makes all random waits repeatable, for tests. Default: seeded by the operating system.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }
}

impl<Q: Queue + ?Sized> WorkerBuilder<Q, WithHandler<Q>> {
    /// The worker, which does nothing before it is run.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] or [`ConfigError::Name`] if an option is out of its range.
    pub fn build(self) -> Result<Worker<Q>, ConfigError> {
        const MILLISECOND: Duration = Duration::from_millis(1);
        const SECOND: Duration = Duration::from_secs(1);
        const HOUR: Duration = Duration::from_secs(60 * 60);
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);

        let options = self.options;
        check(
            "the concurrency",
            (1..=10_000).contains(&options.concurrency),
            "must be from 1 to 10,000 events",
        )?;
        check(
            "the lease",
            (SECOND..=DAY).contains(&options.lease),
            "must be from 1 second to 24 hours",
        )?;
        for (option, limit) in [
            ("the handler deadline", options.handler_deadline),
            ("the transaction limit", options.transaction_limit),
        ] {
            check(
                option,
                (MILLISECOND..=DAY).contains(&limit),
                "must be from 1 millisecond to 24 hours",
            )?;
        }
        let poll = (MILLISECOND..=HOUR).contains(&options.poll_interval);
        check(
            "the poll interval",
            poll,
            "must be from 1 millisecond to 1 hour",
        )?;
        check(
            "the drain limit",
            options.drain_limit <= DAY,
            "must be at most 24 hours",
        )?;

        let namespace = Namespace::queue(&options.namespace)?;
        let runner = (self.handler.0)(&options);
        Ok(Worker {
            shared: Arc::new(Shared {
                store: self.store,
                runner,
                retry: options.retry,
                lease: options.lease,
                in_hand: Arc::new(InHand::default()),
            }),
            namespace,
            concurrency: options.concurrency,
            poll_interval: options.poll_interval,
            drain_limit: options.drain_limit,
            seed: options.seed.unwrap_or_else(|| rand::rng().random()),
        })
    }
}

const fn check(
    option: &'static str,
    holds: bool,
    problem: &'static str,
) -> Result<(), ConfigError> {
    if holds {
        Ok(())
    } else {
        Err(ConfigError::Limit { option, problem })
    }
}

impl<Q: ?Sized, H> fmt::Debug for WorkerBuilder<Q, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerBuilder")
            .field("namespace", &self.options.namespace)
            .field("concurrency", &self.options.concurrency)
            .field("lease", &self.options.lease)
            .finish_non_exhaustive()
    }
}

impl<Q: ?Sized> fmt::Debug for WithHandler<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithHandler")
    }
}
