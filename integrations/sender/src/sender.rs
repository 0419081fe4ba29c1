//! The sender: the worker of the inbox, run the other way.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use webhook_idempotency::ConfigError as OptionError;
use webhook_idempotency::{Drained, Queue, RetryPolicy, Worker, WorkerBuilder};
use webhook_verify::{Clock, SystemClock};

use crate::client::Client;
use crate::deliver::Deliver;
use crate::egress::EgressPolicy;
use crate::endpoint::Endpoint;
use crate::error::ConfigError;
use crate::outbox::{NAMESPACE, check_endpoint_name};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The waits behind the first and each further attempt that the Standard Webhooks specification gives as its example:
/// ten attempts in a little over three days.
pub const STANDARD_SCHEDULE: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
    Duration::from_secs(14 * 60 * 60),
    Duration::from_secs(20 * 60 * 60),
    Duration::from_secs(24 * 60 * 60),
];

/// What must remain of a lease behind the longest attempt, to write down how it ended.
const MARGIN: Duration = SECOND;

/// Sends what is in the outbox. Any number of senders, in any number of processes on this host, may share a file.
///
/// Each attempt is signed anew over the stored bytes, under the constant id of the event. A 2xx ends the delivery, a 410
/// too; everything else is tried again as [`classify`](crate::classify) says, until the event is delivered or kept as a
/// dead letter. A crash between an answer and its record leads to a second delivery under the same id.
pub struct Sender {
    worker: Worker<dyn Queue>,
}

impl Sender {
    /// Begins to configure a sender on that store.
    pub fn builder(store: Arc<dyn Queue>) -> SenderBuilder {
        SenderBuilder {
            worker: Worker::builder(store).namespace(NAMESPACE).concurrency(64),
            lease: 30 * SECOND,
            endpoints: Vec::new(),
            client: None,
            clock: Arc::new(SystemClock),
            retry: None,
            brief_attempts: 4,
        }
    }

    /// Sends until `shutdown` is ready, then lets running attempts end up to the drain limit and gives the others back.
    pub async fn run<S: Future<Output = ()>>(self, shutdown: S) -> Drained {
        self.worker.run(shutdown).await
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("worker", &self.worker)
            .finish()
    }
}

/// Configures a [`Sender`].
#[must_use = "a builder does nothing before it is built"]
pub struct SenderBuilder {
    worker: WorkerBuilder<dyn Queue>,
    lease: Duration,
    endpoints: Vec<(String, Endpoint)>,
    client: Option<Client>,
    clock: Arc<dyn Clock>,
    retry: Option<RetryPolicy>,
    brief_attempts: u32,
}

impl SenderBuilder {
    /// Sends events for `name` to that endpoint. A name has 1 to 64 characters of `a-z`, `0-9`, `-`, `_`, `.` and `/`.
    pub fn endpoint(mut self, name: impl Into<String>, endpoint: Endpoint) -> Self {
        self.endpoints.push((name.into(), endpoint));
        self
    }

    /// Sends through that client, and so under its egress policy. Default: a client under the guarded policy.
    pub fn client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Reads the time of signatures from there instead of from the system.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// When failed deliveries are tried again. Default: [`STANDARD_SCHEDULE`], each wait drawn from half to one and a half
    /// times its length.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// How many attempts there are at most when the last one was answered with a redirect or a 4xx that seldom goes away
    /// by itself, or when the egress policy refused the endpoint. Default: 4, which is a little over half an hour.
    pub const fn brief_attempts(mut self, attempts: u32) -> Self {
        self.brief_attempts = attempts;
        self
    }

    /// How many attempts run at once, 1 to 10,000. Default: 64.
    pub fn concurrency(mut self, attempts: usize) -> Self {
        self.worker = self.worker.concurrency(attempts);
        self
    }

    /// How long an event stays with a sender that has died, 1 second to a day, and at least a second more than the
    /// longest timeout of an endpoint. Default: 30 seconds.
    pub fn lease(mut self, length: Duration) -> Self {
        self.lease = length;
        self
    }

    /// How often to look for events that nobody announced: those that other processes enqueued or that were enqueued in
    /// a transaction, and retries. A millisecond to an hour. Default: 1 second.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.worker = self.worker.poll_interval(interval);
        self
    }

    /// How long to wait for running attempts at shutdown, up to a day. Default: 25 seconds.
    pub fn drain_limit(mut self, limit: Duration) -> Self {
        self.worker = self.worker.drain_limit(limit);
        self
    }

    /// The sender, which does nothing before it is run.
    ///
    /// # Errors
    /// [`ConfigError`] if an option is out of its range, two endpoints share a name, the egress policy refuses an
    /// endpoint, or a lease could lapse before an attempt has ended.
    pub fn build(self) -> Result<Sender, ConfigError> {
        let client = match self.client {
            Some(client) => client,
            None => Client::new(EgressPolicy::guarded())?,
        };
        let mut endpoints = HashMap::with_capacity(self.endpoints.len());
        let mut longest = Duration::ZERO;
        for (name, endpoint) in self.endpoints {
            check_endpoint_name(&name)?;
            let timeout = endpoint.deadline();
            if timeout < Duration::from_millis(1) || timeout > HOUR {
                return Err(limit(
                    "the timeout of an endpoint",
                    "must be from 1 millisecond to 1 hour",
                ));
            }
            longest = longest.max(timeout);
            if let Err(problem) = client.allows(endpoint.url()) {
                return Err(ConfigError::Endpoint { name, problem });
            }
            if endpoints.insert(name.clone(), endpoint).is_some() {
                return Err(ConfigError::DuplicateEndpoint { name });
            }
        }
        if self.lease < longest + MARGIN {
            return Err(limit(
                "the lease",
                "must be at least 1 second longer than the timeout of every endpoint",
            ));
        }
        if self.brief_attempts == 0 {
            return Err(limit("the brief attempts", "must be at least 1"));
        }
        let retry = match self.retry {
            Some(retry) => retry,
            None => RetryPolicy::schedule(&STANDARD_SCHEDULE)?,
        };
        let deliver = Deliver {
            endpoints,
            client,
            clock: self.clock,
            brief_attempts: self.brief_attempts,
        };
        let worker = self.worker.lease(self.lease).retry(retry);
        // The client keeps the deadline; the worker's own is only there in case that it does not.
        let worker = worker
            .handler_deadline(longest + MINUTE)
            .handle(deliver)
            .build()?;
        Ok(Sender { worker })
    }
}

const fn limit(option: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Option(OptionError::Limit { option, problem })
}

impl fmt::Debug for SenderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderBuilder")
            .field("endpoints", &self.endpoints)
            .field("lease", &self.lease)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
