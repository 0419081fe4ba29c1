//! Postmark.

use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, Facts, Field, Place, Scheme, Syntax,
};

super::uncovered_provider! {
    /// Postmark: HTTP basic authentication, and nothing is signed. The secret is `user:password`.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Postmark = Scheme {
        name: "postmark",
        title: "Postmark",
        place: Place::Header("authorization"),
        syntax: Syntax::Single { prefix: "Basic " },
        encoding: Encoding::Base64,
        algorithm: Algorithm::Token,
        content: &[],
        event_type: Some(Field::Json(&["RecordType"])),
        delivery: Delivery::new(0, 12),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "hookdeck/webhook-skills postmark; anymail postmark.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
