//! Svix.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Svix: Standard Webhooks under `svix-*` headers.
    ///
    /// Svix also sends `webhook-*` headers on request; those are [`StandardWebhooks`](crate::StandardWebhooks). The
    /// two sets are never mixed.
    Svix = Scheme {
        name: "svix",
        title: "Svix",
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
        delivery: Delivery::new(30, 28),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Source,
            source: "svix/svix-webhooks rust/src/webhooks.rs, server/svix-server/config.default.toml, \
                src/core/types/mod.rs; npm svix 1.99.1; PyPI svix 2.9.1",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
