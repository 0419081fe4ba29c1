//! Discord: interactions and webhook events.

use crate::challenge::Handshake;
use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat,
    Part, Place, Scheme, TimeFormat, Timestamp,
};

super::provider! {
    /// Discord: Ed25519 over `{timestamp}{body}`, in `X-Signature-Ed25519`. The key is the application's public key, in
    /// hexadecimal digits.
    ///
    /// Interactions carry a signed id; webhook events do not, and are told apart by a digest.
    Discord = Scheme {
        name: "discord",
        title: "Discord",
        handshakes: &[Handshake::Discord],
        place: Place::Header("x-signature-ed25519"),
        algorithm: Algorithm::Ed25519,
        key: KeyFormat::Ed25519 { public_prefix: "", private_prefix: "", encoding: Encoding::Hex },
        content: &[Part::Timestamp, Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("x-signature-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        // Webhook events are acknowledged by 204 with an empty body.
        delivery: Delivery::new(3, 1).acked_by(204),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "npm discord-interactions 4.4.0; discord/discord-api-docs @c98d64b developers/events/webhook-events.mdx, interactions/overview.mdx",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
