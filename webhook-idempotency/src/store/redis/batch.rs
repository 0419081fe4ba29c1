//! One call over many records: one script where one server has them all, one for each slot where it does not.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::try_join_all;
use rand::RngExt;
use redis::Value;

use super::names::part;
use super::problem::STORE;
use super::script::{Run, Script};
use super::{RedisStore, reply};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;

/// What one call of one caller is known by, so that its own work is recognised when its reply was lost and it asks again.
pub(super) struct Token([u8; 16]);

impl Token {
    pub(super) fn new() -> Self {
        Self(rand::rng().random())
    }

    /// Of one item of the batch: an equal key further down is not the same claim.
    pub(super) fn of(&self, item: usize) -> Vec<u8> {
        [&self.0[..], &(item as u64).to_be_bytes()].concat()
    }
}

impl RedisStore {
    /// A run of the script for any part of a batch, without its keys.
    pub(super) fn repeatable(&self, script: &'static Script) -> Run {
        Run {
            script,
            keys: Vec::new(),
            arguments: vec![self.ahead()],
            repeatable: true,
        }
    }

    /// Runs a script over the items of a batch, and reads each answer in the order of the batch.
    pub(super) async fn batch<A>(
        &self,
        keys: impl Iterator<Item = Key>,
        run: impl Fn(&[usize]) -> Run,
        read: impl Fn(Key, Value) -> Result<A, StoreError>,
    ) -> Result<Vec<A>, StoreError> {
        let keys: Vec<Key> = keys.collect();
        let groups = self.groups(&keys);
        let runs = groups.iter().map(|(part, items)| {
            let run = run(items);
            async move {
                let answer = self.link.write(*part, &run).await?;
                reply::answers(answer, items.len())
            }
        });
        let answers = try_join_all(runs)
            .await
            .map_err(|error| match groups.len() {
                1 => error,
                // Only one script alone is all or nothing.
                _ => at_worst_partly_done(error),
            })?;
        let mut ordered: Vec<Option<A>> = keys.iter().map(|_| None).collect();
        for (items, answers) in groups.values().zip(answers) {
            for (item, answer) in items.iter().zip(answers) {
                if let (Some(place), Some(key)) = (ordered.get_mut(*item), keys.get(*item)) {
                    *place = Some(read(*key, answer)?);
                }
            }
        }
        ordered
            .into_iter()
            .map(|answer| answer.ok_or_else(reply::unexpected))
            .collect()
    }

    /// The items that one script may touch together.
    fn groups(&self, keys: &[Key]) -> BTreeMap<u16, Vec<usize>> {
        let mut groups: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (item, key) in keys.iter().enumerate() {
            let part = if self.link.is_cluster() { part(key) } else { 0 };
            groups.entry(part).or_default().push(item);
        }
        groups
    }
}

/// An error that says that nothing was stored does not hold for what the other scripts of the batch did.
fn at_worst_partly_done(error: StoreError) -> StoreError {
    match error.is_about_a_record() {
        true => StoreError::new(STORE, StoreErrorKind::Unavailable).with_source(error),
        false => error,
    }
}

/// Milliseconds, as scripts calculate them. More than a hundred thousand years are as good as for ever.
pub(super) fn millis(duration: Duration) -> Vec<u8> {
    let millis = duration.as_millis().min(1 << 42);
    millis.to_string().into_bytes()
}
