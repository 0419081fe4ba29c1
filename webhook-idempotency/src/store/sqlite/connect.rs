//! Connections that are known to commit durably.

use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row};
use tokio::time::Instant;

use super::error::{BUSY, LOCKED, code};
use super::options::SqliteOptions;
use super::problem;
use crate::error::ConfigError;

/// What to open, and how.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    location: String,
    options: SqliteConnectOptions,
    busy_timeout: Duration,
    readers: u32,
}

impl Connector {
    pub(super) fn new(options: &SqliteOptions) -> Result<Self, ConfigError> {
        let location = options.path.display().to_string();
        let refuse = |problem| ConfigError::Database {
            location: location.clone(),
            problem,
        };
        let path = problem::usable(&options.path, options.create_if_missing).map_err(refuse)?;
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(options.create_if_missing)
            .busy_timeout(options.busy_timeout)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // On macOS a plain fsync leaves the bytes in the drive's cache; elsewhere this changes nothing.
            .pragma("fullfsync", "ON")
            .pragma("checkpoint_fullfsync", "ON")
            .thread_name(|id| format!("webhook-sqlite-{id}"))
            .disable_statement_logging();
        Ok(Self {
            location,
            options: connect,
            busy_timeout: options.busy_timeout,
            readers: options.readers,
        })
    }

    pub(super) const fn busy_timeout(&self) -> Duration {
        self.busy_timeout
    }

    pub(super) fn refuse(&self, error: &sqlx::Error) -> ConfigError {
        ConfigError::Database {
            location: self.location.clone(),
            problem: problem::of(error),
        }
    }

    /// A connection that may write.
    pub(super) async fn writer(&self) -> Result<SqliteConnection, sqlx::Error> {
        // Switching a new file to WAL needs it alone and does not use SQLite's own waiting.
        let deadline = Instant::now() + self.busy_timeout;
        let mut connection = loop {
            match self.options.connect().await {
                Err(error)
                    if matches!(code(&error), Some(BUSY | LOCKED)) && Instant::now() < deadline =>
                {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                connected => break connected?,
            }
        };
        require_durable(&mut connection).await?;
        // A process that died between writing and syncing left a commit that can be read although it may not survive a
        // power cut. Nothing may be acknowledged as a duplicate on that ground, so it is synced before it is read.
        sqlx::query(include_str!("sql/checkpoint.sql"))
            .execute(&mut connection)
            .await?;
        Ok(connection)
    }

    /// Connections that cannot write, opened as they are needed.
    pub(super) fn readers(&self) -> SqlitePool {
        SqlitePoolOptions::new()
            .max_connections(self.readers)
            .acquire_timeout(self.busy_timeout)
            .after_connect(|connection, _| Box::pin(require_durable(connection)))
            .connect_lazy_with(
                self.options
                    .clone()
                    .create_if_missing(false)
                    .pragma("query_only", "ON"),
            )
    }
}

/// SQLite answers a setting that it cannot honour with silence, so each one is read back.
pub(super) async fn require_durable(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let journal_mode: String = pragma(connection, "PRAGMA journal_mode").await?;
    let synchronous: i64 = pragma(connection, "PRAGMA synchronous").await?;
    let foreign_keys: i64 = pragma(connection, "PRAGMA foreign_keys").await?;
    let problem = if journal_mode != "wal" {
        format!(
            "its journal mode is {journal_mode} and cannot be changed to wal; put the file on a local disk"
        )
    } else if synchronous != 2 {
        format!(
            "synchronous is {synchronous} instead of 2 (FULL), so a commit would not be durable"
        )
    } else if foreign_keys != 1 {
        String::from("foreign keys are not enforced; use an SQLite that was built with them")
    } else {
        return Ok(());
    };
    Err(sqlx::Error::Configuration(problem.into()))
}

async fn pragma<T>(connection: &mut SqliteConnection, sql: &'static str) -> Result<T, sqlx::Error>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    sqlx::query(sql).fetch_one(connection).await?.try_get(0)
}
