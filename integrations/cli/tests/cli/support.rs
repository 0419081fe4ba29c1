//! Calling the binary.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
pub(crate) const BODY: &str = r#"{"id":"evt_1","type":"invoice.paid"}"#;

/// What became of one call.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Answer {
    /// The one object on standard output.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The one sentence of a call that was wrong.
    pub(crate) fn sentence(&self) -> &str {
        assert_eq!((self.status, &*self.stdout), (2, ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
        self.stderr.trim_end().strip_prefix("error: ").unwrap()
    }
}

/// The binary with nothing in its environment that this machine may have set.
pub(crate) fn webhookctl(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("webhookctl"));
    command.args(arguments).env_clear();
    command
}

/// Calls it with nothing on its standard input.
pub(crate) fn call(arguments: &[&str]) -> Answer {
    call_with(arguments, b"")
}

/// Calls it with those bytes on its standard input.
pub(crate) fn call_with(arguments: &[&str], input: &[u8]) -> Answer {
    finish(webhookctl(arguments), input)
}

pub(crate) fn finish(mut command: Command, input: &[u8]) -> Answer {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A call that is wrong ends without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    Answer {
        status: status.code().unwrap(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}
