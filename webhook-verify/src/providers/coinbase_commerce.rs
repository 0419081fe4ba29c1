//! Coinbase Commerce.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme};

super::provider! {
    /// Coinbase Commerce: HMAC-SHA256 over the body, in `X-CC-Webhook-Signature`.
    CoinbaseCommerce = Scheme {
        name: "coinbase-commerce",
        title: "Coinbase Commerce",
        place: Place::Header("x-cc-webhook-signature"),
        id: Some(Field::Json(&["event", "id"])),
        event_type: Some(Field::Json(&["event", "type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Documented,
            source: "npm coinbase-commerce-node 1.0.4 lib/Webhook.js; docs.cdp.coinbase.com commerce \
                webhooks-overview",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
