//! CircleCI.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, Syntax};

super::provider! {
    /// CircleCI: HMAC-SHA256 over the body, in `circleci-signature`.
    CircleCi = Scheme {
        name: "circleci",
        title: "CircleCI",
        place: Place::Header("circleci-signature"),
        syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: "v1" },
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(10, 0),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "circleci/circleci-docs @9734a14 docs/guides/modules/integration/pages/outbound-webhooks.adoc",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
