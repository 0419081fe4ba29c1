//! Lemon Squeezy.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme};

super::provider! {
    /// Lemon Squeezy: HMAC-SHA256 over the body, in `X-Signature`.
    LemonSqueezy = Scheme {
        name: "lemonsqueezy",
        title: "Lemon Squeezy",
        place: Place::Header("x-signature"),
        event_type: Some(Field::Header("x-event-name")),
        delivery: Delivery::new(0, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Unchecked,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "lmsqueezy/laravel src/Http/Middleware/VerifyWebhookSignature.php @50fcb3f",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
