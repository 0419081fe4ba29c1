//! `webhookctl send`, also on a terminal.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::json;

use crate::process::Service;
use crate::support::{SECRET, call, webhookctl};

fn send(service: &Service, more: &[&str]) -> crate::support::Answer {
    let url = service.url();
    call(
        &[
            &["send", &url, "-p", "standard-webhooks", "--secret", SECRET][..],
            more,
        ]
        .concat(),
    )
}

#[test]
fn what_was_answered_is_counted_and_anything_but_a_2xx_fails() {
    let service = Service::start(&[200, 204, 500, 302, 200]);
    let answer = send(&service, &["--repeat", "6", "--concurrency", "1", "--json"]);
    assert_eq!(answer.status, 1);
    let report = answer.json();
    assert_eq!(report["sent"], 6);
    assert_eq!(report["accepted"], 4);
    assert_eq!(
        report["statuses"],
        json!({"200": 3, "204": 1, "302": 1, "500": 1})
    );
    assert_eq!(report["failures"], json!({}));
    let latency = |name: &str| report["latency_ms"][name].as_f64().unwrap();
    assert!(latency("min") <= latency("p50") && latency("p50") <= latency("max"));
    let seen = service.seen.lock().unwrap();
    let ids: std::collections::BTreeSet<&str> = seen
        .iter()
        .flat_map(|request| {
            request
                .headers
                .iter()
                .filter_map(|header| header.strip_prefix("webhook-id: "))
        })
        .collect();
    assert_eq!(ids.len(), 6, "each repetition is an event of its own");
}

#[test]
fn one_that_is_accepted_is_told_in_words() {
    let service = Service::start(&[202]);
    let answer = send(&service, &["--repeat", "3"]);
    assert_eq!((answer.status, &*answer.stderr), (0, ""));
    assert!(
        answer.stdout.starts_with("3 x 202\nmilliseconds  min "),
        "{}",
        answer.stdout
    );
    assert!(
        answer.stdout.contains(" ms  "),
        "a histogram: {}",
        answer.stdout
    );
    assert!(answer.stdout.contains("3 sent in "), "{}", answer.stdout);
    assert!(!answer.stdout.contains('\u{1b}'));
}

#[test]
fn a_service_that_is_not_there_is_told_by_what_failed() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/");
    let answer = call(&["send", &url, "-p", "github", "--secret", SECRET, "--json"]);
    assert_eq!(answer.status, 1);
    assert_eq!(answer.json()["failures"], json!({"unreachable": 1}));
}

#[test]
fn the_rate_is_kept() {
    let service = Service::start(&[200]);
    let report = send(&service, &["--repeat", "5", "--rate", "10", "--json"]).json();
    assert!(report["seconds"].as_f64().unwrap() >= 0.4, "{report}");
}

#[test]
fn misuse_is_one_sentence_and_sends_nothing() {
    let service = Service::start(&[200]);
    for (more, beginning) in [
        (
            &["--repeat", "0"][..],
            "--repeat takes a whole number from 1",
        ),
        (
            &["--rate", "fast"],
            "--rate takes a number of requests in a second",
        ),
        (
            &["--concurrency", "0"],
            "--concurrency takes a whole number from 1 to 1000",
        ),
        (&["--data", "no.json"], "the file no.json does not exist"),
        (
            &["--id", "a.b"],
            "--id must have 1 to 256 visible ASCII characters",
        ),
    ] {
        let answer = send(&service, more);
        assert!(answer.sentence().starts_with(beginning), "{answer:?}");
    }
    let answer = call(&["send", "ftp://a.example/", "-p", "github", "--secret", "x"]);
    assert_eq!(
        answer.sentence(),
        "the scheme is not https; use https; http goes only to this machine, as in http://127.0.0.1:3000/hooks"
    );
    assert!(service.seen.lock().unwrap().is_empty());
}

#[test]
fn a_terminal_gets_a_progress_bar_and_colours_and_a_pipe_gets_neither() {
    let service = Service::start(&[200]);
    let url = service.url();
    let arguments = [
        "send", &url, "-p", "github", "--secret", SECRET, "--repeat", "40",
    ];
    let shown = on_a_terminal(&arguments);
    assert!(shown.contains("/40 sent, "), "{shown:?}");
    assert!(
        shown.contains("\u{1b}[1m\u{1b}[32m40 x 200\u{1b}[0m"),
        "{shown:?}"
    );
    assert!(shown.contains("40 sent in "), "{shown:?}");
    let plain = call(&arguments);
    assert_eq!(plain.stderr, "");
    assert!(plain.stdout.starts_with("40 x 200\n"), "{}", plain.stdout);
}

/// Everything that a person at a terminal sees.
fn on_a_terminal(arguments: &[&str]) -> String {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let open = || {
        let name = name.to_str().unwrap();
        Stdio::from(
            std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(name)
                .unwrap(),
        )
    };
    let mut command = webhookctl(arguments);
    command
        .env("TERM", "xterm-256color")
        .stdin(open())
        .stdout(open())
        .stderr(open());
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut terminal = std::fs::File::from(terminal);
    let mut shown = Vec::new();
    let mut chunk = [0; 4096];
    // Linux reports the end of the other side as an I/O error.
    while let Ok(read @ 1..) = terminal.read(&mut chunk) {
        shown.extend_from_slice(&chunk[..read]);
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
    String::from_utf8(shown).unwrap()
}
