//! Dropbox.

use crate::challenge::Handshake;
use crate::scheme::{Confidence, Delivery, Facts, IdentityRule, Place, Scheme};

super::provider! {
    /// Dropbox: HMAC-SHA256 over the body, in `X-Dropbox-Signature`.
    ///
    /// The body only names accounts, and says the same again at each change: nothing identifies an event, so no
    /// delivery is taken for a duplicate.
    Dropbox = Scheme {
        name: "dropbox",
        title: "Dropbox",
        handshakes: &[Handshake::EchoQuery { method: "GET", name: "challenge" }],
        place: Place::Header("x-dropbox-signature"),
        identity: IdentityRule::None,
        delivery: Delivery::new(10, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Unchecked,
            source: "dropbox/mdwebhook app.py; Yizack/nuxt-webhook-validators dropbox.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
