//! OpenAI.

use crate::scheme::{Confidence, Delivery, Facts, Scheme};

super::provider! {
    /// OpenAI: Standard Webhooks with a `whsec_` secret.
    OpenAi = Scheme {
        name: "openai",
        title: "OpenAI",
        delivery: Delivery::new(0, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm openai 6.49.0 resources/webhooks/webhooks.mjs",
            checked: "2026-11-22",
        },
        ..crate::StandardWebhooks::SCHEME
    };
}
