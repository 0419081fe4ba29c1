//! Ending leases, and prolonging them.

use std::time::Duration;

use futures_util::future::try_join_all;
use redis::{Value, cmd};

use super::batch::{Token, millis};
use super::names::part;
use super::problem::STORE;
use super::{RedisStore, reply, script};
use crate::claims::{Outcome, Settled, Settlement};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;
use crate::record::Lease;

impl RedisStore {
    pub(super) async fn extend_batch(
        &self,
        leases: &[Lease],
        length: Duration,
    ) -> Result<Vec<Option<Lease>>, StoreError> {
        let run = |items: &[usize]| {
            let mut run = self.repeatable(&script::EXTEND);
            run.arguments.push(millis(length));
            for held in items.iter().filter_map(|item| leases.get(*item)) {
                run.keys.push(self.names.record(&held.key));
                run.arguments.push(held.fence.0.to_string().into());
            }
            run
        };
        let ends = self
            .batch(
                leases.iter().map(|held| held.key),
                run,
                |_, answer| match answer {
                    Value::Nil => Ok(None),
                    until => reply::time(until).map(Some),
                },
            )
            .await?;
        let extended = leases.iter().zip(ends);
        Ok(extended
            .map(|(held, until)| Some(Lease::new(held.key, held.fence, until?)))
            .collect())
    }

    pub(super) async fn settle_batch(
        &self,
        settlements: &[Settlement],
    ) -> Result<Vec<Settled>, StoreError> {
        self.refuse_dead_guards(settlements).await?;
        let token = Token::new();
        let run = |items: &[usize]| {
            let mut run = self.repeatable(&script::SETTLE);
            for (item, settlement) in items
                .iter()
                .filter_map(|item| Some((*item, settlements.get(*item)?)))
            {
                let Lease { key, fence, .. } = settlement.lease;
                run.keys.push(self.names.record(&key));
                run.keys.push(self.names.index(part(&key)));
                run.arguments.push(key.as_bytes().into());
                run.arguments.push(fence.0.to_string().into());
                run.arguments.push(token.of(item));
                run.arguments.extend(ending(&settlement.outcome));
            }
            run
        };
        let keys = settlements.iter().map(|settlement| settlement.lease.key);
        self.batch(keys, run, |_, answer| match &*reply::text(answer)? {
            "already" => Ok(Settled::AlreadySettled),
            "applied" => Ok(Settled::Applied),
            "lost" => Ok(Settled::LeaseLost),
            _ => Err(reply::unexpected()),
        })
        .await
    }

    /// A guard has no dead letters. Looking first is no race: a record never changes its namespace.
    async fn refuse_dead_guards(&self, settlements: &[Settlement]) -> Result<(), StoreError> {
        let buried = settlements
            .iter()
            .filter(|settlement| matches!(settlement.outcome, Outcome::Dead { .. }));
        let looks = buried.map(|settlement| self.is_guard(settlement.lease.key));
        match try_join_all(looks).await?.contains(&true) {
            true => Err(StoreError::new(STORE, StoreErrorKind::Misuse)),
            false => Ok(()),
        }
    }

    async fn is_guard(&self, key: Key) -> Result<bool, StoreError> {
        let mut command = cmd("HGET");
        command.arg(self.names.record(&key)).arg("namespace");
        let namespace = reply::bytes(self.link.read(part(&key), &command).await?)?;
        Ok(namespace.is_some_and(|namespace| namespace.starts_with(b"guard:")))
    }
}

/// What the script is told: the outcome, how long to wait, whether there is a text, and the text.
fn ending(outcome: &Outcome) -> [Vec<u8>; 4] {
    let (name, wait, text) = match outcome {
        // Only for what was never leased, which the script calls lost: nothing leases from a queue in this store.
        Outcome::Dead { .. } => ("dead", Duration::ZERO, None),
        Outcome::Done { output } => (
            "done",
            Duration::ZERO,
            output.as_ref().map(|output| &output[..]),
        ),
        Outcome::Release => ("release", Duration::ZERO, None),
        Outcome::Retry { after, error } => ("retry", *after, Some(error.as_bytes())),
        Outcome::Snooze { after } => ("snooze", *after, None),
    };
    [
        name.into(),
        millis(wait),
        vec![if text.is_some() { b'1' } else { b'0' }],
        text.unwrap_or_default().to_vec(),
    ]
}
