//! Whatever the headers and the body are, nobody gets in who does not know the secret, and nothing panics.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use webhook_verify::{Setting, UnixTime, Verifier, schemes};

/// Good base64, good hexadecimal digits, and good text.
const SECRET: &str = "4920646f6e2774206b6e6f77207468697320736563726574";

static VERIFIERS: LazyLock<Vec<Verifier>> = LazyLock::new(|| {
    let verifier = |scheme| {
        let builder = Verifier::builder(scheme)
            .secret("current", SECRET)
            .public_url("https://shop.example.com/hooks")
            .accept_uncovered_body();
        scheme
            .settings()
            .iter()
            .fold(builder, |builder, setting: &Setting| {
                builder.setting(*setting, "a")
            })
            .build()
            .expect("a valid secret")
    };
    schemes().iter().copied().map(verifier).collect()
});

/// The headers that any scheme reads.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let mut names = vec![
        "webhook-id",
        "webhook-timestamp",
        "svix-id",
        "svix-timestamp",
        "x-slack-request-timestamp",
        "x-zm-request-timestamp",
        "twitch-eventsub-message-id",
        "twitch-eventsub-message-timestamp",
        "box-delivery-timestamp",
        "x-zendesk-webhook-signature-timestamp",
        "x-hubspot-request-timestamp",
        "x-github-delivery",
        "x-docusign-signature-1",
        "x-docusign-signature-2",
        "content-length",
        ":method",
        ":path",
        "x-twilio-webhooks-signature-settings",
    ];
    names.extend(schemes().iter().flat_map(|scheme| scheme.headers()));
    names
});

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
        assert!(
            verdict.is_err(),
            "{} accepted without the key",
            verifier.scheme().name()
        );
    }
});
