//! Okta.

use crate::challenge::Handshake;
use crate::scheme::{Algorithm, Confidence, Delivery, Encoding, Facts, Field, Place, Scheme};

super::uncovered_provider! {
    /// Okta's event hooks, and Auth0's log streams: a fixed value in `Authorization`, and nothing is signed.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Okta = Scheme {
        name: "okta",
        title: "Okta",
        handshakes: &[Handshake::EchoHeaderAsJson { header: "x-okta-verification-challenge", name: "verification" }],
        place: Place::Header("authorization"),
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        id: Some(Field::Json(&["eventId"])),
        delivery: Delivery::new(3, 1),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "okta/okta-developer-docs @468de9c docs/concepts/event-hooks/index.md",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
