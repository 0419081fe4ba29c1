//! Clerk.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Clerk: sent by Svix, under `svix-*` headers.
    Clerk = Scheme {
        name: "clerk",
        title: "Clerk",
        place: Place::Header("svix-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Base64 { prefix: "whsec_" },
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("svix-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("svix-id")),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(15, 28),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm @clerk/backend 3.25.0 dist/webhooks.js",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
