//! Every threat has a test or a reason, and every test that is named exists.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threat {
    title: String,
    #[serde(default)]
    tests: Vec<String>,
    reason: Option<String>,
}

/// The table. TOML refuses a key that is there twice.
fn threats() -> BTreeMap<String, Threat> {
    toml::from_str(include_str!("../threats.toml")).unwrap()
}

#[test]
fn every_threat_is_there_with_a_title_and_a_test_or_a_reason() {
    let expected: Vec<String> = [
        ('H', 20),
        ('P', 17),
        ('Q', 10),
        ('R', 17),
        ('V', 39),
        ('X', 13),
    ]
    .into_iter()
    .flat_map(|(kind, last)| (1..=last).map(move |number| format!("{kind}{number:02}")))
    .collect();
    let threats = threats();
    assert_eq!(threats.keys().cloned().collect::<Vec<_>>(), expected);
    for (id, threat) in threats {
        assert!(!threat.title.is_empty(), "{id}");
        match threat.reason {
            None => assert!(!threat.tests.is_empty(), "{id} has neither test nor reason"),
            Some(reason) => assert!(reason.len() > 20 && reason.ends_with('.'), "{id}: {reason}"),
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut named = 0;
    for (id, threat) in threats() {
        for test in threat.tests {
            let (file, name) = test.split_once("::").unwrap();
            let text = fs::read_to_string(root.join(file))
                .unwrap_or_else(|error| panic!("{id}: {file}: {error}"));
            assert!(holds(&text, name), "{id}: there is no {name} in {file}");
            named += 1;
        }
    }
    assert!(named > 100, "{named}");
}

/// Whether a file has that test, or that sentence over a block that must not compile.
fn holds(text: &str, name: &str) -> bool {
    match name.contains(' ') {
        true => {
            let mut lines = text
                .lines()
                .skip_while(|line| *line != format!("//! {name}"));
            lines.next().is_some()
                && lines
                    .take(2)
                    .any(|line| line.starts_with("//! ```compile_fail"))
        }
        false => is_a_test(text, name),
    }
}

/// Whether there is a function of that name that a harness runs: behind an attribute, in a `proptest!` block, or as a
/// claim that is run over several stores and takes its harness or its stage as an argument.
fn is_a_test(text: &str, name: &str) -> bool {
    let Some(at) = text.find(&format!("fn {name}(")) else {
        return false;
    };
    let (before, from) = text.split_at(at);
    let before_its_line = before.rfind('\n').map_or("", |end| &before[..end]);
    let attributes = before_its_line.lines().rev().take_while(|line| {
        let line = line.trim();
        line.starts_with("#[") || line.starts_with("//")
    });
    let arguments = from.split(')').next().unwrap_or_default();
    [
        "harness: &dyn Harness",
        "harness: &dyn ClaimsHarness",
        "stage: Stage",
    ]
    .iter()
    .any(|argument| arguments.contains(argument))
        || attributes
            .filter(|line| !line.contains("ignore"))
            .any(|line| line.contains("test"))
}

#[test]
fn a_name_without_a_test_is_noticed() {
    let text = "#[test]\nfn one() {}\n\nfn two() {}\n\n#[tokio::test(start_paused = true)]\nasync fn three() {}\n";
    assert!(is_a_test(text, "one"));
    assert!(!is_a_test(text, "two"));
    assert!(is_a_test(text, "three"));
    assert!(!is_a_test(text, "four"));
    assert!(!holds("//! It says so.\n//!\n//! ```\n", "It says so."));
    assert!(holds(
        "//! It says so.\n//!\n//! ```compile_fail,E0277\n",
        "It says so."
    ));
}
