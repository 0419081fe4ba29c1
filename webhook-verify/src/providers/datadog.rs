//! Datadog.

use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, Facts, IdentityRule, Place, Scheme, Syntax,
};

super::uncovered_provider! {
    /// Datadog's webhooks integration with HTTP basic authentication in its URL; nothing is signed. The secret is
    /// `user:password`.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    Datadog = Scheme {
        name: "datadog",
        title: "Datadog",
        place: Place::Header("authorization"),
        syntax: Syntax::Single { prefix: "Basic " },
        encoding: Encoding::Base64,
        algorithm: Algorithm::Token,
        content: &[],
        // The user writes the body, and it may be the same for every alert.
        identity: IdentityRule::None,
        delivery: Delivery::new(15, 1),
        facts: Facts {
            signature: Confidence::Unchecked,
            secret: Confidence::Unchecked,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "docs.datadoghq.com/integrations/webhooks, from memory",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
