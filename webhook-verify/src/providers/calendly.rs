//! Calendly.

use core::time::Duration;

use crate::scheme::{
    Confidence, Delivery, Facts, Field, Part, Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Calendly: HMAC-SHA256 over `{t}.{body}`, in `Calendly-Webhook-Signature`.
    Calendly = Scheme {
        name: "calendly",
        title: "Calendly",
        place: Place::Header("calendly-webhook-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        content: &[Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Item("t"),
            format: TimeFormat::Seconds,
            tolerance: Duration::from_secs(180),
        }),
        event_type: Some(Field::Json(&["event"])),
        delivery: Delivery::new(15, 24),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "hookdeck/webhook-skills calendly; npm @trigger.dev/core 4.8.3",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
