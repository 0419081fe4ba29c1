//! Namespaces keep apart, and each has its kind.

use super::Harness;
use super::case::{Case, DAY, LEASE, done, event, event_in, guard, inbox, settle};
use crate::claims::{Put, Settled};
use crate::error::StoreErrorKind;
use crate::key::Namespace;
use crate::queue::ListRequest;
use crate::record::NewRecord;

/// A record of a guard would wait for ever.
pub async fn putting_into_a_guard_is_misuse(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let refused = case
        .one
        .put(&[event_in(&guard(), "evt_1")])
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
}

/// A worker would run it a second time.
pub async fn a_leased_put_into_a_queue_is_misuse(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let refused = case
        .one
        .put_leased(&[event("evt_1")], LEASE)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
}

/// Workers have no business in a guard.
pub async fn leasing_from_a_guard_is_misuse(harness: &dyn Harness) {
    let case = Case::guarded(harness).await;
    harness.advance(2 * LEASE).await;
    let refused = case.one.lease(&guard(), 10, LEASE).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
}

/// A batch is refused before any of it is stored.
pub async fn a_batch_with_one_record_of_the_wrong_kind_stores_nothing(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let batch = [event("evt_1"), event_in(&guard(), "evt_2")];
    assert_eq!(
        case.one.put(&batch).await.unwrap_err().kind(),
        StoreErrorKind::Misuse
    );
    assert_eq!(case.state().await, None);
}

/// One id, two namespaces or two endpoints: different records.
pub async fn one_id_in_two_namespaces_or_at_two_endpoints_is_two_records(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let second = Namespace::queue("conformance-2").unwrap();
    let elsewhere = NewRecord::own(
        &inbox(),
        "shop",
        "hooks-2",
        "evt_1",
        "order.paid",
        case.record.payload().clone(),
    );
    let answers = case
        .other
        .put(&[event_in(&second, "evt_1"), elsewhere])
        .await
        .unwrap();
    assert_eq!(answers, [Put::New, Put::New]);
}

/// What is done in one namespace is not seen in another.
pub async fn no_call_reaches_into_another_namespace(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    let second = Namespace::queue("conformance-2").unwrap();
    assert!(case.one.lease(&second, 10, LEASE).await.unwrap().is_empty());
    assert!(
        case.one
            .list(&ListRequest::new(second.clone()))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(case.one.stats(&second).await.unwrap().total(), 0);

    case.one.put(&[event_in(&second, "evt_1")]).await.unwrap();
    let leased = case.other.lease(&second, 10, LEASE).await.unwrap();
    assert_eq!(leased.len(), 1);
    assert_eq!(
        settle(&*case.one, leased[0].lease, done()).await,
        Settled::Applied
    );
    harness.advance(2 * DAY).await;
    assert_eq!(case.one.purge(&inbox(), DAY, 10).await.unwrap(), 0);
    assert_eq!(case.one.stats(&second).await.unwrap().done, 1);
    assert_eq!(case.one.stats(&inbox()).await.unwrap().ready, 1);
    assert_eq!(case.one.purge(&second, DAY, 10).await.unwrap(), 1);
}
