//! Text that came from outside, made fit for logs and for the store.

use std::error::Error;
use std::fmt::{Display, Write};

/// How much of an error is stored beside an event.
#[cfg(feature = "worker")]
pub(crate) const ERROR_BYTES: usize = 1024;

/// An id as logs may show it: escaped, so that it cannot forge a line or colour a terminal, and at most 64 characters.
pub(crate) fn loggable(id: &str) -> String {
    id.escape_debug().take(64).collect()
}

/// The first bytes of a text, up to a whole character.
#[cfg(feature = "worker")]
pub(crate) fn cut(mut text: String, bytes: usize) -> String {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    push(&mut text, error);
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        push(&mut text, error);
        source = error.source();
    }
    text
}

/// `to_string` panics on a `Display` that fails, and the errors are not ours.
fn push(text: &mut String, error: &dyn Display) {
    if write!(text, "{error}").is_err() {
        text.push_str("(no text)");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_forge_a_log_line_or_flood_it() {
        assert_eq!(loggable("evt_\u{1b}[31m\r\n"), "evt_\\u{1b}[31m\\r\\n");
        assert_eq!(loggable(&"x".repeat(1000)), "x".repeat(64));
    }

    #[cfg(feature = "worker")]
    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("aé".into(), 2), "a");
        assert_eq!(cut("aé".into(), 3), "aé");
        assert_eq!(cut("aé".into(), 4), "aé");
    }
}
