//! Calls to the server, each of them one transaction.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::error::{is_lost, leaves_connection_usable, problem, store_error, try_again};
use super::options::PostgresOptions;
use super::statements::{Sql, Statement};
use crate::error::{StoreError, StoreErrorKind};

/// How often a call is made that lost against another one.
const ATTEMPTS: u32 = 5;

/// Whether to make a call again whose connection was lost, although it may have been carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It would do something a second time.
    Never,
    /// It would find out what it did.
    WhenLost,
}

/// A connection that has been idle for longer is asked whether it is still there before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Connections for each kind of work, so that none of them can keep another one waiting: neither handlers the heartbeats, nor a
/// backlog of work the acknowledgements.
pub(super) struct Server {
    pub(super) puts: PgPool,
    pub(super) work: PgPool,
    handlers: PgPool,
    /// Whether another connection of the server's may be at the other end after each transaction.
    through_pooler: bool,
    timeout: Duration,
    begin: String,
    begin_handler: String,
}

impl Server {
    pub(super) fn new(options: &PostgresOptions) -> Self {
        let settings = settings(options);
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {}",
            local(&settings)
        );
        // A handler that ends its transaction has no business writing anything behind it.
        let guarded = [("default_transaction_read_only", String::from("on"))];
        let session =
            |settings: &[(&str, String)]| (!options.through_pooler).then(|| session(settings));
        Self {
            puts: pool(options, options.connections, session(&settings)),
            work: pool(options, options.connections, session(&settings)),
            handlers: pool(options, options.handler_connections, session(&guarded)),
            through_pooler: options.through_pooler,
            timeout: options.timeout,
            begin,
            begin_handler: format!(
                "BEGIN ISOLATION LEVEL {} READ WRITE",
                options.isolation.sql()
            ),
        }
    }

    /// Whether statements may be kept on a connection.
    pub(super) const fn keeps_statements(&self) -> bool {
        !self.through_pooler
    }

    /// Makes one call, again if it lost against another one, or lost its connection: every statement but a lease finds out what
    /// it did the first time. All of it must be over within the limit.
    pub(super) async fn call(
        &self,
        pool: &PgPool,
        sql: &Sql,
        again: Again,
        bind: impl Fn(Statement) -> Statement + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        let calls = async {
            let mut attempt = 1;
            loop {
                match self
                    .once(pool, bind(sql.query(self.keeps_statements())))
                    .await
                {
                    Err(error)
                        if attempt < ATTEMPTS
                            && (try_again(&error)
                                || again == Again::WhenLost && is_lost(&error)) =>
                    {
                        let most = 5_u64 << attempt;
                        let wait = rand::rng().random_range(0..most);
                        tokio::time::sleep(Duration::from_millis(wait)).await;
                        attempt += 1;
                    }
                    called => return called.map_err(store_error),
                }
            }
        };
        match tokio::time::timeout(self.timeout, calls).await {
            Ok(called) => called,
            Err(_) => Err(problem(
                StoreErrorKind::Unavailable,
                "there was no answer within the time limit",
            )),
        }
    }

    async fn once(&self, pool: &PgPool, statement: Statement) -> Result<Vec<PgRow>, sqlx::Error> {
        let mut lent = Lent::from(pool.acquire().await?);
        if self.through_pooler {
            // A statement is parsed and executed in two steps, and only a transaction keeps both at the same place.
            let mut transaction = lent.begin_with(AssertSqlSafe(&*self.begin)).await?;
            let called = statement.fetch_all(&mut *transaction).await;
            match called {
                Ok(rows) => {
                    transaction.commit().await?;
                    lent.give_back();
                    Ok(rows)
                }
                Err(error) => {
                    if leaves_connection_usable(&error) {
                        transaction.rollback().await?;
                        lent.give_back();
                    }
                    Err(error)
                }
            }
        } else {
            // All rows are read, because the commit comes behind the last one, and with it the error if it fails.
            let called = statement.fetch_all(&mut *lent).await;
            if called.as_ref().err().is_none_or(leaves_connection_usable) {
                lent.give_back();
            }
            called
        }
    }

    /// A connection for a handler, and what to begin its transaction with.
    pub(super) async fn handler(&self, limit: Duration) -> Result<(Lent, String), StoreError> {
        let lent = Lent::from(self.handlers.acquire().await.map_err(store_error)?);
        // The server gives up by itself some time after us, in case it never hears of it.
        let limit = millis(limit).saturating_add(1_000).to_string();
        let limits = [
            ("statement_timeout", limit.clone()),
            ("idle_in_transaction_session_timeout", limit),
            ("synchronous_commit", String::from("on")),
        ];
        Ok((lent, format!("{}; {}", self.begin_handler, local(&limits))))
    }
}

/// What holds for each transaction of the store's own.
fn settings(options: &PostgresOptions) -> [(&'static str, String); 4] {
    [
        ("statement_timeout", millis(options.timeout).to_string()),
        ("lock_timeout", millis(options.lock_timeout).to_string()),
        (
            "idle_in_transaction_session_timeout",
            millis(options.timeout).saturating_mul(2).to_string(),
        ),
        // At the very least; the store's functions see to it again.
        ("synchronous_commit", String::from("on")),
    ]
}

fn local(settings: &[(&str, String)]) -> String {
    let set = |(name, value): &(&str, String)| format!("SET LOCAL {name} = '{value}'");
    settings.iter().map(set).collect::<Vec<_>>().join("; ")
}

fn session(settings: &[(&str, String)]) -> String {
    let set = |(name, value): &(&str, String)| format!("SET {name} = '{value}'");
    let mut all: Vec<_> = settings.iter().map(set).collect();
    all.push("SET default_transaction_isolation = 'read committed'".into());
    all.join("; ")
}

/// Postgres takes its limits in milliseconds, and zero for none.
fn millis(limit: Duration) -> u64 {
    u64::try_from(limit.as_millis())
        .unwrap_or(u64::MAX)
        .clamp(1, 2_147_483_647)
}

fn pool(options: &PostgresOptions, connections: u32, session: Option<String>) -> PgPool {
    let session: Option<Arc<str>> = session.map(Arc::from);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move {
                match session {
                    Some(session) => connection
                        .execute(sqlx::raw_sql(AssertSqlSafe(session)))
                        .await
                        .map(drop),
                    None => Ok(()),
                }
            })
        })
        .connect_lazy_with(connect_options(options))
}

/// A pooler refuses what it does not know, and keeps nothing of a session.
pub(super) fn connect_options(options: &PostgresOptions) -> PgConnectOptions {
    if options.through_pooler {
        options
            .connect
            .clone()
            .extra_float_digits(None)
            .statement_cache_capacity(0)
    } else {
        options.connect.clone()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("through_pooler", &self.through_pooler)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A connection in the hands of one caller. It is closed on drop, which rolls back whatever is open, unless it is given back: so
/// neither an error nor a caller that is dropped half way leaves anything behind.
pub(super) struct Lent {
    connection: PoolConnection<Postgres>,
    reusable: bool,
}

impl Lent {
    /// Says that nothing is open or under way, but that the session may have been changed.
    pub(super) fn close(self) {}

    /// Says that nothing is open or under way.
    pub(super) fn give_back(mut self) {
        self.reusable = !self.connection.is_in_transaction();
    }
}

impl From<PoolConnection<Postgres>> for Lent {
    fn from(connection: PoolConnection<Postgres>) -> Self {
        Self {
            connection,
            reusable: false,
        }
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.reusable {
            self.connection.close_on_drop();
        }
    }
}
