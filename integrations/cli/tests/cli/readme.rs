//! What the README shows is what the binary says.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::support::{BODY, finish, webhookctl};

/// Times differ from run to run; everything else does not.
fn without_numbers(text: &str) -> String {
    let mut all = String::new();
    for letter in text.chars().filter(|letter| *letter != '.') {
        match letter.is_ascii_digit() {
            true if all.ends_with('N') => {}
            true => all.push('N'),
            false => all.push(letter),
        }
    }
    all
}

#[test]
fn the_readme_shows_the_real_output_of_the_four_commands_that_come_first() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let (_, block) = readme.split_once("## The command line").unwrap();
    let block = block.split("```").nth(1).unwrap();
    let shown: Vec<(&str, String)> = block
        .split("\n$ ")
        .skip(1)
        .map(|call| {
            let (command, output) = call.split_once('\n').unwrap_or((call, ""));
            (command, output.trim_end().to_owned())
        })
        .collect();
    let expected = |name: &str| {
        let call = shown
            .iter()
            .find(|(command, _)| command.starts_with(&format!("webhookctl {name} ")));
        call.unwrap_or_else(|| panic!("the README does not show {name}"))
            .clone()
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("event.json"), BODY).unwrap();
    let run = |command: &str| {
        let words = command
            .strip_prefix("webhookctl ")
            .unwrap()
            .replace('\'', "\"");
        let mut quoted = false;
        let words = words.replace("\"stripe-signature: ", "\"stripe-signature:");
        let arguments: Vec<&str> = words
            .split(|letter: char| {
                quoted ^= letter == '"';
                letter == '"' || letter == ' ' && !quoted
            })
            .filter(|word| !word.is_empty())
            .collect();
        let mut command = webhookctl(&arguments);
        command
            .env("STRIPE_SECRET", "whsec_not-a-real-secret")
            .current_dir(folder.path());
        command
    };
    for name in ["sign", "verify"] {
        let (command, output) = expected(name);
        assert_eq!(
            finish(run(command), b"").stdout.trim_end(),
            output,
            "{command}"
        );
    }
    let (command, output) = expected("listen");
    let mut listener = run(&format!("{command} --addr 127.0.0.1:0"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(listener.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let first = lines.next().unwrap();
    let address = first.split('/').nth(2).unwrap().to_owned();
    let (send, answer) = expected("send");
    let sent = finish(run(&send.replace("127.0.0.1:3000", &address)), b"");
    assert_eq!(
        without_numbers(sent.stdout.trim_end()),
        without_numbers(&answer)
    );
    let said = [
        first.replace(&address, "127.0.0.1:3000"),
        lines.next().unwrap(),
    ]
    .join("\n");
    listener.kill().unwrap();
    listener.wait().unwrap();
    assert_eq!(said, output);
}
