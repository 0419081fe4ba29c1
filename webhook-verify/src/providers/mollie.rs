//! Mollie.

use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme, Syntax};

super::provider! {
    /// Mollie's signed webhooks: HMAC-SHA256 over the body, in `X-Mollie-Signature`, which comes twice while a secret
    /// rotates.
    ///
    /// Mollie's classic webhooks are not signed at all; fetch the payment they name.
    Mollie = Scheme {
        name: "mollie",
        title: "Mollie",
        place: Place::HeaderLines("x-mollie-signature"),
        syntax: Syntax::List { separator: b',', prefix: "sha256=" },
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(15, 26),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Secondary,
            source: "mollie/mollie-api-php src/Webhooks/SignatureValidator.php @53e49e7; hookdeck/webhook-skills \
                mollie (quotes docs.mollie.com webhooks-new)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
