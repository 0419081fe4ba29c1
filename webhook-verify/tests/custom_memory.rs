//! What custom schemes keep for ever. A process of its own, because one test uses up all the room that there is.
#![allow(clippy::unwrap_used, clippy::panic)]

use webhook_verify::{ConfigError, CustomScheme, CustomTime, Scheme};

fn scheme(name: &str) -> CustomScheme {
    Scheme::custom(name, "x-signature")
        .content("{timestamp}|{body}")
        .timestamp_header("x-time", CustomTime::Seconds)
        .id_member(&["event", "id"])
}

#[test]
fn the_same_scheme_costs_nothing_the_second_time_and_there_is_an_end_to_different_ones() {
    let first = scheme("first").build().unwrap();
    // Far more than there is room for, if each were kept.
    for _ in 0..20_000 {
        let again = scheme("first").build().unwrap();
        assert!(std::ptr::eq(first.name(), again.name()));
    }
    let made = (0..100_000)
        .take_while(|number| scheme(&format!("n-{number}")).build().is_ok())
        .count();
    assert!((1_000..100_000).contains(&made), "{made}");
    assert_eq!(
        scheme("one-more").build().unwrap_err(),
        ConfigError::TooManySchemes
    );
    // What is there already can still be made.
    assert!(scheme("first").build().is_ok());
    assert!(scheme("n-0").build().is_ok());
}
