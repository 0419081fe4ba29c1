//! Schemes with ECDSA and RSA, and with keys that must be fetched.
#![cfg(all(feature = "ecdsa", feature = "rsa"))]
#![allow(clippy::unwrap_used, clippy::unwrap_in_result)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use webhook_verify::{
    BodyCoverage, ConfigError, DangerSnsV1, KeyAnswer, KeyCache, KeyRequest, KeySource, Message,
    PayPal, Plaid, PubSub, PublicKey, Scheme, SendGrid, Setting, SignedRequest, Signer, Sns,
    UnixTime, Verifier, VerifyError,
};

/// After the certificates in `keys` were made.
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const P256: &str = include_str!("keys/p256.pem");
const P256_PUBLIC: &str = include_str!("keys/p256.pub.pem");
const RSA: &str = include_str!("keys/rsa.pem");
const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"key-1","alg":"ES256",
    "x":"D5ZaRVnckLwsx260KLWbvMQ5sSb8lzW2xPu0lGmyQ00","y":"LyeNfMd9GRyxhAzyf-xsp6NSn2iKp0iE5d7BS3vJ8dQ"}"#;
const RSA_JWK: &str = r#"{"kty":"RSA","kid":"google-1","alg":"RS256","use":"sig","e":"AQAB",
    "n":"iFeKU7Xn2AwJA0Bl0MQ6OHaELGa-Rtn6q7wa_vUIz6mR9w6A1W30sO8PBUc1ocuwhaT8Ktp74trU2iycTgRRsIhUElqps1D55G1l0WyBjiZhMevkHpSuc3rycYKtG474qTtHME0CYPXyEeOkKjQC6S8oa_NdT9zYwTN1cNW3XuTE9c4TsQvWso_Whf_--8aNkVP5RPMpl7aNnH3u8CyKDHQMl6vYt1PviUZeiS-J6roG8sveVuJI1k21_exAb3wbI2NipTR-YILKJVMQ1uCycetQB6xmqlPuHISHmMZvMYMQ4n9z9l8R1F0ZZQjnEjZcLTFUDr48Ad6jicSZno9wIQ"}"#;

/// A source that counts how often it was asked.
#[derive(Clone)]
struct Counting {
    key: PublicKey,
    asked: Arc<AtomicUsize>,
}

impl Counting {
    fn new(key: PublicKey) -> Self {
        let asked = Arc::default();
        Self { key, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl KeySource for Counting {
    fn key(&self, _: &KeyRequest, _: UnixTime) -> KeyAnswer {
        self.asked.fetch_add(1, Ordering::Relaxed);
        KeyAnswer::Found(self.key.clone())
    }
}

fn owned(signed: &SignedRequest) -> Vec<(String, String)> {
    let pairs = signed.with_request_line();
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn verify(
    verifier: &Verifier,
    headers: &[(String, String)],
    body: &[u8],
) -> Result<String, VerifyError> {
    let pairs = || headers.iter().map(|(name, value)| (name, value));
    let whole = verifier
        .verify_at(pairs(), body, NOW)
        .map(|good| good.secret_label().to_owned());
    let mut pieces = verifier.begin_at(pairs(), NOW);
    if let Ok(running) = &mut pieces {
        body.chunks(11)
            .for_each(|chunk| running.update(chunk).unwrap());
    }
    let pieces = pieces
        .and_then(|running| running.finish())
        .map(|good| good.secret_label().to_owned());
    assert_eq!(whole, pieces);
    whole
}

fn with(headers: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut changed = headers.to_vec();
    for (_, old) in changed.iter_mut().filter(|(other, _)| other == name) {
        value.clone_into(old);
    }
    changed
}

#[test]
fn sendgrids_own_request_verifies_with_its_line_break_and_not_without() {
    let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    let body = "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";
    let headers = [
        (
            "X-Twilio-Email-Event-Webhook-Signature",
            "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
        ),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "1600112502"),
    ];
    let then = UnixTime::from_secs(1_600_112_502);
    let verifier = SendGrid::new(key).unwrap();
    let verified = verifier.verify_at(headers, body, then).unwrap();
    assert_eq!(verified.signed_at(), Some(then));
    assert_eq!(
        verified.id().unwrap().value,
        "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA"
    );
    assert_eq!(verified.event_type().unwrap().value, "dropped");
    assert_eq!(
        verifier.verify_at(headers, body.trim(), then).unwrap_err(),
        VerifyError::SignatureMismatch
    );
    assert!(matches!(
        verifier.verify_at(headers, body, then.saturating_add(Duration::from_secs(301))),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    let other = [headers[0], (headers[1].0, "1600112503")];
    assert_eq!(
        verifier.verify_at(other, body, then).unwrap_err(),
        VerifyError::SignatureMismatch
    );
}

#[test]
fn a_sendgrid_key_is_taken_with_and_without_its_armour_and_no_private_one_is() {
    let signer = SendGrid::signer(P256.trim()).unwrap();
    let signed = signer
        .sign_request(&Message::new("[]\r\n").at(NOW))
        .unwrap();
    let inside: String = P256_PUBLIC
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    for key in [P256_PUBLIC.trim(), &inside] {
        let verifier = SendGrid::new(key).unwrap().into();
        assert_eq!(
            verify(&verifier, &owned(&signed), b"[]\r\n").as_deref(),
            Ok("current")
        );
        assert!(verify(&verifier, &owned(&signed), b"[]").is_err());
    }
    for wrong in [
        P256.trim(),
        RSA.trim(),
        "whsec_bm90IGEgcmVhbCBzZWNyZXQ=",
        "AAAA",
        &inside[..40],
    ] {
        assert!(matches!(
            SendGrid::new(wrong),
            Err(ConfigError::Secret { .. })
        ));
    }
    assert!(SendGrid::signer(P256_PUBLIC.trim()).is_err());
}

#[test]
fn public_keys_times_signatures_are_at_most_eight() {
    let mut builder = SendGrid::builder();
    for label in 0..9 {
        builder = builder.secret(&label.to_string(), P256_PUBLIC.trim());
    }
    let verifier = builder.build().unwrap().into();
    let signed = SendGrid::signer(P256.trim())
        .unwrap()
        .sign_request(&Message::new("[]").at(NOW))
        .unwrap();
    assert_eq!(
        verify(&verifier, &owned(&signed), b"[]"),
        Err(VerifyError::TooManySignatures { limit: 8 })
    );
}

fn signed(
    scheme: Scheme,
    key: &str,
    settings: &[(Setting, &str)],
    message: &Message<'_>,
) -> SignedRequest {
    let signer = Signer::new(scheme, key.trim()).unwrap();
    let signer = settings.iter().fold(signer, |signer, (setting, value)| {
        signer.setting(*setting, value)
    });
    signer.sign_request(message).unwrap()
}

#[test]
fn a_plaid_token_is_bound_to_the_body_and_to_its_time() {
    let body = b"{\n  \"webhook_code\": \"DEFAULT_UPDATE\"\n}";
    let request = signed(
        Plaid::SCHEME,
        P256,
        &[(Setting::KeyId, "key-1")],
        &Message::new(body).at(NOW),
    );
    let headers = owned(&request);
    let key = PublicKey::from_jwk(P256_JWK).unwrap();
    let verifier: Verifier = Plaid::new(key).unwrap().into();
    assert_eq!(verify(&verifier, &headers, body).as_deref(), Ok("key-1"));
    assert_eq!(
        verify(
            &verifier,
            &headers,
            b"{\"webhook_code\":\"DEFAULT_UPDATE\"}"
        ),
        Err(VerifyError::SignatureMismatch)
    );
    let verified = verifier
        .verify_at(request.headers(), &body[..], NOW)
        .unwrap();
    assert_eq!(verified.signed_at(), Some(NOW));
    assert_eq!(verified.event_type().unwrap().value, "DEFAULT_UPDATE");
    let late = NOW.saturating_add(Duration::from_secs(301));
    assert!(matches!(
        verifier.verify_at(request.headers(), &body[..], late),
        Err(VerifyError::TimestampTooOld { .. })
    ));

    // A key that Plaid took out of use.
    let expired = P256_JWK.replace(r#""kid""#, r#""expired_at":1799999999,"kid""#);
    let expired = Plaid::new(PublicKey::from_jwk(&expired).unwrap())
        .unwrap()
        .into();
    assert_eq!(
        verify(&expired, &headers, body),
        Err(VerifyError::UnknownKey)
    );
    // A key of another type.
    let rsa = Plaid::new(PublicKey::from_jwk(RSA_JWK).unwrap())
        .unwrap()
        .into();
    assert_eq!(
        verify(&rsa, &headers, body),
        Err(VerifyError::SignatureMismatch)
    );
}

#[test]
fn a_key_that_is_not_here_yet_sends_the_sender_away_until_it_is() {
    let request = signed(
        Plaid::SCHEME,
        P256,
        &[(Setting::KeyId, "key-1")],
        &Message::new("{}").at(NOW),
    );
    let headers = owned(&request);
    let cache = KeyCache::new(10);
    let verifier = Plaid::new(cache.clone()).unwrap().into();
    let refused = verify(&verifier, &headers, b"{}").unwrap_err();
    assert_eq!(refused.status(), 503);
    let wanted = KeyRequest::Jwk {
        scheme: "plaid",
        id: "key-1".into(),
        url: None,
    };
    assert_eq!(
        refused,
        VerifyError::KeyNotFetched {
            request: Box::new(wanted.clone())
        }
    );
    assert_eq!(cache.wanted(), std::slice::from_ref(&wanted));

    let hour = NOW.saturating_add(Duration::from_secs(3600));
    cache.insert(wanted.clone(), PublicKey::from_jwk(P256_JWK).unwrap(), hour);
    assert_eq!(verify(&verifier, &headers, b"{}").as_deref(), Ok("key-1"));
    cache.refuse(wanted, hour);
    assert_eq!(
        verify(&verifier, &headers, b"{}"),
        Err(VerifyError::UnknownKey)
    );
}

/// A token of those parts, signed with an algorithm that the caller makes up.
fn token(head: &Value, body: &Value, signature: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let pack = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    [
        pack(head),
        pack(body),
        Base64UrlUnpadded::encode_string(signature),
    ]
    .join(".")
}

#[test]
fn a_token_does_not_choose_its_algorithm_and_a_bad_one_makes_nobody_fetch() {
    let source = Counting::new(PublicKey::from_jwk(P256_JWK).unwrap());
    let verifier = Plaid::new(source.clone()).unwrap().into();
    let body = json!({"iat": NOW.as_secs(), "request_body_sha256":
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"});
    let refuse = |head: &Value| {
        let headers = [(
            "plaid-verification".to_owned(),
            token(head, &body, &[1; 64]),
        )];
        verify(&verifier, &headers, b"{}").unwrap_err()
    };
    for head in [
        json!({"alg": "none", "kid": "key-1"}),
        json!({"alg": "HS256", "kid": "key-1"}),
        json!({"alg": "RS256", "kid": "key-1"}),
        json!({"alg": "es256", "kid": "key-1"}),
        json!({"kid": "key-1"}),
        json!({"alg": "ES256"}),
        json!({"alg": "ES256", "kid": ""}),
        json!({"alg": "ES256", "kid": "a b"}),
        json!({"alg": "ES256", "kid": "x".repeat(129)}),
        json!({"alg": "ES256", "kid": 1}),
        json!({"alg": "ES256", "kid": "key-1", "crit": ["exp"]}),
        json!([]),
    ] {
        assert!(
            matches!(refuse(&head), VerifyError::MalformedHeader { .. }),
            "{head}"
        );
    }
    assert_eq!(source.asked(), 0);
    assert_eq!(
        refuse(&json!({"alg": "ES256", "kid": "key-1", "jku": "https://evil.example", "jwk": {}})),
        VerifyError::SignatureMismatch
    );
    assert_eq!(
        source.asked(),
        2,
        "once for the whole body and once for its pieces"
    );
}

fn pubsub(audience: &str, account: &str) -> Verifier {
    PubSub::builder_for(audience, account, PublicKey::from_jwk(RSA_JWK).unwrap())
        .accept_uncovered_body()
        .build()
        .unwrap()
        .into()
}

#[test]
fn a_pubsub_token_is_for_one_audience_and_from_one_account_and_for_any_body() {
    let (audience, account) = ("https://shop.example.com/push", "push@project.example");
    let request = signed(
        PubSub::SCHEME,
        RSA,
        &[
            (Setting::KeyId, "google-1"),
            (Setting::Audience, audience),
            (Setting::ServiceAccount, account),
        ],
        &Message::new("{}").at(NOW),
    );
    let headers = owned(&request);
    let good = pubsub(audience, account);
    assert_eq!(verify(&good, &headers, b"{}").as_deref(), Ok("google-1"));
    assert_eq!(
        verify(&good, &headers, b"{\"altered\":1}").as_deref(),
        Ok("google-1")
    );
    assert_eq!(PubSub::SCHEME.coverage().body, BodyCoverage::None);
    assert_eq!(
        verify(&pubsub("https://other.example", account), &headers, b"{}"),
        Err(VerifyError::WrongParty { claim: "aud" })
    );
    assert_eq!(
        verify(&pubsub(audience, "other@project.example"), &headers, b"{}"),
        Err(VerifyError::WrongParty { claim: "email" })
    );
    let later = NOW.saturating_add(Duration::from_secs(180 + 60));
    assert!(good.verify_at(request.headers(), b"{}", later).is_ok());
    let too_late = later.saturating_add(Duration::from_secs(1));
    assert!(matches!(
        good.verify_at(request.headers(), b"{}", too_late),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    let too_early = NOW.saturating_sub(Duration::from_secs(61));
    assert!(matches!(
        good.verify_at(request.headers(), b"{}", too_early),
        Err(VerifyError::TimestampInFuture { .. })
    ));
    assert!(matches!(
        PubSub::builder().accept_uncovered_body().build(),
        Err(ConfigError::NoKeySource { .. })
    ));
}

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:orders";

fn sns_message(url: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "My First Message",
        "Message": "Hello\nworld é",
        "Timestamp": "2027-01-15T08:00:00.000Z",
        "SigningCertURL": url,
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    })
}

const SNS_URL: &str = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem";

#[test]
fn an_sns_message_is_signed_in_eight_members_and_for_one_topic() {
    let source =
        Counting::new(PublicKey::from_certificates(include_str!("keys/sns.crt.pem")).unwrap());
    let verifier = |topic: &str| -> Verifier {
        Sns::builder_for(topic, source.clone())
            .accept_uncovered_body()
            .build()
            .unwrap()
            .into()
    };
    let sign = |message: &Value| {
        let message = message.to_string();
        let request = signed(Sns::SCHEME, RSA, &[], &Message::new(&message).at(NOW));
        serde_json::from_slice::<Value>(request.body()).unwrap()
    };
    let verdict = |body: &Value| verify(&verifier(TOPIC), &[], body.to_string().as_bytes());
    let good = sign(&sns_message(SNS_URL));
    assert_eq!(
        verdict(&good).as_deref(),
        Ok("SimpleNotificationService-1.pem")
    );
    let text = good.to_string();
    let verified = verifier(TOPIC);
    let verified = verified.verify_at::<&str, &str, _>([], &text, NOW).unwrap();
    assert_eq!(
        verified.id().unwrap().value,
        "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
    );
    assert!(verified.id().unwrap().signed);
    assert_eq!(verified.event_type().unwrap().value, "Notification");

    for name in ["Message", "MessageId", "Subject"] {
        let mut altered = good.clone();
        altered[name] = json!("other");
        assert_eq!(
            verdict(&altered),
            Err(VerifyError::SignatureMismatch),
            "{name}"
        );
    }
    // What the row says is not covered.
    let mut altered = good.clone();
    altered["UnsubscribeURL"] = json!("https://evil.example");
    assert!(verdict(&altered).is_ok());

    let asked = source.asked();
    assert_eq!(
        verify(
            &verifier("arn:aws:sns:us-east-1:999:evil"),
            &[],
            text.as_bytes()
        ),
        Err(VerifyError::WrongParty { claim: "TopicArn" })
    );
    for url in [
        "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
        "http://sns.us-east-1.amazonaws.com/x.pem",
        "https://169.254.169.254/x.pem",
    ] {
        assert_eq!(
            verdict(&sign(&sns_message(url))),
            Err(VerifyError::UnknownKey),
            "{url}"
        );
    }
    let mut old = sns_message(SNS_URL);
    old["Timestamp"] = json!("2027-01-15T06:59:59.000Z");
    assert!(matches!(
        verdict(&sign(&old)),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    let mut version = good;
    version["SignatureVersion"] = json!("1");
    assert_eq!(verdict(&version), Err(VerifyError::MalformedBody));
    assert_eq!(source.asked(), asked, "none of these is worth a key");
    // The weaker row is another one.
    let weaker = DangerSnsV1::builder()
        .setting(Setting::Topic, TOPIC)
        .key_source(source.clone())
        .accept_uncovered_body()
        .build()
        .unwrap()
        .into();
    assert_eq!(
        verify(&weaker, &[], text.as_bytes()),
        Err(VerifyError::MalformedBody)
    );
    assert_eq!(
        verify(&weaker, &[], version.to_string().as_bytes()),
        Err(VerifyError::SignatureMismatch)
    );
}

#[test]
fn a_certificate_counts_only_while_it_is_valid() {
    let key = PublicKey::from_certificates(include_str!("keys/sns.crt.pem")).unwrap();
    assert!(key.is_valid_at(NOW));
    assert!(!key.is_valid_at(UnixTime::from_secs(1_700_000_000)));
    assert!(!key.is_valid_at(UnixTime::from_secs(5_000_000_000)));
}

const PAYPAL_URL: &str =
    "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270";

fn paypal(certificates: &str, webhook: &str) -> (Verifier, Counting) {
    let source = Counting::new(PublicKey::from_certificates(certificates).unwrap());
    let verifier = PayPal::builder_for(webhook, source.clone())
        .setting(
            Setting::TrustAnchors,
            include_str!("keys/authority.crt.pem"),
        )
        .accept_uncovered_body()
        .build()
        .unwrap()
        .into();
    (verifier, source)
}

#[test]
fn a_paypal_transmission_is_signed_under_a_certificate_of_paypals() {
    let body = br#"{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}"#;
    let request = signed(
        PayPal::SCHEME,
        RSA,
        &[
            (Setting::WebhookId, "4JH86294D6297924G"),
            (Setting::KeyId, PAYPAL_URL),
        ],
        &Message::new(body)
            .id("dfb3be50-fd74-11e4-8bf3-77339302725b")
            .at(NOW),
    );
    let headers = owned(&request);
    let (good, source) = paypal(include_str!("keys/paypal.crt.pem"), "4JH86294D6297924G");
    assert_eq!(
        verify(&good, &headers, body).as_deref(),
        Ok("CERT-360caa42-fca2a594-1d93a270")
    );
    assert_eq!(
        verify(&good, &headers, b"{}"),
        Err(VerifyError::SignatureMismatch)
    );
    let (other, _) = paypal(include_str!("keys/paypal.crt.pem"), "WEBHOOK_ID");
    assert_eq!(
        verify(&other, &headers, body),
        Err(VerifyError::SignatureMismatch)
    );

    // Of somebody who has a certificate of the same authority, and of nobody's authority.
    for certificate in [
        include_str!("keys/evil.crt.pem"),
        include_str!("keys/sns.crt.pem"),
    ] {
        let (verifier, _) = paypal(certificate, "4JH86294D6297924G");
        assert_eq!(
            verify(&verifier, &headers, body),
            Err(VerifyError::UnknownKey)
        );
    }
    // Under the web's own authorities ours is nobody's.
    let web = PayPal::builder_for("4JH86294D6297924G", source.clone())
        .accept_uncovered_body()
        .build()
        .unwrap()
        .into();
    assert_eq!(verify(&web, &headers, body), Err(VerifyError::UnknownKey));

    let asked = source.asked();
    for url in [
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://evil.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/redirect/CERT-1",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:444/v1/notifications/certs/CERT-1",
    ] {
        let headers = with(&headers, "paypal-cert-url", url);
        assert_eq!(
            verify(&good, &headers, body),
            Err(VerifyError::UnknownKey),
            "{url}"
        );
    }
    for algorithm in ["SHA1withRSA", "none", "SHA256withRSA,SHA1withRSA"] {
        let headers = with(&headers, "paypal-auth-algo", algorithm);
        assert!(matches!(
            verify(&good, &headers, body),
            Err(VerifyError::MalformedHeader { .. })
        ));
    }
    assert_eq!(source.asked(), asked);
}

#[test]
fn a_paypal_body_of_the_same_checksum_passes_as_its_row_admits() {
    // Two texts of one CRC-32, found by trying.
    let (genuine, altered) = same_checksum();
    let request = signed(
        PayPal::SCHEME,
        RSA,
        &[
            (Setting::WebhookId, "4JH86294D6297924G"),
            (Setting::KeyId, PAYPAL_URL),
        ],
        &Message::new(&genuine).id("1").at(NOW),
    );
    let (good, _) = paypal(include_str!("keys/paypal.crt.pem"), "4JH86294D6297924G");
    assert_ne!(genuine, altered);
    assert!(verify(&good, &owned(&request), genuine.as_bytes()).is_ok());
    assert!(verify(&good, &owned(&request), altered.as_bytes()).is_ok());
    assert_eq!(PayPal::SCHEME.coverage().body, BodyCoverage::Partial);
}

/// CRC-32 is linear: three texts that differ from a fourth in ways that cancel out make its checksum.
fn same_checksum() -> (String, String) {
    fn crc32(text: &str) -> u32 {
        !text.bytes().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| match crc & 1 {
                1 => 0xedb8_8320 ^ (crc >> 1),
                _ => crc >> 1,
            })
        })
    }
    let mut seen = std::collections::HashMap::new();
    for number in 0_u32.. {
        let text = format!(
            r#"{{"amount":"{:08}"}}"#,
            number.wrapping_mul(2_654_435_761) % 100_000_000
        );
        if let Some(other) = seen.insert(crc32(&text), text.clone())
            && other != text
        {
            return (other, text);
        }
    }
    unreachable!("there are more texts than checksums")
}
