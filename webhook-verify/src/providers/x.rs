//! X.

use crate::challenge::Handshake;
use crate::scheme::{Confidence, Delivery, Encoding, Facts, Place, Scheme, Syntax};

super::provider! {
    /// X: HMAC-SHA256 over the body, in base64, in `x-twitter-webhooks-signature`, under the consumer secret.
    X = Scheme {
        name: "x",
        title: "X",
        handshakes: &[Handshake::X],
        place: Place::Header("x-twitter-webhooks-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        encoding: Encoding::Base64,
        delivery: Delivery::new(10, 4),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm twitter-webhooks 0.3.3 lib/user-activity-webhook.js",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
