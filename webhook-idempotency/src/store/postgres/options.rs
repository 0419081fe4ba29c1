//! How a store is opened.

use std::fmt;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::{PostgresStore, migrations, problem};
use crate::error::ConfigError;

/// The isolation level of the transactions that handlers run in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isolation {
    /// Each statement sees what was committed before it: Postgres's own default.
    #[default]
    ReadCommitted,
    /// All statements see what was committed before the first of them.
    RepeatableRead,
    /// As if the handlers ran one after another. Postgres refuses one of two that cannot be put in an order.
    Serializable,
}

impl Isolation {
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// Which database a [`PostgresStore`] keeps its records in, and how.
#[derive(Clone)]
pub struct PostgresOptions {
    pub(super) connect: PgConnectOptions,
    pub(super) listen_on: Option<PgConnectOptions>,
    pub(super) schema: String,
    pub(super) connections: u32,
    pub(super) handler_connections: u32,
    pub(super) isolation: Isolation,
    pub(super) lock_timeout: Duration,
    pub(super) migrate: bool,
    pub(super) notify: bool,
    pub(super) through_pooler: bool,
    pub(super) timeout: Duration,
}

impl PostgresOptions {
    /// The database of that URL, such as `postgres://shop@db.internal/shop`.
    ///
    /// # Errors
    /// [`ConfigError::Database`] if it is no URL of a Postgres database. The error repeats nothing of it.
    pub fn new(url: &str) -> Result<Self, ConfigError> {
        parse(url).map(Self::with)
    }

    /// A database that is described in sqlx's own way, for instance with certificates.
    #[must_use]
    pub fn with(connect: PgConnectOptions) -> Self {
        Self {
            connect: connect.disable_statement_logging(),
            listen_on: None,
            schema: "webhooks".into(),
            connections: 8,
            handler_connections: 8,
            isolation: Isolation::default(),
            lock_timeout: Duration::from_secs(1),
            migrate: true,
            notify: false,
            through_pooler: false,
            timeout: Duration::from_secs(5),
        }
    }

    /// The schema that everything of the store's is in; `webhooks` unless told. From 1 to 48 characters out of `a-z`, `0-9`
    /// and `_`, of which the first is a letter.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// How many connections put, and how many lease, settle and read; 8 each unless told. From 1 to 1,000.
    #[must_use]
    pub const fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// How many handlers run in transactions at the same time, each on a connection of its own; 8 unless told. From 1 to 1,000.
    #[must_use]
    pub const fn handler_connections(mut self, connections: u32) -> Self {
        self.handler_connections = connections;
        self
    }

    /// The isolation level of handlers' transactions; [`Isolation::ReadCommitted`] unless told. The store itself needs no more
    /// than that.
    #[must_use]
    pub const fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// How long a call waits for a row that another transaction holds, before it fails as locked; 1 second unless told. From 1
    /// millisecond to 1 hour.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// How long a call may take, waiting for a connection included; 5 seconds unless told, which is shorter than any sender
    /// waits. From 1 millisecond to 1 hour.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Whether opening brings the tables up to date; yes unless told. Whoever says no runs [`PostgresOptions::migrate`] or
    /// [`PostgresOptions::migrations`] before.
    #[must_use]
    pub const fn migrate_at_start(mut self, migrate: bool) -> Self {
        self.migrate = migrate;
        self
    }

    /// Whether workers of other processes are told of new records, over one more connection; no unless told. At most ten
    /// notifications a second are sent for each process, in transactions of their own.
    #[must_use]
    pub const fn notify(mut self, notify: bool) -> Self {
        self.notify = notify;
        self
    }

    /// Says that a pooler hands out a connection for one transaction at a time, as PgBouncer does. Nothing is then kept on a
    /// connection: no prepared statement, no setting. Each call takes four round trips instead of one.
    ///
    /// A handler that ends the transaction it was given cannot be kept from writing behind it. To be notified, say where to
    /// [listen](PostgresOptions::listen_on).
    #[must_use]
    pub const fn through_pooler(mut self, through_pooler: bool) -> Self {
        self.through_pooler = through_pooler;
        self
    }

    /// A URL that leads around a pooler, for the one connection that listens. It turns [`PostgresOptions::notify`] on.
    ///
    /// # Errors
    /// As [`PostgresOptions::new`].
    pub fn listen_on(mut self, url: &str) -> Result<Self, ConfigError> {
        self.listen_on = Some(parse(url)?.disable_statement_logging());
        self.notify = true;
        Ok(self)
    }

    /// Connects, brings the tables up to date unless told otherwise, and looks at how durable the server is.
    ///
    /// # Errors
    /// [`ConfigError::Database`] if the database cannot be used, [`ConfigError::Limit`] if an option is out of its range.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn open(self) -> Result<PostgresStore, ConfigError> {
        self.check()?;
        PostgresStore::start(self).await
    }

    /// Brings the tables up to date without opening a store. Needs the right to create the schema, or to create tables in one
    /// that exists.
    ///
    /// # Errors
    /// As [`PostgresOptions::open`].
    pub async fn migrate(&self) -> Result<(), ConfigError> {
        self.check()?;
        migrations::apply(self)
            .await
            .map_err(|error| self.refuse(&error))
    }

    /// Everything that [`PostgresOptions::migrate`] would run on an empty database, as SQL to be read and run by other tools.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if an option is out of its range.
    pub fn migrations(&self) -> Result<String, ConfigError> {
        self.check()?;
        Ok(migrations::script(&self.schema))
    }

    pub(super) fn refuse(&self, error: &sqlx::Error) -> ConfigError {
        ConfigError::Database {
            location: self.location(),
            problem: problem::of(error),
        }
    }

    /// Where it is, without whatever is secret.
    fn location(&self) -> String {
        let host = match self.connect.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => self.connect.get_host().to_owned(),
        };
        let database = self
            .connect
            .get_database()
            .unwrap_or_else(|| self.connect.get_username());
        format!("{database} on {host}:{}", self.connect.get_port())
    }

    fn check(&self) -> Result<(), ConfigError> {
        let limit = |option, problem| Err(ConfigError::Limit { option, problem });
        let schema = self.schema.as_bytes();
        let letters = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_';
        if !matches!(schema.first(), Some(b'a'..=b'z'))
            || schema.len() > 48
            || !schema.iter().all(letters)
        {
            return limit(
                "schema",
                "must have 1 to 48 characters out of a-z, 0-9 and '_', of which the first is a letter",
            );
        }
        if self.schema.starts_with("pg_")
            || self.schema == "public"
            || self.schema == "information_schema"
        {
            return limit(
                "schema",
                "must be one of the store's own; choose another name",
            );
        }
        for (option, connections) in [
            ("connections", self.connections),
            ("handler_connections", self.handler_connections),
        ] {
            if !(1..=1_000).contains(&connections) {
                return limit(option, "must be from 1 to 1,000");
            }
        }
        let range = Duration::from_millis(1)..=Duration::from_secs(3600);
        for (option, timeout) in [
            ("timeout", self.timeout),
            ("lock_timeout", self.lock_timeout),
        ] {
            if !range.contains(&timeout) {
                return limit(option, "must be from 1 millisecond to 1 hour");
            }
        }
        if self.notify && self.through_pooler && self.listen_on.is_none() {
            return limit(
                "notify",
                "needs a connection that leads around the pooler; give its URL to listen_on",
            );
        }
        Ok(())
    }
}

/// sqlx's message says what is wrong with the URL; the URL itself may hold a password.
fn parse(url: &str) -> Result<PgConnectOptions, ConfigError> {
    let refused = |problem: String| ConfigError::Database {
        location: "of the given URL".into(),
        problem,
    };
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(refused(
            "it does not begin with postgres://; correct the URL".into(),
        ));
    }
    url.parse()
        .map_err(|_| refused("it cannot be read; write it as postgres://user@host/database".into()))
}

/// No password and no certificate.
impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("database", &self.location())
            .field("schema", &self.schema)
            .field("connections", &self.connections)
            .field("handler_connections", &self.handler_connections)
            .field("isolation", &self.isolation)
            .field("lock_timeout", &self.lock_timeout)
            .field("notify", &self.notify)
            .field("through_pooler", &self.through_pooler)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
