//! GitLab (secret token).

use crate::scheme::{
    Algorithm, Confidence, Delivery, Encoding, Facts, Field, IdentityRule, Part, Place, Scheme,
};

super::uncovered_provider! {
    /// GitLab with a secret token: the token itself is sent, in `X-Gitlab-Token`, and nothing is signed.
    ///
    /// Prefer a signing token and [`GitLab`](crate::GitLab).
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`.
    GitLabToken = Scheme {
        name: "gitlab-token",
        title: "GitLab (secret token)",
        place: Place::Header("x-gitlab-token"),
        encoding: Encoding::Verbatim,
        algorithm: Algorithm::Token,
        content: &[],
        id: Some(Field::Header("idempotency-key")),
        event_type: Some(Field::Header("x-gitlab-event")),
        // Whoever could change the id has the token, and could change the body just as well.
        identity: IdentityRule::DigestOf(&[Part::Id, Part::Body]),
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
