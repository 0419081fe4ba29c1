use bytes::Bytes;
use webhook_verify::{Coverage, UnixTime};

use super::*;
use crate::record::{Attribute, Facts, Lease, Record, State};

fn event(payload: &'static str) -> Event {
    let mut facts = Facts::new(
        "stripe".into(),
        "stripe-live".into(),
        Provenance::Own,
        Coverage::WHOLE_BODY,
    );
    facts.id = Some(Attribute {
        value: "evt_1".into(),
        signed: true,
    });
    facts.event_type = Some(Attribute {
        value: "invoice.paid".into(),
        signed: false,
    });
    facts.tenant = Some("acme".into());
    let (key, until) = (Key::from_bytes([7; 32]), UnixTime::from_secs(130));
    let payload = Bytes::from_static(payload.as_bytes());
    let mut record = Record::new(
        key,
        facts,
        payload,
        State::Leased { until },
        UnixTime::from_secs(40),
        1,
    );
    record.attempts = 2;
    Event::new(
        Leased::new(Lease::new(key, Fence(9), until), record),
        UnixTime::from_secs(100),
    )
}

#[test]
fn an_event_tells_what_the_record_knows() {
    let event = event("{}");
    assert_eq!(event.id(), Some("evt_1"));
    assert_eq!(event.event_type(), Some("invoice.paid"));
    assert_eq!(
        (event.source(), event.endpoint(), event.tenant()),
        ("stripe", "stripe-live", Some("acme"))
    );
    assert_eq!(
        (event.provenance(), event.coverage()),
        (Provenance::Own, Coverage::WHOLE_BODY)
    );
    assert_eq!((event.attempt(), event.fence()), (2, Fence(9)));
    assert_eq!(event.received_at(), UnixTime::from_secs(40));
    assert_eq!(event.age(), Duration::from_secs(60));
    assert_eq!(event.payload().as_ref(), b"{}");
}

#[test]
fn the_idempotency_key_never_changes_between_versions_of_this_crate() {
    // Services remember it for days, so a deploy in between must not change it.
    assert_eq!(
        event("{}").idempotency_key(),
        "fcb276f9-7a92-8d11-9d3a-a7d9ff44d24a"
    );
}

#[test]
fn debug_shows_no_payload() {
    let text = format!("{:?}", event("the payload"));
    assert!(!text.contains("the payload"), "{text}");
    assert!(text.contains("payload_bytes: 11"), "{text}");
}

#[cfg(feature = "json")]
#[test]
fn json_errors_say_where_and_never_what() {
    assert_eq!(event("[1, 2]").json::<Vec<u8>>().unwrap(), [1, 2]);

    let shape = event("[\"hunter2\"]").json::<Vec<u8>>().unwrap_err();
    assert_eq!(
        shape.to_string(),
        "the payload does not fit alloc::vec::Vec<u8> at line 1 column 10"
    );
    assert!(shape.is_wrong_shape());

    let syntax = event("[1,\n hunter2]").json::<Vec<u8>>().unwrap_err();
    assert_eq!(
        syntax.to_string(),
        "the payload is not JSON at line 2 column 2"
    );
    assert_eq!(
        (syntax.is_wrong_shape(), syntax.line(), syntax.column()),
        (false, 2, 2)
    );
}
