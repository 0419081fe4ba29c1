//! The commonest mistakes, each made on purpose and found out.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use webhook_verify::{
    GitHub, Hint, Message, Scheme, SignedHeaders, Signer, Square, StandardWebhooks, Stripe,
    UnixTime, Verifier, VerifyError, schemes,
};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn signed(scheme: Scheme, body: &str) -> SignedHeaders {
    Signer::new(scheme, SECRET)
        .unwrap()
        .sign(&Message::new(body).id("msg_1").at(NOW))
        .unwrap()
}

fn hints(scheme: Scheme, headers: &SignedHeaders, body: &str) -> Vec<Hint> {
    let verifier = Verifier::builder(scheme)
        .secret("current", SECRET)
        .build()
        .unwrap();
    verifier.explain(headers, body.as_bytes(), NOW).hints
}

#[test]
fn a_good_request_needs_no_explanation() {
    let verifier = Verifier::from(GitHub::new(SECRET).unwrap());
    let explanation = verifier.explain(&signed(GitHub::SCHEME, "{}"), b"{}", NOW);
    assert_eq!((explanation.verdict, explanation.hints), (Ok(()), vec![]));
}

#[test]
fn a_body_that_was_parsed_and_printed_again_is_found_out() {
    let table = [
        ("{\"a\":1}\n", "{\"a\":1}", "with a line break at its end"),
        (
            "{\"a\":1}",
            "{\"a\":1}\n",
            "without the line break at its end",
        ),
        (
            "{\"a\":1}",
            "\u{feff}{\"a\":1}",
            "without the byte order mark in front",
        ),
        ("a\r\nb", "a\nb", "with its line breaks as CR and LF"),
        (
            "{\"a\": [1, 2]}",
            "{\"a\":[1,2]}",
            "as JSON with a space behind each comma and colon",
        ),
        (
            "{\"a\":[1,2]}",
            "{\"a\": [1, 2]}",
            "as JSON without white space",
        ),
        (
            "{\n  \"a\": 1\n}",
            "{\"a\":1}",
            "as JSON indented by two spaces",
        ),
        (
            "{\"a\":\"\\u00e9\"}",
            "{\"a\":\"\u{e9}\"}",
            "with its characters beyond ASCII as \\u escapes",
        ),
        (
            "{\"a\":\"x\\/y\"}",
            "{\"a\":\"x/y\"}",
            "with \\/ for each slash",
        ),
    ];
    for (sent, received, verifies) in table {
        let headers = signed(GitHub::SCHEME, sent);
        assert_eq!(
            hints(GitHub::SCHEME, &headers, received),
            [Hint::Body { verifies }],
            "{sent:?}"
        );
    }
}

#[test]
fn a_secret_that_the_sender_uses_in_another_way_is_found_out() {
    let polar = *schemes()
        .iter()
        .find(|scheme| scheme.name() == "polar")
        .unwrap();
    let found = hints(StandardWebhooks::SCHEME, &signed(polar, "{}"), "{}");
    assert_eq!(
        found.first(),
        Some(&Hint::SecretForm {
            label: "current".into(),
            sender_took_it_for: "plain text"
        })
    );
    assert!(
        found.contains(&Hint::Scheme { scheme: "polar" }),
        "{found:?}"
    );
}

#[test]
fn the_headers_of_another_scheme_are_named() {
    let found = hints(
        StandardWebhooks::SCHEME,
        &signed(Stripe::SCHEME, "{}"),
        "{}",
    );
    assert_eq!(
        found,
        [Hint::Headers {
            scheme: "stripe",
            header: "stripe-signature"
        }]
    );
    let verifier = Verifier::from(GitHub::new(SECRET).unwrap());
    assert_eq!(
        verifier.explain([("host", "x")], b"{}", NOW).hints,
        [Hint::Unsigned]
    );
}

#[test]
fn a_clock_that_is_off_is_measured() {
    let verifier = Verifier::from(StandardWebhooks::new(SECRET).unwrap());
    let late = NOW.saturating_add(Duration::from_secs(3600));
    let explanation = verifier.explain(&signed(StandardWebhooks::SCHEME, "{}"), b"{}", late);
    assert!(matches!(
        explanation.verdict,
        Err(VerifyError::TimestampTooOld { .. })
    ));
    assert_eq!(
        explanation.hints,
        [Hint::Clock {
            off_by: Duration::from_secs(3600)
        }]
    );
}

#[test]
fn a_url_with_another_ending_is_found_out() {
    let url = "https://shop.example.com/hooks";
    let signer = Square::signer(SECRET).unwrap();
    let headers = signer.sign(&Message::new("{}").url(url)).unwrap();
    let square = Verifier::from(Square::new(SECRET, "https://shop.example.com/hooks/").unwrap());
    assert_eq!(
        square.explain(&headers, b"{}", NOW).hints,
        [Hint::Url {
            verifies: url.into()
        }]
    );
}

#[test]
fn a_secret_of_somebody_else_is_the_last_guess_and_never_shown() {
    let verifier = Verifier::from(GitHub::new("canary-of-another-endpoint").unwrap());
    let explanation = verifier.explain(&signed(GitHub::SCHEME, "{}"), b"{}", NOW);
    assert_eq!(explanation.hints, [Hint::SecretOfAnother]);
    let text = format!("{explanation:?} {}", explanation.hints[0]);
    assert!(!text.contains("canary"), "{text}");
}
