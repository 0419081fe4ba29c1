//! Slack.

use crate::challenge::Handshake;
use crate::scheme::{
    Confidence, Delivery, FIVE_MINUTES, Facts, Field, IdentityRule, Part, Place, Scheme, Syntax,
    TimeFormat, Timestamp,
};

super::provider! {
    /// Slack: HMAC-SHA256 over `v0:{timestamp}:{body}`, in `X-Slack-Signature`.
    ///
    /// The signing secret looks like hexadecimal digits and is used as text. Events carry a signed `event_id`; slash
    /// commands and interactions have none and are told apart by a digest, which is safe because each has a trigger
    /// id of its own.
    Slack = Scheme {
        name: "slack",
        title: "Slack",
        handshakes: &[Handshake::EchoMember { path: &["type"], value: "url_verification", answer: &["challenge"] }],
        place: Place::Header("x-slack-signature"),
        syntax: Syntax::Single { prefix: "v0=" },
        content: &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("x-slack-request-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Json(&["event_id"])),
        event_type: Some(Field::Json(&["type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(3, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Secondary,
            source: "slackapi/python-slack-sdk slack_sdk/signature/__init__.py + tests; npm @slack/bolt 5.1.0 \
                verify-request.js; api.slack.com/events/url_verification; hookdeck/webhook-skills slack \
                references/overview.md (retry times, X-Slack-No-Retry)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
