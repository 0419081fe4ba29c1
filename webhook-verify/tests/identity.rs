//! What makes two deliveries the same event, row by row.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use webhook_verify::{
    BodyCoverage, Identity, Message, Scheme, Signer, UnixTime, Verifier, schemes,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const LATER: UnixTime = UnixTime::from_secs(1_700_000_002);
const URL: &str = "https://shop.example.com/hooks";

fn scheme(name: &str) -> Scheme {
    *schemes()
        .iter()
        .find(|scheme| scheme.name() == name)
        .unwrap()
}

fn secret(scheme: &Scheme) -> &'static str {
    match scheme.name() {
        "adyen-platforms" => "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
        _ => "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0",
    }
}

/// The identity under which a delivery is stored; `None` if it has none.
fn identity(
    scheme: Scheme,
    body: &str,
    id: &str,
    event_type: &str,
    at: UnixTime,
) -> Option<Vec<u8>> {
    let message = Message::new(body)
        .id(id)
        .event_type(event_type)
        .url(URL)
        .at(at);
    let signed = Signer::new(scheme, secret(&scheme))
        .unwrap()
        .sign(&message)
        .unwrap();
    let verified = Verifier::builder(scheme)
        .secret("current", secret(&scheme))
        .public_url(URL)
        .accept_uncovered_body()
        .build()
        .unwrap()
        .verify_at(&signed, body, at)
        .unwrap();
    verified.identity().to_bytes()
}

/// Schemes that a signer can speak with a shared secret: all but those that keep their credential in the body, and those
/// with public keys, which are a feature. Those that read the body first have tests of their own.
fn signable() -> impl Iterator<Item = Scheme> {
    schemes()
        .iter()
        .filter(|scheme| !scheme.signature_headers().is_empty() && !scheme.is_parsed())
        .filter(|scheme| {
            ["HMAC", "SHA", "none"]
                .iter()
                .any(|name| scheme.algorithm().starts_with(name))
        })
        .copied()
}

/// A body with a value wherever some scheme looks for one.
const BODY: &str = r#"{"id":"evt_1","event_id":"evt_1","type":"paid","event":{"id":"evt_1","type":"paid"},"action":{"id":"evt_1"},"update_id":1,"webhookTimestamp":1700000000000}"#;

#[test]
fn a_retry_that_is_signed_anew_is_the_same_event() {
    // Nothing but the signed time tells the events of these two apart: the user writes the body.
    let by_their_time = BTreeSet::from(["sanity", "zendesk"]);
    // These have no identity at all.
    let none = BTreeSet::from(["datadog", "dropbox"]);
    let mut same = 0;
    for scheme in signable() {
        let first = identity(scheme, BODY, "msg_1", "paid", NOW);
        let retry = identity(scheme, BODY, "msg_1", "paid", LATER);
        if none.contains(scheme.name()) {
            assert_eq!((first, retry), (None, None), "{}", scheme.name());
        } else if by_their_time.contains(scheme.name()) {
            assert_ne!(first, retry, "{}", scheme.name());
        } else {
            assert!(first.is_some(), "{}", scheme.name());
            assert_eq!(first, retry, "{}", scheme.name());
            same += 1;
        }
    }
    assert!(same >= 53, "{same}");
}

#[test]
fn a_linear_retry_has_another_time_in_its_body_and_is_the_same_event() {
    let linear = scheme("linear");
    let body = |id: u32, millis: u64| {
        format!(
            r#"{{"action":"update","type":"Issue","createdAt":"2026-11-22T10:00:00.000Z","data":{{"id":"{id}"}},"webhookTimestamp":{millis}}}"#
        )
    };
    let identity = |body: &str, at| identity(linear, body, "msg_1", "Issue", at).unwrap();
    let first = identity(&body(1, NOW.as_millis()), NOW);
    assert_eq!(first, identity(&body(1, LATER.as_millis()), LATER));
    assert_ne!(first, identity(&body(2, LATER.as_millis()), LATER));
}

#[test]
fn a_retry_that_counts_its_attempts_in_the_body_is_the_same_event() {
    let table = [
        (
            "docusign",
            r#"{"event":"envelope-completed","retryCount":%,"generatedDateTime":"2026-11-22T10:00:00Z","data":{"envelopeId":"e-1"}}"#,
        ),
        (
            "hubspot-v1",
            r#"[{"eventId":1,"subscriptionId":7,"occurredAt":1700000000000,"attemptNumber":%}]"#,
        ),
        (
            "hubspot-v2",
            r#"[{"eventId":1,"subscriptionId":7,"occurredAt":1700000000000,"attemptNumber":%}]"#,
        ),
        (
            "hubspot-v3",
            r#"[{"eventId":1,"subscriptionId":7,"occurredAt":1700000000000,"attemptNumber":%}]"#,
        ),
        (
            "intercom",
            r#"{"id":"notif_1","topic":"user.created","delivery_attempts":%}"#,
        ),
        (
            "line",
            r#"{"destination":"U1","events":[{"type":"message","webhookEventId":"01H","deliveryContext":{"isRedelivery":%}}]}"#,
        ),
        (
            "notion",
            r#"{"id":"367cba44","type":"page.created","attempt_number":%}"#,
        ),
    ];
    for (name, body) in table {
        let scheme = scheme(name);
        let (one, two) = match name {
            "line" => ("false", "true"),
            _ => ("1", "2"),
        };
        let first = identity(scheme, &body.replace('%', one), "msg_1", "paid", NOW);
        let retry = identity(scheme, &body.replace('%', two), "msg_1", "paid", LATER);
        assert!(first.is_some(), "{name}");
        assert_eq!(first, retry, "{name}");
        let other = body
            .replace("e-1", "e-2")
            .replace(r#""eventId":1"#, r#""eventId":2"#)
            .replace("notif_1", "notif_2")
            .replace("01H", "01J")
            .replace("367cba44", "367cba45");
        assert_ne!(other, body);
        let other = identity(scheme, &other.replace('%', one), "msg_1", "paid", NOW);
        assert_ne!(first, other, "{name}");
    }
}

#[test]
fn a_request_that_holds_more_events_than_another_is_another_event() {
    let table = [
        (
            "gocardless",
            r#"{"events":[{"id":"EV1"}]}"#,
            r#"{"events":[{"id":"EV1"},{"id":"EV2"}]}"#,
        ),
        (
            "hubspot-v3",
            r#"[{"eventId":1,"subscriptionId":7,"occurredAt":1}]"#,
            r#"[{"eventId":1,"subscriptionId":7,"occurredAt":1},{"eventId":2,"subscriptionId":7,"occurredAt":1}]"#,
        ),
        (
            "line",
            r#"{"events":[{"webhookEventId":"01H"}]}"#,
            r#"{"events":[{"webhookEventId":"01H"},{"webhookEventId":"01J"}]}"#,
        ),
    ];
    for (name, one, two) in table {
        let of = |body| identity(scheme(name), body, "msg_1", "paid", NOW).unwrap();
        assert_ne!(of(one), of(two), "{name}");
    }
}

#[test]
fn one_body_under_two_topics_is_two_events_where_the_provider_sends_it_so() {
    for name in ["shopify", "shopify-events", "woocommerce"] {
        let under =
            |topic: &str| identity(scheme(name), r#"{"id":1}"#, "msg_1", topic, NOW).unwrap();
        assert_ne!(under("orders/create"), under("orders/paid"), "{name}");
        assert_eq!(under("orders/paid"), under("orders/paid"), "{name}");
    }
}

#[test]
fn a_body_that_rightly_comes_again_has_no_identity() {
    let body = r#"{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}}"#;
    for name in ["datadog", "dropbox"] {
        for at in [NOW, LATER] {
            assert_eq!(
                identity(scheme(name), body, "msg_1", "paid", at),
                None,
                "{name}"
            );
        }
    }
}

#[test]
fn a_body_that_rightly_comes_again_is_another_event_where_something_else_tells_it_apart() {
    let body = r#"{"temperature":21}"#;
    for name in [
        "cloudevents",
        "gitlab-token",
        "polar",
        "standard-webhooks",
        "svix",
        "twitch",
    ] {
        let under = |id: &str| identity(scheme(name), body, id, "reading", NOW).unwrap();
        assert_ne!(under("msg_1"), under("msg_2"), "{name}");
        assert_eq!(under("msg_1"), under("msg_1"), "{name}");
    }
    for name in ["sanity", "zendesk"] {
        let of = |at| identity(scheme(name), body, "msg_1", "reading", at).unwrap();
        assert_ne!(of(NOW), of(LATER), "{name}");
        assert_eq!(of(NOW), of(NOW), "{name}");
    }
}

#[test]
fn a_replay_under_another_unsigned_id_is_the_same_event() {
    let mut changed = BTreeSet::new();
    for scheme in signable() {
        if scheme.coverage().body != BodyCoverage::Whole {
            continue;
        }
        let message = Message::new(BODY)
            .id("msg_1")
            .event_type("paid")
            .url(URL)
            .at(NOW);
        let signed = Signer::new(scheme, secret(&scheme))
            .unwrap()
            .sign(&message)
            .unwrap();
        let verifier = Verifier::builder(scheme)
            .secret("current", secret(&scheme))
            .public_url(URL)
            .build()
            .unwrap();
        let replayed: Vec<_> = signed
            .iter()
            .map(|(name, value)| match value {
                "msg_1" => (name, "msg_2"),
                _ => (name, value),
            })
            .collect();
        if !replayed.iter().any(|(_, value)| *value == "msg_2") {
            continue;
        }
        let genuine = verifier.verify_at(&signed, BODY, NOW).unwrap();
        match verifier.verify_at(replayed, BODY, NOW) {
            Ok(replay) => {
                assert!(changed.insert(scheme.name()));
                assert_eq!(genuine.identity(), replay.identity(), "{}", scheme.name());
            }
            // The id is signed, so the replay does not even get in.
            Err(_) => assert!(scheme.coverage().id, "{}", scheme.name()),
        }
    }
    let expected = [
        "bitbucket",
        "github",
        "jira",
        "linear",
        "razorpay",
        "sanity",
        "sentry",
        "shopify",
        "shopify-events",
        "zendesk",
    ];
    assert_eq!(changed, BTreeSet::from(expected));
}

#[test]
fn a_replay_under_another_unsigned_type_is_the_same_event_where_the_body_names_it() {
    for name in [
        "bitbucket",
        "github",
        "gitlab",
        "lemonsqueezy",
        "linear",
        "sentry",
    ] {
        let under = |kind: &str| identity(scheme(name), BODY, "msg_1", kind, NOW).unwrap();
        assert_eq!(under("push"), under("ping"), "{name}");
    }
}

#[test]
fn a_signed_body_with_two_ids_is_accepted_and_known_by_its_digest() {
    let table = [
        ("stripe", r#"{"id":"a","id":"b"}"#, r#"{"id":"a"}"#),
        ("notion", r#"{"id":"a","id":"b"}"#, r#"{"id":"a"}"#),
        (
            "slack",
            r#"{"event_id":"a","event_id":"b"}"#,
            r#"{"event_id":"a"}"#,
        ),
        (
            "trello",
            r#"{"action":{"id":"a","id":"b"}}"#,
            r#"{"action":{"id":"a"}}"#,
        ),
        (
            "trello",
            r#"{"action":{"id":"a"},"action":{"id":"b"}}"#,
            r#"{"action":{"id":"a"}}"#,
        ),
    ];
    for (name, twice, once) in table {
        let of = |body| identity(scheme(name), body, "msg_1", "paid", NOW).unwrap();
        assert!(of(twice).starts_with(b"digest:"), "{name}");
        assert_eq!(of(twice), of(twice), "{name}");
        assert_eq!(of(once), b"id:a", "{name}");
    }
}

#[test]
fn an_identity_is_a_pure_function_of_the_request() {
    let stripe = scheme("stripe");
    let signed = Signer::new(stripe, secret(&stripe))
        .unwrap()
        .sign(&Message::new(BODY).at(NOW))
        .unwrap();
    let verifier = Verifier::builder(stripe)
        .secret("current", secret(&stripe))
        .build()
        .unwrap();
    for _ in 0..1000 {
        let verified = verifier.verify_at(&signed, BODY, NOW).unwrap();
        assert_eq!(verified.identity(), Identity::SignedId("evt_1".into()));
    }
}
