//! `webhookctl verify`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Answer, BODY, SECRET, call, call_with, finish, webhookctl};

// printf '1700000000.{"id":"evt_1","type":"invoice.paid"}' | openssl dgst -sha256 -hmac whsec_not-a-real-secret
const STRIPE_SECRET: &str = "whsec_not-a-real-secret";
const STRIPE: &str = "stripe-signature: t=1700000000,v1=76c2ae8ce3da824a522cb60cf4aa8d013a67a73c8af9a5722e4fcfb7a5c57df5";

fn stripe(more: &[&str], body: &[u8]) -> Answer {
    let fixed = [
        "verify",
        "--provider",
        "stripe",
        "--now",
        "1700000003",
        "-H",
        STRIPE,
    ];
    call_with(&[&fixed[..], more].concat(), body)
}

#[test]
fn a_genuine_request_is_verified_for_people_and_for_programs() {
    let secret = format!("2026-11={STRIPE_SECRET}");
    let answer = stripe(&["--secret", &secret], BODY.as_bytes());
    assert_eq!((answer.status, &*answer.stderr), (0, ""));
    assert_eq!(
        answer.stdout,
        "verified stripe\n  \
           secret     2026-11\n  \
           id         evt_1 (signed)\n  \
           type       invoice.paid (signed)\n  \
           timestamp  1700000000 (signed): 2023-11-14 22:13:20 UTC, 3 s ago\n  \
           covers     the whole body, the time, the id\n"
    );
    let answer = stripe(&["--secret", &secret, "--json"], BODY.as_bytes());
    assert_eq!(
        answer.stdout,
        "{\"verified\":true,\"provider\":\"stripe\",\"secret\":\"2026-11\",\"id\":\"evt_1\",\"id_signed\":true,\
         \"timestamp\":1700000000,\"type\":\"invoice.paid\"}\n"
    );
}

#[test]
fn what_is_unknown_is_null() {
    let header = call_with(
        &["sign", "-p", "github", "--secret", "not-a-real-secret"],
        b"[]",
    )
    .stdout;
    let answer = call_with(
        &[
            "verify",
            "-p",
            "github",
            "--secret",
            "not-a-real-secret",
            "-H",
            header.trim(),
            "--json",
        ],
        b"[]",
    );
    assert_eq!(
        answer.json(),
        json!({"verified": true, "provider": "github", "secret": "current", "id": null, "id_signed": null,
               "timestamp": null, "type": null})
    );
}

#[test]
fn a_refusal_names_the_reason_and_the_likeliest_mistake() {
    let with_line_break = format!("{BODY}\n");
    let answer = stripe(&["--secret", STRIPE_SECRET], with_line_break.as_bytes());
    assert_eq!((answer.status, &*answer.stderr), (1, ""));
    assert_eq!(
        answer.stdout,
        "refused stripe: no signature matches under any secret\n  \
           likeliest  the body was changed on its way here: it verifies without the line break at its end; hand the \
         bytes on as they came, before anything parses, decompresses or prints them again\n"
    );
    let answer = stripe(
        &["--secret", "another-fake-secret", "--json"],
        BODY.as_bytes(),
    );
    assert_eq!(answer.status, 1);
    assert_eq!(
        answer.stdout,
        "{\"verified\":false,\"error\":\"no signature matches under any secret\",\"hint\":\"nothing that was tried makes \
         it verify; the secret may be of another endpoint, account or mode (test or live), or the body was changed \
         beyond recognition\"}\n"
    );
}

#[test]
fn the_clock_and_the_window_can_be_set() {
    let late = |more: &[&str]| {
        let fixed = [
            "verify",
            "-p",
            "stripe",
            "--secret",
            STRIPE_SECRET,
            "-H",
            STRIPE,
            "--json",
        ];
        call_with(&[&fixed[..], more].concat(), BODY.as_bytes())
    };
    assert_eq!(late(&["--now", "1700000300"]).status, 0);
    assert_eq!(late(&["--now", "1699999700"]).status, 0);
    let refused = late(&["--now", "1700000301"]);
    assert_eq!(refused.status, 1);
    assert_eq!(
        refused.json()["error"],
        "the signed time 1700000000.000 is more than 300 s before 1700000301.000"
    );
    assert!(
        refused.json()["hint"]
            .as_str()
            .unwrap()
            .contains("are 301 s apart")
    );
    assert_eq!(
        late(&["--now", "1700000301", "--tolerance", "400"]).status,
        0
    );
    assert_eq!(late(&["--now", "1700000010", "--tolerance", "5"]).status, 1);
    assert_eq!(
        late(&[]).status,
        1,
        "the clock of this machine is far beyond 2023"
    );
}

#[test]
fn any_of_several_secrets_may_match_and_its_label_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.txt");
    std::fs::write(&file, "another-fake-secret\n").unwrap();
    let file = file.to_str().unwrap();
    let label = |arguments: &[&str]| {
        let fixed = [
            "verify",
            "-p",
            "stripe",
            "--now",
            "1700000000",
            "-H",
            STRIPE,
            "--json",
        ];
        let mut command = webhookctl(&[&fixed[..], arguments].concat());
        command.env("HOOK_SECRET", STRIPE_SECRET);
        finish(command, BODY.as_bytes()).json()["secret"].clone()
    };
    assert_eq!(
        label(&["--secret-file", file, "--secret-env", "HOOK_SECRET"]),
        "HOOK_SECRET"
    );
    let named = format!("2026={file}");
    assert_eq!(
        label(&["--secret-file", &named, "--secret-env", "2025=HOOK_SECRET"]),
        "2025"
    );
    assert_eq!(
        label(&["--secret", "another", "--secret", STRIPE_SECRET]),
        "secret-2"
    );
    assert_eq!(
        label(&["--secret", STRIPE_SECRET, "--secret", "another"]),
        "current"
    );
    std::fs::write(file, STRIPE_SECRET).unwrap();
    assert_eq!(label(&["--secret-file", file]), "new.txt");
}

#[test]
fn a_base64_secret_keeps_its_padding_and_a_label_stands_in_front_of_the_first_equals_sign() {
    let signed =
        |secret: &str| call_with(&["sign", "-p", "github", "--secret", secret], b"{}").stdout;
    // printf '{}' | openssl dgst -sha256 -hmac bm90IGEgc2VjcmV0==
    assert_eq!(
        signed("bm90IGEgc2VjcmV0=="),
        "x-hub-signature-256: sha256=fd48655880327cca3836ffc9779eb55033bd5081505ca409768de3be168071c9\n"
    );
    assert_eq!(
        signed("old=bm90IGEgc2VjcmV0=="),
        signed("bm90IGEgc2VjcmV0==")
    );
    assert_ne!(signed("a=b"), signed("current=a=b"));
    assert_eq!(signed("a=b"), signed("b"));
}

#[test]
fn a_body_is_bytes_from_a_file_or_from_standard_input() {
    let body: Vec<u8> = (0..=255).chain([b'\n', b'\r', 0, 0xff]).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body.bin");
    std::fs::write(&file, &body).unwrap();
    let file = file.to_str().unwrap();
    let header = call(&["sign", "-p", "github", "--secret", SECRET, file]).stdout;
    assert_eq!(
        header,
        call_with(&["sign", "-p", "github", "--secret", SECRET, "-"], &body).stdout
    );
    let verify = |more: &[&str], input: &[u8]| {
        let fixed = [
            "verify",
            "-p",
            "github",
            "--secret",
            SECRET,
            "-H",
            header.trim(),
        ];
        call_with(&[&fixed[..], more].concat(), input).status
    };
    assert_eq!(verify(&[file], b""), 0);
    assert_eq!(verify(&["-"], &body), 0);
    assert_eq!(verify(&[], &body), 0);
    assert_eq!(verify(&[], &body[1..]), 1);
}

#[test]
fn every_published_vector_verifies_through_the_binary() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../webhook-verify/tests/vectors/published.json");
    let vectors: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let known: BTreeSet<&str> = [
        "scheme",
        "name",
        "source",
        "secret",
        "url",
        "now",
        "headers",
        "body",
        "reproduced",
    ]
    .into();
    let mut families = BTreeSet::new();
    for vector in &vectors {
        // Whoever adds a kind of vector tests it beside the engine.
        if !vector
            .as_object()
            .unwrap()
            .keys()
            .all(|key| known.contains(key.as_str()))
        {
            continue;
        }
        let text = |key: &str| vector[key].as_str().unwrap_or_default().to_owned();
        let now = vector["now"].to_string();
        let scheme = text("scheme");
        let mut arguments = vec![
            "verify".to_owned(),
            "--json".into(),
            "-p".into(),
            scheme.clone(),
            "--now".into(),
            now,
        ];
        arguments.extend(["--secret".into(), format!("vector={}", text("secret"))]);
        if vector["url"].is_string() {
            arguments.extend(["--url".into(), text("url")]);
        }
        for (name, value) in vector["headers"].as_object().unwrap() {
            arguments.extend(["-H".into(), format!("{name}: {}", value.as_str().unwrap())]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = call_with(&arguments, text("body").as_bytes());
        assert_eq!(answer.status, 0, "{} {answer:?}", text("name"));
        assert_eq!(answer.json()["secret"], "vector", "{}", text("name"));
        assert_eq!(answer.json()["provider"], scheme);
        families.insert(scheme);
    }
    let expected = [
        "adyen-platforms",
        "bitbucket",
        "circleci",
        "clerk",
        "github",
        "gitlab",
        "jira",
        "line",
        "openai",
        "paddle",
        "razorpay",
        "slack",
        "square",
        "standard-webhooks",
        "svix",
    ];
    for family in expected {
        assert!(families.contains(family), "{family}");
    }
}

#[test]
fn what_leaves_the_body_uncovered_is_verified_only_if_that_is_accepted() {
    let call = |more: &[&str]| {
        let fixed = [
            "verify",
            "-p",
            "gitlab-token",
            "--secret",
            "not-a-real-secret",
            "-H",
            "x-gitlab-token: not-a-real-secret",
        ];
        call_with(&[&fixed[..], more].concat(), b"{}")
    };
    assert_eq!(
        call(&[]).sentence(),
        "gitlab-token does not authenticate the whole body, so anybody on the way could change it; add \
         --accept-uncovered-body if you accept that"
    );
    let accepted = call(&["--accept-uncovered-body"]);
    assert_eq!(accepted.status, 0);
    assert!(
        accepted.stdout.contains("covers     nothing of the body\n"),
        "{accepted:?}"
    );
}

#[test]
fn a_url_that_is_signed_must_be_given_to_the_letter() {
    let url = "https://shop.example.com/hooks";
    let header = call_with(
        &["sign", "-p", "square", "--secret", SECRET, "--url", url],
        b"{}",
    )
    .stdout;
    let verify = |more: &[&str]| {
        let fixed = [
            "verify",
            "-p",
            "square",
            "--secret",
            SECRET,
            "-H",
            header.trim(),
        ];
        call_with(&[&fixed[..], more].concat(), b"{}")
    };
    assert_eq!(
        verify(&[]).sentence(),
        "square signs the URL that the provider was given; add --url URL, to the letter"
    );
    assert_eq!(verify(&["--url", url]).status, 0);
    let refused = verify(&["--url", "https://shop.example.com/hooks/", "--json"]);
    assert_eq!(refused.status, 1);
    assert!(
        refused.json()["hint"]
            .as_str()
            .unwrap()
            .contains("it verifies for the URL https://shop.example.com/hooks;")
    );
}

#[test]
fn a_provider_with_a_private_key_is_verified_with_its_public_one() {
    // The vector of svix-server's own tests.
    let headers = [
        "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp: 1614265330",
        "webhook-signature: v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    ];
    let verify = |name: &str, key: &[&str]| {
        let mut arguments = vec!["verify", "--json", "-p", name, "--now", "1614265330"];
        headers
            .iter()
            .for_each(|header| arguments.extend(["-H", header]));
        arguments.extend(key);
        call_with(&arguments, br#"{"test": 2432232314}"#)
    };
    let key = "2021=whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    for name in ["standard-webhooks-v1a", "standard-webhooks-ed25519"] {
        assert_eq!(
            verify(name, &["--public-key", key]).json()["secret"],
            "2021"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.txt");
    std::fs::write(&file, "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=\n").unwrap();
    let from_file = format!("@{}", file.display());
    let answer = verify("standard-webhooks-v1a", &["--public-key", &from_file]);
    assert_eq!(answer.json()["secret"], "current");
}

#[test]
fn no_output_of_any_kind_has_a_secret_or_a_signature_in_it() {
    let canaries = [
        "canary-secret-0123456789",
        "whsec_Y2FuYXJ5IGNhbmFyeSBjYW5hcnk=",
    ];
    for canary in canaries {
        let calls: [&[&str]; 14] = [
            &["verify", "-p", "stripe", "--secret", canary],
            &["verify", "-p", "stripe", "--secret", canary, "--json"],
            &["verify", "-p", "stripe", "--secret", canary, "-H", STRIPE],
            &["verify", "-p", "standard-webhooks", "--secret", canary],
            &["verify", "-p", "stripe", "--secret-env", canary],
            &["verify", "-p", "stripe", "--secret-file", canary],
            &["verify", "-p", "stripe", canary],
            &["verify", "-p", "stripe", "--secret", "x", canary],
            &["verify", "-p", "stripe", "--secret", "x", "y", canary],
            &[
                "verify",
                "-p",
                "stripe",
                "--secret",
                "a=x",
                "--secret",
                &["a=", canary].concat(),
            ],
            &["verify", "-p", "discord", "--secret", canary],
            &["verify", "-p", "stripe", "-H", canary, "--secret", "x"],
            &["verify", "-p", "stripe", &["--secrt=", canary].concat()],
            &["sign", "-p", "adyen-platforms", "--secret", canary],
        ];
        for arguments in calls {
            let answer = call_with(arguments, b"{}");
            let all = [answer.stdout, answer.stderr].concat();
            assert!(!all.contains(canary), "{arguments:?} {all}");
        }
    }
}
