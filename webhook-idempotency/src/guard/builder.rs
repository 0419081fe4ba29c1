use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{Guard, Shared};
use crate::claims::Claims;
use crate::error::ConfigError;
use crate::key::{Namespace, check_name};

/// Calls to the store at a time that nobody may be waiting for any more: beginnings and releases.
const PLACES: usize = 1_024;

/// Headers that describe the body or are part of the answer's meaning.
const KEPT: [&str; 4] = ["content-language", "content-type", "etag", "location"];

/// Headers that belong to one client or one connection, and must not be given to another.
const NEVER_KEPT: [&str; 16] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "date",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
    "idempotency-replayed",
];

#[derive(Clone)]
pub(super) struct Policy {
    pub(super) lease: Duration,
    pub(super) ceiling: Duration,
    pub(super) store_deadline: Duration,
    pub(super) wait: Duration,
    pub(super) fails_open: bool,
    pub(super) compares_deliveries: bool,
    pub(super) completes: fn(u16) -> bool,
    kept: Vec<String>,
}

impl Policy {
    pub(super) fn keeps(&self, name: &str) -> bool {
        self.kept.iter().any(|kept| kept == name)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("lease", &self.lease)
            .field("ceiling", &self.ceiling)
            .field("store_deadline", &self.store_deadline)
            .field("wait", &self.wait)
            .field("fails_open", &self.fails_open)
            .field("kept", &self.kept)
            .finish_non_exhaustive()
    }
}

/// Configures a [`Guard`].
#[derive(Clone)]
pub struct GuardBuilder {
    store: Arc<dyn Claims>,
    endpoint: String,
    namespace: String,
    policy: Policy,
}

impl GuardBuilder {
    pub(super) fn new(store: Arc<dyn Claims>, endpoint: &str) -> Self {
        Self {
            store,
            endpoint: endpoint.to_owned(),
            namespace: Guard::NAMESPACE.to_owned(),
            policy: Policy {
                lease: Duration::from_secs(30),
                ceiling: Duration::from_secs(300),
                store_deadline: Duration::from_secs(5),
                wait: Duration::ZERO,
                fails_open: false,
                compares_deliveries: false,
                completes: |status| matches!(status, 200..=299),
                kept: KEPT.map(str::to_owned).into(),
            },
        }
    }

    /// In another namespace than `requests`, for a retention of its own.
    #[must_use]
    pub fn namespace(mut self, name: &str) -> Self {
        self.namespace = name.to_owned();
        self
    }

    /// How long a key stays taken after its process died; 30 seconds unless told. It is extended at each third while the
    /// handler runs. From 1 second to 1 hour.
    #[must_use]
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.policy.lease = lease;
        self
    }

    /// How long a handler may run at most before its key is free for a repetition; 5 minutes unless told. From `lease` to
    /// 24 hours.
    #[must_use]
    pub const fn ceiling(mut self, ceiling: Duration) -> Self {
        self.policy.ceiling = ceiling;
        self
    }

    /// How long the store may take for one answer; 5 seconds unless told. From 1 millisecond to 5 minutes. Keep it below
    /// the time that the peer waits.
    #[must_use]
    pub const fn store_deadline(mut self, deadline: Duration) -> Self {
        self.policy.store_deadline = deadline;
        self
    }

    /// Lets a repetition wait so long for the request that is running, instead of refusing it at once. Not at all unless
    /// told; 5 minutes at most.
    #[must_use]
    pub const fn wait_for_in_flight(mut self, at_most: Duration) -> Self {
        self.policy.wait = at_most;
        self
    }

    /// Which statuses complete a request: 2xx unless told. Any other one releases it.
    #[must_use]
    pub const fn completes(mut self, completes: fn(status: u16) -> bool) -> Self {
        self.policy.completes = completes;
        self
    }

    /// Stores this header with a response too, beside `content-language`, `content-type`, `etag` and `location`.
    #[must_use]
    pub fn keep_header(mut self, name: &str) -> Self {
        self.policy.kept.push(name.to_ascii_lowercase());
        self
    }

    /// Refuses a delivery under an identity that came before with another body. Unless told it counts as a repetition,
    /// since some providers count their attempts inside the body. Requests of API clients are always compared.
    #[must_use]
    pub const fn compare_deliveries(mut self) -> Self {
        self.policy.compares_deliveries = true;
        self
    }

    /// Runs the handler also when the store cannot be asked: then every repetition runs too. Unless told nothing runs, the
    /// peer is told to come back, and nothing is lost.
    #[must_use]
    pub const fn danger_fail_open(mut self) -> Self {
        self.policy.fails_open = true;
        self
    }

    /// The guard.
    ///
    /// # Errors
    /// [`ConfigError::Name`] for a namespace or an endpoint outside of its alphabet, [`ConfigError::Limit`] for a duration
    /// out of its range or a header that must not be kept.
    pub fn build(self) -> Result<Guard, ConfigError> {
        let Self {
            store,
            endpoint,
            namespace,
            policy,
        } = self;
        check_name("endpoint", &endpoint)?;
        let namespace = Namespace::guard(&namespace)?;
        let refuse = |option, problem| Err(ConfigError::Limit { option, problem });
        let seconds = Duration::from_secs;
        if !(seconds(1)..=seconds(3_600)).contains(&policy.lease) {
            return refuse("lease", "must be from 1 second to 1 hour");
        }
        if !(policy.lease..=seconds(86_400)).contains(&policy.ceiling) {
            return refuse("ceiling", "must be from the lease to 24 hours");
        }
        if !(Duration::from_millis(1)..=seconds(300)).contains(&policy.store_deadline) {
            return refuse("store_deadline", "must be from 1 millisecond to 5 minutes");
        }
        if policy.wait > seconds(300) {
            return refuse("wait_for_in_flight", "must be at most 5 minutes");
        }
        if policy.kept.iter().any(|name| NEVER_KEPT.contains(&&**name)) {
            return refuse(
                "keep_header",
                "must not name a header that belongs to one client or one connection",
            );
        }
        Ok(Guard {
            shared: Arc::new(Shared {
                store,
                namespace,
                endpoint: endpoint.into(),
                policy,
                places: Arc::new(Semaphore::new(PLACES)),
            }),
        })
    }
}

impl fmt::Debug for GuardBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardBuilder")
            .field("namespace", &self.namespace)
            .field("endpoint", &self.endpoint)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
