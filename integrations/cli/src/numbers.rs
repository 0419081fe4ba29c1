//! Numbers on the command line, with errors that say what to type.

/// Seconds since 1970.
pub(crate) fn unix_seconds(text: &str) -> Result<u64, String> {
    // Far beyond any real date, and small enough to be counted in milliseconds.
    match text.parse() {
        Ok(seconds) if seconds <= 1 << 40 => Ok(seconds),
        Ok(_) => Err("--now is far in the future; give it in seconds, not milliseconds".to_owned()),
        Err(_) => Err(
            "--now takes whole seconds since 1970, such as 1700000000 (date +%s prints them)"
                .to_owned(),
        ),
    }
}

/// A tolerance in seconds, as far as a verifier accepts one.
pub(crate) fn tolerance(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(seconds),
        _ => Err("--tolerance takes whole seconds from 1 to 86400, such as 300".to_owned()),
    }
}
