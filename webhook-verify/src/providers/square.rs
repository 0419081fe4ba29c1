//! Square.

use crate::scheme::{
    Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Part, Place, Scheme,
};

super::provider_with_url! {
    /// Square: HMAC-SHA256 over `{notification URL}{body}`, in base64, in `x-square-hmacsha256-signature`.
    ///
    /// The URL is the one that is registered with Square, to the letter.
    Square = Scheme {
        name: "square",
        title: "Square",
        place: Place::Header("x-square-hmacsha256-signature"),
        encoding: Encoding::Base64,
        content: &[Part::Url, Part::Body],
        id: Some(Field::Json(&["event_id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(10, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "square/square-python-sdk src/square/utils/webhooks_helper.py + \
                tests/integration/test_webhooks_helper.py; npm square 46.0.0; \
                developer.squareup.com/docs/webhooks/troubleshooting; hookdeck/webhook-skills square (live check \
                2026-08)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
