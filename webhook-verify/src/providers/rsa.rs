//! Providers that sign with RSA.

use core::time::Duration;

use crate::Setting;
use crate::challenge::Handshake;
use crate::key_source::KeySource;
use crate::parsed::{PAYPAL, PUBSUB, SNS, SNS_V1};
use crate::scheme::{
    Confidence, Delivery, Facts, Field, IdentityRule, Part, Place, Scheme, TimeFormat, Timestamp,
};
use crate::verifier::VerifierBuilder;

super::uncovered_provider! {
    /// Google Cloud Pub/Sub push: an OpenID Connect token (RS256) of the service account that you chose, in
    /// `Authorization`. The keys are fetched from Google.
    ///
    /// The token is good for an hour and for any body: build it with `accept_uncovered_body()`.
    PubSub = Scheme {
        name: "pubsub",
        title: "Google Cloud Pub/Sub",
        place: Place::Rules(&["authorization"]),
        rules: Some(&PUBSUB),
        content: &[],
        timestamp: Some(Timestamp {
            field: Field::Claim("exp"),
            format: TimeFormat::Seconds,
            tolerance: Duration::from_secs(60),
        }),
        id: Some(Field::Json(&["message", "messageId"])),
        identity: IdentityRule::Composite(&[&["message", "messageId"], &["subscription"]]),
        body_limit: 16 * 1024 * 1024,
        delivery: Delivery::new(10, 168),
        facts: Facts {
            signature: Confidence::Unchecked,
            secret: Confidence::Unchecked,
            event_id: Confidence::Unchecked,
            delivery: Confidence::Unchecked,
            source: "memory of Google's documentation; npm google-auth-library OAuth2Client.verifyIdToken",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl PubSub {
    /// Begins a verifier for one audience and one service account, with Google's keys from that source. It is built with
    /// `accept_uncovered_body().build()`, because the token says nothing about the body.
    pub fn builder_for(
        audience: &str,
        service_account: &str,
        keys: impl KeySource,
    ) -> VerifierBuilder<Self> {
        Self::builder()
            .setting(Setting::Audience, audience)
            .setting(Setting::ServiceAccount, service_account)
            .key_source(keys)
    }
}

super::uncovered_provider! {
    /// Amazon SNS over HTTPS, signature version 2: RSA with SHA-256 over eight members of the body, under a certificate
    /// that is fetched from Amazon.
    ///
    /// `MessageAttributes` and `UnsubscribeURL` are not covered: build it with `accept_uncovered_body()`. Amazon signs for
    /// every topic there is, so name yours. With raw message delivery nothing is signed at all. The certificate comes
    /// without the ones that lead to an authority; what vouches for it is the address that it is fetched from.
    Sns = Scheme {
        name: "sns",
        title: "Amazon SNS",
        place: Place::Rules(&[]),
        rules: Some(&SNS),
        handshakes: &[Handshake::Sns],
        content: &[
            Part::Json(&["Message"]),
            Part::Json(&["MessageId"]),
            Part::Json(&["Subject"]),
            Part::Json(&["SubscribeURL"]),
            Part::Json(&["Timestamp"]),
            Part::Json(&["Token"]),
            Part::Json(&["TopicArn"]),
            Part::Json(&["Type"]),
        ],
        timestamp: Some(Timestamp {
            field: Field::Json(&["Timestamp"]),
            format: TimeFormat::Rfc3339,
            // A retry is the first attempt sent again, for an hour at most.
            tolerance: Duration::from_secs(3600),
        }),
        id: Some(Field::Json(&["MessageId"])),
        event_type: Some(Field::Json(&["Type"])),
        identity: IdentityRule::SignedId,
        delivery: Delivery::new(15, 1),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Source,
            delivery: Confidence::Documented,
            source: "npm sns-validator 0.3.5 index.js; aws/aws-php-sns-message-validator src/MessageValidator.php \
                @01f1049; awsdocs/amazon-sns-developer-guide doc_source/sns-message-delivery-retries.md; anymail \
                amazon_ses.py",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl Sns {
    /// Begins a verifier for one topic, with Amazon's certificates from that source. More topics are added with
    /// [`Setting::Topic`]. It is built with `accept_uncovered_body().build()`.
    pub fn builder_for(topic_arn: &str, keys: impl KeySource) -> VerifierBuilder<Self> {
        Self::builder()
            .setting(Setting::Topic, topic_arn)
            .key_source(keys)
    }
}

super::uncovered_provider! {
    /// Amazon SNS, signature version 1: as [`Sns`], with SHA-1.
    ///
    /// Dangerous: who can make two texts with one SHA-1 can have Amazon sign the harmless one. Set `SignatureVersion` to 2
    /// on the topic and use [`Sns`].
    DangerSnsV1 = Scheme {
        name: "sns-v1",
        title: "Amazon SNS (version 1)",
        rules: Some(&SNS_V1),
        ..Sns::SCHEME
    };
}

super::uncovered_provider! {
    /// PayPal: RSA with SHA-256 over `{transmission id}|{time}|{webhook id}|{CRC-32 of the body}`, under a certificate that
    /// is fetched from PayPal and must lead to an authority.
    ///
    /// A checksum covers nothing: whoever has one signed request can make another body of the same CRC-32. Build it with
    /// `accept_uncovered_body()`, and ask PayPal before you believe an amount. The ids that the simulator sends are signed
    /// for another webhook.
    PayPal = Scheme {
        name: "paypal",
        title: "PayPal",
        place: Place::Rules(&["paypal-transmission-sig"]),
        rules: Some(&PAYPAL),
        content: &[Part::Timestamp, Part::Checksum],
        timestamp: Some(Timestamp {
            field: Field::Claim("PAYPAL-TRANSMISSION-TIME"),
            format: TimeFormat::Rfc3339,
            // Whether a retry has a time of its own is not documented; it comes for three days.
            tolerance: Duration::from_secs(24 * 3600),
        }),
        id: Some(Field::Json(&["id"])),
        event_type: Some(Field::Json(&["event_type"])),
        identity: IdentityRule::Digest,
        delivery: Delivery::new(0, 72),
        facts: Facts {
            signature: Confidence::Source,
            secret: Confidence::Source,
            event_id: Confidence::Documented,
            delivery: Confidence::Unchecked,
            source: "paypal/PayPal-Python-SDK paypalrestsdk/notifications.py + test/unit_tests/notifications_test.py; \
                hookdeck/webhook-skills paypal; developer.paypal.com verify_webhook_signature schema",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}

impl PayPal {
    /// Begins a verifier for the webhook of that id, with PayPal's certificates from that source. It is built with
    /// `accept_uncovered_body().build()`.
    pub fn builder_for(webhook_id: &str, keys: impl KeySource) -> VerifierBuilder<Self> {
        Self::builder()
            .setting(Setting::WebhookId, webhook_id)
            .key_source(keys)
    }
}
