//! Asana.

use crate::scheme::{Confidence, Delivery, Facts, Place, Scheme};

super::provider! {
    /// Asana: HMAC-SHA256 over the body, in `X-Hook-Signature`. The secret is the one that Asana handed over in its
    /// handshake, used as text.
    Asana = Scheme {
        name: "asana",
        title: "Asana",
        place: Place::Header("x-hook-signature"),
        delivery: Delivery::new(10, 24),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Documented,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Documented,
            source: "developers.asana.com/reference/createwebhook.md, docs/webhooks-guide.md (10 s, 24 h)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
