//! A guard's record in each of its states.

use std::sync::Arc;

use bytes::Bytes;
use webhook_verify::UnixTime;

use crate::claims::{Begun, Claims, Outcome, Settled, Settlement};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, SECOND, began, event_in, guard};
use crate::key::Key;
use crate::record::{Fence, Lease, NewRecord, Record, State};

/// Two handles on one store, used in turns.
pub(super) struct Guarded<'h> {
    pub(super) harness: &'h dyn ClaimsHarness,
    pub(super) one: Arc<dyn Claims>,
    pub(super) other: Arc<dyn Claims>,
    pub(super) record: NewRecord,
    /// The newest lease of the record, or one that was never handed out.
    pub(super) lease: Lease,
}

impl<'h> Guarded<'h> {
    pub(super) async fn of(harness: &'h dyn ClaimsHarness, record: NewRecord) -> Self {
        let (one, other) = (harness.claims().await, harness.claims().await);
        let lease = Lease::new(record.key(), Fence(1), UnixTime::from_secs(4_000_000_000));
        Self {
            harness,
            one,
            other,
            record,
            lease,
        }
    }

    pub(super) async fn absent(harness: &'h dyn ClaimsHarness) -> Self {
        Self::of(harness, event_in(&guard(), "evt_1")).await
    }

    pub(super) async fn held(harness: &'h dyn ClaimsHarness) -> Self {
        let mut case = Self::absent(harness).await;
        case.lease = began(case.begin(&*case.one).await);
        case
    }

    pub(super) async fn released(harness: &'h dyn ClaimsHarness) -> Self {
        let case = Self::held(harness).await;
        assert_eq!(case.settle(Outcome::Release).await, Settled::Applied);
        case
    }

    pub(super) async fn lapsed(harness: &'h dyn ClaimsHarness) -> Self {
        let case = Self::held(harness).await;
        harness.step(LEASE + 10 * SECOND).await;
        case
    }

    pub(super) async fn done(harness: &'h dyn ClaimsHarness) -> Self {
        let case = Self::held(harness).await;
        assert_eq!(case.settle(answered()).await, Settled::Applied);
        case
    }

    pub(super) async fn purged(harness: &'h dyn ClaimsHarness) -> Self {
        let case = Self::done(harness).await;
        harness.step(2 * DAY).await;
        assert_eq!(case.one.purge(&guard(), DAY, 10).await.unwrap(), 1);
        case
    }

    pub(super) async fn begin(&self, store: &dyn Claims) -> Begun {
        begin(store, &self.record).await
    }

    pub(super) async fn settle(&self, outcome: Outcome) -> Settled {
        settle(&*self.one, self.lease, outcome).await
    }

    /// The record as the other handle sees it.
    pub(super) async fn stored(&self) -> Option<Record> {
        stored(&*self.other, self.record.key()).await
    }

    pub(super) async fn state(&self) -> Option<State> {
        self.stored().await.map(|record| record.state)
    }
}

pub(super) async fn begin(store: &dyn Claims, record: &NewRecord) -> Begun {
    store
        .put_leased(std::slice::from_ref(record), LEASE)
        .await
        .unwrap()
        .remove(0)
}

pub(super) async fn settle(store: &dyn Claims, lease: Lease, outcome: Outcome) -> Settled {
    store
        .settle(&[Settlement { lease, outcome }])
        .await
        .unwrap()[0]
}

pub(super) async fn stored(store: &dyn Claims, key: Key) -> Option<Record> {
    store.get(&[key]).await.unwrap().remove(0)
}

pub(super) fn answered() -> Outcome {
    Outcome::Done {
        output: Some(Bytes::from_static(b"202\0{}")),
    }
}
