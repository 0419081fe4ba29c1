//! BigCommerce.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// BigCommerce: Standard Webhooks, but the key is the text of the client secret and not what it decodes to.
    BigCommerce = Scheme {
        name: "bigcommerce",
        title: "BigCommerce",
        place: Place::Header("webhook-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Text,
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("webhook-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("webhook-id")),
        event_type: Some(Field::Json(&["scope"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 49),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "bigcommerce/docs @24f580c docs/integrations/webhooks/https-webhook-overview.mdx",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
