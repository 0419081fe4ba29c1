//! What is printed, and where. Results go to standard output, what went wrong to standard error.

use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::failure::Failure;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const HEADING: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();

/// Where a command prints, and in which form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

#[derive(Serialize)]
struct Problem<'a> {
    error: &'a str,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads this.
    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    /// Prints a text with a line break behind it. Colours in it remain only on a terminal.
    pub(crate) fn text(self, text: impl fmt::Display) -> Result<(), Failure> {
        written(writeln!(anstream::stdout().lock(), "{text}"))
    }

    /// Prints one object on a line of its own.
    pub(crate) fn object(self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(Failure::failed)?;
        self.text(text)
    }

    /// Prints bytes as they are, with nothing behind them.
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<(), Failure> {
        written(std::io::stdout().lock().write_all(bytes))
    }

    /// Says why the command did not run to its end, and with which status to exit.
    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        let (sentence, status) = match failure {
            Failure::Failed(sentence) => (sentence, 1),
            Failure::Gone => return ExitCode::FAILURE,
            Failure::Misuse(sentence) => (sentence, 2),
        };
        complain(self.json, sentence);
        ExitCode::from(status)
    }
}

/// One sentence on standard error; for programs an object on standard output too.
pub(crate) fn complain(json: bool, sentence: &str) {
    if json && let Ok(object) = serde_json::to_string(&Problem { error: sentence }) {
        drop(writeln!(std::io::stdout(), "{object}"));
    }
    drop(writeln!(
        anstream::stderr(),
        "{BAD}error:{BAD:#} {sentence}"
    ));
}

fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Gone,
        _ => Failure::failed(format_args!("the output cannot be written: {error}")),
    })
}
