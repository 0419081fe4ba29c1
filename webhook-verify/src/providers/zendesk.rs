//! Zendesk.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme,
    TimeFormat, Timestamp,
};

super::provider! {
    /// Zendesk: HMAC-SHA256 over `{timestamp}{body}`, in base64, in `X-Zendesk-Webhook-Signature`. The time is
    /// written as RFC 3339.
    Zendesk = Scheme {
        name: "zendesk",
        title: "Zendesk",
        place: Place::Header("x-zendesk-webhook-signature"),
        encoding: Encoding::Base64,
        content: &[Part::Timestamp, Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("x-zendesk-webhook-signature-timestamp"),
            format: TimeFormat::Rfc3339,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("x-zendesk-webhook-invocation-id")),
        event_type: Some(Field::Json(&["type"])),
        // The user writes the body, and it may be the same for every event: only the signed time tells them apart. A
        // retry that is signed anew counts as another event.
        identity: IdentityRule::DigestOf(&[Part::Timestamp, Part::Body]),
        delivery: Delivery::new(12, 1),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "GitHub code hits (find_string) quoting developer.zendesk.com/documentation/webhooks/verifying: \
                two verifiers that agree (NewHmacVerifier sha-256/base64/timestamp+body; Express sample) and one \
                audit note; npm @trigger.dev/core 4.8.3",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
