//! Polar.

use crate::scheme::{Confidence, Delivery, Facts, KeyFormat, Scheme};

super::provider! {
    /// Polar: Standard Webhooks, but the key is the text of the whole secret and not what it decodes to.
    Polar = Scheme {
        name: "polar",
        title: "Polar",
        key: KeyFormat::Text,
        delivery: Delivery::new(0, 0),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm @polar-sh/sdk 0.49.0 src/webhooks.ts, webhooks.test.ts",
            checked: "2026-11-22",
        },
        ..crate::StandardWebhooks::SCHEME
    };
}
