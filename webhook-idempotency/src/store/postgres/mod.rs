//! Records in a Postgres database.

mod batch;
mod claims;
mod error;
mod migrations;
mod notify;
mod options;
mod problem;
mod put;
mod queue;
mod row;
mod server;
mod settle;
mod statements;
mod transaction;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use self::notify::Notifier;
pub use self::options::{Isolation, PostgresOptions};
use self::server::{Again, Server};
use self::statements::Statements;
use crate::claims::{Put, Settled, Settlement};
use crate::error::{ConfigError, StoreError};
use crate::key::{Kind, Namespace};
use crate::record::NewRecord;
use crate::store::require;
use crate::store::wake::Wake;

/// A store in a Postgres database: durable, for any number of processes on any number of hosts. Needs Postgres 14.
///
/// A call that returned `Ok` has been committed with `synchronous_commit` at `on` or above, whatever the role or the database
/// is set to; whether the server then tells the truth is in [`PostgresStore::durability`]. Each call is one statement, which is
/// one round trip and one transaction. All times are the server's.
///
/// Everything is in a schema of its own, and may share the database with tables of the program's, which is what lets a
/// handler's effects and its settlement be one transaction.
///
/// ```no_run
/// # async fn run() -> Result<(), webhook_idempotency::ConfigError> {
/// use webhook_idempotency::PostgresStore;
/// let store = PostgresStore::open("postgres://shop@db.internal/shop").await?;
/// # Ok(()) }
/// ```
pub struct PostgresStore {
    server: Arc<Server>,
    statements: Statements,
    schema: String,
    durability: Durability,
    wake: Arc<Wake>,
    notifier: Option<Notifier>,
}

/// How durable the server says that it is. Two of these can only be set in its own configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durability {
    /// Whether a commit reaches the disk at all. Without it a crash of the host may lose what was acknowledged, and the
    /// whole database with it.
    pub fsync: bool,
    /// Whether a page that was half written when the host crashed can be made whole again.
    pub full_page_writes: bool,
    /// Whether a commit waits for a standby. Without one, what was acknowledged just before a failover may be lost.
    pub synchronous_standby: bool,
}

impl PostgresStore {
    /// Opens the database of that URL with the defaults of [`PostgresOptions`].
    ///
    /// # Errors
    /// As [`PostgresOptions::open`].
    ///
    /// # Panics
    /// As [`PostgresOptions::open`].
    pub async fn open(url: &str) -> Result<Self, ConfigError> {
        PostgresOptions::new(url)?.open().await
    }

    async fn start(options: PostgresOptions) -> Result<Self, ConfigError> {
        let refuse = |error| options.refuse(&error);
        if options.migrate {
            migrations::apply(&options).await.map_err(refuse)?;
        } else {
            migrations::require(&options).await.map_err(refuse)?;
        }
        let server = Arc::new(Server::new(&options));
        let row = sqlx::raw_sql(include_str!("sql/server.sql"));
        let row = row.fetch_one(&server.work).await.map_err(refuse)?;
        let durability = look(&row).map_err(refuse)?;
        let statements = Statements::new(&options.schema);
        let wake = Arc::new(Wake::default());
        let notifier = options
            .notify
            .then(|| Notifier::start(&options, &server, &statements.notify, &wake));
        Ok(Self {
            server,
            statements,
            schema: options.schema,
            durability,
            wake,
            notifier,
        })
    }

    /// How durable the server said it was when the store was opened.
    #[must_use]
    pub const fn durability(&self) -> Durability {
        self.durability
    }

    /// [`put`](crate::Claims::put) on a connection of the caller's own, to enqueue in the caller's transaction.
    ///
    /// Nothing is stored before the caller commits. That commit is made at least as durable as the store's own. While the
    /// transaction is open, whoever puts the same event waits for it, and listings do not go beyond it: keep it short. A
    /// worker in this process finds the records at its next poll, or after [`PostgresStore::wake`].
    ///
    /// # Errors
    /// [`StoreError`] as `put`. The transaction cannot be committed any more then, unless it is rolled back to a savepoint.
    pub async fn put_in(
        &self,
        connection: &mut PgConnection,
        records: &[NewRecord],
    ) -> Result<Vec<Put>, StoreError> {
        require(
            error::STORE,
            Kind::Queue,
            records.iter().map(NewRecord::namespace),
        )?;
        put::put_in(
            connection,
            &self.statements.put,
            self.server.keeps_statements(),
            records,
        )
        .await
    }

    /// [`settle`](crate::Claims::settle) of one lease on a connection of the caller's own, to settle in the caller's
    /// transaction.
    ///
    /// Unless the answer is [`Settled::Applied`], the server refuses to commit that transaction: its end is a rollback, also
    /// where the caller does not look at the answer and commits. Only a rollback to a savepoint undoes that, and with it
    /// everything since.
    ///
    /// # Errors
    /// [`StoreError`] as `settle`; the transaction cannot be committed then either.
    pub async fn settle_in(
        &self,
        connection: &mut PgConnection,
        settlement: &Settlement,
    ) -> Result<Settled, StoreError> {
        let sql = &self.statements.settle_or_fail;
        settle::settle_in(connection, sql, self.server.keeps_statements(), settlement).await
    }

    /// Tells workers that the namespace has something new: for after a commit of [`PostgresStore::put_in`].
    pub fn wake(&self, namespace: &Namespace) {
        self.tell(namespace.as_str());
    }

    fn signal(&self, ready: impl IntoIterator<Item = String>) {
        for namespace in ready {
            self.tell(&namespace);
        }
    }

    fn tell(&self, namespace: &str) {
        self.wake.signal(namespace);
        if let Some(notifier) = &self.notifier {
            notifier.tell(namespace);
        }
    }

    /// Looks after the generations of keys. It is no part of what a purge promises.
    async fn turn(&self, settled_for: Duration) {
        let half = row::span(settled_for / 2);
        let turned = self.server.call(
            &self.server.work,
            &self.statements.turn,
            Again::WhenLost,
            |statement| statement.bind(half),
        );
        if let Err(error) = turned.await {
            tracing::warn!(
                cause = crate::text::chain(&error),
                "the generations of keys were not looked after"
            );
        }
    }
}

/// What the server says about itself. Whatever cannot be relied on is logged, since nobody looks at what is not asked for.
fn look(row: &PgRow) -> Result<Durability, sqlx::Error> {
    let durability = Durability {
        fsync: row.try_get("fsync")?,
        full_page_writes: row.try_get("full_page_writes")?,
        synchronous_standby: row.try_get("synchronous_standby")?,
    };
    if row.try_get::<i32, _>("version")? < 140_000 {
        let problem = "it is older than Postgres 14; upgrade it";
        return Err(sqlx::Error::Configuration(problem.into()));
    }
    if row.try_get("read_only")? {
        let problem = "it is read-only; connect to the primary";
        return Err(sqlx::Error::Configuration(problem.into()));
    }
    if !durability.fsync || !durability.full_page_writes {
        tracing::warn!(
            fsync = durability.fsync,
            full_page_writes = durability.full_page_writes,
            "a crash of the database's host may lose what was acknowledged; turn both settings on"
        );
    }
    Ok(durability)
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("schema", &self.schema)
            .field("server", &self.server)
            .field("durability", &self.durability)
            .finish_non_exhaustive()
    }
}
