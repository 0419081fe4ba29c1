//! Namespaces keep apart, and each has its kind.

use super::case::{Guarded, answered, begin, settle, stored};
use crate::claims::{Put, Settled};
use crate::conformance::ClaimsHarness;
use crate::conformance::case::{DAY, LEASE, began, event, event_in, guard, inbox};
use crate::error::StoreErrorKind;
use crate::key::Namespace;
use crate::record::{NewRecord, State};

/// A record of a guard would wait for ever.
pub async fn putting_into_a_guard_is_misuse(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let refused = case
        .one
        .put(&[event_in(&guard(), "evt_1")])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
}

/// A worker would run it a second time.
pub async fn a_leased_put_into_a_queue_is_misuse(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let refused = case
        .one
        .put_leased(&[event("evt_1")], LEASE)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
}

/// A batch is refused before any of it is stored.
pub async fn a_batch_with_one_record_of_the_wrong_kind_stores_nothing(harness: &dyn ClaimsHarness) {
    let case = Guarded::absent(harness).await;
    let batch = [event("evt_1"), event_in(&guard(), "evt_2")];
    assert_eq!(
        case.one.put(&batch).await.unwrap_err().kind(),
        StoreErrorKind::Misuse
    );
    assert!(stored(&*case.one, event("evt_1").key()).await.is_none());
}

/// One id, two namespaces or two endpoints: different records.
pub async fn one_id_in_two_namespaces_or_at_two_endpoints_is_two_records(
    harness: &dyn ClaimsHarness,
) {
    let case = Guarded::absent(harness).await;
    let first = event("evt_1");
    case.one.put(std::slice::from_ref(&first)).await.unwrap();
    let second = Namespace::queue("conformance-2").unwrap();
    let elsewhere = NewRecord::own(
        &inbox(),
        "shop",
        "hooks-2",
        "evt_1",
        "order.paid",
        first.payload().clone(),
    );
    let answers = case
        .other
        .put(&[event_in(&second, "evt_1"), elsewhere])
        .await
        .unwrap();
    assert_eq!(answers, [Put::New, Put::New]);
}

/// What is forgotten of one guard is not forgotten of another, whose name begins in the same way.
pub async fn purging_a_guard_leaves_other_namespaces_alone(harness: &dyn ClaimsHarness) {
    let case = Guarded::done(harness).await;
    let second = Namespace::guard("conformance-2").unwrap();
    let record = event_in(&second, "evt_1");
    let lease = began(begin(&*case.one, &record).await);
    assert_eq!(
        settle(&*case.other, lease, answered()).await,
        Settled::Applied
    );
    harness.step(2 * DAY).await;
    assert_eq!(case.one.purge(&second, DAY, 10).await.unwrap(), 1);
    assert_eq!(case.one.purge(&second, DAY, 10).await.unwrap(), 0);
    assert_eq!(case.one.purge(&inbox(), DAY, 10).await.unwrap(), 0);
    assert_eq!(case.state().await, Some(State::Done));
    assert_eq!(case.one.purge(&guard(), DAY, 10).await.unwrap(), 1);
}
