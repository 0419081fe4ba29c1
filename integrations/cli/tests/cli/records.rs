//! `webhookctl inbox`, `dead` and `outbox`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use webhook_idempotency::{Claims as _, Inbox, Outcome, Queue as _, Settlement, SqliteStore};
use webhook_sender::{Outbox, OutgoingEvent};
use webhook_verify::{Message, StandardWebhooks};

use crate::support::{SECRET, call};

/// Three received events, of which one is dead, and one to be sent.
fn store(file: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Arc::new(SqliteStore::open(file).await.unwrap());
        let inbox = Inbox::new(store.clone(), "shop").unwrap();
        let verifier = StandardWebhooks::new(SECRET).unwrap();
        for (id, body) in [
            ("msg_1", &b"{\"type\":\"a.b\"}"[..]),
            ("msg_2", b"\xff\x00"),
            ("msg_3", b"{}"),
        ] {
            let headers = StandardWebhooks::signer(SECRET)
                .unwrap()
                .sign(&Message::new(body).id(id))
                .unwrap();
            inbox
                .accept(verifier.verify(&headers, body).unwrap())
                .await
                .unwrap();
        }
        let leased = store
            .lease(inbox.namespace(), 1, Duration::from_secs(60))
            .await
            .unwrap();
        let reason = "the ledger said\u{1b}[31m no".to_owned();
        let outcome = Outcome::Dead { reason };
        store
            .settle(&[Settlement {
                lease: leased[0].lease,
                outcome,
            }])
            .await
            .unwrap();
        let outbox = Outbox::new(store).unwrap();
        let event = OutgoingEvent::new("evt_9", "order.paid", "{}").unwrap();
        outbox.enqueue("acme", event).await.unwrap();
    });
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn events_are_listed_shown_replayed_and_purged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hooks.db");
    store(&file);
    let at = format!("sqlite://{}", file.display());
    let run = |arguments: &[&str]| call(&[arguments, &["--store", &at]].concat());
    let json = |arguments: &[&str]| lines(&run(&[arguments, &["--json"]].concat()).stdout);

    assert_eq!(
        json(&["inbox", "stats"]),
        [json!({"ready": 2, "leased": 0, "done": 0, "dead": 1, "oldest_pending_seconds": 0})]
    );
    let all = json(&["inbox", "list"]);
    let ids: Vec<&Value> = all.iter().map(|row| &row["id"]).collect();
    assert_eq!(ids, ["msg_1", "msg_2", "msg_3"]);
    assert_eq!(all[0]["state"], "dead");
    assert_eq!(all[0]["type"], "a.b");
    assert_eq!(all[0]["secret"], "current");
    assert_eq!(
        json(&["inbox", "list", "--state", "ready", "--limit", "1"])[0]["id"],
        "msg_2"
    );
    let sequence = all[1]["sequence"].to_string();
    assert_eq!(json(&["inbox", "list", "--after", &sequence]).len(), 1);
    assert_eq!(json(&["outbox", "list"])[0]["id"], "evt_9");

    let table = run(&["inbox", "list"]).stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(
        !table.contains('\u{1b}'),
        "what a handler wrote cannot steer a terminal: {table:?}"
    );

    let key = all[0]["key"].as_str().unwrap();
    for name in ["msg_1", key, &key[..8], &key[..40].to_uppercase()] {
        assert_eq!(
            json(&["inbox", "show", name])[0]["payload"],
            "{\"type\":\"a.b\"}",
            "{name}"
        );
    }
    assert_eq!(
        json(&["inbox", "show", "msg_2"])[0]["payload_base64"],
        "/wA="
    );
    assert_eq!(run(&["inbox", "show", "msg_3", "--payload"]).stdout, "{}");
    let missing = run(&["inbox", "show", "msg_4"]);
    assert_eq!(missing.status, 1);
    assert_eq!(
        missing.stderr,
        "error: no event is called \"msg_4\"; list them, and give a key, 8 digits of it or more, or the sender's id\n"
    );

    let dead = json(&["dead", "list"]);
    assert_eq!((dead.len(), &dead[0]["id"]), (1, &json!("msg_1")));
    assert_eq!(dead[0]["last_error"], "the ledger said\u{1b}[31m no");
    let replayed = json(&["dead", "replay", "--all"]);
    assert_eq!(
        replayed,
        [json!({"key": key, "id": "msg_1", "replayed": true, "reason": null})]
    );
    assert_eq!(json(&["inbox", "stats"])[0]["ready"], 3);
    let again = run(&["inbox", "replay", "msg_1", "--json"]);
    assert_eq!(again.status, 1);
    assert_eq!(
        again.json()["reason"],
        "it is waiting or being worked on already"
    );

    assert_eq!(
        json(&["inbox", "purge", "--settled-for", "0s"]),
        [json!({"purged": 0})]
    );
    assert_eq!(
        run(&["inbox", "list", "--namespace", "nothing"]).stdout,
        "nothing is stored there\n"
    );
}

#[test]
fn settled_events_are_forgotten_after_the_time_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hooks.db");
    store(&file);
    let at = format!("sqlite://{}", file.display());
    let purged = |time: &str| {
        call(&[
            "inbox",
            "purge",
            "--settled-for",
            time,
            "--json",
            "--store",
            &at,
        ])
        .json()["purged"]
            .clone()
    };
    assert_eq!(purged("1h"), 0);
    // Settled in this very millisecond is not yet settled for longer than none.
    let mut some = json!(0);
    for _ in 0..100 {
        some = purged("0s");
        if some == 1 {
            break;
        }
    }
    assert_eq!(some, 1);
}

#[test]
fn misuse_of_the_store_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let missing = format!("sqlite://{}", folder.path().join("missing.db").display());
    let answer = call(&["inbox", "stats", "--store", &missing]);
    assert_eq!(answer.status, 1);
    assert!(
        answer
            .stderr
            .contains("there is no such file; correct the path"),
        "{answer:?}"
    );
    for (arguments, beginning) in [
        (&["inbox", "list"][..], "--store must be given too"),
        (
            &["inbox", "list", "--store", "memory"],
            "--store memory is empty whenever a program starts; ",
        ),
        (
            &["inbox", "list", "--store", "sqlite://"],
            "--store sqlite:// needs a file behind it",
        ),
        (
            &["inbox", "list", "--store", "mysql://u:canary@h/"],
            "--store takes ",
        ),
        (
            &["inbox", "list", "--store", &missing, "--state", "gone"],
            "--state takes one of dead, done, leased, ready",
        ),
        (
            &["inbox", "purge", "--store", &missing],
            "--settled-for must be given too",
        ),
        (
            &["inbox", "purge", "--store", &missing, "--settled-for", "30"],
            "a time is a whole number with its unit",
        ),
        (
            &["inbox", "list", "--store", &missing, "--namespace", "A"],
            "the namespace name \"A\" must have",
        ),
        (
            &["dead", "replay", "--store", &missing],
            "<KEY>... must be given too",
        ),
        (
            &["inbox"],
            "a command is missing; type one of list, replay, purge, show, stats",
        ),
    ] {
        let answer = call(arguments);
        assert!(answer.sentence().starts_with(beginning), "{answer:?}");
        assert!(!answer.stderr.contains("canary"), "{answer:?}");
    }
}
