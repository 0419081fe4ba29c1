//! Calls that are wrong: one sentence, what was wrong and what to type instead.

use serde_json::json;

use crate::support::{SECRET, call, webhookctl};

#[test]
fn each_kind_of_misuse_is_one_sentence() {
    let table: [(&[&str], &str); 22] = [
        (&[], "a command is missing; type one of "),
        (
            &["verfy"],
            "there is no command \"verfy\"; did you mean verify?",
        ),
        (
            &["frobnicate"],
            "there is no command \"frobnicate\"; type webhookctl help for all of them",
        ),
        (&["verify"], "--provider must be given too"),
        (
            &["verify", "-p", "stripe"],
            "no signing secret is given; add --secret-env NAME or --secret-file FILE",
        ),
        (
            &["verify", "-p", "stripe", "--secrt", "x"],
            "there is no option --secrt; did you mean --secret?",
        ),
        (
            &["verify", "-p", "stripe", "-z"],
            "there is no option -z; see --help for those that there are",
        ),
        (
            &["verify", "-p", "stripe", "--secret"],
            "--secret needs a value",
        ),
        (
            &["verify", "-p", "stripe", "-p", "github"],
            "--provider is given twice; give it once",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "a", "b"],
            "there is one argument too many; ",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "--now", "soon"],
            "--now takes whole seconds since 1970, such as 1700000000",
        ),
        (
            &[
                "verify",
                "-p",
                "stripe",
                "--secret",
                "x",
                "--now",
                "1700000000000",
            ],
            "--now is far in the future; give it in seconds",
        ),
        (
            &[
                "verify",
                "-p",
                "stripe",
                "--secret",
                "x",
                "--tolerance",
                "0",
            ],
            "--tolerance takes whole seconds from 1 to 86400",
        ),
        (
            &["verify", "-p", "stripe", "--secret", ""],
            "the signing secret is empty; ",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "no.json"],
            "the file no.json does not exist; ",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "/"],
            "the file / is a directory; ",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "-H", "nocolon"],
            "--header number 1 is not of the form 'Name: value'; ",
        ),
        (
            &[
                "verify",
                "-p",
                "stripe",
                "--secret",
                "x",
                "--request",
                "no.txt",
                "--",
                "curl",
            ],
            "--request and a curl command exclude each other; ",
        ),
        (
            &["verify", "-p", "stripe", "--secret", "x", "--", "wget"],
            "behind -- stands a curl command, beginning with curl",
        ),
        (
            &["verify", "-p", "stripe", "--public-key", "x"],
            "stripe signs with a shared secret; ",
        ),
        (
            &["verify", "-p", "discord", "--secret", "x"],
            "discord signs with a private key; ",
        ),
        (
            &[
                "verify",
                "-p",
                "standard-webhooks",
                "--secret",
                "whsec_c2hvcnQ=",
            ],
            "the signing secret is shorter than 16 bytes once decoded; ",
        ),
    ];
    for (arguments, beginning) in table {
        let answer = call(arguments);
        let sentence = answer.sentence();
        assert!(sentence.starts_with(beginning), "{arguments:?}: {sentence}");
        assert!(
            !sentence.contains('\u{1b}') && !sentence.contains("panicked"),
            "{sentence}"
        );
    }
}

#[test]
fn a_variable_and_a_file_that_are_missing_are_said_to_be_missing() {
    let sentence = |option: &str, value: &str| {
        call(&["verify", "-p", "stripe", option, value])
            .sentence()
            .to_owned()
    };
    assert_eq!(
        sentence("--secret-env", "STRIPE_SECRET"),
        "the environment variable STRIPE_SECRET does not exist; set it to the signing secret that the provider shows for \
         this endpoint"
    );
    assert_eq!(
        sentence("--secret-env", SECRET),
        "the environment variable that --secret-env names does not exist; give the name of a variable, not the secret"
    );
    assert_eq!(
        sentence("--secret-file", SECRET),
        "the file that --secret-file names does not exist; give the name of a file, not the secret"
    );
}

#[test]
fn a_program_reads_an_object_and_a_person_the_sentence() {
    let answer = call(&["verify", "--json", "-p", "stripe"]);
    let sentence = "no signing secret is given; add --secret-env NAME or --secret-file FILE";
    assert_eq!(answer.status, 2);
    assert_eq!(answer.json(), json!({"error": sentence}));
    assert_eq!(answer.stderr, format!("error: {sentence}\n"));
    let unparsed = call(&["verify", "--json"]);
    assert_eq!(
        unparsed.json(),
        json!({"error": "--provider must be given too"})
    );
}

#[test]
fn help_and_version_are_no_misuse() {
    for arguments in [
        &["--help"][..],
        &["help"],
        &["-V"],
        &["--version"],
        &["verify", "--help"],
        &["help", "sign"],
    ] {
        let answer = call(arguments);
        assert_eq!((answer.status, &*answer.stderr), (0, ""), "{arguments:?}");
    }
    assert!(
        call(&["verify", "--help"])
            .stdout
            .contains("other users of this machine can see it")
    );
}

#[test]
fn a_reader_that_goes_away_is_no_backtrace() {
    let mut command = webhookctl(&["providers"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{:?}",
        output.status
    );
}
