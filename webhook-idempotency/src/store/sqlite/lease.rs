//! Handing out leases.

use std::time::Duration;

use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use webhook_verify::UnixTime;

use super::row::{millis, millis_after, record, time};
use crate::key::{Key, Namespace};
use crate::record::{Fence, Lease, Leased, State};

/// Raises the store's fence by `count` and returns the newest one.
pub(super) async fn next_fence(
    connection: &mut SqliteConnection,
    count: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query(include_str!("sql/next_fence.sql"))
        .bind(count)
        .fetch_one(connection)
        .await?
        .try_get(0)
}

pub(super) async fn take(
    connection: &mut SqliteConnection,
    sequence: i64,
    key: Key,
    fence: i64,
    until: i64,
) -> Result<Lease, sqlx::Error> {
    let take = sqlx::query(include_str!("sql/lease_take.sql"));
    take.bind(sequence)
        .bind(until)
        .bind(fence)
        .execute(connection)
        .await?;
    Ok(Lease::new(key, Fence(fence), time(until)))
}

/// Leases what is due. A record that is damaged becomes a dead letter on the way, so that it holds up no other.
pub(super) async fn lease(
    connection: &mut SqliteConnection,
    namespace: &Namespace,
    limit: u32,
    length: Duration,
    now: UnixTime,
) -> Result<Vec<Leased>, sqlx::Error> {
    let until = millis_after(now, length);
    let mut leased = Vec::new();
    let mut wanted = i64::from(limit);
    while wanted > 0 {
        let due = sqlx::query(include_str!("sql/lease_due.sql"))
            .bind(namespace.as_str().to_owned())
            .bind(millis(now))
            .bind(wanted)
            .fetch_all(&mut *connection)
            .await?;
        let count = i64::try_from(due.len()).unwrap_or(i64::MAX);
        if count == 0 {
            break;
        }
        let before = next_fence(&mut *connection, count).await? - count;
        for (fence, row) in (before + 1..).zip(&due) {
            let mut record = record(row)?;
            if record.damaged {
                bury(connection, record.sequence, fence, now).await?;
                continue;
            }
            let lease = take(connection, record.sequence, record.key, fence, until).await?;
            record.attempts = record.attempts.saturating_add(1);
            record.state = State::Leased { until: lease.until };
            leased.push(Leased::new(lease, record));
            wanted -= 1;
        }
    }
    Ok(leased)
}

async fn bury(
    connection: &mut SqliteConnection,
    sequence: i64,
    fence: i64,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    tracing::error!(
        sequence,
        "a stored record is not what was put; it is now a dead letter"
    );
    sqlx::query(include_str!("sql/bury.sql"))
        .bind(sequence)
        .bind(fence)
        .bind(millis(now))
        .bind(&b"what is stored is not what was put"[..])
        .execute(connection)
        .await?;
    Ok(())
}
