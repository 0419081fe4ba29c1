//! Resend.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// Resend: sent by Svix, under `svix-*` headers.
    Resend = Scheme {
        name: "resend",
        title: "Resend",
        place: Place::Header("svix-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Base64 { prefix: "whsec_" },
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("svix-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("svix-id")),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(15, 28),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm resend 6.38.0 dist/index.cjs; PyPI resend 2.52.0 webhooks/_webhooks.py; \
                anymail/django-anymail anymail/webhooks/resend.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
