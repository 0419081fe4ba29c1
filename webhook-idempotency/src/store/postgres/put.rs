//! Putting records: the dedupe is the insert.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use bytes::Bytes;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::batch::Batch;
use super::error::{problem, store_error};
use super::row::{key, span, state, time};
use super::server::{Again, Server};
use super::statements::{Sql, Statements};
use crate::claims::{Begun, Put};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;
use crate::record::{Fence, Lease, NewRecord};

pub(super) async fn put(
    server: &Server,
    statements: &Statements,
    records: &[NewRecord],
) -> Result<Vec<Put>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let batch = Batch::new(records);
    let rows = server
        .call(
            &server.puts,
            &statements.put,
            Again::WhenLost,
            |statement| batch.bind(statement),
        )
        .await?;
    answers(records, &rows)
}

pub(super) async fn put_in(
    connection: &mut PgConnection,
    sql: &Sql,
    keep: bool,
    records: &[NewRecord],
) -> Result<Vec<Put>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let statement = Batch::new(records).bind(sql.query(keep));
    let rows = statement.fetch_all(connection).await.map_err(store_error)?;
    answers(records, &rows)
}

fn answers(records: &[NewRecord], rows: &[PgRow]) -> Result<Vec<Put>, StoreError> {
    let rows = rows
        .iter()
        .map(|row| Ok((key(row)?, row)))
        .collect::<Result<HashMap<Key, &PgRow>, sqlx::Error>>()
        .map_err(store_error)?;
    // The first record of each key, once it has been answered as new: what it put is what the others repeat.
    let mut new: HashMap<Key, &NewRecord> = HashMap::new();
    let answer = |record| {
        let row = rows
            .get(&NewRecord::key(record))
            .ok_or(sqlx::Error::RowNotFound)?;
        let fresh: bool = row.try_get("fresh")?;
        let same_payload = match new.get(&record.key()) {
            None if fresh => {
                new.insert(record.key(), record);
                return Ok(Put::New);
            }
            Some(first) => first.payload_sha256() == record.payload_sha256(),
            None => {
                row.try_get::<Option<&[u8]>, _>("sha256")? == Some(&record.payload_sha256()[..])
            }
        };
        let state = state(row)?;
        Ok(Put::Duplicate {
            state,
            same_payload,
        })
    };
    records
        .iter()
        .map(answer)
        .collect::<Result<_, sqlx::Error>>()
        .map_err(store_error)
}

/// Equal keys in one batch are different callers, and each but the first finds what the one before it left.
pub(super) async fn put_leased(
    server: &Server,
    statements: &Statements,
    records: &[NewRecord],
    lease: Duration,
) -> Result<Vec<Begun>, StoreError> {
    let mut begun: Vec<Option<Begun>> = vec![None; records.len()];
    let mut left: Vec<usize> = (0..records.len()).collect();
    while !left.is_empty() {
        let mut seen = HashSet::new();
        let (round, later): (Vec<usize>, Vec<usize>) = left
            .into_iter()
            .partition(|index| seen.insert(records[*index].key()));
        let batch = Batch::new(round.iter().map(|index| &records[*index]));
        let rows = server
            .call(
                &server.puts,
                &statements.put_leased,
                Again::WhenLost,
                |statement| batch.bind_leased(statement, span(lease)),
            )
            .await?;
        let mut answers = rows
            .iter()
            .map(|row| Ok((key(row)?, begin(row)?)))
            .collect::<Result<HashMap<Key, Begun>, sqlx::Error>>()
            .map_err(store_error)?;
        for index in round {
            begun[index] = answers.remove(&records[index].key());
        }
        left = later;
    }
    begun
        .into_iter()
        .map(|begun| {
            begun.ok_or_else(|| problem(StoreErrorKind::Unavailable, "a record was not answered"))
        })
        .collect()
}

fn begin(row: &PgRow) -> Result<Begun, sqlx::Error> {
    Ok(match row.try_get::<i16, _>("answer")? {
        0 => {
            let fence = Fence(row.try_get("fence")?);
            Begun::Began(Lease::new(key(row)?, fence, time(row.try_get("until")?)))
        }
        1 => Begun::Conflict,
        2 => Begun::Done(
            row.try_get::<Option<Vec<u8>>, _>("output")?
                .map(Bytes::from),
        ),
        _ => Begun::InFlight {
            until: time(row.try_get("until")?),
        },
    })
}
