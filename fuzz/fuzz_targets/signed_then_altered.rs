//! What is signed verifies, whole and in pieces; altered by one bit it does not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_verify::{GitHub, Message, Signer, StandardWebhooks, Stripe, UnixTime, Verifier};

fuzz_target!(|input: &[u8]| {
    let [which, a, b, c, d, body @ ..] = input else {
        return;
    };
    let (at, size) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));

    let scheme =
        [StandardWebhooks::SCHEME, Stripe::SCHEME, GitHub::SCHEME][usize::from(*which) % 3].clone();
    let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
    let now = UnixTime::from_secs(1_700_000_000);
    let signed = Signer::new(scheme.clone(), secret)
        .and_then(|signer| {
            Ok(signer
                .sign(&Message::new(body).id("msg_1").at(now))
                .expect("a plain message"))
        })
        .expect("a valid secret");
    let verifier = Verifier::builder(scheme)
        .secret("current", secret)
        .build()
        .expect("a valid secret");

    let verified = verifier
        .verify_at(&signed, body, now)
        .expect("what was signed verifies");
    // Reading what the sender wrote must never fail, however odd it is.
    let _ = verified.attributes();

    let mut pieces = verifier.begin_at(&signed, now).expect("the head is good");
    for chunk in body.chunks(usize::from(size) + 1) {
        pieces.update(chunk).expect("the body is below the limit");
    }
    assert_eq!(
        pieces
            .finish()
            .expect("pieces verify as the whole does")
            .body(),
        body
    );

    if !body.is_empty() {
        let mut altered = body.to_vec();
        let bit = usize::from(at) % (body.len() * 8);
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(
            verifier.verify_at(&signed, &altered, now).is_err(),
            "an altered body verified"
        );
    }
});
