//! What is signed verifies, whole and in pieces; altered by one bit it does not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use webhook_verify::{BodyCoverage, Message, Signer, UnixTime, Verifier, schemes};

/// Good base64, good hexadecimal digits, and good text.
const SECRET: &str = "4920646f6e2774206b6e6f77207468697320736563726574";
const URL: &str = "https://shop.example.com/hooks";

fuzz_target!(|input: &[u8]| {
    let [which, a, b, c, d, body @ ..] = input else {
        return;
    };
    let (at, size) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
    let scheme = schemes()[usize::from(*which) % schemes().len()];
    // Rows with settings have tests of their own. Linear keeps its time in the body, which is at random here; the others have nothing to verify.
    if scheme.coverage().body != BodyCoverage::Whole
        || scheme.name() == "linear"
        || !scheme.settings().is_empty()
    {
        return;
    }

    let now = UnixTime::from_secs(1_700_000_000);
    let signer = Signer::new(scheme, SECRET).expect("a valid secret");
    let message = Message::new(body).id("msg_1").url(URL).at(now);
    let request = signer.sign_request(&message).expect("a plain message");
    let (signed, body) = (
        request.with_request_line().collect::<Vec<_>>(),
        request.body(),
    );
    let verifier = Verifier::builder(scheme)
        .secret("current", SECRET)
        .public_url(URL)
        .build()
        .expect("a valid secret");

    let verified = verifier
        .verify_at(signed.iter().copied(), body, now)
        .expect("what was signed verifies");
    // Reading what the sender wrote must never fail, however odd it is.
    let _ = verified.attributes();

    let mut pieces = verifier
        .begin_at(signed.iter().copied(), now)
        .expect("the head is good");
    for chunk in body.chunks(usize::from(size) + 1) {
        pieces.update(chunk).expect("the body is below the limit");
    }
    let verified = pieces.finish().expect("pieces verify as the whole does");
    assert_eq!(verified.body(), body);

    if !body.is_empty() {
        let mut altered = body.to_vec();
        let bit = usize::from(at) % (body.len() * 8);
        altered[bit / 8] ^= 1 << (bit % 8);
        let verdict = verifier.verify_at(signed.iter().copied(), &altered, now);
        assert!(verdict.is_err(), "an altered body verified");
    }
});
