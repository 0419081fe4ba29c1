//! A record in each of its states, and what claims look at.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use webhook_verify::UnixTime;

use super::Harness;
use crate::claims::{Begun, Outcome, Settled, Settlement};
use crate::key::Namespace;
use crate::queue::{ListRequest, Queue, StateKind};
use crate::record::{Fence, Lease, NewRecord, Record, State};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const LEASE: Duration = Duration::from_secs(60);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn inbox() -> Namespace {
    Namespace::queue("conformance").unwrap()
}

pub(super) fn guard() -> Namespace {
    Namespace::guard("conformance").unwrap()
}

pub(super) fn event_in(namespace: &Namespace, id: &str) -> NewRecord {
    NewRecord::own(
        namespace,
        "shop",
        "hooks",
        id,
        "order.paid",
        Bytes::from(format!("{{\"id\":\"{id}\"}}")),
    )
}

pub(super) fn event(id: &str) -> NewRecord {
    event_in(&inbox(), id)
}

pub(super) fn done() -> Outcome {
    Outcome::Done { output: None }
}

pub(super) fn dead() -> Outcome {
    Outcome::Dead {
        reason: "no such order".into(),
    }
}

pub(super) fn retry(after: Duration) -> Outcome {
    Outcome::Retry {
        after,
        error: "timed out".into(),
    }
}

/// Whether two times are the same, but for what a clock that runs by itself gains in one test.
pub(super) fn near(a: UnixTime, b: UnixTime) -> bool {
    a.abs_diff(b) <= Duration::from_secs(5)
}

/// Two handles on one store, used in turns.
pub(super) struct Case<'h> {
    pub(super) harness: &'h dyn Harness,
    pub(super) one: Arc<dyn Queue>,
    pub(super) other: Arc<dyn Queue>,
    pub(super) record: NewRecord,
    /// The newest lease of the record, or one that was never handed out.
    pub(super) lease: Lease,
}

impl<'h> Case<'h> {
    pub(super) async fn of(harness: &'h dyn Harness, record: NewRecord) -> Self {
        let (one, other) = (harness.store().await, harness.store().await);
        let lease = Lease::new(record.key(), Fence(1), UnixTime::from_secs(4_000_000_000));
        Self {
            harness,
            one,
            other,
            record,
            lease,
        }
    }

    pub(super) async fn absent(harness: &'h dyn Harness) -> Self {
        Self::of(harness, event("evt_1")).await
    }

    pub(super) async fn ready(harness: &'h dyn Harness) -> Self {
        let case = Self::absent(harness).await;
        case.one
            .put(std::slice::from_ref(&case.record))
            .await
            .unwrap();
        case
    }

    pub(super) async fn leased(harness: &'h dyn Harness) -> Self {
        let mut case = Self::ready(harness).await;
        case.lease = lease_one(&*case.other).await;
        case
    }

    pub(super) async fn lapsed(harness: &'h dyn Harness) -> Self {
        let case = Self::leased(harness).await;
        harness.advance(LEASE + 10 * SECOND).await;
        case
    }

    pub(super) async fn done(harness: &'h dyn Harness) -> Self {
        let case = Self::leased(harness).await;
        assert_eq!(case.settle(done()).await, Settled::Applied);
        case
    }

    pub(super) async fn dead(harness: &'h dyn Harness) -> Self {
        let case = Self::leased(harness).await;
        assert_eq!(case.settle(dead()).await, Settled::Applied);
        case
    }

    pub(super) async fn purged(harness: &'h dyn Harness) -> Self {
        let case = Self::done(harness).await;
        harness.advance(2 * DAY).await;
        assert_eq!(case.one.purge(&inbox(), DAY, 10).await.unwrap(), 1);
        case
    }

    /// A guard's record, leased by the first handle.
    pub(super) async fn guarded(harness: &'h dyn Harness) -> Self {
        let mut case = Self::of(harness, event_in(&guard(), "evt_1")).await;
        case.lease = began(case.begin(&*case.one).await);
        case
    }

    pub(super) async fn begin(&self, store: &dyn Queue) -> Begun {
        store
            .put_leased(std::slice::from_ref(&self.record), LEASE)
            .await
            .unwrap()
            .remove(0)
    }

    pub(super) async fn settle(&self, outcome: Outcome) -> Settled {
        settle(&*self.one, self.lease, outcome).await
    }

    /// The record as the other handle sees it.
    pub(super) async fn stored(&self) -> Option<Record> {
        self.other
            .get(&[self.record.key()])
            .await
            .unwrap()
            .remove(0)
    }

    pub(super) async fn state(&self) -> Option<State> {
        self.stored().await.map(|record| record.state)
    }

    /// How many records a page of each kind has: ready, leased, done, dead, and without a filter.
    pub(super) async fn listed(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        let kinds = [
            StateKind::Ready,
            StateKind::Leased,
            StateKind::Done,
            StateKind::Dead,
        ];
        for (count, kind) in counts.iter_mut().zip(kinds) {
            *count = self
                .other
                .list(&ListRequest::new(inbox()).only(kind))
                .await
                .unwrap()
                .len();
        }
        counts[4] = self
            .other
            .list(&ListRequest::new(inbox()))
            .await
            .unwrap()
            .len();
        counts
    }

    /// How many records a worker gets now.
    pub(super) async fn leasable(&self) -> usize {
        self.one.lease(&inbox(), 10, LEASE).await.unwrap().len()
    }
}

pub(super) async fn lease_one(store: &dyn Queue) -> Lease {
    let leased = store.lease(&inbox(), 1, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1, "nothing to lease");
    leased[0].lease
}

pub(super) async fn settle(store: &dyn Queue, lease: Lease, outcome: Outcome) -> Settled {
    store
        .settle(&[Settlement { lease, outcome }])
        .await
        .unwrap()[0]
}

#[track_caller]
pub(super) fn began(begun: Begun) -> Lease {
    match begun {
        Begun::Began(lease) => lease,
        other => panic!("expected a lease, got {other:?}"),
    }
}
