//! What an SQLite file says of itself.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Row as _};

use super::{Check, disk};
use crate::failure::Failure;

/// A write-ahead log of this size has not been checkpointed for a long time.
const LONG_WAL: u64 = 256 * 1024 * 1024;

pub(super) async fn look(file: &Path) -> Result<Vec<Check>, Failure> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .map_err(Failure::failed)?;
    let mut checks = disk::look(file);
    checks.extend(inside(&mut connection).await.map_err(Failure::failed)?);
    checks.push(log(file));
    connection.close().await.map_err(Failure::failed)?;
    Ok(checks)
}

async fn inside(connection: &mut SqliteConnection) -> Result<Vec<Check>, sqlx::Error> {
    let mut checks = Vec::new();
    let version: String = one(connection, "SELECT sqlite_version()").await?;
    checks.push(Check::good("library", format!("SQLite {version}")));
    let mode: String = one(connection, "PRAGMA journal_mode").await?;
    checks.push(match mode.as_str() {
        "wal" => Check::good(
            "journal",
            "wal; the store itself commits with synchronous=FULL",
        ),
        other => Check::bad(
            "journal",
            other,
            "open the file with the store once, which changes it to wal",
        ),
    });
    let damage: String = one(connection, "PRAGMA quick_check(1)").await?;
    checks.push(match damage.as_str() {
        "ok" => Check::good("integrity", "quick_check found nothing"),
        _ => Check::bad(
            "integrity",
            "quick_check found damage",
            "restore the file from a backup",
        ),
    });
    let pages: i64 = one(connection, "PRAGMA page_count").await?;
    let free: i64 = one(connection, "PRAGMA freelist_count").await?;
    let size: i64 = one(connection, "PRAGMA page_size").await?;
    let mebibytes = |pages: i64| pages.saturating_mul(size) / (1024 * 1024);
    let found = format!(
        "{} MiB, of which {} MiB are free",
        mebibytes(pages),
        mebibytes(free)
    );
    checks.push(match free > pages / 2 && mebibytes(free) >= 64 {
        true => Check::warning(
            "bloat",
            found,
            "run VACUUM while no receiver runs, if the space is needed elsewhere",
        ),
        false => Check::good("bloat", found),
    });
    Ok(checks)
}

async fn one<T>(connection: &mut SqliteConnection, sql: &'static str) -> Result<T, sqlx::Error>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    sqlx::query(sql).fetch_one(connection).await?.try_get(0)
}

fn log(file: &Path) -> Check {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    let bytes = std::fs::metadata(name).map_or(0, |found| found.len());
    let found = format!("{} MiB", bytes / (1024 * 1024));
    match bytes > LONG_WAL {
        true => Check::warning(
            "write-ahead log",
            found,
            "something reads the file without an end, which keeps SQLite from emptying the log; find and end it",
        ),
        false => Check::good("write-ahead log", found),
    }
}
