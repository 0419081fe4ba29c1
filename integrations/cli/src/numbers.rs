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

/// How often to send.
pub(crate) fn repeat(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(count @ 1..=10_000_000) => Ok(count),
        _ => Err("--repeat takes a whole number from 1 to 10000000, such as 100".to_owned()),
    }
}

/// How many to send in a second.
pub(crate) fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.001..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("--rate takes a number of requests in a second, such as 50 or 0.5".to_owned()),
    }
}

/// How many to have under way at once.
pub(crate) fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=1_000) => Ok(count),
        _ => Err("--concurrency takes a whole number from 1 to 1000, such as 16".to_owned()),
    }
}

/// A length of time with its unit: `90s`, `15m`, `2h`, `30d`.
pub(crate) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let problem = || "a time is a whole number with its unit: 90s, 15m, 2h or 30d".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(problem)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(problem()),
    };
    let number: u32 = number.parse().map_err(|_| problem())?;
    Ok(std::time::Duration::from_secs(u64::from(number) * seconds))
}

/// How many records to list.
pub(crate) fn limit(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(limit @ 1..) => Ok(limit),
        _ => Err("--limit takes a whole number from 1, such as 100".to_owned()),
    }
}

/// A place in the order of commits.
pub(crate) fn sequence(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(sequence @ 0..) => Ok(sequence),
        _ => Err("--after takes the sequence number of a record, as --json prints it".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("2h", 7200),
            ("30d", 2_592_000),
            ("0s", 0),
        ] {
            assert_eq!(duration(text).unwrap().as_secs(), seconds);
        }
        for text in [
            "",
            "s",
            "30",
            "-1d",
            "1.5h",
            "30 d",
            "1y",
            "99999999999d",
            "1é",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
