//! `webhookctl migrate`, `doctor` and `secret`: keeping a store and its secrets in order. Also what packagers need.

use serde_json::{Value, json};
use webhook_servers::Postgres;

use crate::process::Listener;
use crate::support::{Answer, SECRET, call, call_with};

fn receive(store: &str, label: &str) {
    let secret = format!("{label}=HOOK_SECRET");
    let arguments = [
        "-p",
        "standard-webhooks",
        "--secret-env",
        &secret,
        "--store",
        store,
    ];
    let mut listener = Listener::start(&arguments, SECRET);
    let sent = call(&[
        "send",
        &listener.url(),
        "-p",
        "standard-webhooks",
        "--secret",
        SECRET,
    ]);
    assert_eq!(sent.status, 0);
    assert_eq!(listener.next()["result"], "new");
    assert_eq!(listener.end().1, 0);
}

fn status(answer: &Answer, check: &str) -> Value {
    let checks = answer.json()["checks"].as_array().unwrap().clone();
    let found = checks.iter().find(|found| found["check"] == check);
    found.unwrap_or_else(|| panic!("{check}: {answer:?}"))["status"].clone()
}

#[test]
fn a_store_is_migrated_and_the_sql_for_it_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hooks.db");
    let at = format!("sqlite://{}", file.display());
    let printed = call(&["migrate", "--print", "--store", &at]);
    assert_eq!(printed.status, 0);
    assert!(
        printed.stdout.starts_with("BEGIN IMMEDIATE;\n"),
        "{}",
        printed.stdout
    );
    assert!(
        printed.stdout.contains("CREATE TABLE webhook_records"),
        "{}",
        printed.stdout
    );
    assert!(!file.exists(), "printing changes nothing");
    for _ in 0..2 {
        let migrated = call(&["migrate", "--store", &at]);
        assert_eq!(
            (migrated.status, &*migrated.stdout),
            (0, "the tables are up to date\n")
        );
    }
    assert_eq!(
        call(&["migrate", "--store", &at, "--json"]).json(),
        json!({"migrated": true})
    );
    assert_eq!(
        call(&["migrate", "--store", "memory"]).sentence(),
        "--store memory has no tables; name a database"
    );
    let postgres = call(&[
        "migrate",
        "--print",
        "--store",
        "postgres://nobody@127.0.0.1:1/none",
    ]);
    assert!(postgres.stdout.starts_with("BEGIN;\n"), "{postgres:?}");
}

#[test]
fn a_doctor_looks_at_a_file_and_says_what_to_change() {
    let folder = tempfile::tempdir().unwrap();
    let at = format!("sqlite://{}", folder.path().join("hooks.db").display());
    receive(&at, "new");
    let answer = call(&["doctor", "--json", "--store", &at, "--retention", "1h"]);
    // Standard Webhooks' example schedule lasts longer than an hour.
    assert_eq!(
        (answer.status, &answer.json()["healthy"]),
        (1, &json!(false))
    );
    assert_eq!(status(&answer, "retention"), "bad");
    for check in [
        "journal",
        "integrity",
        "bloat",
        "write-ahead log",
        "backlog",
        "dead letters",
        "stored times",
    ] {
        assert_eq!(status(&answer, check), "good", "{check}");
    }
    let answer = call(&["doctor", "--json", "--store", &at, "--retention", "30d"]);
    assert_eq!(status(&answer, "retention"), "good");
    let text = call(&["doctor", "--store", &at]).stdout;
    assert!(
        text.contains("say with --retention for how long you keep settled events"),
        "{text}"
    );
    assert_eq!(
        call(&["doctor", "--store", "memory"]).sentence(),
        "--store memory promises nothing; name a database"
    );
}

#[test]
fn postgres_holds_an_inbox_and_is_looked_at_by_the_doctor() {
    let server = Postgres::options().fsync(false).start();
    let at = server.url("postgres");
    assert_eq!(call(&["migrate", "--store", &at]).status, 0);
    receive(&at, "new");
    assert_eq!(
        call(&["inbox", "stats", "--json", "--store", &at]).json()["ready"],
        1
    );
    let listed = call(&["inbox", "list", "--json", "--store", &at]).json();
    assert_eq!(listed["secret"], "new");
    let answer = call(&["doctor", "--json", "--store", &at, "--retention", "30d"]);
    assert_eq!(answer.status, 1, "{answer:?}");
    assert_eq!(status(&answer, "fsync"), "bad");
    for check in [
        "synchronous_commit",
        "standby",
        "clock",
        "bloat",
        "backlog",
        "retention",
    ] {
        assert_eq!(status(&answer, check), "good", "{check}");
    }
    let canary = call(&[
        "inbox",
        "stats",
        "--store",
        "postgres://u:canary@127.0.0.1:1/none",
    ]);
    assert_eq!(canary.status, 1);
    assert!(!canary.stderr.contains("canary"), "{canary:?}");
}

#[test]
fn a_new_secret_fits_its_scheme() {
    for (scheme, beginning) in [
        ("standard-webhooks", "whsec_"),
        ("stripe", "whsec_"),
        ("github", "whsec_"),
    ] {
        let secret = call(&["secret", "new", "--scheme", scheme]).stdout;
        assert!(secret.starts_with(beginning), "{scheme}");
        assert_eq!(secret.trim().len(), 50, "32 bytes behind {beginning}");
        let signed = call_with(&["sign", "-p", scheme, "--secret", secret.trim()], b"{}");
        assert_eq!(signed.status, 0);
    }
    let adyen = call(&["secret", "new", "--scheme", "adyen-platforms", "--json"]).json();
    let hexadecimal = adyen["secret"].as_str().unwrap();
    assert!(hexadecimal.len() == 64 && hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let twice = [
        call(&["secret", "new"]).stdout,
        call(&["secret", "new"]).stdout,
    ];
    assert_ne!(twice[0], twice[1]);

    let pair = call(&[
        "secret",
        "new",
        "--scheme",
        "standard-webhooks-v1a",
        "--json",
    ])
    .json();
    let (private, public) = (
        pair["secret"].as_str().unwrap(),
        pair["public_key"].as_str().unwrap(),
    );
    let signed = call_with(
        &["sign", "-p", "standard-webhooks-v1a", "--secret", private],
        b"{}",
    )
    .stdout;
    let mut verify = vec![
        "verify",
        "-p",
        "standard-webhooks-v1a",
        "--public-key",
        public,
    ];
    signed
        .lines()
        .for_each(|header| verify.extend(["-H", header]));
    assert_eq!(call_with(&verify, b"{}").status, 0);
    assert_eq!(
        call(&["secret", "new", "--scheme", "discord"]).sentence(),
        "discord makes its key pairs itself; copy its public key from there"
    );
}

#[test]
fn a_rotation_is_planned_from_what_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let at = format!("sqlite://{}", folder.path().join("hooks.db").display());
    receive(&at, "old");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    receive(&at, "new");
    let plan = |more: &[&str]| {
        let fixed = ["secret", "rotate-plan", "--json", "--store", &at];
        call(&[&fixed[..], more].concat()).json()["endpoints"][0].clone()
    };
    let endpoint = plan(&[]);
    assert_eq!(endpoint["endpoint"], "standard-webhooks");
    let labels: Vec<&Value> = endpoint["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|used| &used["label"])
        .collect();
    assert_eq!(labels, ["new", "old"]);
    assert_eq!(endpoint["secrets"][1]["may_go"], false);
    assert_eq!(endpoint["secrets"][1]["events"], 1);
    assert_eq!(plan(&["--unused-for", "1s"])["secrets"][1]["may_go"], true);
    let text = call(&[
        "secret",
        "rotate-plan",
        "--store",
        &at,
        "--unused-for",
        "1s",
    ])
    .stdout;
    assert!(text.contains("  may go  old  1 events, last "), "{text}");
    assert!(text.contains("  keep    new  1 events, last "), "{text}");
}

#[test]
fn a_packager_gets_completions_and_man_pages() {
    for (shell, has) in [
        ("bash", "_webhookctl()"),
        ("zsh", "#compdef webhookctl"),
        ("fish", "complete -c webhookctl"),
    ] {
        let answer = call(&["completions", shell]);
        assert_eq!(answer.status, 0);
        assert!(answer.stdout.contains(has), "{shell}");
    }
    assert!(
        call(&["completions", "tcsh"])
            .sentence()
            .starts_with("[SHELL] takes one of bash, ")
            || call(&["completions", "tcsh"])
                .sentence()
                .starts_with("<SHELL> takes one of bash, ")
    );
    let page = call(&["man"]).stdout;
    assert!(
        page.contains(".TH webhookctl 1") && page.contains("rotate") | page.contains("secret"),
        "{page}"
    );
    let page = call(&["man", "verify"]).stdout;
    assert!(
        page.contains(".TH webhookctl-verify 1") && page.contains("accept\\-uncovered\\-body"),
        "{page}"
    );
    assert!(
        call(&["man", "nothing"])
            .sentence()
            .starts_with("there is no command \"nothing\"")
    );
    assert!(call(&["completions", "bash", "--json"]).json()["script"].is_string());
}
