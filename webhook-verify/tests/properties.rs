//! What holds for every input, not only for those somebody thought of.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use webhook_verify::{
    GitHub, Message, Scheme, Signer, StandardWebhooks, Stripe, UnixTime, Verifier, VerifyError,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";

fn schemes() -> impl Strategy<Value = Scheme> {
    prop_oneof![
        Just(StandardWebhooks::SCHEME),
        Just(Stripe::SCHEME),
        Just(GitHub::SCHEME)
    ]
}

fn verifier(scheme: Scheme) -> Verifier {
    Verifier::builder(scheme)
        .secret("current", SECRET)
        .build()
        .unwrap()
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
        body in vec(any::<u8>(), 0..600),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let signer = Signer::new(scheme.clone(), SECRET).unwrap();
        let signed = signer.sign(&Message::new(&body).id(&id).at(NOW)).unwrap();
        let verifier = verifier(scheme);
        let verified = verifier.verify_at(&signed, &body, NOW).unwrap();
        prop_assert_eq!(verified.body(), &body[..]);

        if !body.is_empty() {
            let mut altered = body.clone();
            altered[at.index(body.len())] ^= 1 << bit;
            let refused = verifier.verify_at(&signed, &altered, NOW).unwrap_err();
            prop_assert_eq!(refused, VerifyError::SignatureMismatch);
        }
    }

    #[test]
    fn nothing_gets_in_and_nothing_panics_without_the_key(
        scheme in schemes(),
        headers in vec(header(), 0..8),
        body in vec(any::<u8>(), 0..200),
    ) {
        let refused = verifier(scheme).verify_at(headers, &body, NOW).unwrap_err();
        prop_assert!((400..500).contains(&refused.status()));
    }

    #[test]
    fn any_signed_body_has_attributes_that_are_safe_to_log(body in ".{0,200}") {
        let signed = Signer::new(Stripe::SCHEME, SECRET).unwrap().sign(&Message::new(&body).at(NOW)).unwrap();
        let verifier = verifier(Stripe::SCHEME);
        let verified = verifier.verify_at(&signed, &body, NOW).unwrap();
        for attribute in [verified.id(), verified.event_type()].into_iter().flatten() {
            prop_assert!((1..=256).contains(&attribute.value.len()));
            prop_assert!(attribute.value.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
