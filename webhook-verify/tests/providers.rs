//! What must hold for every row, and the table of them all.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use webhook_verify::{
    BodyCoverage, Confidence, ConfigError, Coverage, Message, Scheme, Setting, Signer, UnixTime,
    Verifier, VerifierBuilder, VerifyError, schemes,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const URL: &str = "https://shop.example.com/hooks";

const ADYEN_KEY: &str = "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056";

/// A scheme that leaves the body uncovered, and one credential with two bodies under it.
struct Uncovered {
    scheme: &'static str,
    secret: &'static str,
    header: Option<(&'static str, &'static str)>,
    genuine: &'static str,
    altered: &'static str,
}

const fn token(
    scheme: &'static str,
    secret: &'static str,
    header: &'static str,
    value: &'static str,
) -> Uncovered {
    Uncovered {
        scheme,
        secret,
        header: Some((header, value)),
        genuine: r#"{"paid":1}"#,
        altered: r#"{"paid":1000000}"#,
    }
}

const UNCOVERED: [Uncovered; 11] = [
    Uncovered {
        scheme: "msgraph",
        secret: "not-a-real-secret",
        header: None,
        genuine: r#"{"value":[{"clientState":"not-a-real-secret","resource":"a"}]}"#,
        altered: r#"{"value":[{"clientState":"not-a-real-secret","resource":"b"}]}"#,
    },
    // printf %s a::::::: | openssl dgst -sha256 -mac hmac -macopt hexkey:$ADYEN_KEY -binary | base64
    Uncovered {
        scheme: "adyen",
        secret: ADYEN_KEY,
        header: None,
        genuine: r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"a","additionalData":{"hmacSignature":"emX86B29t0KeaLsA0zM9X9SqnyYsOYm3vxighJfgKXg="},"reason":"x"}}]}"#,
        altered: r#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"a","additionalData":{"hmacSignature":"emX86B29t0KeaLsA0zM9X9SqnyYsOYm3vxighJfgKXg="},"reason":"y"}}]}"#,
    },
    token(
        "cloudevents",
        "not-a-real-secret",
        "authorization",
        "Bearer not-a-real-secret",
    ),
    token(
        "datadog",
        "user:not-a-real-secret",
        "authorization",
        "Basic dXNlcjpub3QtYS1yZWFsLXNlY3JldA==",
    ),
    token(
        "eventgrid",
        "not-a-real-secret",
        "authorization",
        "not-a-real-secret",
    ),
    Uncovered {
        scheme: "figma",
        secret: "not-a-real-secret",
        header: None,
        genuine: r#"{"passcode":"not-a-real-secret","event_type":"FILE_UPDATE"}"#,
        altered: r#"{"passcode":"not-a-real-secret","event_type":"FILE_DELETE"}"#,
    },
    token(
        "gitlab-token",
        "not-a-real-secret",
        "x-gitlab-token",
        "not-a-real-secret",
    ),
    // printf 1700000000token-1 | openssl dgst -sha256 -hmac not-a-real-secret
    Uncovered {
        scheme: "mailgun",
        secret: "not-a-real-secret",
        header: None,
        genuine: r#"{"signature":{"timestamp":"1700000000","token":"token-1","signature":"e866a105bf78f6bf06f107164041c804e758bebf5645f93adc879e469894f4d9"},"event-data":{"event":"delivered"}}"#,
        altered: r#"{"signature":{"timestamp":"1700000000","token":"token-1","signature":"e866a105bf78f6bf06f107164041c804e758bebf5645f93adc879e469894f4d9"},"event-data":{"event":"failed"}}"#,
    },
    token(
        "okta",
        "not-a-real-secret",
        "authorization",
        "not-a-real-secret",
    ),
    token(
        "postmark",
        "user:not-a-real-secret",
        "authorization",
        "Basic dXNlcjpub3QtYS1yZWFsLXNlY3JldA==",
    ),
    token(
        "telegram",
        "not-a-real-secret",
        "x-telegram-bot-api-secret-token",
        "not-a-real-secret",
    ),
];

/// A secret of the right form that is not ours.
fn another(scheme: &str) -> &'static str {
    match scheme {
        "adyen" => "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        _ => "another-fake-secret",
    }
}

fn scheme(name: &str) -> Scheme {
    *schemes()
        .iter()
        .find(|scheme| scheme.name() == name)
        .unwrap()
}

/// The schemes with a shared secret. Those with public keys are a feature, and have tests of their own.
fn shared() -> impl Iterator<Item = &'static Scheme> {
    schemes()
        .iter()
        .filter(|scheme| !is_asymmetric(scheme.algorithm()))
}

fn is_asymmetric(algorithm: &str) -> bool {
    ["Ed25519", "ECDSA", "RSA"]
        .iter()
        .any(|name| algorithm.starts_with(name))
}

/// A secret of the form that the scheme wants.
fn secret(scheme: &Scheme) -> &'static str {
    match scheme.name() {
        "adyen-platforms" => ADYEN_KEY,
        _ => "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0",
    }
}

fn builder(scheme: Scheme, secret: &str) -> VerifierBuilder {
    Verifier::builder(scheme)
        .secret("current", secret)
        .public_url(URL)
        .setting(Setting::KeyId, "public")
        .setting(Setting::Issuer, "public")
}

#[test]
fn a_scheme_that_leaves_the_body_uncovered_is_built_only_by_whoever_accepts_that() {
    for row in UNCOVERED {
        let scheme = scheme(row.scheme);
        assert_ne!(
            scheme.coverage().body,
            BodyCoverage::Whole,
            "{}",
            row.scheme
        );
        assert_eq!(
            builder(scheme, row.secret).build().unwrap_err(),
            ConfigError::UncoveredBody {
                scheme: row.scheme.to_owned()
            },
        );
        let accepted = builder(scheme, row.secret).accept_uncovered_body().build();
        assert!(accepted.is_ok(), "{}", row.scheme);
    }
}

#[test]
fn an_altered_body_passes_under_the_same_credential_where_the_row_says_that_it_is_uncovered() {
    for row in UNCOVERED {
        let verdict = |secret: &str, body: &str| {
            builder(scheme(row.scheme), secret)
                .accept_uncovered_body()
                .build()
                .unwrap()
                .verify_at(row.header, body, NOW)
                .map(|verified| verified.into_body().len())
        };
        for body in [row.genuine, row.altered] {
            assert_eq!(verdict(row.secret, body), Ok(body.len()), "{}", row.scheme);
            assert_eq!(
                verdict(another(row.scheme), body),
                Err(VerifyError::SignatureMismatch),
                "{}",
                row.scheme
            );
        }
    }
}

#[test]
fn every_other_scheme_refuses_a_body_that_was_altered() {
    let uncovered: BTreeSet<_> = UNCOVERED.iter().map(|row| row.scheme).collect();
    let mut checked = 0;
    for scheme in shared() {
        if uncovered.contains(scheme.name()) || ELSEWHERE.contains(&scheme.name()) {
            continue;
        }
        let fields = FIELDS.contains(&scheme.name());
        let expected = if fields {
            BodyCoverage::Fields
        } else {
            BodyCoverage::Whole
        };
        assert_eq!(scheme.coverage().body, expected, "{}", scheme.name());
        let verifier = builder(*scheme, secret(scheme)).build().unwrap();
        let genuine = r#"{"webhookTimestamp":1700000000000,"paid":1}"#;
        let signed = Signer::new(*scheme, secret(scheme))
            .unwrap()
            .setting(Setting::KeyId, "public")
            .setting(Setting::Issuer, "public")
            .sign_request(
                &Message::new(genuine)
                    .id("msg_1")
                    .event_type("paid")
                    .url(URL)
                    .at(NOW),
            )
            .unwrap();
        assert!(
            verifier
                .verify_at(signed.with_request_line(), signed.body(), NOW)
                .is_ok(),
            "{}",
            scheme.name()
        );
        let altered = altered(scheme.name(), signed.body());
        assert_eq!(
            verifier
                .verify_at(signed.with_request_line(), &altered, NOW)
                .unwrap_err(),
            VerifyError::SignatureMismatch,
            "{}",
            scheme.name()
        );
        for (header, _) in signed.headers().iter() {
            assert!(is_lower_case(header), "{}: {header}", scheme.name());
        }
        checked += 1;
    }
    assert_eq!(
        checked,
        shared().count() - UNCOVERED.len() - ELSEWHERE.len()
    );
}

/// The schemes that leave the body uncovered under a credential that is made for one time and one URL: `tokens.rs` has
/// their altered bodies.
const ELSEWHERE: [&str; 1] = ["jira-connect"];

/// The schemes that sign the fields of a form and not its borders.
const FIELDS: [&str; 4] = ["braintree", "mandrill", "twilio", "twilio-sha256"];

/// The body with something else in it, of the same form.
fn altered(scheme: &str, body: &[u8]) -> String {
    let body = std::str::from_utf8(body).unwrap();
    let altered = match scheme {
        "braintree" => body.replace("bt_payload=", "bt_payload=AAAA"),
        _ => body.replace("paid", "pald"),
    };
    assert_ne!(altered, body);
    altered
}

fn is_lower_case(header: &str) -> bool {
    header
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

#[test]
fn every_row_has_a_name_of_its_own_a_title_and_a_source_with_a_date() {
    let mut names = BTreeSet::new();
    let mut titles = BTreeSet::new();
    for scheme in schemes() {
        let name = scheme.name();
        assert!(names.insert(name), "{name} is there twice");
        assert!(
            titles.insert(scheme.title()),
            "{} is there twice",
            scheme.title()
        );
        assert!(
            is_lower_case(name)
                && !name.starts_with('-')
                && !name.ends_with('-')
                && !name.contains("--"),
            "{name}"
        );
        assert!(!scheme.title().is_empty(), "{name}");
        for header in scheme.signature_headers() {
            assert!(
                is_lower_case(header) && !header.is_empty(),
                "{name}: {header}"
            );
        }
        let facts = scheme.facts();
        assert!(facts.source.len() > 10, "{name} has no source");
        let date: Vec<_> = facts.checked.split('-').map(str::len).collect();
        assert_eq!(date, [4, 2, 2], "{name}: {}", facts.checked);
        assert!(
            facts
                .checked
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-'),
            "{name}"
        );
        assert!(scheme.body_limit() >= 64 * 1024, "{name}");
    }
    assert!(shared().count() >= 59);
    assert_eq!(names.len(), schemes().len());
}

#[test]
fn an_identity_by_a_signed_id_is_claimed_only_where_the_id_is_signed() {
    for scheme in schemes() {
        if scheme.identity() == "signed id" {
            assert!(scheme.coverage().id, "{}", scheme.name());
        }
        assert_eq!(
            scheme.window().is_some(),
            scheme.coverage().timestamp,
            "{}",
            scheme.name()
        );
    }
}

/// The file is rendered with every feature. Without one of them its rows are missing here, and only they may be more.
#[test]
fn providers_md_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/PROVIDERS.md");
    let expected = page();
    if std::env::var_os("UPDATE_PROVIDERS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap();
    let names: BTreeSet<_> = schemes().iter().map(Scheme::name).collect();
    let mut expected = expected.lines();
    let mut behind_a_feature = BTreeSet::new();
    for line in found.lines() {
        match line
            .strip_prefix("| `")
            .and_then(|row| row.split('`').next())
        {
            Some(name) if !names.contains(name) => {
                behind_a_feature.insert(name);
            }
            _ => assert_eq!(Some(line), expected.next(), "{HOW_TO_UPDATE}"),
        }
    }
    assert_eq!(expected.next(), None, "{HOW_TO_UPDATE}");
    // Whoever puts another row behind a feature names it here.
    let known = BTreeSet::from([
        "discord",
        "paypal",
        "plaid",
        "pubsub",
        "sendgrid",
        "sns",
        "sns-v1",
        "standard-webhooks-v1a",
        "telnyx",
    ]);
    assert!(behind_a_feature.is_subset(&known), "{behind_a_feature:?}");
}

const HOW_TO_UPDATE: &str = "PROVIDERS.md is not what the rows say; run \
    UPDATE_PROVIDERS=1 cargo test -p webhook-verify --all-features --test providers";

fn page() -> String {
    let mut page = String::from(
        "# The schemes\n\n\
         Rendered from the rows of `webhook_verify::schemes()`, one for each way in which a provider signs. Change the row, then\n\
         run `UPDATE_PROVIDERS=1 cargo test -p webhook-verify --all-features --test providers`.\n\n\
         *Covers* is what nobody without the secret could have changed; a scheme that does not cover the whole body is built\n\
         only with `accept_uncovered_body()`. *Identity* is what makes two deliveries the same event. *Window* is how far the\n\
         signed time and the clock may be apart, to either side. *Answer within* and *sent again for* are the provider's own\n\
         limits; a dash is a limit that it does not state. *Known from* says how sure the row is of its signature, key, event id\n\
         and delivery, in this order: **S** the provider's own code, **D** its documentation, **T** code or guides of third\n\
         parties, **U** memory of the documentation only.\n\n\
         | scheme | provider | algorithm | signature in | covers | identity | window | answer within | sent again for | known from |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for scheme in schemes() {
        let headers = match scheme.signature_headers() {
            [] => "the body".to_owned(),
            names => names
                .iter()
                .map(|name| match name.ends_with('-') {
                    true => format!("`{name}1`, `{name}2`, …"),
                    false => format!("`{name}`"),
                })
                .collect::<Vec<_>>()
                .join(", "),
        };
        let facts = scheme.facts();
        let known: String = [
            facts.signature,
            facts.secret,
            facts.event_id,
            facts.delivery,
        ]
        .map(letter)
        .join(" ");
        writeln!(
            page,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {known} |",
            scheme.name(),
            scheme.title(),
            scheme.algorithm(),
            headers,
            covers(scheme.coverage()),
            scheme.identity(),
            words(scheme.window()),
            words(scheme.delivery().ack_deadline),
            words(scheme.delivery().resend_horizon),
        )
        .unwrap();
    }
    page.push_str("\n## Sources\n\n| scheme | what was read | on |\n|---|---|---|\n");
    for scheme in schemes() {
        let facts = scheme.facts();
        writeln!(
            page,
            "| `{}` | {} | {} |",
            scheme.name(),
            escaped(facts.source),
            facts.checked
        )
        .unwrap();
    }
    page
}

fn covers(coverage: Coverage) -> String {
    let body = match coverage.body {
        BodyCoverage::Whole => Some("body"),
        BodyCoverage::Partial => Some("**part of the body**"),
        _ => None,
    };
    let all: Vec<_> = [
        body,
        coverage.timestamp.then_some("time"),
        coverage.id.then_some("id"),
    ]
    .into_iter()
    .flatten()
    .collect();
    match all.is_empty() {
        true => "**nothing**".to_owned(),
        false => all.join(", "),
    }
}

const fn letter(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Source => "S",
        Confidence::Documented => "D",
        Confidence::Secondary => "T",
        _ => "U",
    }
}

fn words(duration: Option<Duration>) -> String {
    let Some(seconds) = duration.map(|duration| duration.as_secs()) else {
        return "–".to_owned();
    };
    const HOUR: u64 = 60 * 60;
    match seconds {
        _ if seconds >= 48 * HOUR && seconds % (24 * HOUR) == 0 => {
            format!("{} d", seconds / (24 * HOUR))
        }
        _ if seconds >= HOUR && seconds % HOUR == 0 => format!("{} h", seconds / HOUR),
        _ if seconds >= 120 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

/// Text for a cell of a table.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut text, next| {
        if matches!(next, '|' | '*' | '_' | '[' | ']' | '<' | '>' | '`' | '\\') {
            text.push('\\');
        }
        text.push(next);
        text
    })
}
