//! `put` into a queue, as far as it shows without a worker.

use super::case::{Guarded, stored};
use crate::claims::Put;
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{SECOND, event, near};
use crate::record::State;

/// Absent.
pub async fn putting_an_absent_record_is_new_and_makes_it_ready(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let record = event("evt_1");
    let put = case.other.put(std::slice::from_ref(&record)).await.unwrap();
    assert_eq!(put, [Put::New]);
    let stored = stored(&*case.one, record.key()).await.unwrap();
    assert!(
        matches!(stored.state, State::Ready { at } if near(at, stored.received_at)),
        "{stored:?}"
    );
    assert_eq!(&stored.facts, record.facts());
    assert_eq!((stored.attempts, stored.settled_at), (0, None));
}

/// Ready. When it may be leased does not move.
pub async fn putting_a_record_again_is_a_duplicate_and_changes_nothing(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    let record = event("evt_1").delayed(30 * SECOND);
    case.one.put(std::slice::from_ref(&record)).await.unwrap();
    let State::Ready { at } = stored(&*case.one, record.key()).await.unwrap().state else {
        panic!("the record is not ready");
    };
    harness.step(20 * SECOND).await;
    let again = case.other.put(std::slice::from_ref(&record)).await.unwrap();
    let duplicate = Put::Duplicate {
        state: State::Ready { at },
        same_payload: true,
    };
    assert_eq!(again, [duplicate]);
    let kept = stored(&*case.one, record.key()).await.unwrap();
    assert_eq!(kept.state, State::Ready { at });
    assert!(near(at, kept.received_at.saturating_add(30 * SECOND)));
}
