//! The providers: a row each, and a type each, so that a proof of one cannot enter a handler of another.

mod adyen;
mod adyen_platforms;
mod asana;
mod bigcommerce;
mod bitbucket;
mod box_com;
mod braintree;
mod calendly;
mod circleci;
mod clerk;
mod cloudevents;
mod coinbase_commerce;
mod danger_hubspot_v1;
mod danger_hubspot_v2;
mod datadog;
#[cfg(feature = "ed25519")]
mod discord;
mod docusign;
mod dropbox;
#[cfg(feature = "ecdsa")]
mod ecdsa;
mod eventgrid;
mod figma;
mod github;
mod gitlab;
mod gitlab_token;
mod gocardless;
mod hubspot_v3;
mod intercom;
mod jira;
mod jwt;
mod lemonsqueezy;
mod line;
mod linear;
mod mailgun;
mod mandrill;
mod meta;
mod mollie;
mod msgraph;
mod notion;
mod okta;
mod openai;
mod paddle;
mod pagerduty;
mod polar;
mod postmark;
mod razorpay;
mod resend;
#[cfg(feature = "rsa")]
mod rsa;
mod sanity;
mod sentry;
mod shopify;
mod shopify_events;
mod slack;
mod source;
mod square;
mod standard_webhooks;
#[cfg(feature = "ed25519")]
mod standard_webhooks_ed25519;
mod stripe;
mod svix;
mod telegram;
#[cfg(feature = "ed25519")]
mod telnyx;
mod trello;
mod twilio;
mod twitch;
mod typeform;
mod vercel;
mod woocommerce;
mod workos;
mod x;
mod zendesk;
mod zoom;

pub use adyen::Adyen;
pub use adyen_platforms::AdyenPlatforms;
pub use asana::Asana;
pub use bigcommerce::BigCommerce;
pub use bitbucket::Bitbucket;
pub use box_com::BoxCom;
pub use braintree::Braintree;
pub use calendly::Calendly;
pub use circleci::CircleCi;
pub use clerk::Clerk;
pub use cloudevents::CloudEvents;
pub use coinbase_commerce::CoinbaseCommerce;
pub use danger_hubspot_v1::DangerHubSpotV1;
pub use danger_hubspot_v2::DangerHubSpotV2;
pub use datadog::Datadog;
#[cfg(feature = "ed25519")]
pub use discord::Discord;
pub use docusign::DocuSign;
pub use dropbox::Dropbox;
#[cfg(feature = "ecdsa")]
pub use ecdsa::{Plaid, SendGrid};
pub use eventgrid::EventGrid;
pub use figma::Figma;
pub use github::GitHub;
pub use gitlab::GitLab;
pub use gitlab_token::GitLabToken;
pub use gocardless::GoCardless;
pub use hubspot_v3::HubSpotV3;
pub use intercom::Intercom;
pub use jira::Jira;
pub use jwt::{JiraConnect, LiveKit, MessageBird, Netlify};
pub use lemonsqueezy::LemonSqueezy;
pub use line::Line;
pub use linear::Linear;
pub use mailgun::Mailgun;
pub use mandrill::Mandrill;
pub use meta::Meta;
pub use mollie::Mollie;
pub use msgraph::MsGraph;
pub use notion::Notion;
pub use okta::Okta;
pub use openai::OpenAi;
pub use paddle::Paddle;
pub use pagerduty::PagerDuty;
pub use polar::Polar;
pub use postmark::Postmark;
pub use razorpay::Razorpay;
pub use resend::Resend;
#[cfg(feature = "rsa")]
pub use rsa::{DangerSnsV1, PayPal, PubSub, Sns};
pub use sanity::Sanity;
pub use sentry::Sentry;
pub use shopify::Shopify;
pub use shopify_events::ShopifyEvents;
pub use slack::Slack;
pub use source::Source;
pub use square::Square;
pub use standard_webhooks::StandardWebhooks;
#[cfg(feature = "ed25519")]
pub use standard_webhooks_ed25519::StandardWebhooksEd25519;
pub use stripe::Stripe;
pub use svix::Svix;
pub use telegram::Telegram;
#[cfg(feature = "ed25519")]
pub use telnyx::Telnyx;
pub use trello::Trello;
pub use twilio::{Twilio, TwilioJson, TwilioJsonSha256, TwilioSha256};
pub use twitch::Twitch;
pub use typeform::Typeform;
pub use vercel::Vercel;
pub use woocommerce::WooCommerce;
pub use workos::WorkOs;
pub use x::X;
pub use zendesk::Zendesk;
pub use zoom::Zoom;

use crate::scheme::Scheme;
use crate::verifier::Verifier;

/// A verifier whose provider is part of its type.
///
/// Implement it for a type of yours that wraps a [`Verifier`] to use a custom provider with typed extractors.
pub trait Provider: Clone + Send + Sync + 'static {
    /// The verifier inside.
    fn verifier(&self) -> &Verifier;
}

impl Provider for Verifier {
    fn verifier(&self) -> &Verifier {
        self
    }
}

/// What every provider has. Users see it in the documentation of each type.
macro_rules! any_provider {
    ($(#[$doc:meta])* $name:ident = $scheme:expr;) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(crate::verifier::Verifier);

        impl $name {
            /// The row of this provider.
            pub const SCHEME: crate::scheme::Scheme = $scheme;

            /// Starts a verifier with several secrets or another policy.
            pub fn builder() -> crate::VerifierBuilder<Self> {
                crate::VerifierBuilder::new(Self::SCHEME, Self)
            }

            /// The sender's half, with one signing secret.
            ///
            /// # Errors
            /// As `new`.
            pub fn signer<S>(secret: S) -> Result<crate::Signer, crate::ConfigError>
            where
                S: TryInto<crate::Secret>,
                crate::ConfigError: From<S::Error>,
            {
                crate::Signer::new(Self::SCHEME, secret)
            }

            /// An event of that type, to test receivers with; see [`testing`](crate::testing).
            #[cfg(feature = "testing")]
            pub fn sample(event_type: &str) -> crate::testing::Sample {
                crate::testing::Sample::new(Self::SCHEME, event_type)
            }

            /// Checks a whole request; see [`Verifier::verify`](crate::Verifier::verify).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request is refused.
            pub fn verify<K, V, B>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
                body: B,
            ) -> Result<crate::Verified<B>, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
                B: crate::Body,
            {
                self.0.verify(headers, body)
            }

            /// Checks a whole request received at a known time; see
            /// [`Verifier::verify_at`](crate::Verifier::verify_at).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request is refused.
            pub fn verify_at<K, V, B>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
                body: B,
                received_at: crate::UnixTime,
            ) -> Result<crate::Verified<B>, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
                B: crate::Body,
            {
                self.0.verify_at(headers, body, received_at)
            }

            /// Judges the headers of a request whose body is still to come; see
            /// [`Verifier::begin`](crate::Verifier::begin).
            ///
            /// # Errors
            /// [`VerifyError`](crate::VerifyError) if the request can be refused without its body.
            pub fn begin<K, V>(
                &self,
                headers: impl IntoIterator<Item = (K, V)>,
            ) -> Result<crate::Verification, crate::VerifyError>
            where
                K: AsRef<str>,
                V: AsRef<[u8]>,
            {
                self.0.begin(headers)
            }
        }

        impl crate::Provider for $name {
            fn verifier(&self) -> &crate::Verifier {
                &self.0
            }
        }

        impl From<$name> for crate::Verifier {
            fn from(provider: $name) -> Self {
                provider.0
            }
        }
    };
}

/// A provider that needs nothing but a secret.
macro_rules! provider {
    ($(#[$doc:meta])* $name:ident = $scheme:expr;) => {
        $crate::providers::any_provider! { $(#[$doc])* $name = $scheme; }

        impl $name {
            /// A verifier with one signing secret.
            ///
            /// # Errors
            /// [`ConfigError::Secret`](crate::ConfigError::Secret) if the secret is empty or not of this provider's
            /// form.
            pub fn new<S>(secret: S) -> Result<Self, crate::ConfigError>
            where
                S: TryInto<crate::Secret>,
                crate::ConfigError: From<S::Error>,
            {
                Self::builder().secret("current", secret).build()
            }

            /// A verifier with the signing secret in an environment variable.
            ///
            /// # Errors
            /// As `new`; the error names the variable.
            #[cfg(feature = "std")]
            pub fn from_env(variable: &str) -> Result<Self, crate::ConfigError> {
                Self::new(crate::Secret::from_env(variable)?)
            }
        }
    };
}

/// A provider that signs the URL that it was given.
macro_rules! provider_with_url {
    ($(#[$doc:meta])* $name:ident = $scheme:expr;) => {
        $crate::providers::any_provider! { $(#[$doc])* $name = $scheme; }

        impl $name {
            /// A verifier with one signing secret, for the URL that the provider was given, to the letter.
            ///
            /// # Errors
            /// [`ConfigError::Secret`](crate::ConfigError::Secret) if the secret is empty or not of this provider's
            /// form.
            pub fn new<S>(secret: S, public_url: &str) -> Result<Self, crate::ConfigError>
            where
                S: TryInto<crate::Secret>,
                crate::ConfigError: From<S::Error>,
            {
                Self::builder().secret("current", secret).public_url(public_url).build()
            }

            /// A verifier with the signing secret in an environment variable.
            ///
            /// # Errors
            /// As `new`; the error names the variable.
            #[cfg(feature = "std")]
            pub fn from_env(variable: &str, public_url: &str) -> Result<Self, crate::ConfigError> {
                Self::new(crate::Secret::from_env(variable)?, public_url)
            }
        }
    };
}

/// A provider that leaves the body uncovered, so that no constructor may be shorter than the builder.
macro_rules! uncovered_provider {
    ($($row:tt)*) => {
        $crate::providers::any_provider! { $($row)* }
    };
}

pub(crate) use {any_provider, provider, provider_with_url, uncovered_provider};

/// Every scheme that this crate knows, by name.
///
/// ```
/// let slack = webhook_verify::schemes().iter().find(|scheme| scheme.name() == "slack");
/// assert_eq!(slack.map(|slack| slack.title()), Some("Slack"));
/// ```
///
#[doc = include_str!("../../PROVIDERS.md")]
#[must_use]
pub const fn schemes() -> &'static [Scheme] {
    const ALL: &[Scheme] = &[
        AdyenPlatforms::SCHEME,
        Asana::SCHEME,
        BigCommerce::SCHEME,
        Bitbucket::SCHEME,
        BoxCom::SCHEME,
        Calendly::SCHEME,
        CircleCi::SCHEME,
        Clerk::SCHEME,
        CloudEvents::SCHEME,
        CoinbaseCommerce::SCHEME,
        DangerHubSpotV1::SCHEME,
        DangerHubSpotV2::SCHEME,
        Datadog::SCHEME,
        DocuSign::SCHEME,
        Dropbox::SCHEME,
        EventGrid::SCHEME,
        Figma::SCHEME,
        GitHub::SCHEME,
        GitLab::SCHEME,
        GitLabToken::SCHEME,
        GoCardless::SCHEME,
        HubSpotV3::SCHEME,
        Intercom::SCHEME,
        Jira::SCHEME,
        LemonSqueezy::SCHEME,
        Line::SCHEME,
        Linear::SCHEME,
        Mailgun::SCHEME,
        Meta::SCHEME,
        Mollie::SCHEME,
        Notion::SCHEME,
        Okta::SCHEME,
        OpenAi::SCHEME,
        Paddle::SCHEME,
        PagerDuty::SCHEME,
        Polar::SCHEME,
        Postmark::SCHEME,
        Razorpay::SCHEME,
        Resend::SCHEME,
        Sanity::SCHEME,
        Sentry::SCHEME,
        Shopify::SCHEME,
        ShopifyEvents::SCHEME,
        Slack::SCHEME,
        Source::SCHEME,
        Square::SCHEME,
        StandardWebhooks::SCHEME,
        Stripe::SCHEME,
        Svix::SCHEME,
        Telegram::SCHEME,
        Trello::SCHEME,
        Twitch::SCHEME,
        Typeform::SCHEME,
        Vercel::SCHEME,
        WooCommerce::SCHEME,
        WorkOs::SCHEME,
        X::SCHEME,
        Zendesk::SCHEME,
        Zoom::SCHEME,
        #[cfg(feature = "ed25519")]
        Discord::SCHEME,
        #[cfg(feature = "ed25519")]
        StandardWebhooksEd25519::SCHEME,
        #[cfg(feature = "ed25519")]
        Telnyx::SCHEME,
        Adyen::SCHEME,
        Braintree::SCHEME,
        Mandrill::SCHEME,
        Twilio::SCHEME,
        TwilioJson::SCHEME,
        TwilioJsonSha256::SCHEME,
        TwilioSha256::SCHEME,
        JiraConnect::SCHEME,
        LiveKit::SCHEME,
        MessageBird::SCHEME,
        Netlify::SCHEME,
        #[cfg(feature = "ecdsa")]
        Plaid::SCHEME,
        #[cfg(feature = "ecdsa")]
        SendGrid::SCHEME,
        #[cfg(feature = "rsa")]
        PubSub::SCHEME,
        MsGraph::SCHEME,
        #[cfg(feature = "rsa")]
        DangerSnsV1::SCHEME,
        #[cfg(feature = "rsa")]
        PayPal::SCHEME,
        #[cfg(feature = "rsa")]
        Sns::SCHEME,
    ];
    ALL
}
