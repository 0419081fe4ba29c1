//! Secrets come and go while requests arrive: validity, labels, swaps, and signatures under several secrets.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use webhook_verify::{
    ConfigError, GitHub, Hint, LiveVerifier, Message, Scheme, Secret, SecretSet, SignError, Signer,
    StandardWebhooks, UnixTime, Validity, Verifier, VerifyError, schemes,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const URL: &str = "https://shop.example.com/hooks";
const BODY: &str = r#"{"id":"1"}"#;
const NEW: &str = "not-a-real-secret-2";
const OLD: &str = "not-a-real-secret-1";

const fn at(secs: u64) -> UnixTime {
    UnixTime::from_secs(secs)
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

/// Three secrets, of which the middle one always counts.
fn staggered() -> Verifier {
    Verifier::builder(GitHub::SCHEME)
        .secret("next", "not-a-real-secret-3")
        .secret("current", NEW)
        .secret("last", OLD)
        .validity("next", Validity::ALWAYS.not_before(at(2000)))
        .validity("last", Validity::ALWAYS.not_after(at(1000)))
        .build()
        .unwrap()
}

fn signed_with(text: &str) -> webhook_verify::SignedHeaders {
    let signer = GitHub::signer(text).unwrap();
    signer.sign(&Message::new(BODY)).unwrap()
}

#[test]
fn a_secret_verifies_from_the_first_to_the_last_millisecond_of_its_validity_and_not_beyond() {
    let verifier = staggered();
    let label = |text: &str, received_at: UnixTime| {
        let signed = signed_with(text);
        let at_once = verifier
            .verify_at(&signed, BODY, received_at)
            .map(|verified| verified.secret_label().to_owned());
        let mut pieces = verifier.begin_at(&signed, received_at).unwrap();
        for byte in BODY.as_bytes() {
            pieces.update(&[*byte]).unwrap();
        }
        let in_pieces = pieces
            .finish()
            .map(|verified| verified.secret_label().to_owned());
        assert_eq!(at_once, in_pieces);
        at_once.ok()
    };
    let millis = UnixTime::from_millis;
    for (text, received_at, expected) in [
        ("not-a-real-secret-3", millis(1_999_999), None),
        ("not-a-real-secret-3", millis(2_000_000), Some("next")),
        ("not-a-real-secret-3", NOW, Some("next")),
        (OLD, millis(0), Some("last")),
        (OLD, millis(1_000_000), Some("last")),
        (OLD, millis(1_000_001), None),
        (OLD, NOW, None),
        (NEW, millis(0), Some("current")),
        (NEW, millis(1_500_000), Some("current")),
        (NEW, NOW, Some("current")),
    ] {
        assert_eq!(
            label(text, received_at).as_deref(),
            expected,
            "{text} at {received_at}"
        );
    }
}

#[test]
fn with_no_secret_valid_every_request_is_refused_before_its_body_is_read() {
    let verifier = Verifier::builder(GitHub::SCHEME)
        .secret("last", OLD)
        .validity("last", Validity::ALWAYS.not_after(at(1000)))
        .build()
        .unwrap();
    let refused = verifier.begin_at(&signed_with(OLD), at(1001)).unwrap_err();
    assert_eq!(refused, VerifyError::NoActiveSecret);
    assert_eq!(
        (refused.status(), refused.reason()),
        (401, "no_active_secret")
    );
    let refused = verifier.verify_at(&signed_with(OLD), BODY, at(1001));
    assert_eq!(refused.unwrap_err(), VerifyError::NoActiveSecret);
}

#[test]
fn a_validity_is_refused_for_a_label_that_is_not_there_and_if_it_ends_before_it_begins() {
    let one = || SecretSet::new("current", secret(NEW));
    assert_eq!(
        one().validity("curent", Validity::ALWAYS).unwrap_err(),
        ConfigError::UnknownLabel {
            label: "curent".into()
        }
    );
    let backwards = Validity::ALWAYS.not_before(at(2)).not_after(at(1));
    assert_eq!(
        one().validity("current", backwards).unwrap_err(),
        ConfigError::Validity {
            label: "current".into()
        }
    );
    let builder = GitHub::builder().validity("current", Validity::ALWAYS);
    assert!(matches!(
        builder.secret("current", NEW).build(),
        Err(ConfigError::UnknownLabel { .. })
    ));
}

#[test]
fn the_policy_that_is_printed_says_when_each_secret_counts() {
    let policy = staggered().to_string();
    assert_eq!(
        policy.lines().nth(3),
        Some("secrets: next from 2000.000, current, last until 1000.000")
    );
}

#[test]
fn an_explanation_names_the_secret_that_is_outside_its_validity() {
    let hints = staggered()
        .explain(&signed_with(OLD), BODY.as_bytes(), NOW)
        .hints;
    assert_eq!(
        hints.first(),
        Some(&Hint::SecretInactive {
            label: "last".into()
        })
    );
}

#[test]
fn a_running_verification_keeps_the_secrets_that_it_began_with() {
    let live = LiveVerifier::new(GitHub::new(OLD).unwrap());
    let mut running = live.load().begin(&signed_with(OLD)).unwrap();
    let before = live.swap(GitHub::new(NEW).unwrap());
    running.update(BODY.as_bytes()).unwrap();
    assert!(running.finish().is_ok());

    assert!(before.verify(&signed_with(OLD), BODY).is_ok());
    assert!(live.load().verify(&signed_with(NEW), BODY).is_ok());
    assert_eq!(
        live.load().verify(&signed_with(OLD), BODY).unwrap_err(),
        VerifyError::SignatureMismatch
    );
}

#[test]
fn no_good_request_is_refused_while_secrets_rotate_under_load() {
    fn shared<T: Clone + Send + Sync + 'static>(of: T) -> T {
        of
    }
    let ring = |labels: &[usize]| {
        labels
            .iter()
            .fold(GitHub::builder(), |builder, label| {
                builder.secret(
                    &label.to_string(),
                    format!("not-a-real-secret-{label}").as_str(),
                )
            })
            .build()
            .unwrap()
    };
    let live = shared(LiveVerifier::new(ring(&[1, 2])));
    let done = AtomicBool::new(false);
    let signed = signed_with("not-a-real-secret-2");
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut verified = 0_u32;
                while !done.load(Ordering::Relaxed) || verified == 0 {
                    let verdict = live.load().verify(&signed, BODY);
                    assert_eq!(verdict.unwrap().secret_label(), "2");
                    verified += 1;
                }
            });
        }
        for _ in 0..2_000 {
            live.swap(ring(&[2, 3]));
            live.swap(ring(&[1, 2]));
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// Secrets of the form that the scheme wants: the newest first.
fn pair(scheme: &Scheme) -> [&'static str; 2] {
    match scheme.name() {
        "adyen-platforms" => [
            "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
            "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        ],
        _ => [
            "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0",
            "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=",
        ],
    }
}

fn set(secrets: [&str; 2]) -> SecretSet {
    SecretSet::new("new", secret(secrets[0]))
        .and("old", secret(secrets[1]))
        .unwrap()
}

fn message() -> Message<'static> {
    Message::new(BODY)
        .id("msg_1")
        .event_type("paid")
        .url(URL)
        .at(NOW)
}

fn rotating(scheme: Scheme, secrets: [&str; 2]) -> Vec<(String, String)> {
    let signer = Signer::with_secrets(scheme, &set(secrets)).unwrap();
    let signed = signer.sign(&message()).unwrap();
    signed
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn is_asymmetric(scheme: &Scheme) -> bool {
    ["Ed25519", "ECDSA", "RSA"]
        .iter()
        .any(|name| scheme.algorithm().starts_with(name))
}

#[test]
fn either_secret_alone_accepts_what_was_signed_with_both_wherever_the_format_has_room() {
    let mut several = BTreeSet::new();
    for scheme in schemes() {
        if is_asymmetric(scheme) || scheme.is_parsed() {
            continue;
        }
        let secrets = pair(scheme);
        let body = r#"{"webhookTimestamp":1700000000000}"#;
        let signer = Signer::with_secrets(*scheme, &set(secrets)).unwrap();
        let signed = match signer.sign(
            &Message::new(body)
                .id("msg_1")
                .event_type("paid")
                .url(URL)
                .at(NOW),
        ) {
            Err(SignError::InBody) => continue,
            signed => signed.unwrap(),
        };
        let accepts = secrets.map(|text| {
            Verifier::builder(*scheme)
                .secret("current", text)
                .public_url(URL)
                .accept_uncovered_body()
                .build()
                .unwrap()
                .verify_at(&signed, body, NOW)
                .is_ok()
        });
        assert!(
            accepts[0],
            "{}: the newest is always signed with",
            scheme.name()
        );
        assert_eq!(
            accepts[1],
            scheme.signatures_per_request() > 1,
            "{}",
            scheme.name()
        );
        if accepts[1] {
            several.insert(scheme.name());
        }
    }
    for name in [
        "box",
        "docusign",
        "mollie",
        "paddle",
        "pagerduty",
        "standard-webhooks",
        "stripe",
    ] {
        assert!(several.contains(name), "{name}");
    }
    for name in ["github", "shopify", "slack", "telegram", "zoom"] {
        assert!(!several.contains(name), "{name}");
    }
}

/// The signatures are Python's: `hmac.new(secret, content, "sha256")`.
#[test]
fn each_provider_has_its_own_way_to_send_two_signatures() {
    let written = |name: &str, secrets| {
        let scheme = schemes()
            .iter()
            .find(|scheme| scheme.name() == name)
            .unwrap();
        rotating(*scheme, secrets)
    };
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        written("stripe", [NEW, OLD]),
        pairs(&[(
            "stripe-signature",
            "t=1700000000,v1=fa1906cebabb490c683b7d87d721a1288ca159ff9caa408a6f961f090e3b4177,v1=804227219639d00bc1ad75e867738ead0fd3da317005f7f2fe23664792c6fcc4"
        )])
    );
    assert_eq!(
        written("paddle", [NEW, OLD]),
        pairs(&[(
            "paddle-signature",
            "ts=1700000000;h1=e110ccfffe63a3fd51e26ae64daa3d1ab48382e6c01ee7a622b4e9f6bc915154;h1=045fc086baacd7e0bfd31468c9288e4265804b4b6e976f7af880597d94e11407"
        )])
    );
    assert_eq!(
        written("pagerduty", [NEW, OLD]),
        pairs(&[(
            "x-pagerduty-signature",
            "v1=1fe7aa29f2ac5729a5b22aa92cf3dd3be77c8280ff67d61772c753237df66600,v1=034907494fbbb45ba16a81fa75520babd7d8d27404420c1623696a41e28e7299"
        )])
    );
    assert_eq!(
        written("mollie", [NEW, OLD]),
        pairs(&[
            (
                "x-mollie-signature",
                "sha256=1fe7aa29f2ac5729a5b22aa92cf3dd3be77c8280ff67d61772c753237df66600"
            ),
            (
                "x-mollie-signature",
                "sha256=034907494fbbb45ba16a81fa75520babd7d8d27404420c1623696a41e28e7299"
            ),
        ])
    );
    assert_eq!(
        written("docusign", [NEW, OLD]),
        pairs(&[
            (
                "x-docusign-signature-1",
                "H+eqKfKsVymlsiqpLPPdO+d8goD/Z9YXcsdTI332ZgA="
            ),
            (
                "x-docusign-signature-2",
                "A0kHSU+7tFuhaoH6dVILq9fY0nQEQgwWI2lqQeKOcpk="
            ),
        ])
    );
    assert_eq!(
        written("box", [NEW, OLD]),
        pairs(&[
            ("box-delivery-timestamp", "2023-11-14T22:13:20Z"),
            (
                "box-signature-primary",
                "a/jkYtE10s9oYnDIwke9lE60Ds2aNbBTcPE4l2V/8Zs="
            ),
            (
                "box-signature-secondary",
                "vAhn4ydYk/fTV5JS8zwBsWd8mpB1KRZhU/HDHZL7MOI="
            ),
        ])
    );
    assert_eq!(
        written("standard-webhooks", pair(&StandardWebhooks::SCHEME)),
        pairs(&[
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            (
                "webhook-signature",
                "v1,IUwm5huzq7mA8WuKpIPY+8YioOb6GP9hfcvUHRtIxDA= v1,rxp7PlH3f+4lZzF+WoBaYhTr7MzXPxPYO5sJp3rOyH4="
            ),
        ])
    );
}

#[test]
fn a_signer_changes_over_at_the_moment_that_its_secrets_say() {
    // A format with room for one signature: the receivers learn the new secret while the old one still signs.
    let secrets = set([NEW, OLD])
        .validity("new", Validity::ALWAYS.not_before(at(2000)))
        .unwrap()
        .validity("old", Validity::ALWAYS.not_after(at(3000)))
        .unwrap();
    let signer = Signer::with_secrets(GitHub::SCHEME, &secrets).unwrap();
    let verified_by = |secs: u64| {
        let signed = signer.sign(&Message::new(BODY).at(at(secs))).unwrap();
        [NEW, OLD].map(|text| GitHub::new(text).unwrap().verify(&signed, BODY).is_ok())
    };
    assert_eq!(verified_by(1999), [false, true]);
    assert_eq!(verified_by(2000), [true, false]);
    assert_eq!(verified_by(4000), [true, false]);

    let expired = set([NEW, OLD])
        .validity("new", Validity::ALWAYS.not_after(at(1000)))
        .unwrap()
        .validity("old", Validity::ALWAYS.not_after(at(1000)))
        .unwrap();
    let signer = Signer::with_secrets(GitHub::SCHEME, &expired).unwrap();
    assert_eq!(
        signer.sign(&Message::new(BODY).at(at(1001))).unwrap_err(),
        SignError::NoActiveSecret
    );
}
