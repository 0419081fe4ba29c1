//! Meta.

use crate::challenge::Handshake;
use crate::scheme::{Confidence, Delivery, Facts, Field, Place, Scheme, Syntax};

super::provider! {
    /// Meta (Facebook, Instagram, Messenger, WhatsApp, Threads): HMAC-SHA256 over the body, in `X-Hub-Signature-256`,
    /// under the app secret as text.
    Meta = Scheme {
        name: "meta",
        title: "Meta",
        handshakes: &[Handshake::EchoQueryWithToken { name: "hub.challenge", token: "hub.verify_token" }],
        place: Place::Header("x-hub-signature-256"),
        syntax: Syntax::Single { prefix: "sha256=" },
        event_type: Some(Field::Json(&["object"])),
        delivery: Delivery::new(20, 168),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Secondary,
            source: "hookdeck/webhook-skills whatsapp; Yizack/nuxt-webhook-validators meta.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
