//! How a store is opened.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::io::tcp::TcpSettings;
use redis::{ConnectionInfo, IntoConnectionInfo};

use super::RedisStore;
use super::check;
use super::cluster::Cluster;
use super::link::{Link, Route};
use super::names::Names;
use super::node::{Limits, Node, Replicas};
use crate::error::ConfigError;
use crate::key::check_name;

/// Which servers a [`RedisStore`] keeps its records on, and how. Its `Debug` shows no password.
#[derive(Clone)]
pub struct RedisOptions {
    urls: Vec<String>,
    cluster: bool,
    prefix: String,
    timeout: Duration,
    reply_timeout: Duration,
    replicas: Option<Replicas>,
    allow_eviction: bool,
    pub(super) ahead: Option<Ahead>,
}

/// How far a test has moved the clock.
pub(super) type Ahead = Arc<dyn Fn() -> Duration + Send + Sync>;

impl RedisOptions {
    /// One server, as `redis://user:password@host:6379/0`, or `unix:///run/redis.sock`. Behind a name or a proxy that
    /// leads to the current primary it may have replicas.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self::of(vec![url.into()], false)
    }

    /// A Redis Cluster, entered by any of these servers; all of them take the user and password of the first.
    #[must_use]
    pub fn cluster<U: Into<String>>(urls: impl IntoIterator<Item = U>) -> Self {
        Self::of(urls.into_iter().map(Into::into).collect(), true)
    }

    fn of(urls: Vec<String>, cluster: bool) -> Self {
        Self {
            urls,
            cluster,
            prefix: "webhook".into(),
            timeout: Duration::from_secs(4),
            reply_timeout: Duration::from_secs(1),
            replicas: None,
            allow_eviction: false,
            ahead: None,
        }
    }

    /// What the names of all keys begin with; `webhook` unless told. Two stores with two prefixes share nothing.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long one call may take with all its tries, before it fails as unavailable; 4 seconds unless told. From 1
    /// millisecond to 1 hour. A call outlives a failover that is shorter.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a server may take to connect, or to reply to one try; 1 second unless told. From 1 millisecond to 1 hour.
    #[must_use]
    pub const fn reply_timeout(mut self, timeout: Duration) -> Self {
        self.reply_timeout = timeout;
        self
    }

    /// Counts a write only once that many replicas of its server have it, and fails as unavailable if they have not
    /// `within` that time, which is added to [`RedisOptions::reply_timeout`]. None unless told.
    ///
    /// Without it a primary that dies may take what it had just acknowledged with it. With it a replica has the record;
    /// whether that replica is the one that takes over is certain only if `replicas` is all of them.
    #[must_use]
    pub const fn min_replicas(mut self, replicas: u32, within: Duration) -> Self {
        self.replicas = Some(Replicas {
            number: replicas,
            within,
        });
        self
    }

    /// Opens the store although the server may evict keys when its memory is full. An evicted record is a forgotten
    /// event: it will be run a second time.
    #[must_use]
    pub const fn allow_eviction(mut self, allow: bool) -> Self {
        self.allow_eviction = allow;
        self
    }

    /// Takes the server's clock to be ahead by so much, for tests that step time.
    #[cfg(feature = "conformance")]
    #[must_use]
    pub fn clock_ahead(mut self, by: Arc<dyn Fn() -> Duration + Send + Sync>) -> Self {
        self.ahead = Some(by);
        self
    }

    /// Connects, and checks that every primary keeps what it is given.
    ///
    /// A server that evicts keys is refused. One that writes nothing to its disk is warned about (`tracing`), and
    /// [`RedisStore::persistence`] says what it does.
    ///
    /// # Errors
    /// [`ConfigError::Database`] if a server cannot be reached or used, [`ConfigError::Limit`] or [`ConfigError::Name`]
    /// if an option is out of its range.
    pub async fn open(self) -> Result<RedisStore, ConfigError> {
        self.check()?;
        let limits = Limits {
            connect: self.reply_timeout,
            reply: self.reply_timeout,
            replicas: self.replicas,
        };
        let mut infos = Vec::new();
        for url in &self.urls {
            infos.push(info(url)?);
        }
        let mut infos = infos.into_iter();
        let Some(first) = infos.next() else {
            return Err(ConfigError::Database {
                location: "of the cluster".into(),
                problem: "no server is named; give the URL of at least one".into(),
            });
        };
        let location = first.addr().to_string();
        let route = match self.cluster {
            false => Route::Single(Arc::new(Node::new(first, limits))),
            true => Route::Cluster(Box::new(Cluster::new(first, infos.collect(), limits))),
        };
        let link = Link {
            route,
            timeout: self.timeout,
        };
        let persistence =
            check::servers(&link, &location, self.replicas, self.allow_eviction).await?;
        Ok(RedisStore {
            link,
            names: Names::new(self.prefix),
            ahead: self.ahead,
            persistence,
        })
    }

    fn check(&self) -> Result<(), ConfigError> {
        check_name("prefix", &self.prefix)?;
        let limit = |option, problem| Err(ConfigError::Limit { option, problem });
        let range = Duration::from_millis(1)..=Duration::from_secs(3600);
        let problem = "must be from 1 millisecond to 1 hour";
        if !range.contains(&self.timeout) {
            return limit("timeout", problem);
        }
        if !range.contains(&self.reply_timeout) {
            return limit("reply_timeout", problem);
        }
        match self.replicas {
            Some(replicas) if replicas.number == 0 => {
                limit("min_replicas", "must be at least 1; leave it out for none")
            }
            Some(replicas) if !range.contains(&replicas.within) => limit("min_replicas", problem),
            _ => Ok(()),
        }
    }
}

/// What a URL says. The URL itself holds a password and is in no error.
fn info(url: &str) -> Result<ConnectionInfo, ConfigError> {
    if url.starts_with("rediss:") || url.starts_with("valkeys:") {
        return Err(ConfigError::Database {
            location: "at the URL that is given (not shown, it may hold a password)".into(),
            problem: "this store speaks no TLS; connect through a TLS proxy beside the program"
                .into(),
        });
    }
    let info = url
        .into_connection_info()
        .map_err(|_| ConfigError::Database {
            location: "at the URL that is given (not shown, it may hold a password)".into(),
            problem: "it is not a Redis URL; write redis://user:password@host:port/database".into(),
        })?;
    // Small requests and replies would wait for each other.
    Ok(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers: Vec<String> = self
            .urls
            .iter()
            .map(|url| match url.as_str().into_connection_info() {
                Ok(info) => info.addr().to_string(),
                Err(_) => "no Redis URL".into(),
            })
            .collect();
        f.debug_struct("RedisOptions")
            .field("servers", &servers)
            .field("cluster", &self.cluster)
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("reply_timeout", &self.reply_timeout)
            .field("min_replicas", &self.replicas)
            .field("allow_eviction", &self.allow_eviction)
            .finish_non_exhaustive()
    }
}
