//! What people ask for: pages, counts, replays, and forgetting what is old.

use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use webhook_verify::UnixTime;

use super::error::{corrupt, store_error};
use super::put::find;
use super::row::{millis, record, time};
use crate::error::StoreError;
use crate::key::{Key, Namespace};
use crate::queue::{ListRequest, Replayed, StateKind, Stats};
use crate::record::{Record, State};

pub(super) async fn get(
    connection: &mut SqliteConnection,
    key: &Key,
) -> Result<Option<Record>, StoreError> {
    let query = sqlx::query(include_str!("sql/get.sql")).bind(&key.as_bytes()[..]);
    let Some(row) = query
        .fetch_optional(connection)
        .await
        .map_err(store_error)?
    else {
        return Ok(None);
    };
    let record = record(&row).map_err(store_error)?;
    if record.damaged {
        Err(corrupt())
    } else {
        Ok(Some(record))
    }
}

pub(super) async fn list(
    connection: &mut SqliteConnection,
    request: &ListRequest,
) -> Result<Vec<Record>, sqlx::Error> {
    let sql = match request.only {
        None => include_str!("sql/list.sql"),
        Some(StateKind::Dead) => include_str!("sql/list_dead.sql"),
        Some(StateKind::Done) => include_str!("sql/list_done.sql"),
        Some(StateKind::Leased) => include_str!("sql/list_leased.sql"),
        Some(StateKind::Ready) => include_str!("sql/list_ready.sql"),
    };
    let page = sqlx::query(sql)
        .bind(request.namespace.as_str().to_owned())
        .bind(request.after.unwrap_or(0))
        .bind(i64::from(request.limit))
        .fetch_all(connection)
        .await?;
    page.iter().map(record).collect()
}

/// Makes a settled record ready again, and says whose workers have something to do because of it.
pub(super) async fn replay(
    connection: &mut SqliteConnection,
    key: &Key,
    now: UnixTime,
) -> Result<(Replayed, Option<String>), sqlx::Error> {
    let Some(found) = find(connection, key).await? else {
        return Ok((Replayed::Absent, None));
    };
    if !matches!(found.state, State::Dead | State::Done) {
        return Ok((Replayed::Pending, None));
    }
    let replay = sqlx::query(include_str!("sql/replay.sql"));
    replay
        .bind(found.sequence)
        .bind(millis(now))
        .execute(connection)
        .await?;
    Ok((Replayed::Ready, Some(found.namespace)))
}

pub(super) async fn purge(
    connection: &mut SqliteConnection,
    namespace: &Namespace,
    settled_for: Duration,
    limit: u32,
    now: UnixTime,
) -> Result<u64, sqlx::Error> {
    let due = sqlx::query(include_str!("sql/purge_due.sql"))
        .bind(namespace.as_str().to_owned())
        .bind(millis(now.saturating_sub(settled_for)))
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await?;
    let mut purged = 0;
    for row in &due {
        let sequence: i64 = row.try_get(0)?;
        for table in [
            include_str!("sql/purge_settled.sql"),
            include_str!("sql/purge_record.sql"),
            include_str!("sql/purge_payload.sql"),
        ] {
            sqlx::query(table)
                .bind(sequence)
                .execute(&mut *connection)
                .await?;
        }
        purged += 1;
    }
    Ok(purged)
}

pub(super) async fn stats(
    connection: &mut SqliteConnection,
    namespace: &Namespace,
    now: UnixTime,
) -> Result<Stats, sqlx::Error> {
    let query = sqlx::query(include_str!("sql/stats.sql")).bind(namespace.as_str().to_owned());
    let row = query.fetch_one(connection).await?;
    let count = |column| {
        row.try_get::<i64, _>(column)
            .map(|count| u64::try_from(count).unwrap_or(0))
    };
    let leased = count("leased")?;
    let oldest: Option<i64> = row.try_get("oldest")?;
    Ok(Stats {
        dead: count("dead")?,
        done: count("done")?,
        leased,
        ready: count("live")?.saturating_sub(leased),
        oldest_pending: oldest.map(|put_at| now.saturating_since(time(put_at))),
    })
}
