//! Generic source.

use crate::scheme::{Confidence, Delivery, Facts, Place, Scheme, Syntax};

super::provider! {
    /// The plain form that many in-house senders have: HMAC-SHA256 over the body, in `X-Source-Signature`.
    ///
    /// Neither a time nor an id is signed; prefer [`StandardWebhooks`](crate::StandardWebhooks) for a sender of your
    /// own.
    Source = Scheme {
        name: "generic-source",
        title: "Generic source",
        place: Place::Header("x-source-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        delivery: Delivery::new(0, 0),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "brief; recomputed vectors in providers.json",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
