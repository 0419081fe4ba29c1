//! Azure Event Grid.

use crate::challenge::Handshake;
use crate::scheme::{Algorithm, Confidence, Delivery, Encoding, Facts, Field, Place, Scheme};

super::uncovered_provider! {
    /// Azure Event Grid with a fixed value in `Authorization`, set as a delivery property; nothing is signed.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    EventGrid = Scheme {
        name: "eventgrid",
        title: "Azure Event Grid",
        handshakes: &[Handshake::EchoMemberAsJson {
            path: &["*", "eventType"],
            value: "Microsoft.EventGrid.SubscriptionValidationEvent",
            answer: &["*", "data", "validationCode"],
            name: "validationResponse",
        }, Handshake::Consent],
        place: Place::Header("authorization"),
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        event_type: Some(Field::Header("aeg-event-type")),
        delivery: Delivery::new(30, 24),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "MicrosoftDocs/azure-docs articles/event-grid/end-point-validation-event-grid-events-schema.md; \
                MicrosoftDocs/azure-docs articles/event-grid/delivery-and-retry.md (2020 text)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
