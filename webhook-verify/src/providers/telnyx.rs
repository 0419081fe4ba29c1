//! Telnyx.

use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat,
    Part, Place, Scheme, TimeFormat, Timestamp,
};

super::provider! {
    /// Telnyx: Ed25519 over `{timestamp}|{body}`, in base64, in `Telnyx-Signature-Ed25519`. The key is the public key of
    /// the account, in base64.
    Telnyx = Scheme {
        name: "telnyx",
        title: "Telnyx",
        place: Place::Header("telnyx-signature-ed25519"),
        encoding: Encoding::Base64,
        algorithm: Algorithm::Ed25519,
        key: KeyFormat::Ed25519 { public_prefix: "", private_prefix: "", encoding: Encoding::Base64 },
        content: &[Part::Timestamp, Part::Literal("|"), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("telnyx-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Json(&["data", "id"])),
        event_type: Some(Field::Json(&["data", "event_type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(2, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm telnyx 7.24.0 lib/webhooks.mjs",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
