//! GitLab.

use crate::scheme::{
    Confidence, Delivery, Encoding, FIVE_MINUTES, Facts, Field, IdentityRule, KeyFormat, Part,
    Place, Scheme, Syntax, TimeFormat, Timestamp,
};

super::provider! {
    /// GitLab with a signing token: Standard Webhooks, with the event type in `X-Gitlab-Event`.
    ///
    /// The older secret token, which is sent in clear and covers nothing, is [`GitLabToken`](crate::GitLabToken).
    GitLab = Scheme {
        name: "gitlab",
        title: "GitLab",
        place: Place::Header("webhook-signature"),
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1" },
        encoding: Encoding::Base64,
        key: KeyFormat::Base64 { prefix: "whsec_" },
        content: &[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body],
        timestamp: Some(Timestamp {
            field: Field::Header("webhook-timestamp"),
            format: TimeFormat::Seconds,
            tolerance: FIVE_MINUTES,
        }),
        id: Some(Field::Header("webhook-id")),
        event_type: Some(Field::Header("x-gitlab-event")),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(10, 24),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Secondary,
            source: "gitlab.com MR !230944 'Add webhook HMAC signing token', MR !231325, MR !125338 and issue 14888; \
                Yizack/nuxt-webhook-validators gitlab.ts; hookdeck/webhook-skills gitlab references/overview.md \
                (10 s timeout, headers, 25 MB); retry/back-off detail itself is from memory",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
