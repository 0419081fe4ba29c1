//! Trello.

use crate::challenge::Handshake;
use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Part, Place, Scheme,
};

super::provider_with_url! {
    /// Trello: HMAC-SHA1 over `{body}{callback URL}`, in base64, in `X-Trello-Webhook`.
    ///
    /// The URL is the one that is registered with Trello, to the letter; the secret is the application's.
    Trello = Scheme {
        name: "trello",
        title: "Trello",
        handshakes: &[Handshake::Head],
        place: Place::Header("x-trello-webhook"),
        encoding: Encoding::Base64,
        algorithm: Algorithm::HmacSha1,
        content: &[Part::Body, Part::Url],
        id: Some(Field::Json(&["action", "id"])),
        event_type: Some(Field::Json(&["action", "type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 1),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Secondary,
            source: "find_string hits quoting developer.atlassian.com/cloud/trello/guides/rest-api/webhooks (4 \
                independent implementations agree)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
