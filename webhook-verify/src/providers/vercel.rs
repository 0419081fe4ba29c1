//! Vercel.

use crate::scheme::{Algorithm, Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme};

super::provider! {
    /// Vercel: HMAC-SHA1 over the body, in `x-vercel-signature`.
    Vercel = Scheme {
        name: "vercel",
        title: "Vercel",
        place: Place::Header("x-vercel-signature"),
        algorithm: Algorithm::HmacSha1,
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(30, 24),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "hookdeck/webhook-skills vercel; Yizack/nuxt-webhook-validators vercel.ts; npm @trigger.dev/core",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
