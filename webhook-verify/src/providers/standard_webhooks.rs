//! Standard Webhooks: the specification of standardwebhooks.com, version 1.0.0, scheme `v1`.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Standard Webhooks `v1`: HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`.
    ///
    /// The secret is `whsec_` and base64 of the key. The id is signed and is the identity of the event; it must not
    /// contain a dot, because the content could then be cut in two ways. Entries of versions other than `v1` are
    /// passed
    /// over, as the specification asks.
    StandardWebhooks = Scheme {
        name: "standard-webhooks",
        title: "Standard Webhooks",
        place: Place::Header("webhook-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Base64 { prefix: "whsec_" },
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("webhook-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("webhook-id")),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        // The example schedule of the specification ends after 75 h 35 min.
        delivery: Delivery::new(15, 76),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "spec/standard-webhooks.md and libraries/ of standard-webhooks/standard-webhooks; npm 1.1.1; PyPI 1.1.0",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
