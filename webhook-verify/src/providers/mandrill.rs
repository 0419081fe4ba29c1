//! Mailchimp Transactional, which was Mandrill.

use crate::challenge::Handshake;
use crate::parsed::{MANDRILL, PARSED_LIMIT};
use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme};

super::provider_with_url! {
    /// Mailchimp Transactional (Mandrill): HMAC-SHA1 over `{URL}mandrill_events{events}`, in base64, in
    /// `X-Mandrill-Signature`, where the events are the form's one field.
    ///
    /// The URL is the one that is registered with Mandrill, to the letter, with any user and password in it. Mandrill
    /// shows the key only after its `HEAD` request to the URL was answered with 200.
    Mandrill = Scheme {
        name: "mandrill",
        title: "Mailchimp Transactional (Mandrill)",
        handshakes: &[Handshake::Head],
        place: Place::Rules(&["x-mandrill-signature"]),
        rules: Some(&MANDRILL),
        content: &[Part::Url, Part::Fields],
        id: Some(Field::Json(&["*", "_id"])),
        event_type: Some(Field::Json(&["*", "event"])),
        identity: IdentityRule::Composite(&[&["*", "_id"], &["*", "event"], &["*", "ts"]]),
        // Mandrill puts up to a thousand events into one request.
        body_limit: 16 * PARSED_LIMIT,
        delivery: Delivery::new(0, 24),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "anymail/django-anymail anymail/webhooks/mandrill.py + tests/test_mandrill_webhooks.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
