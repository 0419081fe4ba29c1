//! Intercom.

use crate::challenge::Handshake;
use crate::scheme::{
    Algorithm, Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, Syntax,
};

super::provider! {
    /// Intercom: HMAC-SHA1 over the body, in `X-Hub-Signature`.
    Intercom = Scheme {
        name: "intercom",
        title: "Intercom",
        handshakes: &[Handshake::Head],
        place: Place::Header("x-hub-signature"),
        syntax: Syntax::Single { prefix: "sha1=" },
        algorithm: Algorithm::HmacSha1,
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["topic"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(5, 1),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Secondary,
            source: "hookdeck/webhook-skills intercom; npm @trigger.dev/core 4.8.3 dist/esm/v3/webhooks/index.js; \
                hookdeck intercom references/overview.md",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
