//! The demo as a stranger runs it, and what it says when it cannot run.
#![allow(clippy::unwrap_used)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

const SHOP_SECRET: &str = "whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIHNob3AsIG5ldw==";

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-demo"));
    command
        .args(arguments)
        .env_remove("SHOP_SECRET_OLD")
        .env("SHOP_SECRET", SHOP_SECRET)
        .env("GITHUB_SECRET", "not-a-real-secret");
    command
}

/// The one sentence of a receiver that cannot start.
fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(2));
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said.trim_end().to_owned()
}

fn receiver(database: &Path) -> Command {
    demo(&["receiver", "--database", database.to_str().unwrap()])
}

#[test]
fn every_line_of_the_table_is_as_promised() {
    let output = demo(&["--events", "200"]).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{table}");
    assert_eq!(table.matches("as promised\n").count(), 17, "{table}");
    assert!(table.contains("Every line is as promised"), "{table}");
    assert!(
        !table.contains('\u{1b}'),
        "no colours and no bar where there is no terminal"
    );
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    assert_eq!(
        refusal(&mut receiver(&missing.join("inbox.db"))),
        format!(
            "error: cannot open the database {0}/inbox.db: the directory {0} does not exist; create it, or correct the path",
            missing.display()
        )
    );
    let text = folder.path().join("text");
    std::fs::write(
        &text,
        "this is no database, but a text that is long enough to have a header".repeat(10),
    )
    .unwrap();
    assert_eq!(
        refusal(&mut receiver(&text)),
        format!(
            "error: cannot open the database {}: the file is not an SQLite database; choose another path, or move the file away",
            text.display()
        )
    );
}

#[test]
fn a_port_in_use_is_named_and_another_one_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(
        refusal(receiver(&folder.path().join("inbox.db")).args(["--port", &port.to_string()])),
        format!(
            "error: port {port} of 127.0.0.1 is in use by another program; give another one with --port, or 0 for any"
        )
    );
}

#[test]
fn a_secret_that_is_missing_empty_or_malformed_is_named_by_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("inbox.db");
    let table = [
        (
            None,
            "does not exist; set it to the signing secret that the provider shows for this endpoint",
        ),
        (
            Some(""),
            "is empty; set it to the signing secret that the provider shows for this endpoint",
        ),
        (
            Some(" \n"),
            "is empty; set it to the signing secret that the provider shows for this endpoint",
        ),
        (
            Some("whsec_not*base64"),
            "is not base64 after its prefix; copy the whole text again, beginning with whsec_",
        ),
        (
            Some("whsec_c2hvcnQ="),
            "is shorter than 16 bytes once decoded; copy the whole text or create a new secret",
        ),
        (
            Some("whsec_ZGVtbyBzZWNyZXQgb2YgdGhlIHNob3A= "),
            "begins or ends with white space; remove it",
        ),
    ];
    for (secret, problem) in table {
        let mut command = receiver(&database);
        match secret {
            None => command.env_remove("SHOP_SECRET"),
            Some(secret) => command.env("SHOP_SECRET", secret),
        };
        assert_eq!(
            refusal(&mut command),
            format!("error: the environment variable SHOP_SECRET {problem}")
        );
    }
    assert!(
        !database.exists(),
        "nothing is created before the configuration is known to be good"
    );
}

#[test]
fn a_folder_of_an_earlier_run_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("inbox.db"), "").unwrap();
    assert_eq!(
        refusal(&mut demo(&["--keep", folder.path().to_str().unwrap()])),
        format!(
            "error: the folder {} holds the databases of an earlier run; remove them or give another one with --keep",
            folder.path().display()
        )
    );
}
