//! WorkOS.

use core::time::Duration;

use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme, Syntax, TimeFormat,
    Timestamp,
};

super::provider! {
    /// WorkOS: HMAC-SHA256 over `{t}.{body}`, in `WorkOS-Signature`. The time is in milliseconds.
    WorkOs = Scheme {
        name: "workos",
        title: "WorkOS",
        place: Place::Header("workos-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        content: &[Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Item("t"),
            format: TimeFormat::Millis,
            tolerance: Duration::from_secs(180),
        }),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["event"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @workos-inc/node 8.13.0 lib/factory-*.mjs SignatureProvider; npm @trigger.dev/core",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
