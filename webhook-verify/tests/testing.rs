//! The attacks of the feature `testing`: our own verifiers refuse them all, and receivers with a defect are found out.
#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use webhook_verify::testing::{Request, Sample, assert_refuses_all_blocking};
use webhook_verify::{
    BodyCoverage, Clock, GitHub, Scheme, SignError, Signer, StandardWebhooks, Stripe, SystemClock,
    UnixTime, Verifier, schemes,
};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const HEX: &str = "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056";

fn secret(scheme: &Scheme) -> &'static str {
    match scheme.name() {
        "adyen-platforms" => HEX,
        _ => SECRET,
    }
}

fn is_asymmetric(scheme: &Scheme) -> bool {
    ["Ed25519", "ECDSA", "RSA"]
        .iter()
        .any(|name| scheme.algorithm().starts_with(name))
}

/// Schemes that are read before they are verified want bodies of a form of their own.
fn can_sign(scheme: &Scheme) -> bool {
    if scheme.is_parsed() {
        return false;
    }
    let signer = Signer::new(*scheme, secret(scheme)).unwrap();
    let message = webhook_verify::Message::new("{}").id("1").url("https://a");
    !matches!(signer.sign(&message), Err(SignError::InBody))
}

#[test]
fn our_verifier_refuses_every_attack_on_every_provider_that_can_be_signed_for() {
    let mut checked = 0;
    for scheme in schemes().iter().filter(|scheme| !is_asymmetric(scheme)) {
        if !can_sign(scheme) {
            continue;
        }
        let verifier = Verifier::builder(*scheme)
            .secret("current", secret(scheme))
            .public_url("https://shop.example.com/hooks")
            .accept_uncovered_body()
            .build()
            .unwrap();
        let genuine = Sample::new(*scheme, "invoice.paid").signed(secret(scheme));
        let verdict = |request: Request| {
            let verdict = verifier.verify(request.headers(), request.body());
            verdict.map_or_else(|refused| refused.status(), |_| 200)
        };
        let checks = AssertUnwindSafe(|| assert_refuses_all_blocking(&genuine, verdict));
        let outcome = catch_unwind(checks);
        assert!(outcome.is_ok(), "{}", scheme.name());
        checked += 1;
    }
    assert!(checked >= 57, "{checked}");
}

#[test]
fn a_sample_carries_the_type_and_the_id_where_its_provider_has_them() {
    for scheme in schemes().iter().filter(|scheme| !is_asymmetric(scheme)) {
        if !can_sign(scheme) {
            continue;
        }
        let request = Sample::new(*scheme, "invoice.paid")
            .id("evt_7")
            .signed(secret(scheme));
        let verified = Verifier::builder(*scheme)
            .secret("current", secret(scheme))
            .public_url("https://shop.example.com/hooks")
            .accept_uncovered_body()
            .build()
            .unwrap()
            .verify(request.headers(), request.body())
            .unwrap();
        let (id, event_type) = (verified.id(), verified.event_type());
        assert_eq!(
            id.map(|id| id.value.into_owned()),
            scheme.id_place().map(|_| "evt_7".to_owned()),
            "{}",
            scheme.name()
        );
        assert_eq!(
            event_type.map(|found| found.value.into_owned()),
            scheme.type_place().map(|_| "invoice.paid".to_owned()),
            "{}",
            scheme.name()
        );
    }
}

#[test]
fn the_attacks_on_a_provider_are_those_that_its_row_allows() {
    let names = |request: Request| -> Vec<&str> {
        request.attacks().iter().map(|attack| attack.name).collect()
    };
    assert_eq!(
        names(GitHub::sample("push").signed(SECRET)),
        [
            "tampered body",
            "truncated body",
            "extended body",
            "other secret",
            "empty secret",
            "no secret",
            "unsigned",
            "empty signature",
            "truncated signature",
            "half a signature",
            "extended signature",
            "signature of zeros",
            "other header",
            "repeated signature",
            "weaker hash",
        ]
    );
    assert_eq!(
        names(StandardWebhooks::sample("paid").signed(SECRET)),
        [
            "tampered body",
            "truncated body",
            "extended body",
            "other secret",
            "empty secret",
            "no secret",
            "unsigned",
            "empty signature",
            "truncated signature",
            "half a signature",
            "extended signature",
            "signature of zeros",
            "stale",
            "future",
            "altered time",
            "no time",
            "repeated time",
            "altered id",
            "repeated id",
            "other header",
            "repeated signature",
            "weaker hash",
            "other version",
        ]
    );
    for scheme in schemes() {
        if scheme.coverage().body != BodyCoverage::Whole && can_sign(scheme) {
            let names = names(Sample::new(*scheme, "x").signed(secret(scheme)));
            assert!(!names.contains(&"tampered body"), "{}", scheme.name());
        }
    }
}

#[test]
fn a_replay_is_the_same_request_and_a_public_key_scheme_is_sampled_as_well() {
    let once = Stripe::sample("invoice.paid").signed(SECRET);
    let twice = once.replayed();
    assert!(once.headers().eq(twice.headers()) && once.body() == twice.body());
}

/// A receiver as people write them, for Stripe's header, with one line that can be wrong.
#[derive(Clone, Copy, Default)]
struct HandWritten {
    checks_nothing: bool,
    takes_any_length: bool,
    ignores_time: bool,
    ignores_future: bool,
    accepts_unsigned: bool,
    takes_other_versions: bool,
    falls_back_to_empty_secret: bool,
    panics_on_short: bool,
    reads_the_last_header: bool,
    trims_the_body: bool,
}

impl HandWritten {
    fn answer(self, request: &Request) -> u16 {
        if self.checks_nothing {
            return 200;
        }
        let mut values = request
            .headers()
            .filter(|(name, _)| *name == "stripe-signature")
            .map(|(_, value)| value);
        let header = match self.reads_the_last_header {
            true => values.last(),
            false => match (values.next(), values.next()) {
                (header, None) => header,
                _ => return 400,
            },
        };
        let Some(header) = header else {
            return if self.accepts_unsigned { 200 } else { 401 };
        };
        let mut items: BTreeMap<&str, &str> = header
            .split(',')
            .filter_map(|item| item.split_once('='))
            .collect();
        if self.takes_other_versions
            && let Some(other) = items.get("v10").copied()
        {
            items.insert("v1", other);
        }
        let (Some(time), Some(sent)) = (items.get("t"), items.get("v1")) else {
            return 401;
        };
        if self.panics_on_short && sent.len() < 64 {
            return 500;
        }
        let now = SystemClock.now().as_secs();
        let age = i128::from(now) - time.parse::<i128>().unwrap_or(0);
        let late = age > 300 && !self.ignores_time;
        let early = age < -300 && !self.ignores_time && !self.ignores_future;
        if late || early {
            return 401;
        }
        let body = match self.trims_the_body {
            true => request.body().trim_ascii(),
            false => request.body(),
        };
        let tag = |secret: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(body);
            base16ct::lower::encode_string(&mac.finalize().into_bytes())
        };
        let same = |tag: &str| match self.takes_any_length {
            true => tag
                .bytes()
                .zip(sent.bytes())
                .all(|(one, other)| one == other),
            false => tag == *sent,
        };
        let empty = self.falls_back_to_empty_secret && same(&tag(b""));
        if same(&tag(SECRET.as_bytes())) || empty {
            200
        } else {
            401
        }
    }
}

/// What the message of a failed check says, or nothing if it passed.
fn complaint(receiver: HandWritten) -> Option<String> {
    let paid = Stripe::sample("invoice.paid").signed(SECRET);
    let check = || assert_refuses_all_blocking(&paid, |request| receiver.answer(&request));
    let failure = catch_unwind(AssertUnwindSafe(check)).err()?;
    failure.downcast_ref::<String>().cloned()
}

#[test]
fn a_hand_written_receiver_without_a_defect_passes() {
    assert_eq!(complaint(HandWritten::default()), None);
}

#[test]
fn each_defect_is_found_by_the_attack_that_is_named_after_it() {
    let none = HandWritten::default;
    for (receiver, expected) in [
        (
            HandWritten {
                takes_any_length: true,
                ..none()
            },
            vec![
                "empty signature",
                "truncated signature",
                "half a signature",
                "extended signature",
            ],
        ),
        (
            HandWritten {
                ignores_time: true,
                ..none()
            },
            vec!["stale", "future"],
        ),
        (
            HandWritten {
                ignores_future: true,
                ..none()
            },
            vec!["future"],
        ),
        (
            HandWritten {
                accepts_unsigned: true,
                ..none()
            },
            vec!["unsigned", "other header"],
        ),
        (
            HandWritten {
                takes_other_versions: true,
                ..none()
            },
            vec!["other version"],
        ),
        (
            HandWritten {
                falls_back_to_empty_secret: true,
                ..none()
            },
            vec!["empty secret"],
        ),
        (
            HandWritten {
                panics_on_short: true,
                ..none()
            },
            vec!["truncated signature", "half a signature", "weaker hash"],
        ),
        (
            HandWritten {
                reads_the_last_header: true,
                ..none()
            },
            vec!["repeated signature"],
        ),
        (
            HandWritten {
                trims_the_body: true,
                ..none()
            },
            vec!["extended body"],
        ),
    ] {
        let message = complaint(receiver).unwrap();
        let named: BTreeSet<&str> = message
            .lines()
            .filter_map(|line| line.strip_prefix("- "))
            .filter_map(|line| line.split(':').next())
            .collect();
        let expected: BTreeSet<&str> = match receiver.takes_any_length {
            // A header without any item is refused for its form before it is compared.
            true => expected
                .into_iter()
                .filter(|name| *name != "empty signature")
                .collect(),
            false => expected.into_iter().collect(),
        };
        assert_eq!(named, expected, "{message}");
    }
    let message = complaint(HandWritten {
        checks_nothing: true,
        ..none()
    })
    .unwrap();
    let attacks = Stripe::sample("x").signed(SECRET).attacks().len();
    assert_eq!(
        message
            .lines()
            .filter(|line| line.starts_with("- "))
            .count(),
        attacks
    );
    assert!(message.starts_with("the receiver does not refuse everything that it must:\n- tampered body: one character of the body was changed, and the receiver answers 200"), "{message}");
}

#[test]
fn a_receiver_that_refuses_everything_shows_nothing_and_is_told_so() {
    let paid = Stripe::sample("invoice.paid").signed(SECRET);
    let check = || assert_refuses_all_blocking(&paid, |_| 401);
    let failure = catch_unwind(AssertUnwindSafe(check)).unwrap_err();
    let message = failure.downcast_ref::<String>().unwrap();
    assert!(
        message.starts_with("the receiver answers 401 to the genuine request"),
        "{message}"
    );
}

#[test]
fn a_stale_request_is_refused_whatever_tolerance_a_verifier_has() {
    let verifier = Stripe::builder()
        .secret("current", SECRET)
        .tolerance(std::time::Duration::from_secs(24 * 60 * 60))
        .build()
        .unwrap();
    let at = UnixTime::from_secs(1_700_000_000);
    let paid = Stripe::sample("invoice.paid").at(at).signed(SECRET);
    let accepts = |request: &Request| {
        verifier
            .verify_at(request.headers(), request.body(), at)
            .is_ok()
    };
    assert!(accepts(&paid));
    assert!(!accepts(&paid.stale()) && !accepts(&paid.future()));
    assert_eq!(
        Sha256::digest(paid.body()),
        Sha256::digest(paid.stale().body())
    );
}

#[cfg(feature = "ed25519")]
#[test]
fn public_key_schemes_have_samples_too() {
    use webhook_verify::StandardWebhooksEd25519;
    // RFC 8032, 7.1, TEST 1.
    let private = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let public = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let verifier = StandardWebhooksEd25519::new(public).unwrap();
    let genuine = StandardWebhooksEd25519::sample("paid").signed(private);
    assert_refuses_all_blocking(&genuine, |request| {
        let verdict = verifier.verify(request.headers(), request.body());
        verdict.map_or_else(|refused| refused.status(), |_| 200)
    });
}

#[cfg(feature = "http")]
#[test]
fn a_request_becomes_one_of_the_http_crate() {
    let paid = Stripe::sample("invoice.paid")
        .url("https://shop.example.com/hooks/stripe?x=1")
        .signed(SECRET);
    let http = paid.clone().into_http();
    assert_eq!(http.method(), "POST");
    assert_eq!(http.uri(), "/hooks/stripe?x=1");
    assert_eq!(http.body(), paid.body());
    let stripe = Stripe::new(SECRET).unwrap();
    assert!(stripe.verify(http.headers(), http.body().clone()).is_ok());
}
