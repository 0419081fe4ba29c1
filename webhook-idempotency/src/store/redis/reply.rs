//! Reading replies.

use std::collections::HashMap;

use bytes::Bytes;
use redis::Value;
use sha2::{Digest, Sha256};
use webhook_verify::UnixTime;

use super::facts;
use super::problem::{Problem, STORE};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;
use crate::record::{Record, State};

pub(super) fn unexpected() -> StoreError {
    Problem::Reply.into_error()
}

pub(super) fn array(value: Value) -> Result<Vec<Value>, StoreError> {
    match value {
        Value::Array(values) => Ok(values),
        _ => Err(unexpected()),
    }
}

/// The answers to a batch of that many items.
pub(super) fn answers(value: Value, items: usize) -> Result<Vec<Value>, StoreError> {
    array(value).and_then(|answers| match answers.len() == items {
        true => Ok(answers),
        false => Err(unexpected()),
    })
}

pub(super) fn bytes(value: Value) -> Result<Option<Vec<u8>>, StoreError> {
    match value {
        Value::BulkString(bytes) => Ok(Some(bytes)),
        Value::SimpleString(text) => Ok(Some(text.into_bytes())),
        Value::Nil => Ok(None),
        _ => Err(unexpected()),
    }
}

pub(super) fn text(value: Value) -> Result<String, StoreError> {
    bytes(value)?
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(unexpected)
}

pub(super) fn number(value: Value) -> Result<i64, StoreError> {
    match value {
        Value::Int(number) => Ok(number),
        value => text(value)?.parse().map_err(|_| unexpected()),
    }
}

pub(super) fn time(value: Value) -> Result<UnixTime, StoreError> {
    let millis = u64::try_from(number(value)?).map_err(|_| unexpected())?;
    Ok(UnixTime::from_millis(millis))
}

/// The state of that name, and the time that belongs to it if it has one.
pub(super) fn state(name: &str, due: Option<UnixTime>) -> Option<State> {
    match (name, due) {
        ("done", _) => Some(State::Done),
        ("leased", Some(until)) => Some(State::Leased { until }),
        ("ready", Some(at)) => Some(State::Ready { at }),
        _ => None,
    }
}

/// The record in the fields of a hash; none if there are no fields.
pub(super) fn record(key: Key, value: Value) -> Result<Option<Record>, StoreError> {
    let fields = array(value)?;
    if fields.is_empty() {
        return Ok(None);
    }
    let mut found = HashMap::new();
    let mut fields = fields.into_iter();
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        found.insert(text(name)?, bytes(value)?.ok_or_else(unexpected)?);
    }
    read(key, found)
        .map(Some)
        .ok_or_else(|| StoreError::new(STORE, StoreErrorKind::Corrupt))
}

/// None if it is not what was written.
fn read(key: Key, mut found: HashMap<String, Vec<u8>>) -> Option<Record> {
    let payload = found.remove("payload")?;
    if found.remove("sha256")? != Sha256::digest(&payload)[..] {
        return None;
    }
    let facts = facts::decode(&found.remove("facts")?)?;
    let mut text = |name| String::from_utf8(found.remove(name)?).ok();
    let millis = |text: String| text.parse().ok().map(UnixTime::from_millis);
    let due = text("due").and_then(millis);
    let state = state(&text("state")?, due)?;
    let received_at = millis(text("received")?)?;
    let sequence = text("sequence")?.parse().ok()?;
    let attempts = text("attempts")?.parse::<i64>().ok()?;
    let settled_at = text("settled").and_then(millis);
    let last_error = text("error");
    let mut record = Record::new(
        key,
        facts,
        Bytes::from(payload),
        state,
        received_at,
        sequence,
    );
    record.attempts = u32::try_from(attempts.max(0)).unwrap_or(u32::MAX);
    record.settled_at = settled_at;
    record.last_error = last_error;
    record.output = found.remove("output").map(Bytes::from);
    Some(record)
}
