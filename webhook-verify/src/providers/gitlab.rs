//! GitLab.

use crate::scheme::{Confidence, Delivery, Facts, Field, Scheme};

super::provider! {
    /// GitLab with a signing token: Standard Webhooks, with the event type in `X-Gitlab-Event`.
    ///
    /// The older secret token, which is sent in clear and covers nothing, is [`GitLabToken`](crate::GitLabToken).
    GitLab = Scheme {
        name: "gitlab",
        title: "GitLab",
        event_type: Some(Field::Header("x-gitlab-event")),
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
        ..crate::StandardWebhooks::SCHEME
    };
}
