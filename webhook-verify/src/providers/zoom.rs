//! Zoom.

use crate::challenge::Handshake;
use crate::scheme::{
    Confidence, Delivery, FIVE_MINUTES, Facts, Field, Part, Place, Scheme, Syntax, TimeFormat,
    Timestamp,
};

super::provider! {
    /// Zoom: HMAC-SHA256 over `v0:{timestamp}:{body}`, in `x-zm-signature`.
    Zoom = Scheme {
        name: "zoom",
        title: "Zoom",
        handshakes: &[Handshake::Zoom],
        place: Place::Header("x-zm-signature"),
        syntax: Syntax::Single { prefix: "v0=" },
        content: &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("x-zm-request-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        event_type: Some(Field::Json(&["event"])),
        delivery: Delivery::new(3, 3),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm @zoom/rivet 0.4.0 meetings.mjs; zoom/webhook-sample index.js @e4d48a7; \
                hookdeck/webhook-skills zoom",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
