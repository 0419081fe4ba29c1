//! What holds for every input, not only for those somebody thought of.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use webhook_verify::{
    BodyCoverage, Message, Scheme, Signer, Stripe, UnixTime, Verifier, VerifyError,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

const URL: &str = "https://shop.example.com/hooks?from=provider";

/// A scheme of those that sign, and a secret of its form.
fn schemes() -> impl Strategy<Value = (Scheme, &'static str)> {
    let signing: Vec<_> = all()
        .filter(|(scheme, _)| scheme.coverage().body == BodyCoverage::Whole)
        .collect();
    proptest::sample::select(signing)
}

fn all() -> impl Iterator<Item = (Scheme, &'static str)> {
    // Ed25519 has two keys, and tests of its own; so have the rows that read the body first.
    webhook_verify::schemes()
        .iter()
        .filter(|scheme| scheme.algorithm() != "Ed25519" && !scheme.is_parsed())
        .map(|scheme| match scheme.name() {
            "adyen-platforms" => (
                *scheme,
                "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
            ),
            _ => (*scheme, SECRET),
        })
}

fn verifier((scheme, secret): (Scheme, &str)) -> Verifier {
    Verifier::builder(scheme)
        .secret("current", secret)
        .public_url(URL)
        .accept_uncovered_body()
        .clock(|| NOW)
        .build()
        .unwrap()
}

/// A body that schemes with a time in it can be verified with.
fn with_time(body: &str) -> String {
    format!(
        "{{\"webhookTimestamp\":{},\"text\":{body:?}}}",
        NOW.as_millis()
    )
}

/// Names that the schemes read, and values that look like what they expect.
fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let name = prop_oneof![
        Just("webhook-id".to_owned()),
        Just("webhook-timestamp".to_owned()),
        Just("webhook-signature".to_owned()),
        Just("stripe-signature".to_owned()),
        Just("x-hub-signature-256".to_owned()),
        Just("content-length".to_owned()),
        Just("authorization".to_owned()),
        Just("x-docusign-signature-1".to_owned()),
        proptest::sample::select(
            webhook_verify::schemes()
                .iter()
                .flat_map(|scheme| scheme.signature_headers().to_vec())
                .collect::<Vec<_>>()
        )
        .prop_map(str::to_owned),
        "[a-zA-Z-]{0,20}",
    ];
    let value = prop_oneof![
        vec(any::<u8>(), 0..64),
        "(t=|v1=|v1,|v0=|sha256=|1700000000|[0-9a-f]{64}|[A-Za-z0-9+/]{43}=|[,. =])*"
            .prop_map(String::into_bytes),
    ];
    (name, value)
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_one_flipped_bit_does_not(
        scheme in schemes(),
        id in "[!-\\-/-~]{1,256}",
        event_type in "[!-~]{1,256}",
        text in "[ -~]{0,300}",
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let body = with_time(&text).into_bytes();
        let signer = Signer::new(scheme.0, scheme.1).unwrap();
        let message = Message::new(&body).id(&id).event_type(&event_type).url(URL).at(NOW);
        let signed = signer.sign(&message).unwrap();
        let verifier = verifier(scheme);
        let verified = verifier.verify(&signed, &body).unwrap();
        prop_assert_eq!(verified.body(), &body[..]);

        let mut altered = body.clone();
        altered[at.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(verifier.verify(&signed, &altered).unwrap_err(), VerifyError::SignatureMismatch);
    }

    #[test]
    fn every_split_of_a_signed_body_verifies(scheme in schemes(), text in "[ -~]{0,300}", size in 1..400_usize) {
        let body = with_time(&text).into_bytes();
        let signer = Signer::new(scheme.0, scheme.1).unwrap();
        let signed = signer.sign(&Message::new(&body).id("msg_1").url(URL).at(NOW)).unwrap();
        let mut running = verifier(scheme).begin(&signed).unwrap();
        for chunk in body.chunks(size) {
            running.update(chunk).unwrap();
        }
        let verified = running.finish().unwrap();
        prop_assert_eq!(verified.body(), &body[..]);
    }

    #[test]
    fn nothing_gets_in_and_nothing_panics_without_the_key(
        scheme in proptest::sample::select(all().collect::<Vec<_>>()),
        headers in vec(header(), 0..8),
        body in vec(any::<u8>(), 0..200),
    ) {
        let refused = verifier(scheme).verify(headers, &body).unwrap_err();
        prop_assert!((400..500).contains(&refused.status()));
    }

    #[test]
    fn any_signed_body_has_attributes_that_are_safe_to_log(body in ".{0,200}") {
        let signed = Signer::new(Stripe::SCHEME, SECRET).unwrap().sign(&Message::new(&body).at(NOW)).unwrap();
        let verifier = verifier((Stripe::SCHEME, SECRET));
        let verified = verifier.verify(&signed, &body).unwrap();
        for attribute in [verified.id(), verified.event_type()].into_iter().flatten() {
            prop_assert!((1..=256).contains(&attribute.value.len()));
            prop_assert!(attribute.value.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
