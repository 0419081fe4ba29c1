//! Ending leases, under their fences.

use std::time::Duration;

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use webhook_verify::UnixTime;

use super::error::{misuse, store_error};
use super::put::{Found, find};
use super::row::{millis, millis_after, time};
use crate::claims::{Outcome, Settled, Settlement};
use crate::error::StoreError;
use crate::record::{Lease, State};

/// A settlement, and whose workers may have something to do because of it.
#[derive(Debug)]
pub(super) struct Settling {
    pub(super) settled: Settled,
    pub(super) ready_in: Option<String>,
}

/// How a lease stands, and the record if it is still held.
pub(super) async fn standing(
    connection: &mut SqliteConnection,
    lease: &Lease,
) -> Result<(Settled, Option<Found>), StoreError> {
    let found = find(connection, &lease.key).await.map_err(store_error)?;
    Ok(match found {
        Some(found) if found.fence == Some(lease.fence.0) => match found.state {
            State::Leased { .. } => (Settled::Applied, Some(found)),
            State::Dead | State::Done | State::Ready { .. } => (Settled::AlreadySettled, None),
        },
        _ => (Settled::LeaseLost, None),
    })
}

pub(super) async fn settle(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
    now: UnixTime,
) -> Result<Settling, StoreError> {
    let (settled, found) = standing(connection, &settlement.lease).await?;
    let Some(found) = found else {
        return Ok(Settling {
            settled,
            ready_in: None,
        });
    };
    let fence = settlement.lease.fence.0;
    let finish = include_str!("sql/settle_finish.sql");
    let (query, ready) = match &settlement.outcome {
        Outcome::Dead { .. } if found.namespace.starts_with("guard:") => {
            return Err(misuse(
                "a record of a guard is never dead; release it instead",
            ));
        }
        Outcome::Dead { reason } => {
            let query = sqlx::query(finish)
                .bind(found.sequence)
                .bind(fence)
                .bind(1_i64)
                .bind(millis(now));
            (query.bind(reason.as_bytes()).bind(None::<Vec<u8>>), false)
        }
        Outcome::Done { output } => {
            let query = sqlx::query(finish)
                .bind(found.sequence)
                .bind(fence)
                .bind(0_i64)
                .bind(millis(now));
            (
                query
                    .bind(None::<Vec<u8>>)
                    .bind(output.as_ref().map(|output| output.to_vec())),
                false,
            )
        }
        Outcome::Release => (uncharged(found.sequence, fence, millis(now)), true),
        Outcome::Retry { after, error } => {
            let query = sqlx::query(include_str!("sql/settle_retry.sql"))
                .bind(found.sequence)
                .bind(fence);
            (
                query.bind(millis_after(now, *after)).bind(error.as_bytes()),
                true,
            )
        }
        Outcome::Snooze { after } => (
            uncharged(found.sequence, fence, millis_after(now, *after)),
            true,
        ),
    };
    query.execute(connection).await.map_err(store_error)?;
    Ok(Settling {
        settled,
        ready_in: ready.then_some(found.namespace),
    })
}

fn uncharged(sequence: i64, fence: i64, at: i64) -> Query<'static, Sqlite, SqliteArguments> {
    sqlx::query(include_str!("sql/settle_release.sql"))
        .bind(sequence)
        .bind(fence)
        .bind(at)
}

pub(super) async fn extend(
    connection: &mut SqliteConnection,
    lease: &Lease,
    length: Duration,
    now: UnixTime,
) -> Result<Option<Lease>, sqlx::Error> {
    let until = millis_after(now, length);
    let extended = sqlx::query(include_str!("sql/extend.sql"))
        .bind(&lease.key.as_bytes()[..])
        .bind(lease.fence.0)
        .bind(until)
        .execute(connection)
        .await?;
    Ok((extended.rows_affected() == 1).then(|| Lease::new(lease.key, lease.fence, time(until))))
}
