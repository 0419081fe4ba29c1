//! All or nothing inside a transaction that is somebody else's.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, raw_sql};

use super::error::{CONSTRAINT, code, misuse, store_error};
use crate::error::StoreError;

/// Without them, a put that was cut short could be committed by its caller.
pub(super) async fn require_foreign_keys(
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    let row = sqlx::query("PRAGMA foreign_keys")
        .fetch_one(connection)
        .await
        .map_err(store_error)?;
    match row.try_get::<i64, _>(0).map_err(store_error)? {
        1 => Ok(()),
        _ => Err(misuse(
            "the connection does not enforce foreign keys; run PRAGMA foreign_keys = ON on it first",
        )),
    }
}

pub(super) async fn open(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    raw_sql("SAVEPOINT webhook")
        .execute(connection)
        .await
        .map(drop)
        .map_err(store_error)
}

/// Keeps what was done since the savepoint if it went well, and undoes it if not.
pub(super) async fn close<T>(
    connection: &mut SqliteConnection,
    result: Result<T, StoreError>,
) -> Result<T, StoreError> {
    let end = if result.is_ok() {
        "RELEASE webhook"
    } else {
        "ROLLBACK TO webhook; RELEASE webhook"
    };
    let ended = raw_sql(end).execute(connection).await.map_err(store_error);
    // What went wrong first says more than that it could not be undone in a transaction that is gone.
    let value = result?;
    ended.map(|_| value)
}

/// Makes sure that the transaction around the savepoint cannot be committed. If there is none around it, this ends it.
pub(super) async fn spoil(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/spoil.sql"))
        .execute(&mut *connection)
        .await
        .map_err(store_error)?;
    match raw_sql("RELEASE webhook").execute(&mut *connection).await {
        Ok(_) => Ok(()),
        // The savepoint was the whole transaction, and was to be committed just now.
        Err(error) if code(&error) == Some(CONSTRAINT) => raw_sql("ROLLBACK")
            .execute(connection)
            .await
            .map(drop)
            .map_err(store_error),
        Err(error) => Err(store_error(error)),
    }
}
