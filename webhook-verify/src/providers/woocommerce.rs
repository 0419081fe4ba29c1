//! WooCommerce.

use crate::scheme::{Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Place, Scheme};

super::provider! {
    /// WooCommerce: HMAC-SHA256 over the body, in base64, in `X-WC-Webhook-Signature`.
    ///
    /// Its delivery id is the same for two deliveries within one second, so it identifies nothing.
    WooCommerce = Scheme {
        name: "woocommerce",
        title: "WooCommerce",
        place: Place::Header("x-wc-webhook-signature"),
        encoding: Encoding::Base64,
        identity: IdentityRule::DigestAndType,
        event_type: Some(Field::Header("x-wc-webhook-topic")),
        delivery: Delivery::new(60, 0),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Source,
            source: "woocommerce/woocommerce plugins/woocommerce/includes/class-wc-webhook.php @00e1bc4",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
