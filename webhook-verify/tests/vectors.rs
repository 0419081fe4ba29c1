//! Signatures that providers and the specification published, verified and reproduced.
#![allow(clippy::unwrap_used)]

use webhook_verify::{GitHub, Message, Signer, StandardWebhooks, UnixTime, VerifyError};

#[test]
fn the_standard_webhooks_vectors_verify_and_are_reproduced() {
    // Both stand in the test suites of the specification's own libraries.
    let vectors = [
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
            "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        ),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ];
    for (secret, id, time, body, signature) in vectors {
        let at = UnixTime::from_secs(time);
        let signed = StandardWebhooks::signer(secret)
            .unwrap()
            .sign(&Message::new(body).id(id).at(at))
            .unwrap();
        let timestamp = time.to_string();
        assert_eq!(
            signed.iter().collect::<Vec<_>>(),
            [
                ("webhook-id", id),
                ("webhook-timestamp", timestamp.as_str()),
                ("webhook-signature", signature)
            ]
        );

        let headers = [
            ("Webhook-Id", id),
            ("WEBHOOK-TIMESTAMP", &timestamp),
            ("webhook-signature", signature),
        ];
        let verified = StandardWebhooks::new(secret)
            .unwrap()
            .verify_at(headers, body, at)
            .unwrap();
        assert_eq!(verified.id().unwrap().value, id);
        assert!(verified.id().unwrap().signed);
        assert_eq!(verified.signed_at(), Some(at));
        assert_eq!(verified.secret_label(), "current");
    }
}

#[test]
fn the_github_vectors_verify_and_are_reproduced() {
    // From the documentation, and from the test suite of @octokit/webhooks-methods.
    let vectors = [
        (
            "It's a Secret to Everybody",
            "Hello, World!",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        ),
        (
            "mysecret",
            r#"{"foo":"bar"}"#,
            "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3",
        ),
    ];
    for (secret, body, signature) in vectors {
        let signed = GitHub::signer(secret)
            .unwrap()
            .sign(&Message::new(body))
            .unwrap();
        assert_eq!(
            signed.iter().collect::<Vec<_>>(),
            [("x-hub-signature-256", signature)]
        );

        let verified = GitHub::new(secret)
            .unwrap()
            .verify([("X-Hub-Signature-256", signature)], body)
            .unwrap();
        assert_eq!(verified.signed_at(), None);
        assert_eq!(verified.body(), body.as_bytes());
    }
}

#[test]
fn the_stripe_signature_that_openssl_computes_verifies_and_is_reproduced() {
    // printf '1700000000.{"id":"evt_1","type":"invoice.paid"}' | openssl dgst -sha256 -hmac whsec_not-a-real-secret
    let body = r#"{"id":"evt_1","type":"invoice.paid"}"#;
    let header = STRIPE_HEADER;
    let at = UnixTime::from_secs(1_700_000_000);
    let signed = webhook_verify::Stripe::signer("whsec_not-a-real-secret")
        .unwrap()
        .sign(&Message::new(body).id("evt_1").at(at))
        .unwrap();
    assert_eq!(
        signed.iter().collect::<Vec<_>>(),
        [("stripe-signature", header)]
    );

    let stripe = webhook_verify::Stripe::new("whsec_not-a-real-secret").unwrap();
    let verified = stripe
        .verify_at([("Stripe-Signature", header)], body, at)
        .unwrap();
    assert_eq!(verified.id().unwrap().value, "evt_1");
    assert_eq!(verified.event_type().unwrap().value, "invoice.paid");
}

const STRIPE_HEADER: &str =
    "t=1700000000,v1=76c2ae8ce3da824a522cb60cf4aa8d013a67a73c8af9a5722e4fcfb7a5c57df5";

#[test]
fn a_stripe_secret_is_not_base64_and_a_standard_one_is() {
    // The same text is a key at both, and never the same key.
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let body = "{}";
    let at = UnixTime::from_secs(1_700_000_000);
    let signed = webhook_verify::Stripe::signer(secret)
        .unwrap()
        .sign(&Message::new(body).at(at))
        .unwrap();
    let (_, header) = signed.iter().next().unwrap();
    let hex = header.split_once("v1=").unwrap().1;
    assert_ne!(hex, "");
    let other = Signer::new(
        webhook_verify::Stripe::SCHEME,
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    .unwrap();
    assert_ne!(other.sign(&Message::new(body).at(at)).unwrap(), signed);
    let stripe = webhook_verify::Stripe::new(secret).unwrap();
    assert!(stripe.verify_at(&signed, body, at).is_ok());
    assert_eq!(
        stripe.verify_at(&signed, "{ }", at).unwrap_err(),
        VerifyError::SignatureMismatch
    );
}
