//! Resend.

use crate::scheme::{Confidence, Delivery, Facts, Scheme};

super::provider! {
    /// Resend: sent by Svix, under `svix-*` headers.
    Resend = Scheme {
        name: "resend",
        title: "Resend",
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
        ..crate::Svix::SCHEME
    };
}
