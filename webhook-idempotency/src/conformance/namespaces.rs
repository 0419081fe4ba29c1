//! Namespaces keep apart, and each has its kind.

use super::Harness;
use super::case::{Case, DAY, LEASE, done, event_in, guard, inbox, settle};
use crate::claims::Settled;
use crate::error::StoreErrorKind;
use crate::key::Namespace;
use crate::queue::ListRequest;

/// Workers have no business in a guard.
pub async fn leasing_from_a_guard_is_misuse(harness: &dyn Harness) {
    let case = Case::guarded(harness).await;
    harness.advance(2 * LEASE).await;
    let refused = case.one.lease(&guard(), 10, LEASE).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Misuse);
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
