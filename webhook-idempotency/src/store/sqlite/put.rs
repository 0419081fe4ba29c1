//! Putting records: the dedupe is the insert.

use std::time::Duration;

use bytes::Bytes;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use webhook_verify::UnixTime;

use super::error::store_error;
use super::lease;
use super::row::{millis, millis_after, provenance, state};
use crate::claims::{Begun, Put};
use crate::error::StoreError;
use crate::key::Key;
use crate::record::{Attribute, NewRecord, State};

/// What is looked at before a record is changed.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) sequence: i64,
    pub(super) namespace: String,
    pub(super) fence: Option<i64>,
    pub(super) state: State,
    pub(super) output: Option<Vec<u8>>,
    payload_sha256: Option<Vec<u8>>,
}

impl Found {
    fn same_payload(&self, record: &NewRecord) -> bool {
        self.payload_sha256.as_deref() == Some(record.payload_sha256())
    }
}

pub(super) async fn find(
    connection: &mut SqliteConnection,
    key: &Key,
) -> Result<Option<Found>, sqlx::Error> {
    let found = sqlx::query(include_str!("sql/find.sql"))
        .bind(&key.as_bytes()[..])
        .fetch_optional(connection)
        .await?;
    let read = |row: &SqliteRow| {
        Ok(Found {
            sequence: row.try_get("sequence")?,
            namespace: row.try_get("namespace")?,
            fence: row.try_get("fence")?,
            state: state(row)?,
            output: row.try_get("output")?,
            payload_sha256: row.try_get("sha256")?,
        })
    };
    found.as_ref().map(read).transpose()
}

/// Looking first is no race: the transaction has the write lock.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    records: &[NewRecord],
    now: UnixTime,
) -> Result<Vec<Put>, StoreError> {
    let mut puts = Vec::with_capacity(records.len());
    for record in records {
        let found = find(connection, &record.key()).await.map_err(store_error)?;
        puts.push(match found {
            Some(found) => Put::Duplicate {
                state: found.state,
                same_payload: found.same_payload(record),
            },
            None => {
                let at = millis_after(now, record.delay());
                insert(connection, record, now, at)
                    .await
                    .map_err(store_error)?;
                Put::New
            }
        });
    }
    Ok(puts)
}

pub(super) async fn put_leased(
    connection: &mut SqliteConnection,
    records: &[NewRecord],
    length: Duration,
    now: UnixTime,
) -> Result<Vec<Begun>, StoreError> {
    let mut begun = Vec::with_capacity(records.len());
    for record in records {
        begun.push(
            begin(connection, record, length, now)
                .await
                .map_err(store_error)?,
        );
    }
    Ok(begun)
}

async fn begin(
    connection: &mut SqliteConnection,
    record: &NewRecord,
    length: Duration,
    now: UnixTime,
) -> Result<Begun, sqlx::Error> {
    let sequence = match find(connection, &record.key()).await? {
        None => insert(connection, record, now, millis(now)).await?,
        Some(found) if !found.same_payload(record) => return Ok(Begun::Conflict),
        Some(found) => match found.state {
            State::Dead | State::Done => return Ok(Begun::Done(found.output.map(Bytes::from))),
            State::Leased { until } | State::Ready { at: until } if until > now => {
                return Ok(Begun::InFlight { until });
            }
            State::Leased { .. } | State::Ready { .. } => found.sequence,
        },
    };
    let fence = lease::next_fence(connection, 1).await?;
    lease::take(
        connection,
        sequence,
        record.key(),
        fence,
        millis_after(now, length),
    )
    .await
    .map(Begun::Began)
}

/// The payload goes last: the deferred constraint on it refuses the commit of anything less than all three rows.
async fn insert(
    connection: &mut SqliteConnection,
    record: &NewRecord,
    now: UnixTime,
    due_at: i64,
) -> Result<i64, sqlx::Error> {
    let row = sqlx::query(include_str!("sql/next_sequence.sql"))
        .bind(1_i64)
        .fetch_one(&mut *connection)
        .await?;
    let sequence: i64 = row.try_get(0)?;
    let facts = record.facts();
    let blob = |text: &Option<String>| text.as_ref().map(|text| text.clone().into_bytes());
    let value = |attribute: &Option<Attribute>| {
        attribute
            .as_ref()
            .map(|found| found.value.clone().into_bytes())
    };
    let signed =
        |attribute: &Option<Attribute>| attribute.as_ref().is_some_and(|found| found.signed);
    sqlx::query(include_str!("sql/insert_record.sql"))
        .bind(sequence)
        .bind(&record.key().as_bytes()[..])
        .bind(record.namespace().as_str().to_owned())
        .bind(millis(now))
        .bind(facts.source.as_bytes())
        .bind(facts.endpoint.as_bytes())
        .bind(blob(&facts.tenant))
        .bind(value(&facts.id))
        .bind(signed(&facts.id))
        .bind(value(&facts.event_type))
        .bind(signed(&facts.event_type))
        .bind(facts.signed_at.map(millis))
        .bind(provenance(facts.provenance))
        .bind(i64::from(facts.coverage.to_bits()))
        .bind(blob(&facts.secret))
        .execute(&mut *connection)
        .await?;
    sqlx::query(include_str!("sql/insert_live.sql"))
        .bind(sequence)
        .bind(record.namespace().as_str().to_owned())
        .bind(due_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query(include_str!("sql/insert_payload.sql"))
        .bind(sequence)
        .bind(&record.payload_sha256()[..])
        .bind(&record.payload()[..])
        .execute(connection)
        .await?;
    Ok(sequence)
}
