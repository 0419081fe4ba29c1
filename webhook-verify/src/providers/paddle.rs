//! Paddle.

use core::time::Duration;

use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme, Syntax, TimeFormat,
    Timestamp,
};

super::provider! {
    /// Paddle Billing: HMAC-SHA256 over `{ts}:{body}`, in `Paddle-Signature`.
    ///
    /// As Paddle's own SDKs do, this allows the clocks to differ by five seconds; allow more with `tolerance(..)` if
    /// yours does not hold that.
    Paddle = Scheme {
        name: "paddle",
        title: "Paddle",
        place: Place::Header("paddle-signature"),
        syntax: Syntax::Items { separator: b';', assign: b'=', signature_key: "h1" },
        content: &[Part::Timestamp, Part::Literal(":"), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Item("ts"),
            format: TimeFormat::Seconds,
            tolerance: Duration::from_secs(5),
        }),
        id: Some(Field::Json(&["event_id"])),
        event_type: Some(Field::Json(&["event_type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(5, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm @paddle/paddle-node-sdk 3.10.0 webhooks-validator.js; PaddleHQ/paddle-python-sdk \
                paddle_billing/Notifications + tests/Unit/Notification/test_Verifier.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
