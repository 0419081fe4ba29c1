//! BigCommerce.

use crate::scheme::{Confidence, Delivery, Facts, Field, KeyFormat, Scheme};

super::provider! {
    /// BigCommerce: Standard Webhooks, but the key is the text of the client secret and not what it decodes to.
    BigCommerce = Scheme {
        name: "bigcommerce",
        title: "BigCommerce",
        key: KeyFormat::Text,
        event_type: Some(Field::Json(&["scope"])),
        delivery: Delivery::new(0, 49),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "bigcommerce/docs @24f580c docs/integrations/webhooks/https-webhook-overview.mdx",
            checked: "2026-11-22",
        },
        ..crate::StandardWebhooks::SCHEME
    };
}
