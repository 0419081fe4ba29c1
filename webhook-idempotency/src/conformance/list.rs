//! `list`, in each state.

use super::Harness;
use super::case::Case;

/// Absent.
pub async fn listing_shows_no_absent_record(harness: &dyn Harness) {
    assert_eq!(Case::absent(harness).await.listed().await, [0, 0, 0, 0, 0]);
}

/// Ready.
pub async fn listing_shows_a_ready_record_as_ready(harness: &dyn Harness) {
    assert_eq!(Case::ready(harness).await.listed().await, [1, 0, 0, 0, 1]);
}

/// Leased.
pub async fn listing_shows_a_leased_record_as_leased(harness: &dyn Harness) {
    assert_eq!(Case::leased(harness).await.listed().await, [0, 1, 0, 0, 1]);
}

/// Lapsed.
pub async fn listing_shows_a_lapsed_record_as_leased(harness: &dyn Harness) {
    assert_eq!(Case::lapsed(harness).await.listed().await, [0, 1, 0, 0, 1]);
}

/// Done.
pub async fn listing_shows_a_done_record_as_done(harness: &dyn Harness) {
    assert_eq!(Case::done(harness).await.listed().await, [0, 0, 1, 0, 1]);
}

/// Dead.
pub async fn listing_shows_a_dead_record_as_dead(harness: &dyn Harness) {
    assert_eq!(Case::dead(harness).await.listed().await, [0, 0, 0, 1, 1]);
}

/// Purged.
pub async fn listing_shows_no_purged_record(harness: &dyn Harness) {
    assert_eq!(Case::purged(harness).await.listed().await, [0, 0, 0, 0, 0]);
}
