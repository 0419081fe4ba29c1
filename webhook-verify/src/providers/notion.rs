//! Notion.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, Syntax};

super::provider! {
    /// Notion: HMAC-SHA256 over the body, in `X-Notion-Signature`. The secret is the verification token that Notion
    /// sent when the subscription was made.
    Notion = Scheme {
        name: "notion",
        title: "Notion",
        place: Place::Header("x-notion-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @notionhq/client 5.26.0 build/src/webhooks.js; hookdeck/webhook-skills notion overview",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
