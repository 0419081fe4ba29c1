//! Putting records: the dedupe is the script that finds nothing there.

use std::time::Duration;

use bytes::Bytes;
use redis::Value;
use webhook_verify::UnixTime;

use super::batch::{Token, millis};
use super::script::{self, Run};
use super::{RedisStore, facts, reply};
use crate::claims::{Begun, Put};
use crate::error::StoreError;
use crate::key::Key;
use crate::record::{Fence, Lease, NewRecord};

impl RedisStore {
    pub(super) async fn put_batch(&self, records: &[NewRecord]) -> Result<Vec<Put>, StoreError> {
        let token = Token::new();
        let run = |items: &[usize]| {
            let mut run = self.repeatable(&script::PUT);
            for (item, record) in pick(items, records) {
                run.keys.push(self.names.record(&record.key()));
                described(&mut run, record, &token.of(item));
                run.arguments.push(millis(record.delay()));
            }
            run
        };
        self.batch(records.iter().map(NewRecord::key), run, |_, answer| {
            let mut answer = reply::array(answer)?.into_iter();
            let mut next = || answer.next().ok_or_else(reply::unexpected);
            match &*reply::text(next()?)? {
                "new" => Ok(Put::New),
                "duplicate" => {
                    let name = reply::text(next()?)?;
                    let due = match next()? {
                        Value::Nil => None,
                        due => Some(reply::time(due)?),
                    };
                    Ok(Put::Duplicate {
                        state: reply::state(&name, due).ok_or_else(reply::unexpected)?,
                        same_payload: reply::number(next()?)? == 1,
                    })
                }
                _ => Err(reply::unexpected()),
            }
        })
        .await
    }

    pub(super) async fn begin_batch(
        &self,
        records: &[NewRecord],
        lease: Duration,
    ) -> Result<Vec<Begun>, StoreError> {
        let token = Token::new();
        let run = |items: &[usize]| {
            let mut run = self.repeatable(&script::BEGIN);
            run.arguments.push(millis(lease));
            for (item, record) in pick(items, records) {
                run.keys.push(self.names.record(&record.key()));
                described(&mut run, record, &token.of(item));
            }
            run
        };
        self.batch(records.iter().map(NewRecord::key), run, begun)
            .await
    }
}

fn begun(key: Key, answer: Value) -> Result<Begun, StoreError> {
    let mut answer = reply::array(answer)?.into_iter();
    let mut next = || answer.next().ok_or_else(reply::unexpected);
    Ok(match &*reply::text(next()?)? {
        "began" => Begun::Began(lease(key, next()?, next()?)?),
        "conflict" => Begun::Conflict,
        "done" => Begun::Done(reply::bytes(answer.next().unwrap_or(Value::Nil))?.map(Bytes::from)),
        "held" => Begun::InFlight {
            until: reply::time(next()?)?,
        },
        _ => return Err(reply::unexpected()),
    })
}

fn lease(key: Key, fence: Value, until: Value) -> Result<Lease, StoreError> {
    let until: UnixTime = reply::time(until)?;
    Ok(Lease::new(key, Fence(reply::number(fence)?), until))
}

/// The records of these items, with the number of each in the batch.
fn pick<'r>(
    items: &[usize],
    records: &'r [NewRecord],
) -> impl Iterator<Item = (usize, &'r NewRecord)> {
    items
        .iter()
        .filter_map(|item| Some((*item, records.get(*item)?)))
}

fn described(run: &mut Run, record: &NewRecord, token: &[u8]) {
    run.arguments.push(record.namespace().as_str().into());
    run.arguments.push(token.into());
    run.arguments.push(record.payload_sha256().into());
    run.arguments.push(facts::encode(record.facts()));
    run.arguments.push(record.payload().to_vec());
}
