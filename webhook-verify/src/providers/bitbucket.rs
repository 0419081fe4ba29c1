//! Bitbucket.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme, Syntax};

super::provider! {
    /// Bitbucket: HMAC-SHA256 over the body, in `X-Hub-Signature`.
    ///
    /// GitHub has a SHA-1 signature in a header of that name; here it is SHA-256 and nothing else.
    Bitbucket = Scheme {
        name: "bitbucket",
        title: "Bitbucket",
        place: Place::Header("x-hub-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        id: Some(Field::Header("x-request-uuid")),
        event_type: Some(Field::Header("x-event-key")),
        delivery: Delivery::new(10, 0),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "hookdeck/webhook-skills skills/bitbucket-webhooks/references/verification.md (quotes Atlassian's \
                vector, recomputed); Yizack/nuxt-webhook-validators bitbucket.ts; support.atlassian.com event \
                payloads page; go-playground/webhooks#209",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
