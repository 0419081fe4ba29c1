//! The state machine of a record.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;
use std::time::Duration;

use webhook_verify::UnixTime;

use super::row::{Orders, Row, kind_of};
use crate::claims::{Begun, Outcome, Put, Settled, Settlement};
use crate::error::{StoreError, StoreErrorKind};
use crate::key::{Key, Kind, Namespace};
use crate::queue::{ListRequest, Replayed, StateKind, Stats};
use crate::record::{Fence, Lease, Leased, NewRecord, Record, State};
use crate::store::require;

const STORE: &str = "memory";

#[derive(Debug)]
pub(super) struct Table {
    capacity: usize,
    fence: i64,
    sequence: i64,
    by_key: HashMap<Key, i64>,
    rows: BTreeMap<i64, Row>,
    namespaces: HashMap<Namespace, Orders>,
}

impl Table {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            fence: 0,
            sequence: 0,
            by_key: HashMap::new(),
            rows: BTreeMap::new(),
            namespaces: HashMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn put(
        &mut self,
        records: &[NewRecord],
        now: UnixTime,
    ) -> Result<Vec<Put>, StoreError> {
        self.admit(Kind::Queue, records)?;
        let puts = records.iter().map(|new| match self.find(&new.key()) {
            Some((_, row)) => Put::Duplicate {
                state: row.record.state,
                same_payload: row.payload_sha256 == *new.payload_sha256(),
            },
            None => {
                self.insert(
                    new,
                    State::Ready {
                        at: now.saturating_add(new.delay()),
                    },
                    now,
                );
                Put::New
            }
        });
        Ok(puts.collect())
    }

    pub(super) fn put_leased(
        &mut self,
        records: &[NewRecord],
        lease: Duration,
        now: UnixTime,
    ) -> Result<Vec<Begun>, StoreError> {
        self.admit(Kind::Guard, records)?;
        Ok(records
            .iter()
            .map(|new| self.begin(new, lease, now))
            .collect())
    }

    fn begin(&mut self, new: &NewRecord, lease: Duration, now: UnixTime) -> Begun {
        let Some((sequence, row)) = self.find(&new.key()) else {
            let sequence = self.insert(new, State::Ready { at: now }, now);
            return Begun::Began(self.hand_out(sequence, new.key(), lease, now));
        };
        if row.payload_sha256 != *new.payload_sha256() {
            return Begun::Conflict;
        }
        match row.record.state {
            State::Done | State::Dead => Begun::Done(row.record.output.clone()),
            State::Leased { until } | State::Ready { at: until } if until > now => {
                Begun::InFlight { until }
            }
            State::Leased { .. } | State::Ready { .. } => {
                Begun::Began(self.hand_out(sequence, new.key(), lease, now))
            }
        }
    }

    pub(super) fn lease(
        &mut self,
        namespace: &Namespace,
        limit: u32,
        lease: Duration,
        now: UnixTime,
    ) -> Result<Vec<Leased>, StoreError> {
        require(STORE, Kind::Queue, [namespace])?;
        let Some(orders) = self.namespaces.get(namespace) else {
            return Ok(Vec::new());
        };
        let due = orders.due.range(..=(now, i64::MAX)).take(limit as usize);
        let due: Vec<i64> = due.map(|&(_, sequence)| sequence).collect();
        let leased = due.into_iter().filter_map(|sequence| {
            let key = self.rows.get(&sequence)?.record.key;
            let lease = self.hand_out(sequence, key, lease, now);
            let row = self.rows.get(&sequence)?;
            Some(Leased::new(lease, row.record.clone()))
        });
        Ok(leased.collect())
    }

    pub(super) fn extend(&mut self, held: &Lease, lease: Duration, now: UnixTime) -> Option<Lease> {
        let (sequence, row) = self.find(&held.key)?;
        if row.fence != Some(held.fence) || !matches!(row.record.state, State::Leased { .. }) {
            return None;
        }
        let until = now.saturating_add(lease);
        self.change(sequence, |row| row.record.state = State::Leased { until });
        Some(Lease::new(held.key, held.fence, until))
    }

    /// Settles the batch, and says which namespaces have something new to lease.
    pub(super) fn settle(
        &mut self,
        settlements: &[Settlement],
        now: UnixTime,
    ) -> Result<(Vec<Settled>, HashSet<Namespace>), StoreError> {
        let buries_a_guard = |settlement: &Settlement| {
            let row = self.find(&settlement.lease.key).map(|(_, row)| row);
            matches!(settlement.outcome, Outcome::Dead { .. })
                && row.is_some_and(|row| row.namespace.kind() == Kind::Guard)
        };
        if settlements.iter().any(buries_a_guard) {
            return Err(StoreError::new(STORE, StoreErrorKind::Misuse));
        }
        let mut ready = HashSet::new();
        let settled = settlements.iter().map(|settlement| {
            let Some((sequence, row)) = self.find(&settlement.lease.key) else {
                return Settled::LeaseLost;
            };
            if row.fence != Some(settlement.lease.fence) {
                return Settled::LeaseLost;
            }
            if !matches!(row.record.state, State::Leased { .. }) {
                return Settled::AlreadySettled;
            }
            if !matches!(
                settlement.outcome,
                Outcome::Dead { .. } | Outcome::Done { .. }
            ) {
                ready.insert(row.namespace.clone());
            }
            self.change(sequence, |row| row.record.end(&settlement.outcome, now));
            Settled::Applied
        });
        let settled = settled.collect();
        Ok((settled, ready))
    }

    pub(super) fn get(&self, key: &Key) -> Option<Record> {
        self.find(key).map(|(_, row)| row.record.clone())
    }

    pub(super) fn purge(
        &mut self,
        namespace: &Namespace,
        settled_for: Duration,
        limit: u32,
        now: UnixTime,
    ) -> u64 {
        let Some(orders) = self.namespaces.get_mut(namespace) else {
            return 0;
        };
        let mut purged = 0;
        while purged < u64::from(limit) {
            let Some(&(at, sequence)) = orders.settled.first() else {
                break;
            };
            if now.saturating_since(at) <= settled_for {
                break;
            }
            orders.settled.pop_first();
            orders.committed.remove(&sequence);
            if let Some(row) = self.rows.remove(&sequence) {
                self.by_key.remove(&row.record.key);
            }
            purged += 1;
        }
        purged
    }

    pub(super) fn list(&self, request: &ListRequest) -> Vec<Record> {
        let Some(orders) = self.namespaces.get(&request.namespace) else {
            return Vec::new();
        };
        let behind = request.after.map_or(Bound::Unbounded, Bound::Excluded);
        let rows = orders
            .committed
            .range((behind, Bound::Unbounded))
            .filter_map(|sequence| self.rows.get(sequence));
        let wanted = rows.filter(|row| {
            request
                .only
                .is_none_or(|only| kind_of(row.record.state) == only)
        });
        wanted
            .take(request.limit as usize)
            .map(|row| row.record.clone())
            .collect()
    }

    pub(super) fn replay(
        &mut self,
        keys: &[Key],
        now: UnixTime,
    ) -> (Vec<Replayed>, HashSet<Namespace>) {
        let mut ready = HashSet::new();
        let replayed = keys.iter().map(|key| {
            let Some((sequence, row)) = self.find(key) else {
                return Replayed::Absent;
            };
            if !matches!(row.record.state, State::Done | State::Dead) {
                return Replayed::Pending;
            }
            ready.insert(row.namespace.clone());
            self.change(sequence, |row| {
                row.record.state = State::Ready { at: now };
                row.record.attempts = 0;
                row.record.settled_at = None;
                row.record.output = None;
            });
            Replayed::Ready
        });
        let replayed = replayed.collect();
        (replayed, ready)
    }

    pub(super) fn stats(&self, namespace: &Namespace, now: UnixTime) -> Stats {
        let mut stats = Stats::default();
        let Some(orders) = self.namespaces.get(namespace) else {
            return stats;
        };
        for row in orders
            .committed
            .iter()
            .filter_map(|sequence| self.rows.get(sequence))
        {
            match kind_of(row.record.state) {
                StateKind::Dead => stats.dead += 1,
                StateKind::Done => stats.done += 1,
                StateKind::Leased => stats.leased += 1,
                StateKind::Ready => stats.ready += 1,
            }
            if row.record.settled_at.is_none() && stats.oldest_pending.is_none() {
                stats.oldest_pending = Some(now.saturating_since(row.record.received_at));
            }
        }
        stats
    }

    /// Refuses a batch that is of the wrong kind or does not fit, before any of it is stored.
    fn admit(&self, kind: Kind, records: &[NewRecord]) -> Result<(), StoreError> {
        require(STORE, kind, records.iter().map(NewRecord::namespace))?;
        let keys = records.iter().map(NewRecord::key);
        let new: HashSet<Key> = keys.filter(|key| !self.by_key.contains_key(key)).collect();
        if new.is_empty() || self.rows.len().saturating_add(new.len()) <= self.capacity {
            Ok(())
        } else {
            Err(StoreError::new(STORE, StoreErrorKind::Full))
        }
    }

    fn find(&self, key: &Key) -> Option<(i64, &Row)> {
        let sequence = *self.by_key.get(key)?;
        Some((sequence, self.rows.get(&sequence)?))
    }

    fn insert(&mut self, new: &NewRecord, state: State, now: UnixTime) -> i64 {
        self.sequence += 1;
        let sequence = self.sequence;
        let record = Record::new(
            new.key(),
            new.facts().clone(),
            new.payload().clone(),
            state,
            now,
            sequence,
        );
        let namespace = new.namespace().clone();
        let row = Row {
            namespace: namespace.clone(),
            record,
            payload_sha256: *new.payload_sha256(),
            fence: None,
        };
        self.by_key.insert(new.key(), sequence);
        let orders = self.namespaces.entry(namespace).or_default();
        orders.committed.insert(sequence);
        orders.add(&row.record);
        self.rows.insert(sequence, row);
        sequence
    }

    fn hand_out(&mut self, sequence: i64, key: Key, lease: Duration, now: UnixTime) -> Lease {
        self.fence += 1;
        let fence = Fence(self.fence);
        let until = now.saturating_add(lease);
        self.change(sequence, |row| {
            row.fence = Some(fence);
            row.record.attempts = row.record.attempts.saturating_add(1);
            row.record.state = State::Leased { until };
        });
        Lease::new(key, fence, until)
    }

    /// Changes a row and moves it to its new place in each order.
    fn change(&mut self, sequence: i64, change: impl FnOnce(&mut Row)) {
        let Some(row) = self.rows.get_mut(&sequence) else {
            return;
        };
        let orders = self.namespaces.entry(row.namespace.clone()).or_default();
        orders.remove(&row.record);
        change(row);
        orders.add(&row.record);
    }
}
