//! Ending leases, under their fences.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::error::{LEASE_LOST, SETTLED_BEFORE, code, problem, store_error};
use super::row::{key, span};
use super::statements::{Sql, Statement};
use crate::claims::{Outcome, Settled, Settlement};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::Key;

/// Settlements of different leases, as the arrays that one statement takes, in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Settlements {
    keys: Vec<Vec<u8>>,
    fences: Vec<i64>,
    kinds: Vec<i16>,
    waits: Vec<i64>,
    texts: Vec<Option<Vec<u8>>>,
    outputs: Vec<Option<Vec<u8>>>,
}

impl Settlements {
    /// The first settlement of each lease.
    pub(super) fn new(settlements: &[Settlement]) -> Self {
        let mut firsts: BTreeMap<(Key, i64), &Outcome> = BTreeMap::new();
        for settlement in settlements {
            let lease = (settlement.lease.key, settlement.lease.fence.0);
            firsts.entry(lease).or_insert(&settlement.outcome);
        }
        let mut all = Self::default();
        for ((key, fence), outcome) in firsts {
            all.add(key, fence, outcome);
        }
        all
    }

    fn add(&mut self, key: Key, fence: i64, outcome: &Outcome) {
        let (kind, wait, text, output) = match outcome {
            Outcome::Done { output } => (0, 0, None, output.as_ref().map(|output| output.to_vec())),
            Outcome::Dead { reason } => (1, 0, Some(reason.clone().into_bytes()), None),
            Outcome::Retry { after, error } => {
                (2, span(*after), Some(error.clone().into_bytes()), None)
            }
            Outcome::Snooze { after } => (3, span(*after), None, None),
            Outcome::Release => (3, 0, None, None),
        };
        self.keys.push(key.as_bytes().to_vec());
        self.fences.push(fence);
        self.kinds.push(kind);
        self.waits.push(wait);
        self.texts.push(text);
        self.outputs.push(output);
    }

    pub(super) fn bind(&self, statement: Statement) -> Statement {
        statement
            .bind(&self.keys)
            .bind(&self.fences)
            .bind(&self.kinds)
            .bind(&self.waits)
            .bind(&self.texts)
            .bind(&self.outputs)
    }
}

/// The answers in the order of the batch, and the namespaces in which something is ready again.
pub(super) fn answers(
    settlements: &[Settlement],
    rows: &[PgRow],
) -> Result<(Vec<Settled>, Vec<String>), sqlx::Error> {
    let mut answers = HashMap::new();
    for row in rows {
        let lease = (key(row)?, row.try_get::<i64, _>("fence")?);
        let namespace: Option<String> = row.try_get("namespace")?;
        answers.insert(lease, (settled(row.try_get("answer")?), namespace));
    }
    let mut settled = Vec::with_capacity(settlements.len());
    let mut ready = Vec::new();
    for settlement in settlements {
        let lease = (settlement.lease.key, settlement.lease.fence.0);
        let (answer, namespace) = answers.get_mut(&lease).ok_or(sqlx::Error::RowNotFound)?;
        settled.push(*answer);
        if *answer == Settled::Applied {
            // A second settlement of the same lease in this batch comes behind the first.
            *answer = Settled::AlreadySettled;
            if !matches!(
                settlement.outcome,
                Outcome::Done { .. } | Outcome::Dead { .. }
            ) {
                ready.extend(namespace.take());
            }
        }
    }
    Ok((settled, ready))
}

pub(super) const fn settled(answer: i16) -> Settled {
    match answer {
        0 => Settled::Applied,
        1 => Settled::AlreadySettled,
        _ => Settled::LeaseLost,
    }
}

/// Settles inside a transaction that is somebody else's. Unless it was applied, the server refuses to commit that one.
pub(super) async fn settle_in(
    connection: &mut PgConnection,
    sql: &Sql,
    keep: bool,
    settlement: &Settlement,
) -> Result<Settled, StoreError> {
    let statement = Settlements::new(std::slice::from_ref(settlement)).bind(sql.query(keep));
    match statement.fetch_all(connection).await {
        Ok(rows) if rows.len() == 1 => Ok(Settled::Applied),
        Ok(_) => Err(problem(
            StoreErrorKind::Unavailable,
            "the settlement was not answered",
        )),
        Err(error) => match code(&error).as_deref() {
            Some(SETTLED_BEFORE) => Ok(Settled::AlreadySettled),
            Some(LEASE_LOST) => Ok(Settled::LeaseLost),
            _ => Err(store_error(error)),
        },
    }
}
