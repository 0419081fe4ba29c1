//! Providers that send a JSON Web Token beside the body.

use core::time::Duration;

use crate::parsed::{JIRA_CONNECT, LIVEKIT, MESSAGEBIRD, NETLIFY};
use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme, TimeFormat, Timestamp,
};
use crate::{ConfigError, Secret, Setting};

/// The end of a token's life, and by how much the clocks may differ there.
const fn expires(leeway: u64) -> Option<Timestamp> {
    Some(Timestamp {
        field: Field::Claim("exp"),
        format: TimeFormat::Seconds,
        tolerance: Duration::from_secs(leeway),
    })
}

super::provider! {
    /// Netlify's deploy notifications: a token (HS256) in `X-Webhook-Signature`, with the SHA-256 of the body in it.
    ///
    /// The token has no time, so a replay cannot be told by its age.
    Netlify = Scheme {
        name: "netlify",
        title: "Netlify",
        place: Place::Rules(&["x-webhook-signature"]),
        rules: Some(&NETLIFY),
        content: &[Part::Body],
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["state"])),
        identity: IdentityRule::Composite(&[&["id"], &["state"]]),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "Yizack/nuxt-webhook-validators netlify.ts (links docs.netlify.com deploy-notifications)",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

super::any_provider! {
    /// LiveKit: a token (HS256) in `Authorization`, with the SHA-256 of the body in it, under the API secret.
    LiveKit = Scheme {
        name: "livekit",
        title: "LiveKit",
        place: Place::Rules(&["authorization"]),
        rules: Some(&LIVEKIT),
        content: &[Part::Body],
        timestamp: expires(60),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["event"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(0, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "npm livekit-server-sdk 2.19.2 src/WebhookReceiver.ts",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl LiveKit {
    /// A verifier with one API key and its secret.
    ///
    /// # Errors
    /// [`ConfigError::Secret`] if the secret is empty, [`ConfigError::MissingSetting`] if the key is.
    pub fn new<S>(api_key: &str, api_secret: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secret>,
        ConfigError: From<S::Error>,
    {
        Self::builder()
            .setting(Setting::Issuer, api_key)
            .secret(api_key, api_secret)
            .build()
    }
}

super::provider_with_url! {
    /// MessageBird, which is Bird now, in its older API: a token (HS256) in `MessageBird-Signature-JWT`, with the
    /// SHA-256 of the URL and of the body in it.
    ///
    /// The URL is the one that is registered with MessageBird; its query comes from the request line, so `:path` must be
    /// among the headers.
    MessageBird = Scheme {
        name: "messagebird",
        title: "MessageBird (Bird)",
        place: Place::Rules(&["messagebird-signature-jwt"]),
        rules: Some(&MESSAGEBIRD),
        content: &[Part::Url, Part::Body],
        timestamp: expires(5),
        id: Some(Field::Claim("jti")),
        identity: IdentityRule::Digest,
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Unchecked,
            source: "npm messagebird 4.0.1 lib/webhook-signature-jwt.js",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

super::uncovered_provider! {
    /// Atlassian Connect apps: a token (HS256) in `Authorization`, bound to method, path and query by `qsh`, under the
    /// shared secret that the installation brought.
    ///
    /// The body is not covered: build it with `accept_uncovered_body()`. Give the app's base URL with `public_url`, and
    /// the tenant's client key as [`Setting::Issuer`](crate::Setting::Issuer). `:method` and `:path` must be among the
    /// headers.
    JiraConnect = Scheme {
        name: "jira-connect",
        title: "Atlassian Connect",
        place: Place::Rules(&["authorization"]),
        rules: Some(&JIRA_CONNECT),
        content: &[Part::Url],
        timestamp: expires(30),
        id: Some(Field::Header("x-atlassian-webhook-identifier")),
        event_type: Some(Field::Json(&["webhookEvent"])),
        identity: IdentityRule::Digest,
        delivery: Delivery::new(20, 2),
        facts: Facts {
            signature: Confidence::Secondary,
            secret: Confidence::Secondary,
            event_id: Confidence::Secondary,
            delivery: Confidence::Unchecked,
            source: "npm @atlassian/atlassian-jwt 2.2.0; developer.atlassian.com/cloud/jira/platform/webhooks",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
