use core::convert::Infallible;
use core::sync::atomic::{AtomicU64, Ordering};
use std::string::{String, ToString};

use super::*;
use crate::GitHub;

/// A cache of three tenants, and the seconds on its clock.
fn cache() -> (TenantCache, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(1_700_000_000));
    let clock = Arc::clone(&seconds);
    let now = move || UnixTime::from_secs(clock.load(Ordering::SeqCst));
    (TenantCache::new(3).clock(now), seconds)
}

fn verifier() -> Verifier {
    GitHub::new("not-a-real-secret").unwrap().into()
}

/// Whether the tenant had to be looked up.
fn was_missing(cache: &TenantCache, tenant: &str, exists: bool) -> bool {
    let mut asked = false;
    let found = cache.get_or_load(tenant, || {
        asked = true;
        Ok::<_, Infallible>(exists.then(verifier))
    });
    assert_eq!(found.unwrap().is_some(), exists, "{tenant}");
    asked
}

#[test]
fn a_tenant_is_looked_up_once_a_minute_and_a_name_that_is_unknown_every_five_seconds() {
    let (cache, seconds) = cache();
    for (passed, known, unknown) in [
        (0, true, true),
        (4, false, false),
        (1, false, true),
        (54, false, true),
        (1, true, false),
    ] {
        seconds.fetch_add(passed, Ordering::SeqCst);
        assert_eq!(was_missing(&cache, "acme", true), known, "{passed}");
        assert_eq!(was_missing(&cache, "evil", false), unknown, "{passed}");
    }
}

#[test]
fn no_setting_remembers_an_unknown_name_for_longer_than_five_seconds() {
    let (cache, seconds) = cache();
    let cache = cache.unknown_for(Duration::from_secs(3600));
    assert!(was_missing(&cache, "late", false));
    seconds.fetch_add(5, Ordering::SeqCst);
    assert!(was_missing(&cache, "late", true));
}

#[test]
fn a_clock_that_was_set_back_keeps_nothing_alive() {
    let (cache, seconds) = cache();
    assert!(was_missing(&cache, "acme", true));
    seconds.fetch_sub(3600, Ordering::SeqCst);
    assert!(was_missing(&cache, "acme", true));
}

#[test]
fn the_verifier_that_was_used_longest_ago_makes_room() {
    let (cache, _) = cache();
    for tenant in ["a", "b", "c"] {
        assert!(was_missing(&cache, tenant, true));
    }
    assert!(!was_missing(&cache, "a", true));
    assert!(was_missing(&cache, "d", true));
    assert!(!was_missing(&cache, "a", true));
    assert!(!was_missing(&cache, "c", true));
    assert!(was_missing(&cache, "b", true), "it made room for d");
}

#[test]
fn ten_thousand_made_up_names_push_out_no_tenant_and_take_no_more_room_than_allowed() {
    let (cache, _) = cache();
    assert!(was_missing(&cache, "acme", true));
    for name in 0..10_000 {
        assert!(was_missing(&cache, &name.to_string(), false));
    }
    assert!(!was_missing(&cache, "acme", true));
    let kept = cache.kept();
    assert_eq!(
        (kept.known.len(), kept.unknown.len(), kept.order.len()),
        (1, 3, 3)
    );
}

#[test]
fn a_name_that_is_empty_or_longer_than_256_bytes_is_unknown_without_a_lookup() {
    let (cache, _) = cache();
    assert!(!was_missing(&cache, "", false));
    assert!(!was_missing(&cache, &"x".repeat(257), false));
    assert!(was_missing(&cache, &"x".repeat(256), false));
}

#[test]
fn what_was_loaded_while_a_tenant_was_invalidated_is_not_kept() {
    let (cache, _) = cache();
    let Tenant::Missing(lookup) = cache.get("acme") else {
        unreachable!("it was never looked up");
    };
    cache.invalidate("acme");
    assert!(cache.put("acme", lookup, Some(verifier())).is_some());
    assert!(was_missing(&cache, "acme", true));
    assert!(!was_missing(&cache, "acme", true));

    cache.invalidate("acme");
    assert!(was_missing(&cache, "acme", true));
    cache.invalidate_all();
    assert!(was_missing(&cache, "acme", true));
}

#[test]
fn an_error_is_kept_nowhere() {
    let (cache, _) = cache();
    let failed = cache.get_or_load("acme", || Err::<Option<Verifier>, _>("down"));
    assert_eq!(failed.unwrap_err(), "down");
    assert!(was_missing(&cache, "acme", true));
}

#[test]
fn every_verifier_has_a_tenant_and_one_that_its_builder_named_stays() {
    let (cache, _) = cache();
    let tenant = |name: &str, found: Verifier| -> Option<String> {
        let found = cache.get_or_load(name, || Ok::<_, Infallible>(Some(found)));
        found.unwrap()?.tenant().map(ToString::to_string)
    };
    assert_eq!(tenant("acme", verifier()).as_deref(), Some("acme"));
    let named = GitHub::builder()
        .secret("current", "not-a-real-secret")
        .tenant("42")
        .build()
        .unwrap();
    assert_eq!(tenant("shop", named.into()).as_deref(), Some("42"));
}
