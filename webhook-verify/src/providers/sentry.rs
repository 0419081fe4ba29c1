//! Sentry.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme};

super::provider! {
    /// Sentry's integration platform: HMAC-SHA256 over the body, in `Sentry-Hook-Signature`. The time in the header
    /// is not signed and not looked at.
    Sentry = Scheme {
        name: "sentry",
        title: "Sentry",
        place: Place::Header("sentry-hook-signature"),
        id: Some(Field::Header("request-id")),
        event_type: Some(Field::Header("sentry-hook-resource")),
        delivery: Delivery::new(1, 0),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Secondary,
            source: "hookdeck/webhook-skills sentry (quotes getsentry/sentry SentryApp.build_signature and \
                app_platform_event.py)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
