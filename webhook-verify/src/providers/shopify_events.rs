//! Shopify (events).

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme};

super::provider! {
    /// Shopify under its newer header names, `shopify-hmac-sha256` and so on; otherwise as
    /// [`Shopify`](crate::Shopify).
    ShopifyEvents = Scheme {
        name: "shopify-events",
        title: "Shopify (events)",
        place: Place::Header("shopify-hmac-sha256"),
        id: Some(Field::Header("shopify-webhook-id")),
        event_type: Some(Field::Header("shopify-topic")),
        delivery: Delivery::new(5, 4),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Documented,
            source: "npm @shopify/shopify-api 13.1.0 dist/esm/lib/webhooks/*.mjs, utils/hmac-validator.mjs, \
                types.mjs; Shopify/shopify-api-ruby lib/shopify_api/webhooks/request.rb; \
                shopify.dev/changelog/updates-to-webhook-retry-mechanism; shopify.dev verify-deliveries; \
                dev.to/shannonllc Shopify table (2026-09-27)",
            checked: "2026-11-22",
        },
        ..crate::Shopify::SCHEME
    };
}
