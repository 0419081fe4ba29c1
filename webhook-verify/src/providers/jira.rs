//! Jira.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme, Syntax};

super::provider! {
    /// Jira's webhooks with a secret: HMAC-SHA256 over the body, in `X-Hub-Signature`.
    Jira = Scheme {
        name: "jira",
        title: "Jira",
        place: Place::Header("x-hub-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        id: Some(Field::Header("x-atlassian-webhook-identifier")),
        event_type: Some(Field::Json(&["webhookEvent"])),
        delivery: Delivery::new(20, 2),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "skills.sh hookdeck jira (2026-07), trigger.dev docs/webhooks/providers/jira; \
                mrrefactoring.github.io jira.js WebhookHeaders; npm @atlassian/atlassian-jwt 2.2.0; \
                developer.atlassian.com/cloud/jira/platform/webhooks",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
