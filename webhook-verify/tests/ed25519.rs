//! The schemes with public keys.
#![cfg(feature = "ed25519")]
#![allow(clippy::unwrap_used)]

use webhook_verify::{
    ConfigError, Discord, Message, Scheme, SecretProblem, Signer, StandardWebhooks,
    StandardWebhooksEd25519, Telnyx, UnixTime, Verifier, VerifyError,
};

const PRIVATE: &str =
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const OTHER_PUBLIC: &str = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
const NOW: UnixTime = UnixTime::from_secs(1_614_265_330);
const BODY: &str = r#"{"test": 2432232314}"#;
const SIGNATURE: &str =
    "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

fn headers(signature: &str) -> [(&'static str, String); 3] {
    [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".into()),
        ("webhook-timestamp", "1614265330".into()),
        ("webhook-signature", signature.into()),
    ]
}

#[test]
fn the_vector_of_svix_server_verifies_and_is_reproduced() {
    let verifier = StandardWebhooksEd25519::new(PUBLIC).unwrap();
    assert!(verifier.verify_at(headers(SIGNATURE), BODY, NOW).is_ok());
    let message = Message::new(BODY)
        .id("msg_p5jXN8AQM9LWM0D4loKWxJek")
        .at(NOW);
    let signed = StandardWebhooksEd25519::signer(PRIVATE)
        .unwrap()
        .sign(&message)
        .unwrap();
    assert_eq!(signed.iter().last(), Some(("webhook-signature", SIGNATURE)));
}

#[test]
fn one_changed_bit_of_body_or_signature_is_refused() {
    let verifier = StandardWebhooksEd25519::new(PUBLIC).unwrap();
    for bit in 0..BODY.len() * 8 {
        let mut body = BODY.as_bytes().to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        let refused = verifier
            .verify_at(headers(SIGNATURE), &body, NOW)
            .unwrap_err();
        assert_eq!(refused, VerifyError::SignatureMismatch);
    }
    for at in 4..SIGNATURE.len() - 2 {
        let mut signature = SIGNATURE.to_owned().into_bytes();
        signature[at] = if signature[at] == b'A' { b'B' } else { b'A' };
        let signature = String::from_utf8(signature).unwrap();
        assert!(
            verifier.verify_at(headers(&signature), BODY, NOW).is_err(),
            "{at}"
        );
    }
}

#[test]
fn neither_version_is_checked_with_the_key_of_the_other() {
    let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
    let shared = StandardWebhooks::new(secret).unwrap();
    assert_eq!(
        shared
            .verify_at(headers(SIGNATURE), BODY, NOW)
            .unwrap_err()
            .status(),
        401
    );
    // A v1 signature under the bytes of the public key, which everybody has.
    let forged = "v1,aq/Av15OlX2MgScQjKXGZkGsLRP8vw0+IjKU5rUsRTc=";
    let asymmetric = StandardWebhooksEd25519::new(PUBLIC).unwrap();
    assert_eq!(
        asymmetric
            .verify_at(headers(forged), BODY, NOW)
            .unwrap_err()
            .status(),
        401
    );
    assert!(matches!(
        StandardWebhooks::new(PUBLIC).unwrap_err(),
        ConfigError::Secret {
            problem: SecretProblem::PublicKey,
            ..
        }
    ));
}

#[test]
fn the_wrong_half_of_a_key_is_refused_at_the_start() {
    let problem = |error| match error {
        ConfigError::Secret { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let verifier = |text: &str| problem(StandardWebhooksEd25519::new(text).unwrap_err());
    assert_eq!(verifier(PRIVATE), SecretProblem::PrivateKey);
    assert_eq!(
        verifier("whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0"),
        SecretProblem::NotAKey
    );
    assert_eq!(verifier("whpk_"), SecretProblem::NotAKey);
    let signer = |text: &str| problem(StandardWebhooksEd25519::signer(text).unwrap_err());
    assert_eq!(signer(PUBLIC), SecretProblem::NotAKey);
}

#[test]
fn any_key_of_the_set_is_accepted_and_there_are_few_checks_in_one_request() {
    let both = StandardWebhooksEd25519::builder()
        .secret("new", OTHER_PUBLIC)
        .secret("old", PUBLIC)
        .build()
        .unwrap();
    let verified = both.verify_at(headers(SIGNATURE), BODY, NOW).unwrap();
    assert_eq!(verified.secret_label(), "old");

    let wrong = SIGNATURE.replace("hnO3", "AAAA");
    let many = |count: usize| vec![wrong.as_str(); count].join(" ");
    assert_eq!(
        both.verify_at(headers(&many(4)), BODY, NOW).unwrap_err(),
        VerifyError::SignatureMismatch
    );
    assert_eq!(
        both.verify_at(headers(&many(5)), BODY, NOW).unwrap_err(),
        VerifyError::TooManySignatures { limit: 4 }
    );
}

#[test]
fn every_scheme_signs_and_verifies_whole_and_in_pieces() {
    let hex = (
        "e976ff742707a4f79adb53d2d4df5563f3595bbdb708473becde2b242b9b31b7".to_owned(),
        "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe".to_owned(),
    );
    let base64 = (
        "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=".to_owned(),
        "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=".to_owned(),
    );
    let schemes: [(Scheme, (String, String)); 3] = [
        (
            StandardWebhooksEd25519::SCHEME,
            (PRIVATE.into(), PUBLIC.into()),
        ),
        (Discord::SCHEME, hex),
        (Telnyx::SCHEME, base64),
    ];
    for (scheme, (private, public)) in schemes {
        let signer = Signer::new(scheme, private.as_str()).unwrap();
        let signed = signer
            .sign(&Message::new(BODY).id("msg_1").at(NOW))
            .unwrap();
        let verifier = Verifier::builder(scheme)
            .secret("current", public.as_str())
            .clock(|| NOW)
            .build()
            .unwrap();
        assert!(verifier.verify(&signed, BODY).is_ok(), "{}", scheme.name());
        let mut pieces = verifier.begin(&signed).unwrap();
        BODY.as_bytes()
            .chunks(3)
            .for_each(|chunk| pieces.update(chunk).unwrap());
        assert_eq!(pieces.finish().unwrap().body(), BODY.as_bytes());
        assert!(verifier.verify(&signed, "{}").is_err());
    }
}
