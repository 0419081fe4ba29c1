//! `webhookctl listen`.

use std::net::TcpListener;

use serde_json::json;

use crate::process::{Listener, Service};
use crate::support::{SECRET, call, call_with};

const OTHER: &str = "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=";
const STANDARD: [&str; 4] = [
    "-p",
    "standard-webhooks",
    "--secret-env",
    "2026=HOOK_SECRET",
];

fn send(url: &str, secret: &str, id: &str) -> i32 {
    call(&[
        "send",
        url,
        "-p",
        "standard-webhooks",
        "--secret",
        secret,
        "--id",
        id,
        "--type",
        "order.paid",
    ])
    .status
}

#[test]
fn new_duplicate_and_refused_are_shown_as_such_and_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite://{}", folder.path().join("hooks.db").display());
    let arguments = [&STANDARD[..], &["--store", &store]].concat();
    let mut listener = Listener::start(&arguments, SECRET);
    assert_eq!(send(&listener.url(), SECRET, "msg_1"), 0);
    let first = listener.next();
    for (key, value) in [
        ("event", json!("received")),
        ("result", json!("new")),
        ("endpoint", json!("standard-webhooks")),
        ("provider", json!("standard-webhooks")),
        ("secret", json!("2026")),
        ("id", json!("msg_1")),
        ("id_signed", json!(true)),
        ("type", json!("order.paid")),
    ] {
        assert_eq!(first[key], value, "{key}");
    }
    assert_eq!(send(&listener.url(), OTHER, "msg_2"), 1);
    let refused = listener.next();
    assert_eq!(refused["event"], "refused");
    assert_eq!(refused["status"], 401);
    assert_eq!(refused["reason"], "signature_mismatch");
    assert_eq!(refused["error"], "no signature matches under any secret");
    let (said, status) = listener.end();
    assert_eq!(
        (said, status),
        (
            vec![json!({"event": "stopped", "received": 1, "refused": 1})],
            0
        )
    );

    let mut again = Listener::start(&arguments, SECRET);
    // The same id with a body of another time.
    assert_eq!(
        call_with(
            &[
                "send",
                &again.url(),
                "-p",
                "standard-webhooks",
                "--secret",
                SECRET,
                "--id",
                "msg_1",
                "--data",
                "-"
            ],
            b"{}",
        )
        .status,
        0
    );
    assert_eq!(again.next()["result"], "duplicate_with_another_payload");
    assert_eq!(send(&again.url(), SECRET, "msg_3"), 0);
    assert_eq!(again.next()["result"], "new");
    assert_eq!(again.end().1, 0);
    let stats = call(&["inbox", "stats", "--json", "--store", &store]).json();
    assert_eq!(stats["ready"], 2);
}

#[test]
fn stored_events_are_forwarded_signed_again_until_the_service_takes_them() {
    let service = Service::start(&[503, 200]);
    let url = service.url();
    let arguments = [&STANDARD[..], &["--forward", &url]].concat();
    let mut listener = Listener::start(&arguments, SECRET);
    assert_eq!(send(&listener.url(), SECRET, "msg_1"), 0);
    assert_eq!(listener.next()["result"], "new");
    let failed = listener.next();
    assert_eq!(
        (&failed["event"], &failed["delivered"], &failed["status"]),
        (&json!("forwarded"), &json!(false), &json!(503))
    );
    let delivered = listener.next();
    assert_eq!(
        (
            &delivered["delivered"],
            &delivered["status"],
            &delivered["attempt"]
        ),
        (&json!(true), &json!(200), &json!(2))
    );
    let seen = service.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].body, seen[1].body);
    // The service can verify with the provider's own secret, and knows both attempts for one event.
    let key = |at: usize| {
        let is_key = |header: &&String| header.starts_with("idempotency-key: ");
        seen[at].headers.iter().find(is_key).unwrap().clone()
    };
    assert_eq!(key(0), key(1));
    let mut verify = vec![
        "verify",
        "-p",
        "standard-webhooks",
        "--secret",
        SECRET,
        "--json",
    ];
    seen[1]
        .headers
        .iter()
        .for_each(|header| verify.extend(["-H", header]));
    assert_eq!(call_with(&verify, &seen[1].body).json()["id"], "msg_1");
    let (said, status) = listener.end();
    assert_eq!(status, 0);
    assert_eq!(said[0]["event"], "drained");
    assert_eq!(said[1]["event"], "stopped");
}

#[test]
fn a_termination_waits_for_a_delivery_that_is_under_way() {
    let gate = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/slow", gate.local_addr().unwrap());
    let arguments = [&STANDARD[..], &["--forward", &url]].concat();
    let mut listener = Listener::start(&arguments, SECRET);
    assert_eq!(send(&listener.url(), SECRET, "msg_1"), 0);
    assert_eq!(listener.next()["result"], "new");
    let (mut stream, _) = gate.accept().unwrap();
    listener.terminate();
    std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .unwrap();
    assert_eq!(listener.next()["delivered"], true);
    let (said, status) = listener.end();
    assert_eq!(status, 0);
    assert_eq!(
        said[0],
        json!({"event": "drained", "finished": 1, "released": 0, "left_to_lapse": 0})
    );
}

#[test]
fn several_providers_come_out_of_a_file_and_their_metrics_out_of_another_address() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hooks.toml");
    std::fs::write(
        &file,
        r#"
        metrics-addr = "127.0.0.1:0"
        [[endpoint]]
        provider = "stripe"
        secret-env = ["HOOK_SECRET"]
        [[endpoint]]
        provider = "github"
        name = "github-org"
        path = "/gh"
        secret-env = ["old=HOOK_SECRET"]
    "#,
    )
    .unwrap();
    let mut listener = Listener::start(&["--config", file.to_str().unwrap()], SECRET);
    let addr = listener.hello["addr"].as_str().unwrap().to_owned();
    let post = |provider: &str, path: &str| {
        let url = format!("http://{addr}{path}");
        call(&["send", &url, "-p", provider, "--secret", SECRET]).status
    };
    assert_eq!(post("stripe", "/stripe"), 0);
    assert_eq!(listener.next()["endpoint"], "stripe");
    assert_eq!(post("github", "/gh"), 0);
    let github = listener.next();
    assert_eq!(
        (&github["endpoint"], &github["secret"]),
        (&json!("github-org"), &json!("old"))
    );
    assert_eq!(post("github", "/stripe"), 1);
    assert_eq!(listener.next()["reason"], "missing_header");
    assert_eq!(post("github", "/elsewhere"), 1);
    assert_eq!(listener.next()["reason"], "not_found");

    let metrics = listener.hello["metrics_addr"].as_str().unwrap();
    let page = get(metrics, "/metrics");
    for line in [
        "webhookctl_received_total{endpoint=\"stripe\",result=\"new\"} 1",
        "webhookctl_received_total{endpoint=\"github-org\",result=\"new\"} 1",
        "webhookctl_refused_total{reason=\"missing_header\"} 1",
        "webhookctl_refused_total{reason=\"not_found\"} 1",
        "webhookctl_put_seconds_count 2",
        "# TYPE webhookctl_inbox_events gauge",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    assert_eq!(listener.end().1, 0);
}

fn get(addr: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(addr).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_receiver_that_cannot_start_says_why() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let answer = call(&[
        "listen", "-p", "stripe", "--secret", SECRET, "--addr", &addr,
    ]);
    assert_eq!(answer.status, 1);
    assert_eq!(
        answer.stderr,
        format!(
            "error: {addr} is in use by another program; give another address with --addr, or port 0 for any\n"
        )
    );
    let sentence = |more: &[&str]| {
        call(&[&["listen", "-p", "stripe", "--secret", SECRET][..], more].concat())
            .sentence()
            .to_owned()
    };
    assert_eq!(
        sentence(&["--store", "mysql://x"]),
        "--store takes sqlite://FILE, postgres://USER@HOST/DATABASE or memory"
    );
    assert!(
        sentence(&["--addr", "nowhere"])
            .starts_with("an address is an IP address and a port, such as 127.0.0.1:3000")
    );
    assert!(sentence(&["--path", "stripe"]).starts_with("--path begins with / "));
    assert!(
        sentence(&["--forward", "http://198.51.100.1/"])
            .ends_with("http goes only to this machine, as in http://127.0.0.1:3000/hooks")
    );
    assert_eq!(call(&["listen"]).sentence(), "--provider must be given too");
}

#[test]
fn a_file_that_cannot_be_used_is_explained_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hooks.toml");
    let table = [
        (
            "",
            "the file of --config cannot be read at line 1: missing field `endpoint`",
        ),
        (
            "endpoint = []",
            "the file of --config has no [[endpoint]]; add one",
        ),
        (
            "[[endpoint]]\nprovider = \"stirpe\"",
            "in the file of --config, endpoint 1: no provider is called \"stirpe\"; did you mean stripe?",
        ),
        (
            "[[endpoint]]\nprovider = \"stripe\"",
            "in the file of --config, endpoint 1: no signing secret is given; add --secret-env NAME or --secret-file FILE",
        ),
        (
            "[[endpoint]]\nprovider = \"stripe\"\nsecret = \"canary\"",
            "the file of --config cannot be read at line 3: a value is of the wrong type",
        ),
        (
            "[[endpoint]]\nprovider = \"stripe\"\nsecret = [\"x\"]\n[[endpoint]]\nprovider = \"stripe\"\npath = \"/b\"\nsecret = [\"x\"]",
            "two endpoints are called stripe; give each a name of its own, such as stripe-live and stripe-test",
        ),
        (
            "[[endpoint]]\nprovider = \"stripe\"\nsecret = [\"x\"]\n[[endpoint]]\nprovider = \"github\"\npath = \"/stripe\"\nsecret = [\"x\"]",
            "two endpoints have the same path; give each its own",
        ),
        (
            "[[endpoint]]\nprovider = \"stripe\"\nsecret = [\"x\"]\nforward = \"http://127.0.0.1:3001/\"\n[[endpoint]]\nprovider = \"github\"\nsecret = [\"x\"]",
            "some endpoints have a forward and some have none, and one worker serves them all; give every one a forward, or none",
        ),
    ];
    for (text, sentence) in table {
        std::fs::write(&file, text).unwrap();
        let answer = call(&["listen", "--config", file.to_str().unwrap()]);
        assert_eq!(answer.sentence(), sentence, "{text}");
        assert!(!answer.stderr.contains("canary"));
    }
}
