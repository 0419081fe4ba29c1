//! Whatever the headers and the body are, nobody gets in who does not know the secret, and nothing panics.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use webhook_verify::{GitHub, StandardWebhooks, Stripe, UnixTime, Verifier};

static VERIFIERS: LazyLock<[Verifier; 3]> = LazyLock::new(|| {
    let secret = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
    [StandardWebhooks::SCHEME, Stripe::SCHEME, GitHub::SCHEME].map(|scheme| {
        Verifier::builder(scheme)
            .secret("current", secret)
            .build()
            .expect("a valid secret")
    })
});

const NAMES: [&str; 7] = [
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "Stripe-Signature",
    "X-Hub-Signature-256",
    "X-GitHub-Delivery",
    "Content-Length",
];

// One line a header, of which the first byte chooses the name; the rest behind an empty line is the body.
fuzz_target!(|input: &[u8]| {
    let end = input
        .windows(2)
        .position(|pair| pair == b"\n\n")
        .unwrap_or(input.len());
    let (head, body) = input.split_at(end);
    let headers = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let (first, value) = line.split_first()?;
        Some((NAMES[usize::from(*first) % NAMES.len()], value))
    });
    for verifier in VERIFIERS.iter() {
        let verdict = verifier.verify_at(headers.clone(), body, UnixTime::from_secs(1_700_000_000));
        assert!(verdict.is_err(), "accepted without the key");
    }
});
