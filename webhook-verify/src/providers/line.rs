//! LINE.

use crate::scheme::{Confidence, Delivery, Encoding, Facts, IdentityRule, Place, Scheme};

super::provider! {
    /// LINE: HMAC-SHA256 over the body, in base64, in `x-line-signature`, under the channel secret as text.
    ///
    /// One request holds several events; a redelivery says so inside them, so the identity of a request are the ids
    /// of its events.
    Line = Scheme {
        name: "line",
        title: "LINE",
        place: Place::Header("x-line-signature"),
        encoding: Encoding::Base64,
        identity: IdentityRule::Composite(&[&["events", "*", "webhookEventId"]]),
        delivery: Delivery::new(2, 24),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm @line/bot-sdk 11.0.0 dist/validate-signature.js; line/line-bot-sdk-python \
                linebot/v3/webhook.py + tests",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
