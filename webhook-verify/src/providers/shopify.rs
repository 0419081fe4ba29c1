//! Shopify.

use crate::scheme::{Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Place, Scheme};

super::provider! {
    /// Shopify: HMAC-SHA256 over the body, in base64, in `X-Shopify-Hmac-Sha256`.
    ///
    /// Nothing but the body is signed: the webhook id, the topic and the time in the headers can be changed.
    Shopify = Scheme {
        name: "shopify",
        title: "Shopify",
        place: Place::Header("x-shopify-hmac-sha256"),
        encoding: Encoding::Base64,
        id: Some(Field::Header("x-shopify-webhook-id")),
        identity: IdentityRule::DigestAndType,
        event_type: Some(Field::Header("x-shopify-topic")),
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
        ..Scheme::BASE
    };
}
