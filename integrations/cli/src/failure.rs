//! How a command ends, and by whose fault.

use std::fmt;

/// What a command that ran to its end has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Exit status 0.
    Done,
    /// It is printed already that something was refused or failed: exit status 1.
    Refused,
}

/// Why a command did not run to its end: one sentence that says what was wrong and what to type instead.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The command could not be carried out: exit status 1.
    Failed(String),
    /// Whoever reads the output has gone away: exit status 1, and nothing to say.
    Gone,
    /// It was called in a wrong way: exit status 2.
    Misuse(String),
}

impl Failure {
    pub(crate) fn failed(sentence: impl fmt::Display) -> Self {
        Self::Failed(sentence.to_string())
    }

    pub(crate) fn misuse(sentence: impl fmt::Display) -> Self {
        Self::Misuse(sentence.to_string())
    }
}
