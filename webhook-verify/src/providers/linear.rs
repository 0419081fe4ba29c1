//! Linear.

use core::time::Duration;

use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, TimeFormat, Timestamp,
};

super::provider! {
    /// Linear: HMAC-SHA256 over the body, in `Linear-Signature`. The time is a member of the signed body; the one in
    /// the header is not signed and not looked at.
    Linear = Scheme {
        name: "linear",
        title: "Linear",
        place: Place::Header("linear-signature"),
        timestamp: Some(Timestamp {
            field: Field::Json(&["webhookTimestamp"]),
            format: TimeFormat::Millis,
            tolerance: Duration::from_secs(60),
        }),
        id: Some(Field::Header("linear-delivery")),
        event_type: Some(Field::Header("linear-event")),
        // An attempt outside the window would never verify, so each has a time of its own in its body.
        identity: IdentityRule::DigestWithout("webhookTimestamp"),
        delivery: Delivery::new(5, 8),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @linear/sdk 98.0.0 dist/webhooks-*.mjs; hookdeck/webhook-skills linear overview",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
