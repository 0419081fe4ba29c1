//! What workers and people need, over Postgres.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::PostgresStore;
use super::error::{STORE, store_error};
use super::row::{key, record, span};
use super::server::Again;
use crate::claims::{Claims, Outcome, Settlement};
use crate::error::StoreError;
use crate::key::{Key, Kind, Namespace};
use crate::queue::{ListRequest, Queue, Replayed, StateKind, Stats};
use crate::record::{Fence, Lease, Leased, Record, State};
use crate::store::require;

#[async_trait]
impl Queue for PostgresStore {
    async fn lease(
        &self,
        namespace: &Namespace,
        limit: u32,
        length: Duration,
    ) -> Result<Vec<Leased>, StoreError> {
        require(STORE, Kind::Queue, [namespace])?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut leased = Vec::new();
        let mut wanted = limit;
        while wanted > 0 {
            let rows = self
                .server
                .call(
                    &self.server.work,
                    &self.statements.lease,
                    Again::Never,
                    |statement| {
                        statement
                            .bind(namespace.as_str().to_owned())
                            .bind(i64::from(wanted))
                            .bind(span(length))
                    },
                )
                .await?;
            let all = rows
                .iter()
                .map(read)
                .collect::<Result<Vec<_>, _>>()
                .map_err(store_error)?;
            let (damaged, whole): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|leased| leased.record.damaged);
            leased.extend(whole);
            if damaged.is_empty() {
                break;
            }
            // They hold up no other: as many are leased in their place.
            wanted = u32::try_from(damaged.len()).unwrap_or(wanted).min(wanted);
            self.bury(damaged).await?;
        }
        Ok(leased)
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Record>, StoreError> {
        let states = match request.only {
            None => 0_i32,
            Some(StateKind::Dead) => 1,
            Some(StateKind::Done) => 2,
            Some(StateKind::Leased) => 3,
            Some(StateKind::Ready) => 4,
        };
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.list,
                Again::WhenLost,
                |statement| {
                    statement
                        .bind(request.namespace.as_str().to_owned())
                        .bind(states)
                        .bind(request.after.unwrap_or(0))
                        .bind(i64::from(request.limit))
                },
            )
            .await?;
        rows.iter()
            .map(record)
            .collect::<Result<_, _>>()
            .map_err(store_error)
    }

    async fn replay(&self, keys: &[Key]) -> Result<Vec<Replayed>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut wanted: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.replay,
                Again::WhenLost,
                |statement| statement.bind(&wanted),
            )
            .await?;
        let mut answers = HashMap::new();
        let mut ready = Vec::new();
        for row in &rows {
            let (key, answer, namespace) = replayed(row).map_err(store_error)?;
            answers.insert(key, answer);
            ready.extend(namespace);
        }
        let replayed = keys
            .iter()
            .map(|key| {
                let answer = answers.get_mut(key)?;
                let first = *answer;
                if first == Replayed::Ready {
                    *answer = Replayed::Pending;
                }
                Some(first)
            })
            .collect::<Option<Vec<_>>>();
        self.signal(ready);
        replayed.ok_or_else(|| store_error(sqlx::Error::RowNotFound))
    }

    async fn stats(&self, namespace: &Namespace) -> Result<Stats, StoreError> {
        let rows = self
            .server
            .call(
                &self.server.work,
                &self.statements.stats,
                Again::WhenLost,
                |statement| statement.bind(namespace.as_str().to_owned()),
            )
            .await?;
        let row = rows.first().ok_or(sqlx::Error::RowNotFound);
        row.and_then(stats).map_err(store_error)
    }

    /// # Panics
    /// Outside of a tokio runtime with a timer.
    async fn wait(&self, namespace: &Namespace, at_most: Duration) {
        self.wake.wait(namespace.as_str(), at_most).await;
    }
}

impl PostgresStore {
    /// Makes dead letters of records that are not what was put.
    async fn bury(&self, damaged: Vec<Leased>) -> Result<(), StoreError> {
        let dead: Vec<Settlement> = damaged
            .into_iter()
            .map(|leased| {
                tracing::error!(
                    sequence = leased.record.sequence,
                    "a stored record is not what was put; it is now a dead letter"
                );
                Settlement {
                    lease: leased.lease,
                    outcome: Outcome::Dead {
                        reason: "what is stored is not what was put".into(),
                    },
                }
            })
            .collect();
        self.settle(&dead).await.map(drop)
    }
}

fn read(row: &PgRow) -> Result<Leased, sqlx::Error> {
    let record = record(row)?;
    let until = match record.state {
        State::Leased { until } => until,
        State::Dead | State::Done | State::Ready { .. } => return Err(sqlx::Error::RowNotFound),
    };
    // The key stands in the live row too, so that it is right even where the payload is not.
    let fence = Fence(row.try_get("fence")?);
    Ok(Leased::new(Lease::new(record.key, fence, until), record))
}

fn replayed(row: &PgRow) -> Result<(Key, Replayed, Option<String>), sqlx::Error> {
    let answer = match row.try_get::<i16, _>("answer")? {
        0 => Replayed::Absent,
        1 => Replayed::Pending,
        _ => Replayed::Ready,
    };
    Ok((key(row)?, answer, row.try_get("namespace")?))
}

fn stats(row: &PgRow) -> Result<Stats, sqlx::Error> {
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
        oldest_pending: oldest.map(|age| Duration::from_millis(u64::try_from(age).unwrap_or(0))),
    })
}
