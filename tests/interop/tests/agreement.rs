//! Both directions, and the table of verdicts. See `README.md`; `install` comes first.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use webhook_interop::corpus::{Message, messages};
use webhook_interop::oracle::Oracles;
use webhook_interop::request::{self, Request, now};
use webhook_interop::schemes::{Row, SCHEMES};
use webhook_interop::verdicts::{ACCEPT, render};

/// The two processes are shared by all tests of this file.
fn oracles() -> MutexGuard<'static, Oracles> {
    static ORACLES: LazyLock<Mutex<Oracles>> = LazyLock::new(|| Mutex::new(Oracles::start()));
    ORACLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Fails with all that was found at once, because one change of an SDK shows in many places.
fn assert_none(disagreements: &[String]) {
    assert!(
        disagreements.is_empty(),
        "{} disagreements:\n{}",
        disagreements.len(),
        disagreements.join("\n")
    );
}

fn signed_by_us(row: &Row, message: &Message) -> Request {
    let now = now();
    let content = webhook_verify::Message::new(&message.body.bytes)
        .id(&message.id)
        .event_type(message.event_type)
        .at(now);
    Request {
        secret: message.secrets.verifying.clone(),
        headers: request::sign(row, &message.secrets.signing, &content),
        body: message.body.bytes.clone(),
        now,
    }
}

#[test]
fn every_sdk_accepts_what_we_sign() {
    let mut oracles = oracles();
    let mut wrong = Vec::new();
    for row in SCHEMES {
        for message in messages(row) {
            let request = signed_by_us(row, &message);
            for sdk in row.sdks {
                let theirs = oracles.verify(row, sdk, &request);
                let takes_it = sdk.verifies.contains(&message.body.kind);
                if takes_it != (theirs == ACCEPT) {
                    oracles.keep_last(sdk);
                    let (name, expected) = (&message.body.name, if takes_it { "" } else { "not " });
                    wrong.push(format!(
                        "{}: {sdk} should {expected}accept {name}; it says {theirs}",
                        row.name
                    ));
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn we_accept_what_every_sdk_signs() {
    let mut oracles = oracles();
    let mut wrong = Vec::new();
    for row in SCHEMES {
        for message in messages(row) {
            for sdk in row.sdks {
                let now = now();
                let verdict = match oracles.sign(row, sdk, &message, now) {
                    Err(theirs) => theirs,
                    Ok(headers) => {
                        let request = Request {
                            secret: message.secrets.verifying.clone(),
                            headers,
                            body: message.body.bytes.clone(),
                            now,
                        };
                        request.our_verdict(row).to_owned()
                    }
                };
                let signs_it = sdk.signs.contains(&message.body.kind);
                if signs_it != (verdict == ACCEPT) {
                    oracles.keep_last(sdk);
                    let (name, expected) = (&message.body.name, if signs_it { "" } else { "not " });
                    wrong.push(format!(
                        "{}: {sdk} should {expected}sign {name}; the verdict is {verdict}",
                        row.name
                    ));
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn nobody_accepts_an_altered_body() {
    let mut oracles = oracles();
    let mut wrong = Vec::new();
    for row in SCHEMES {
        for message in messages(row) {
            let mut request = signed_by_us(row, &message);
            request.body = message.altered_body();
            let ours = request.our_verdict(row);
            if ours == ACCEPT {
                wrong.push(format!("{}: we accept {}", row.name, message.body.name));
            }
            for sdk in row.sdks {
                if oracles.verify(row, sdk, &request) == ACCEPT {
                    oracles.keep_last(sdk);
                    wrong.push(format!("{}: {sdk} accepts {}", row.name, message.body.name));
                }
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn every_odd_request_has_the_verdicts_of_the_table() {
    let mut oracles = oracles();
    let mut wrong = Vec::new();
    for row in SCHEMES {
        for case in (row.cases)() {
            let request = (case.request)(row);
            let ours = request.our_verdict(row);
            let theirs: Vec<String> = row
                .sdks
                .iter()
                .map(|sdk| oracles.verify(row, sdk, &request))
                .collect();
            if ours != case.ours || theirs != case.theirs {
                wrong.push(format!(
                    "{}, {}: we say {ours:?} and they say {theirs:?}; the table says {:?} and {:?}",
                    row.name, case.name, case.ours, case.theirs
                ));
            }
            if !case.is_coherent() {
                wrong.push(format!(
                    "{}, {}: its verdicts do not fit its class",
                    row.name, case.name
                ));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn verdicts_md_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/VERDICTS.md");
    let rendered = render(&mut oracles());
    if std::env::var_os("RENDER").is_some() {
        std::fs::write(path, &rendered).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == rendered,
        "VERDICTS.md is out of date; run this test with RENDER=1 and read what changed"
    );
}
