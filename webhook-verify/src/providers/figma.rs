//! Figma.

use crate::scheme::{Algorithm, Confidence, Delivery, Encoding, Facts, Field, Place, Scheme};

super::uncovered_provider! {
    /// Figma: the passcode itself stands in the body, and nothing is signed.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Figma = Scheme {
        name: "figma",
        title: "Figma",
        place: Place::Json(&["passcode"]),
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        event_type: Some(Field::Json(&["event_type"])),
        body_limit: 256 * 1024,
        delivery: Delivery::new(0, 4),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "developers.figma.com/docs/rest-api/webhooks-security",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
