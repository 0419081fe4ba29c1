//! Twitch.

use core::time::Duration;

use crate::challenge::Handshake;
use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme, Syntax, TimeFormat,
    Timestamp,
};

super::provider! {
    /// Twitch EventSub: HMAC-SHA256 over `{id}{timestamp}{body}`, in `Twitch-Eventsub-Message-Signature`. The time is
    /// written as RFC 3339.
    Twitch = Scheme {
        name: "twitch",
        title: "Twitch",
        handshakes: &[Handshake::EchoMember {
            path: &["subscription", "status"],
            value: "webhook_callback_verification_pending",
            answer: &["challenge"],
        }],
        place: Place::Header("twitch-eventsub-message-signature"),
        syntax: Syntax::Single { prefix: "sha256=" },
        content: &[Part::Id, Part::Timestamp, Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("twitch-eventsub-message-timestamp"),
            format: TimeFormat::Rfc3339,
            tolerance: Duration::from_secs(600),
        }),
        id: Some(Field::Header("twitch-eventsub-message-id")),
        event_type: Some(Field::Header("twitch-eventsub-subscription-type")),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(10, 1),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @twurple/eventsub-http 8.1.4 lib/EventSubHttpBase.js; Yizack/nuxt-webhook-validators \
                twitch.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
