//! `webhookctl sign`.

use webhook_verify::{BodyCoverage, Message, Signer, UnixTime, schemes};

use crate::support::{BODY, SECRET, call, call_with};

/// Linear has the time in its body, in milliseconds.
const TIMED: &str = r#"{"id":"evt_1","type":"invoice.paid","webhookTimestamp":1700000000000}"#;
const URL: &str = "https://shop.example.com/hooks";

/// Keys of the schemes with public keys, each private one with its public one.
const PAIRS: [(&str, &str, &str); 1] = [(
    "standard-webhooks-v1a",
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
    "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
)];

#[test]
fn the_headers_are_those_that_another_tool_computes() {
    let answer = call_with(
        &[
            "sign",
            "--provider",
            "stripe",
            "--secret",
            "whsec_not-a-real-secret",
            "--now",
            "1700000000",
        ],
        BODY.as_bytes(),
    );
    // printf '1700000000.{"id":"evt_1","type":"invoice.paid"}' | openssl dgst -sha256 -hmac whsec_not-a-real-secret
    assert_eq!(
        (answer.status, &*answer.stdout, &*answer.stderr),
        (
            0,
            "stripe-signature: t=1700000000,v1=76c2ae8ce3da824a522cb60cf4aa8d013a67a73c8af9a5722e4fcfb7a5c57df5\n",
            ""
        )
    );
    // The test of the Standard Webhooks library for Python.
    let answer = call_with(
        &[
            "sign",
            "--json",
            "-p",
            "standard-webhooks",
            "--secret",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "--now",
            "1614265330",
            "--id",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
        ],
        br#"{"test": 2432232314}"#,
    );
    assert_eq!(
        answer.stdout,
        "{\"provider\":\"standard-webhooks\",\"headers\":[\
         {\"name\":\"webhook-id\",\"value\":\"msg_p5jXN8AQM9LWM0D4loKWxJek\"},\
         {\"name\":\"webhook-timestamp\",\"value\":\"1614265330\"},\
         {\"name\":\"webhook-signature\",\"value\":\"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\"}]}\n"
    );
}

#[test]
fn every_scheme_that_can_sign_verifies_what_it_signed() {
    let mut signed_by = 0;
    for scheme in schemes() {
        let name = scheme.name();
        let pair = PAIRS.iter().find(|(other, ..)| *other == name);
        let (private, public) = match pair {
            Some((_, private, public)) => (*private, Some(*public)),
            None if ["Ed25519", "ECDSA", "RSA"]
                .iter()
                .any(|one| scheme.algorithm().starts_with(one)) =>
            {
                continue;
            }
            None if name == "adyen-platforms" => (
                "44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056",
                None,
            ),
            None => (SECRET, None),
        };
        let message = Message::new(TIMED)
            .id("msg_1")
            .event_type("a.b")
            .url(URL)
            .at(UnixTime::from_secs(1_700_000_000));
        let can = Signer::new(*scheme, private).map(|signer| signer.sign(&message));
        let mut arguments = vec![
            "sign",
            "--now",
            "1700000000",
            "-p",
            name,
            "--secret",
            private,
            "--id",
            "msg_1",
            "--type",
            "a.b",
            "--url",
            URL,
        ];
        if name == "jira-connect" {
            // Its hash leaves out the URL of the app, which is what the verifier is given as the URL.
            arguments.extend(["--setting", "audience=https://shop.example.com/hooks"]);
        }
        if name == "livekit" {
            arguments.extend(["--setting", "issuer=key-1"]);
        }
        let signed = call_with(&arguments, TIMED.as_bytes());
        if !matches!(can, Ok(Ok(_))) {
            assert_eq!(signed.status, 2, "{name} {signed:?}");
            continue;
        }
        assert_eq!(signed.status, 0, "{name} {signed:?}");
        let mut arguments = vec![
            "verify",
            "--now",
            "1700000000",
            "--json",
            "-p",
            name,
            "--url",
            URL,
            "--accept-uncovered-body",
        ];
        if name == "livekit" {
            arguments.extend(["--setting", "issuer=key-1"]);
        }
        match public {
            Some(key) => arguments.extend(["--public-key", key]),
            None => arguments.extend(["--secret", private]),
        }
        signed
            .stdout
            .lines()
            .for_each(|header| arguments.extend(["-H", header]));
        let verified = call_with(&arguments, TIMED.as_bytes());
        assert_eq!(verified.status, 0, "{name} {verified:?}");
        let altered = call_with(&arguments, b"{\"id\":\"evt_2\"}").status;
        match scheme.coverage().body {
            BodyCoverage::Whole => assert_eq!(altered, 1, "{name}"),
            BodyCoverage::None => assert_eq!(altered, 0, "{name}"),
            _ => {}
        }
        signed_by += 1;
    }
    assert!(signed_by >= 55, "{signed_by}");
}

#[test]
fn several_secrets_sign_where_the_header_can_say_so() {
    let arguments = [
        "sign",
        "-p",
        "standard-webhooks",
        "--secret",
        SECRET,
        "--secret",
        "old=whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=",
    ];
    let answer = call_with(&arguments, b"{}");
    assert_eq!(answer.stdout.matches("v1,").count(), 2, "{answer:?}");
}

#[test]
fn a_curl_command_is_one_that_verify_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("it's a body.json");
    std::fs::write(&file, BODY).unwrap();
    for more in [&[file.to_str().unwrap()][..], &["-"][..]] {
        let fixed = [
            "sign",
            "-p",
            "standard-webhooks",
            "--secret",
            SECRET,
            "--curl",
            "--url",
            "http://127.0.0.1:1/in?x=1",
        ];
        let body = "{\"it's\": \"$HOME\"}\n";
        let command = call_with(&[&fixed[..], more].concat(), body.as_bytes()).stdout;
        assert!(
            command.starts_with(
                "curl 'http://127.0.0.1:1/in?x=1' \\\n  -H 'content-type: application/json' \\\n"
            ),
            "{command}"
        );
        let saved = folder.path().join("command.txt");
        std::fs::write(&saved, &command).unwrap();
        let verify = [
            "verify",
            "-p",
            "standard-webhooks",
            "--secret",
            SECRET,
            "--request",
            saved.to_str().unwrap(),
        ];
        assert_eq!(call(&verify).status, 0, "{command}");
    }
    let bytes = call_with(
        &[
            "sign", "-p", "github", "--secret", SECRET, "--curl", "--url", URL,
        ],
        b"\xff",
    );
    assert_eq!(
        bytes.sentence(),
        "this body is not text, so that no command line can hold it; put it into a FILE and name that"
    );
}

#[test]
fn what_a_scheme_needs_and_was_not_given_is_asked_for() {
    let sign =
        |more: &[&str]| call_with(&[&["sign", "--secret", SECRET][..], more].concat(), b"{}");
    assert_eq!(
        sign(&["-p", "square"]).sentence(),
        "square signs the URL that the message goes to; add --url URL"
    );
    assert_eq!(
        sign(&["-p", "mailgun"]).sentence(),
        "mailgun puts its signature into the body, which is its own to write; no signature can be made here"
    );
    assert_eq!(
        sign(&["-p", "standard-webhooks", "--id", "a.b"]).sentence(),
        "--id must have 1 to 256 visible ASCII characters, and none that standard-webhooks puts behind the id"
    );
    assert_eq!(
        sign(&["-p", "github", "--type", "a b"]).sentence(),
        "--type must have 1 to 256 visible ASCII characters"
    );
    assert_eq!(
        sign(&["-p", "github", "--curl"]).sentence(),
        "--url must be given too"
    );
}
