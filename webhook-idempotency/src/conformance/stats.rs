//! `stats`, in each state.

use std::time::Duration;

use futures_util::future::join_all;

use super::Harness;
use super::case::{Case, LEASE, SECOND, event, inbox};

/// Dead, done, leased and ready records, and the age of the oldest that is not settled, to the minute.
async fn stats(case: &Case<'_>) -> ([u64; 4], Option<u64>) {
    let stats = case.other.stats(&inbox()).await.unwrap();
    let minutes = stats
        .oldest_pending
        .map(|age| (age + Duration::from_secs(5)).as_secs() / 60);
    assert_eq!(
        stats.total(),
        stats.dead + stats.done + stats.leased + stats.ready
    );
    ([stats.dead, stats.done, stats.leased, stats.ready], minutes)
}

/// Absent.
pub async fn an_absent_record_is_not_counted(harness: &dyn Harness) {
    assert_eq!(
        stats(&Case::absent(harness).await).await,
        ([0, 0, 0, 0], None)
    );
}

/// Ready.
pub async fn a_ready_record_is_counted_and_grows_old(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    assert_eq!(stats(&case).await, ([0, 0, 0, 1], Some(0)));
    harness.advance(3 * LEASE).await;
    assert_eq!(stats(&case).await, ([0, 0, 0, 1], Some(3)));
}

/// Leased.
pub async fn a_leased_record_is_counted_as_leased_and_is_as_old_as_its_put(harness: &dyn Harness) {
    let case = Case::ready(harness).await;
    harness.advance(3 * LEASE).await;
    assert_eq!(case.leasable().await, 1);
    assert_eq!(stats(&case).await, ([0, 0, 1, 0], Some(3)));
}

/// Lapsed.
pub async fn a_lapsed_record_is_counted_as_leased(harness: &dyn Harness) {
    let case = Case::lapsed(harness).await;
    harness.advance(50 * SECOND).await;
    assert_eq!(stats(&case).await, ([0, 0, 1, 0], Some(2)));
}

/// Done.
pub async fn a_done_record_is_counted_and_no_longer_pending(harness: &dyn Harness) {
    assert_eq!(
        stats(&Case::done(harness).await).await,
        ([0, 1, 0, 0], None)
    );
}

/// Dead.
pub async fn a_dead_record_is_counted_and_no_longer_pending(harness: &dyn Harness) {
    assert_eq!(
        stats(&Case::dead(harness).await).await,
        ([1, 0, 0, 0], None)
    );
}

/// Purged.
pub async fn a_purged_record_is_not_counted(harness: &dyn Harness) {
    assert_eq!(
        stats(&Case::purged(harness).await).await,
        ([0, 0, 0, 0], None)
    );
}

/// However many senders say it at the same time, and however often in one batch.
pub async fn a_key_that_is_put_often_is_counted_once(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    let batch = [event("evt_1"), event("evt_1")];
    let puts = (0..32).map(|n| if n % 2 == 0 { &case.one } else { &case.other }.put(&batch));
    for answer in join_all(puts).await {
        answer.unwrap();
    }
    assert_eq!(stats(&case).await, ([0, 0, 0, 1], Some(0)));
}
