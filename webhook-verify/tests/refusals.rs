//! Everything that must not get in, and the little that must although it looks odd.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use webhook_verify::{
    ConfigError, GitHub, Identity, Message, SecretProblem, SignedHeaders, StandardWebhooks, Stripe,
    UnixTime, Verifier, VerifyError,
};

const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const OLD_SECRET: &str = "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=";
const BODY: &[u8] = br#"{"type":"order.paid","data":{"amount":100}}"#;
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn signed() -> SignedHeaders {
    StandardWebhooks::signer(SECRET)
        .unwrap()
        .sign(&Message::new(BODY).id("msg_1").at(NOW))
        .unwrap()
}

fn verifier() -> StandardWebhooks {
    StandardWebhooks::new(SECRET).unwrap()
}

fn owned(headers: &SignedHeaders) -> Vec<(String, Vec<u8>)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
        .collect()
}

fn refusal(headers: Vec<(String, Vec<u8>)>, body: &[u8]) -> VerifyError {
    verifier().verify_at(headers, body, NOW).unwrap_err()
}

#[test]
fn one_changed_bit_anywhere_in_the_body_is_refused() {
    for bit in 0..BODY.len() * 8 {
        let mut body = BODY.to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            refusal(owned(&signed()), &body),
            VerifyError::SignatureMismatch,
            "bit {bit}"
        );
    }
}

#[test]
fn one_changed_bit_anywhere_in_a_header_is_refused() {
    for (at, (name, value)) in owned(&signed()).into_iter().enumerate() {
        for bit in 0..value.len() * 8 {
            let mut headers = owned(&signed());
            headers[at].1[bit / 8] ^= 1 << (bit % 8);
            assert!(
                verifier().verify_at(headers, BODY, NOW).is_err(),
                "{name} bit {bit}"
            );
        }
    }
}

#[test]
fn each_header_removed_repeated_or_cut_is_refused() {
    for (at, (name, value)) in owned(&signed()).into_iter().enumerate() {
        let mut headers = owned(&signed());
        headers.remove(at);
        assert_eq!(
            refusal(headers, BODY),
            VerifyError::MissingHeader {
                header: name.clone()
            }
        );

        let mut headers = owned(&signed());
        headers.push((name.to_uppercase(), value.clone()));
        assert_eq!(
            refusal(headers, BODY),
            VerifyError::RepeatedHeader {
                header: name.clone()
            }
        );

        for len in 0..value.len() {
            let mut headers = owned(&signed());
            headers[at].1.truncate(len);
            assert!(
                verifier().verify_at(headers, BODY, NOW).is_err(),
                "{name} cut to {len}"
            );
        }
    }
}

#[test]
fn a_signature_made_with_an_empty_key_is_refused_by_every_scheme() {
    // printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey: -binary | base64
    let standard = [
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", "1700000000"),
        (
            "webhook-signature",
            "v1,LzeNxZHo3O8fwpFJpLh/0B99ugILNFJw+/9lTgx0APs=",
        ),
    ];
    assert!(verifier().verify_at(standard, "{}", NOW).is_err());
    let stripe = Stripe::new("not-a-real-secret").unwrap();
    assert!(stripe.verify_at([("stripe-signature", "t=1700000000,v1=a9dc44c8eda3de70e9cbf3e488895f1abc26acb1461d3124a3cb886af35251cf")], "{}", NOW).is_err());
    let github = GitHub::new("not-a-real-secret").unwrap();
    assert!(
        github
            .verify_at(
                [(
                    "x-hub-signature-256",
                    "sha256=22f8eea909400af98adf3681a9f31923ef6b7fcba4abb553d92823a3e9d5c25e"
                )],
                "{}",
                NOW
            )
            .is_err()
    );
}

#[test]
fn the_window_is_refused_at_the_head_before_any_body() {
    let late = NOW.saturating_add(Duration::from_secs(301));
    let early = NOW.saturating_sub(Duration::from_secs(301));
    assert!(matches!(
        verifier().begin(&signed()),
        Err(VerifyError::TimestampTooOld { .. })
    ));
    let at = |time| verifier().verify_at(&signed(), BODY, time).map(|_| ());
    assert!(matches!(at(late), Err(VerifyError::TimestampTooOld { .. })));
    assert!(matches!(
        at(early),
        Err(VerifyError::TimestampInFuture { .. })
    ));
    assert!(at(NOW.saturating_add(Duration::from_secs(300))).is_ok());
    assert!(at(NOW.saturating_sub(Duration::from_secs(300))).is_ok());
}

#[test]
fn a_delimiter_moved_from_the_id_into_the_body_is_refused() {
    // The same signed bytes, cut differently: id "msg_1.1700000000", body without its front.
    let signer = StandardWebhooks::signer(SECRET).unwrap();
    let signed = signer
        .sign(&Message::new(b"1700000000.{}").id("msg_1").at(NOW))
        .unwrap();
    let (_, signature) = signed.iter().last().unwrap();
    let headers = [
        ("webhook-id", "msg_1.1700000000"),
        ("webhook-timestamp", "1700000000"),
        ("webhook-signature", signature),
    ];
    assert_eq!(
        verifier().verify_at(headers, "{}", NOW).unwrap_err(),
        VerifyError::MalformedHeader {
            header: "webhook-id".into()
        }
    );
}

#[test]
fn a_respelled_timestamp_is_refused() {
    for text in [
        "+1700000000",
        "01700000000",
        " 1700000000",
        "1700000000 ",
        "1700000000.0",
        "17e8",
        "-9223372036854775808",
        "",
    ] {
        let mut headers = owned(&signed());
        headers[1].1 = text.as_bytes().to_vec();
        assert_eq!(
            refusal(headers, BODY),
            VerifyError::MalformedTimestamp,
            "{text:?}"
        );
    }
}

#[test]
fn any_secret_of_the_set_is_accepted_and_its_label_reported() {
    let both = StandardWebhooks::builder()
        .secret("new", SECRET)
        .secret("old", OLD_SECRET)
        .build()
        .unwrap();
    let label = |secret: &str| {
        let signed = StandardWebhooks::signer(secret)
            .unwrap()
            .sign(&Message::new(BODY).id("msg_1").at(NOW))
            .unwrap();
        both.verify_at(&signed, BODY, NOW)
            .map(|verified| verified.secret_label().to_owned())
    };
    assert_eq!(label(SECRET).unwrap(), "new");
    assert_eq!(label(OLD_SECRET).unwrap(), "old");
    assert_eq!(
        label("whsec_c29tZWJvZHkgZWxzZSdzIGZha2Ugc2VjcmV0").unwrap_err(),
        VerifyError::SignatureMismatch
    );
}

#[test]
fn a_signer_with_two_secrets_satisfies_a_receiver_with_either() {
    use webhook_verify::{Secret, SecretSet, Signer};
    let secrets = SecretSet::new("new", Secret::new(SECRET).unwrap())
        .and("old", Secret::new(OLD_SECRET).unwrap())
        .unwrap();
    let signer = Signer::with_secrets(StandardWebhooks::SCHEME, &secrets).unwrap();
    let signed = signer
        .sign(&Message::new(BODY).id("msg_1").at(NOW))
        .unwrap();
    for secret in [SECRET, OLD_SECRET] {
        assert!(
            StandardWebhooks::new(secret)
                .unwrap()
                .verify_at(&signed, BODY, NOW)
                .is_ok()
        );
    }
}

#[test]
fn github_is_never_verified_by_its_sha1_signature() {
    // printf '{}' | openssl dgst -sha1 -hmac not-a-real-secret
    let github = GitHub::new("not-a-real-secret").unwrap();
    let sha1 = "5dbd325f5017ffe91492f662238921b88de0b605";
    let both_names = [
        vec![("x-hub-signature", format!("sha1={sha1}"))],
        vec![("x-hub-signature-256", format!("sha1={sha1}"))],
        vec![("x-hub-signature-256", format!("sha256={sha1}"))],
    ];
    for headers in both_names {
        assert_eq!(
            github.verify_at(headers, "{}", NOW).unwrap_err().status(),
            401
        );
    }
}

#[test]
fn a_github_delivery_keeps_its_identity_under_another_delivery_id_and_type() {
    let github = GitHub::new("not-a-real-secret").unwrap();
    let signer = GitHub::signer("not-a-real-secret").unwrap();
    let identity = |id: &str, event_type: &str| {
        let signed = signer
            .sign(&Message::new(BODY).id(id).event_type(event_type))
            .unwrap();
        let verified = github.verify(&signed, BODY).unwrap();
        assert_eq!(verified.id().map(|id| id.signed), Some(false));
        verified.identity().to_bytes().unwrap()
    };
    assert_eq!(identity("one", "push"), identity("two", "push"));
    // The type is not signed either: if it told events apart, one captured body would make as many as there are words.
    assert_eq!(identity("one", "push"), identity("one", "ping"));
}

#[test]
fn a_signed_body_with_two_ids_is_verified_and_falls_back_to_a_digest() {
    let stripe = Stripe::new("not-a-real-secret").unwrap();
    let signer = Stripe::signer("not-a-real-secret").unwrap();
    let body = r#"{"id":"a","id":"b"}"#;
    let signed = signer.sign(&Message::new(body).at(NOW)).unwrap();
    let verified = stripe.verify_at(&signed, body, NOW).unwrap();
    assert_eq!(verified.id(), None);
    assert!(matches!(verified.identity(), Identity::Digest(_)));
    let body = r#"{"id":"a"}"#;
    let signed = signer.sign(&Message::new(body).at(NOW)).unwrap();
    assert_eq!(
        stripe
            .verify_at(&signed, body, NOW)
            .unwrap()
            .identity()
            .to_bytes(),
        Some(b"id:a".to_vec())
    );
}

#[test]
fn odd_stripe_headers_get_the_verdict_they_deserve() {
    let stripe = Stripe::new("whsec_not-a-real-secret").unwrap();
    let good = "95226b493abc96d7a63bac3618ff721511707abab9825241b22e536cee17f55e";
    let zero = "0".repeat(64);
    let body = "{}";
    let status = |header: String| match stripe.verify_at([("stripe-signature", header)], body, NOW)
    {
        Ok(_) => 200,
        Err(error) => error.status(),
    };
    let table = [
        (format!("t=1700000000,v1={good}"), 200),
        (format!("v1={good},t=1700000000"), 200),
        (format!("t=1700000000, v1={good}"), 200),
        (format!("t=1700000000,v1={zero},v1={good}"), 200),
        (format!("t=1700000000,v1=zz,v1={good}"), 200),
        (
            format!("t=1700000000,v0={zero},v1={good},v2=x,nonsense,,="),
            200,
        ),
        (format!("t=1700000000,v1={}", good.to_uppercase()), 200),
        (format!("t=1700000000,v1={zero}"), 401),
        (format!("t=1700000000,v0={good}"), 401),
        (format!("t=1700000000,V1={good}"), 401),
        (format!("t=1700000000,v1={good}00"), 401),
        (format!("t=1700000000,v1={}", &good[..62]), 401),
        ("t=1700000000,v1=".into(), 401),
        ("t=1700000000".into(), 401),
        (String::new(), 401),
        (format!("v1={good}"), 400),
        (format!("t=,v1={good}"), 400),
        (format!("t=1700000000,t=1700000000,v1={good}"), 400),
        (format!("t=1700000000,t=1700000001,v1={good}"), 400),
        (format!("t=1700000000abc,v1={good}"), 400),
        (
            format!("t=1700000000,{}", vec![format!("v1={zero}"); 17].join(",")),
            400,
        ),
        (
            format!("t=1700000000,v1={good},x={}", "y".repeat(9000)),
            400,
        ),
        (format!("t=1699999000,v1={good}"), 401),
    ];
    for (header, expected) in table {
        assert_eq!(
            status(header.clone()),
            expected,
            "{}",
            &header[..header.len().min(200)]
        );
    }
}

#[test]
fn a_body_over_the_limit_is_refused_as_soon_as_it_is_known() {
    let small = StandardWebhooks::builder()
        .secret("current", SECRET)
        .body_limit(10)
        .build()
        .unwrap();
    let too_large = VerifyError::BodyTooLarge { limit: 10 };
    assert_eq!(
        small.verify_at(&signed(), BODY, NOW).unwrap_err(),
        too_large
    );

    let verifier = Verifier::from(small);
    let mut announced = owned(&signed());
    announced.push(("Content-Length".into(), b"11".to_vec()));
    assert_eq!(verifier.begin_at(announced, NOW).unwrap_err(), too_large);

    let mut running = verifier.begin_at(&signed(), NOW).unwrap();
    assert_eq!(running.update(&[b'x'; 10]), Ok(()));
    assert_eq!(running.update(b"x"), Err(too_large));
}

#[test]
fn every_split_of_the_body_gives_the_verdict_of_the_whole() {
    let verifier = Verifier::from(verifier());
    for size in 1..=BODY.len() {
        let mut running = verifier.begin_at(&signed(), NOW).unwrap();
        for chunk in BODY.chunks(size) {
            running.update(chunk).unwrap();
        }
        assert_eq!(running.finish().unwrap().body(), BODY, "chunks of {size}");

        let mut running = verifier.begin_at(&signed(), NOW).unwrap();
        for chunk in BODY.chunks(size) {
            running
                .update_bytes(bytes::Bytes::copy_from_slice(chunk))
                .unwrap();
        }
        running.update(b"x").unwrap();
        assert_eq!(
            running.finish().unwrap_err(),
            VerifyError::SignatureMismatch,
            "chunks of {size}"
        );
    }
}

#[test]
fn bytes_that_are_not_text_are_signed_and_verified_as_they_are() {
    let bodies: [&[u8]; 5] = [
        b"",
        b"\0",
        b"\xff\xfe\0",
        "caf\u{e9} \u{1f600}\r\n".as_bytes(),
        &[0xff; 65_536],
    ];
    for body in bodies {
        let signed = StandardWebhooks::signer(SECRET)
            .unwrap()
            .sign(&Message::new(body).id("msg_1").at(NOW))
            .unwrap();
        assert_eq!(
            verifier().verify_at(&signed, body, NOW).unwrap().body(),
            body
        );
    }
}

#[test]
fn a_misconfigured_verifier_is_refused_in_one_sentence_that_says_what_to_change() {
    let sentence = |result: Result<StandardWebhooks, ConfigError>| result.unwrap_err().to_string();
    assert_eq!(
        sentence(StandardWebhooks::new("")),
        "the signing secret is empty; set it to the signing secret that the provider shows for this endpoint"
    );
    assert_eq!(
        sentence(StandardWebhooks::new("whsec_not*base64")),
        "the signing secret is not base64 after its prefix; copy the whole text again, beginning with whsec_"
    );
    assert_eq!(
        sentence(StandardWebhooks::builder().build()),
        "no signing secret was given; add one with secret(label, secret)"
    );
    assert!(matches!(
        StandardWebhooks::builder()
            .secret("good", SECRET)
            .secret("empty", "")
            .build()
            .unwrap_err(),
        ConfigError::Secret {
            problem: SecretProblem::Empty,
            ..
        }
    ));
    assert_eq!(
        StandardWebhooks::builder()
            .secret("a", SECRET)
            .tolerance(Duration::ZERO)
            .build()
            .unwrap_err(),
        ConfigError::Tolerance
    );
}

#[test]
fn no_error_and_no_debug_text_holds_a_secret_or_a_signature() {
    let verifier = verifier();
    let signed = signed();
    let (_, signature) = signed.iter().last().unwrap();
    let verified = verifier.verify_at(&signed, BODY, NOW).unwrap();
    let texts = [
        format!("{verifier:?}"),
        format!("{verified:?}"),
        format!("{:?}", StandardWebhooks::signer(SECRET).unwrap()),
        format!("{:?}", refusal(owned(&signed), b"{}")),
        refusal(owned(&signed), b"{}").to_string(),
        StandardWebhooks::new("whsec_canary*")
            .unwrap_err()
            .to_string(),
        format!("{:?}", StandardWebhooks::new("whsec_canary*").unwrap_err()),
    ];
    for text in texts {
        assert!(!text.contains(&SECRET[6..20]), "{text}");
        assert!(!text.contains(&signature[3..]), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("order.paid"), "{text}");
    }
}

#[test]
fn a_verifier_says_its_policy_in_five_lines() {
    let verifier = Verifier::builder(StandardWebhooks::SCHEME)
        .secret("2026-11", SECRET)
        .secret("2026-05", OLD_SECRET)
        .build()
        .unwrap();
    assert_eq!(
        verifier.to_string(),
        "standard-webhooks: HMAC-SHA256 in webhook-signature\n\
         covers the whole body; the time is signed, the id is signed\n\
         the clocks may differ by 300 s\n\
         secrets: 2026-11, 2026-05\n\
         at most 16 signatures and 1048576 bytes of body"
    );
    let github = Verifier::from(GitHub::new("not-a-real-secret").unwrap());
    assert!(github.to_string().contains(
        "the time is not signed, the id is not signed\na replay cannot be told by its age\n"
    ));
}

#[test]
fn a_signature_header_with_more_items_than_anybody_sends_is_refused() {
    let with = |front: &str| {
        let mut headers = owned(&signed());
        for (name, value) in &mut headers {
            if name == "webhook-signature" {
                *value = [front.as_bytes(), value].concat();
            }
        }
        verifier().verify_at(headers, BODY, NOW).map(|_| ())
    };
    let malformed = VerifyError::MalformedHeader {
        header: "webhook-signature".into(),
    };
    let candidates = format!("v1,{} ", "A".repeat(44)).repeat(15);
    // Eight items of other kinds stand beside sixteen signatures.
    for item in ["a,b ", " ", "v1a,x ", "nonsense "] {
        assert_eq!(
            with(&format!("{candidates}{}", item.repeat(8))),
            Ok(()),
            "{item:?}"
        );
        let crowded = format!("{candidates}{}", item.repeat(9));
        assert_eq!(with(&crowded), Err(malformed.clone()), "{item:?}");
        assert_eq!(with(&item.repeat(800)), Err(malformed.clone()), "{item:?}");
    }
    assert_eq!(with(&format!("{} ", "x".repeat(8000))), Ok(()));
}
