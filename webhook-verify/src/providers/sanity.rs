//! Sanity.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme,
    Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Sanity: HMAC-SHA256 over `{t}.{body}`, in URL-safe base64, in `sanity-webhook-signature`. The time is in
    /// milliseconds.
    Sanity = Scheme {
        name: "sanity",
        title: "Sanity",
        place: Place::Header("sanity-webhook-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        encoding: Encoding::Base64Url,
        content: &[Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp { field: Field::Item("t"), format: TimeFormat::Millis, tolerance: FIVE_MINUTES }),
        id: Some(Field::Header("idempotency-key")),
        // The user's projection makes the body, and it may be the same for every event: only the signed time tells them
        // apart. A retry that is signed anew counts as another event.
        identity: IdentityRule::DigestOf(&[Part::Timestamp, Part::Body]),
        delivery: Delivery::new(30, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm @sanity/webhook 4.0.4 dist/index.js",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
