//! What of a guard outlives the program. A store that promises nothing here passes because it was never restarted.

use super::case::{Guarded, begin, settle, stored};
use crate::claims::{Begun, Put, Settled};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{LEASE, SECOND, began, done, event};
use crate::record::State;

/// Acknowledged is stored.
pub async fn what_was_put_is_a_duplicate_after_a_restart(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let record = event("evt_1");
    case.one.put(std::slice::from_ref(&record)).await.unwrap();
    drop(case);
    let store = harness.claims_after_restart().await;
    let kept = stored(&*store, record.key()).await.unwrap();
    assert_eq!(kept.payload, record.payload());
    assert_eq!(&kept.facts, record.facts());
    let again = store.put(&[record]).await.unwrap();
    assert!(
        matches!(
            again[0],
            Put::Duplicate {
                state: State::Ready { .. },
                same_payload: true
            }
        ),
        "{again:?}"
    );
}

/// Settled is settled.
pub async fn a_guard_that_was_done_is_done_after_a_restart(harness: &dyn ClaimsHarness) {
    let case = Guarded::done(harness).await;
    let (record, lease) = (case.record.clone(), case.lease);
    drop(case);
    let store = harness.claims_after_restart().await;
    assert_eq!(
        settle(&*store, lease, done()).await,
        Settled::AlreadySettled
    );
    let output = Some(bytes::Bytes::from_static(b"202\0{}"));
    assert_eq!(begin(&*store, &record).await, Begun::Done(output));
}

/// Who held it when the program died is waited for, and no longer than the lease.
pub async fn a_guard_is_held_across_a_restart_and_then_lapses(harness: &dyn ClaimsHarness) {
    let case = Guarded::held(harness).await;
    let (record, lease) = (case.record.clone(), case.lease);
    drop(case);
    let store = harness.claims_after_restart().await;
    let until = lease.until;
    assert_eq!(begin(&*store, &record).await, Begun::InFlight { until });
    harness.step(LEASE + 10 * SECOND).await;
    let newer = began(begin(&*store, &record).await);
    assert!(newer.fence > lease.fence);
    assert_eq!(settle(&*store, lease, done()).await, Settled::LeaseLost);
    assert_eq!(settle(&*store, newer, done()).await, Settled::Applied);
}
