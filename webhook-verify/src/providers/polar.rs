//! Polar.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Polar: Standard Webhooks, but the key is the text of the whole secret and not what it decodes to.
    Polar = Scheme {
        name: "polar",
        title: "Polar",
        place: Place::Header("webhook-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Text,
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("webhook-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("webhook-id")),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 0),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm @polar-sh/sdk 0.49.0 src/webhooks.ts, webhooks.test.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
