//! PagerDuty.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, Syntax};

super::provider! {
    /// PagerDuty V3: HMAC-SHA256 over the body, in `X-PagerDuty-Signature`.
    PagerDuty = Scheme {
        name: "pagerduty",
        title: "PagerDuty",
        place: Place::Header("x-pagerduty-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        id: Some(Field::Json(&["event", "id"])),
        event_type: Some(Field::Json(&["event", "event_type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(5, 48),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Secondary,
            source: "hookdeck/webhook-skills pagerduty (quotes docs.pagerduty.com and go-pagerduty webhookv3.go)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
