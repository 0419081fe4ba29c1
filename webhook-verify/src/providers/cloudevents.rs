//! CloudEvents.

use crate::challenge::Handshake;
use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Part, Place, Scheme,
    Syntax,
};

super::uncovered_provider! {
    /// CloudEvents HTTP webhooks: a bearer token in `Authorization`, and nothing is signed. A token in the URL is not
    /// looked at.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    CloudEvents = Scheme {
        name: "cloudevents",
        title: "CloudEvents",
        handshakes: &[Handshake::Consent],
        place: Place::Header("authorization"),
        syntax: Syntax::Single { prefix: "Bearer " },
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        id: Some(Field::Header("ce-id")),
        event_type: Some(Field::Header("ce-type")),
        // In binary mode the body is the bare data, which may come again. Whoever could change the id has the token, and
        // could change the body just as well.
        identity: IdentityRule::DigestOf(&[Part::Id, Part::Body]),
        delivery: Delivery::new(0, 0),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "cloudevents/spec @c2845a4 cloudevents/http-webhook.md",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
