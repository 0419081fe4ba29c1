//! Reading a record back, and noticing when it is not what was written.

use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::postgres::PgRow;
use webhook_verify::{Coverage, UnixTime};

use crate::key::Key;
use crate::record::{Attribute, Facts, Provenance, Record, State};

/// Half of what a bigint holds, so that adding two never overflows. No date that anybody meets is cut off.
const MOST: i64 = i64::MAX / 2;

pub(super) fn millis(time: UnixTime) -> i64 {
    i64::try_from(time.as_millis()).map_or(MOST, |millis| millis.min(MOST))
}

/// A duration in milliseconds, rounded up so that nothing happens too soon.
pub(super) fn span(duration: Duration) -> i64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).map_or(MOST, |millis| millis.min(MOST))
}

pub(super) fn time(millis: i64) -> UnixTime {
    UnixTime::from_millis(u64::try_from(millis).unwrap_or(0))
}

pub(super) const fn provenance(provenance: Provenance) -> i16 {
    match provenance {
        Provenance::Own => 0,
        Provenance::Recovered => 1,
        Provenance::Verified => 2,
    }
}

pub(super) fn key(row: &PgRow) -> Result<Key, sqlx::Error> {
    row.try_get("key").map(Key::from_bytes)
}

/// The state of a row, from the columns of whichever of the two tables has it.
pub(super) fn state(row: &PgRow) -> Result<State, sqlx::Error> {
    let dead: Option<bool> = row.try_get("dead")?;
    let due_at: Option<i64> = row.try_get("due_at")?;
    let leased: Option<bool> = row.try_get("leased")?;
    Ok(match (dead, leased, due_at.map(time)) {
        (Some(false), _, _) => State::Done,
        (None, Some(false), Some(at)) => State::Ready { at },
        (None, Some(true), Some(until)) => State::Leased { until },
        _ => State::Dead,
    })
}

/// The record in a row. What is not as it was written is left out of it, and the record is marked as damaged.
pub(super) fn record(row: &PgRow) -> Result<Record, sqlx::Error> {
    let mut reader = Reader {
        row,
        damaged: false,
    };
    let key = reader.array("key")?;
    let facts = reader.facts()?;
    let payload = reader.payload()?;
    let received_at = time(reader.or_damaged("received_at", 0)?);
    let mut record = Record::new(
        Key::from_bytes(key),
        facts,
        payload,
        state(row)?,
        received_at,
        row.try_get("sequence")?,
    );
    record.attempts = u32::try_from(reader.or_damaged("attempts", 0_i32)?).unwrap_or(0);
    record.settled_at = row.try_get::<Option<i64>, _>("settled_at")?.map(time);
    record.last_error = reader.optional_text("last_error")?;
    record.output = row
        .try_get::<Option<Vec<u8>>, _>("output")?
        .map(Bytes::from);
    record.damaged = reader.damaged;
    Ok(record)
}

struct Reader<'r> {
    row: &'r PgRow,
    damaged: bool,
}

impl Reader<'_> {
    fn facts(&mut self) -> Result<Facts, sqlx::Error> {
        let source = self.optional_text("source")?.unwrap_or_default();
        let endpoint = self.optional_text("endpoint")?.unwrap_or_default();
        let provenance = match self.or_damaged("provenance", -1_i16)? {
            0 => Provenance::Own,
            1 => Provenance::Recovered,
            2 => Provenance::Verified,
            _ => {
                self.damaged = true;
                Provenance::Own
            }
        };
        let coverage = u8::try_from(self.or_damaged("coverage", -1_i16)?).unwrap_or_else(|_| {
            self.damaged = true;
            0
        });
        let mut facts = Facts::new(source, endpoint, provenance, Coverage::from_bits(coverage));
        facts.tenant = self.optional_text("tenant")?;
        facts.id = self.attribute("id", "id_signed")?;
        facts.event_type = self.attribute("event_type", "event_type_signed")?;
        facts.signed_at = self.row.try_get::<Option<i64>, _>("signed_at")?.map(time);
        facts.secret = self.optional_text("secret")?;
        Ok(facts)
    }

    /// A column that has a value in every record. Only the row of a payload that is gone has none.
    fn or_damaged<T>(&mut self, column: &str, damaged: T) -> Result<T, sqlx::Error>
    where
        T: for<'d> sqlx::Decode<'d, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let value: Option<T> = self.row.try_get(column)?;
        Ok(value.unwrap_or_else(|| {
            self.damaged = true;
            damaged
        }))
    }

    fn attribute(&mut self, value: &str, signed: &str) -> Result<Option<Attribute>, sqlx::Error> {
        let signed = self.or_damaged(signed, false)?;
        Ok(self
            .optional_text(value)?
            .map(|value| Attribute { value, signed }))
    }

    fn optional_text(&mut self, column: &str) -> Result<Option<String>, sqlx::Error> {
        let bytes: Option<Vec<u8>> = self.row.try_get(column)?;
        Ok(bytes.map(|bytes| {
            String::from_utf8(bytes).unwrap_or_else(|error| {
                self.damaged = true;
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            })
        }))
    }

    fn array(&mut self, column: &str) -> Result<[u8; 32], sqlx::Error> {
        let bytes: Option<&[u8]> = self.row.try_get(column)?;
        Ok(bytes
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_else(|| {
                self.damaged = true;
                [0; 32]
            }))
    }

    fn payload(&mut self) -> Result<Bytes, sqlx::Error> {
        let written = self.array("sha256")?;
        let bytes: Option<Vec<u8>> = self.row.try_get("bytes")?;
        let bytes = bytes.unwrap_or_default();
        if <[u8; 32]>::from(Sha256::digest(&bytes)) == written {
            return Ok(Bytes::from(bytes));
        }
        self.damaged = true;
        Ok(Bytes::new())
    }
}
