//! What an endpoint answered.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use webhook_verify::UnixTime;

/// What an endpoint answered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The status. A redirect is an answer like any other.
    pub status: StatusCode,
    /// When the endpoint would like the next attempt, if it said so legibly.
    pub retry_after: Option<RetryAfter>,
    /// The beginning of the body as it came over the wire, at most [`EXCERPT_LIMIT`](super::EXCERPT_LIMIT) bytes.
    pub excerpt: Bytes,
    /// Whether the body went on, or was cut off.
    pub truncated: bool,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("excerpt_bytes", &self.excerpt.len())
            .field("truncated", &self.truncated)
            .finish()
    }
}

/// A `Retry-After` header in either form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// At that time.
    At(UnixTime),
    /// That long after the answer.
    In(Duration),
}

impl RetryAfter {
    /// The longest wait that an endpoint can ask for: a day.
    pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// Reads the header. Anything but whole seconds or an HTTP date is no wish at all.
    #[must_use]
    pub fn parse(value: &HeaderValue) -> Option<Self> {
        let text = value.to_str().ok()?.trim_matches([' ', '\t']);
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            // More digits than fit are still a number, and longer than any wait.
            return Some(Self::In(Duration::from_secs(
                text.parse().unwrap_or(u64::MAX),
            )));
        }
        let since = httpdate::parse_http_date(text)
            .ok()?
            .duration_since(UNIX_EPOCH)
            .ok()?;
        Some(Self::At(UnixTime::from_secs(since.as_secs())))
    }

    /// How long that is from `now`, between zero and [`RetryAfter::LONGEST`].
    #[must_use]
    pub fn wait(self, now: UnixTime) -> Duration {
        let wait = match self {
            Self::At(time) => time.saturating_since(now),
            Self::In(wait) => wait,
        };
        wait.min(Self::LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-01-01T00:00:00Z, a Thursday.
    const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

    #[test]
    fn both_forms_are_read_and_clamped_to_a_day() {
        for (text, seconds) in [
            ("0", Some(0)),
            ("1", Some(1)),
            ("120", Some(120)),
            (" 120 ", Some(120)),
            ("00120", Some(120)),
            ("86400", Some(86_400)),
            ("86401", Some(86_400)),
            ("99999999", Some(86_400)),
            ("18446744073709551615", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Thu, 01 Jan 2026 00:01:30 GMT", Some(90)),
            ("Thursday, 01-Jan-26 00:01:30 GMT", Some(90)),
            ("Thu Jan  1 00:01:30 2026", Some(90)),
            ("Thu, 01 Jan 2026 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 2025 23:59:59 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sat, 02 Jan 2027 00:00:00 GMT", Some(86_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1e3", None),
            ("0x10", None),
            ("120s", None),
            ("1, 2", None),
            ("soon", None),
            ("Thu, 32 Jan 2026 00:00:00 GMT", None),
            ("2026-01-01T00:01:30Z", None),
        ] {
            let value = HeaderValue::from_str(text).unwrap();
            let wait = RetryAfter::parse(&value).map(|after| after.wait(NOW).as_secs());
            assert_eq!(wait, seconds, "{text:?}");
        }
        assert_eq!(
            RetryAfter::parse(&HeaderValue::from_bytes(b"\xff").unwrap()),
            None
        );
    }
}
