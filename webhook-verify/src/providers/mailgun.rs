//! Mailgun.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme};

super::uncovered_provider! {
    /// Mailgun: HMAC-SHA256 over `{timestamp}{token}`, all of which stand in the body. The event itself is not
    /// signed.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Mailgun = Scheme {
        name: "mailgun",
        title: "Mailgun",
        place: Place::Json(&["signature", "signature"]),
        content: &[Part::Json(&["signature", "timestamp"]), Part::Json(&["signature", "token"])],
        id: Some(Field::Json(&["signature", "token"])),
        event_type: Some(Field::Json(&["event-data", "event"])),
        identity: IdentityRule::SignedId,
        body_limit: 256 * 1024,
        delivery: Delivery::new(0, 8),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "anymail/django-anymail anymail/webhooks/mailgun.py + tests; hookdeck/webhook-skills mailgun",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
