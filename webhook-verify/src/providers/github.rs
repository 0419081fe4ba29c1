//! GitHub, as docs.github.com/webhooks and @octokit/webhooks-methods have it.

use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme, Syntax};

super::provider! {
    /// GitHub: HMAC-SHA256 over the body, in `X-Hub-Signature-256`.
    ///
    /// Nothing but the body is signed: no time, and neither the delivery id nor the event type in the headers. A
    /// replay
    /// can carry a fresh id or another type, so the identity of an event is a digest over its body, which differs
    /// from
    /// event to event. The SHA-1 signature that GitHub sends beside this one is never looked at.
    GitHub = Scheme {
        name: "github",
        title: "GitHub",
        place: Place::Header("x-hub-signature-256"),
        syntax: Syntax::Single { prefix: "sha256=" },
        id: Some(Field::Header("x-github-delivery")),
        event_type: Some(Field::Header("x-github-event")),
        // GitHub does not deliver payloads over 25 MB.
        body_limit: 25 * 1024 * 1024,
        // Nothing is sent again by itself; by hand for three days.
        delivery: Delivery::new(10, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "npm @octokit/webhooks-methods 6.0.0; PyPI gidgethub 6.0.0; github/docs content/webhooks",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
