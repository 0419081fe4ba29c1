//! What an answer means for the delivery.

use std::time::Duration;

use http::StatusCode;
use webhook_verify::UnixTime;

use crate::client::{FailureClass, RetryAfter};

/// What becomes of a delivery after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// No further attempt.
    Dead(DeadReason),
    /// Delivered.
    Delivered,
    /// Another attempt.
    Retry {
        /// For how long attempts go on.
        patience: Patience,
        /// The endpoint asked not to be tried earlier than this from now; at most a day.
        not_before: Option<Duration>,
    },
}

/// For how long a kind of failure is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Patience {
    /// A short while. A wrong answer can come from a deployment that is over in minutes, and otherwise stays wrong.
    Brief,
    /// The whole retry schedule.
    Full,
}

/// Why a delivery is given up at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeadReason {
    /// The endpoint answered 410: it wants nothing more.
    Gone,
}

impl DeadReason {
    /// The name of the reason, as dead letters carry it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
        }
    }
}

/// What an answered attempt means.
///
/// | status | decision |
/// |---|---|
/// | 2xx | delivered |
/// | 410 | dead |
/// | 408, 409, 425, 429, 5xx | retried by the whole schedule |
/// | anything else, redirects too | retried for a short while |
///
/// `Retry-After` counts on 429 and 503 only.
#[must_use]
pub fn classify(status: StatusCode, retry_after: Option<RetryAfter>, now: UnixTime) -> Decision {
    let patience = match status.as_u16() {
        200..=299 => return Decision::Delivered,
        410 => return Decision::Dead(DeadReason::Gone),
        408 | 409 | 425 | 429 | 500..=599 => Patience::Full,
        _ => Patience::Brief,
    };
    let heard = retry_after.filter(|_| matches!(status.as_u16(), 429 | 503));
    Decision::Retry {
        patience,
        not_before: heard.map(|after| after.wait(now)),
    }
}

/// What an attempt without an answer means.
///
/// An endpoint that the egress policy refuses is tried again for a short while: nothing is sent, and a mistake in its
/// DNS is usually put right soon.
#[must_use]
pub const fn classify_failure(class: FailureClass) -> Decision {
    let patience = match class {
        FailureClass::Refused => Patience::Brief,
        FailureClass::Timeout | FailureClass::Tls | FailureClass::Unreachable => Patience::Full,
    };
    Decision::Retry {
        patience,
        not_before: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_767_225_600);

    /// One letter for each status, ten to a word: D delivered, X dead, F full schedule, B brief. Of the 1xx only 101 can
    /// get here, and nobody asked for an upgrade.
    #[rustfmt::skip]
    const EXPECTED: [[&str; 10]; 5] = [
        ["BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB"],
        ["DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD", "DDDDDDDDDD"],
        ["BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB"],
        ["BBBBBBBBFF", "XBBBBBBBBB", "BBBBBFBBBF", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB", "BBBBBBBBBB"],
        ["FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF", "FFFFFFFFFF"],
    ];

    #[test]
    fn every_status_from_100_to_599_has_its_decision() {
        for (hundred, row) in (1_u16..).zip(EXPECTED) {
            let row = row.concat();
            assert_eq!(row.len(), 100);
            for (rest, letter) in (0_u16..).zip(row.chars()) {
                let status = hundred * 100 + rest;
                let expected = match letter {
                    'D' => Decision::Delivered,
                    'X' => Decision::Dead(DeadReason::Gone),
                    'F' => Decision::Retry {
                        patience: Patience::Full,
                        not_before: None,
                    },
                    _ => Decision::Retry {
                        patience: Patience::Brief,
                        not_before: None,
                    },
                };
                assert_eq!(
                    classify(StatusCode::from_u16(status).unwrap(), None, NOW),
                    expected,
                    "{status}"
                );
            }
        }
    }

    #[test]
    fn retry_after_counts_on_429_and_503_only() {
        let hint = Some(RetryAfter::In(Duration::from_secs(120)));
        for status in 100..=599 {
            let not_before = match classify(StatusCode::from_u16(status).unwrap(), hint, NOW) {
                Decision::Retry { not_before, .. } => not_before,
                Decision::Dead(_) | Decision::Delivered => None,
            };
            let expected = if status == 429 || status == 503 {
                Some(Duration::from_secs(120))
            } else {
                None
            };
            assert_eq!(not_before, expected, "{status}");
        }
    }

    #[test]
    fn a_date_is_counted_from_now_and_a_year_is_cut_to_a_day() {
        let wait = |after| match classify(StatusCode::SERVICE_UNAVAILABLE, Some(after), NOW) {
            Decision::Retry {
                not_before,
                patience: Patience::Full,
            } => not_before,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            wait(RetryAfter::At(UnixTime::from_secs(1_767_225_690))),
            Some(Duration::from_secs(90))
        );
        assert_eq!(
            wait(RetryAfter::At(UnixTime::from_secs(0))),
            Some(Duration::ZERO)
        );
        assert_eq!(
            wait(RetryAfter::At(UnixTime::from_secs(1_798_761_600))),
            Some(Duration::from_secs(86_400))
        );
        assert_eq!(
            wait(RetryAfter::In(Duration::from_secs(31_536_000))),
            Some(Duration::from_secs(86_400))
        );
    }

    #[test]
    fn every_failure_is_retried_and_a_refusal_only_briefly() {
        for (class, patience) in [
            (FailureClass::Timeout, Patience::Full),
            (FailureClass::Unreachable, Patience::Full),
            (FailureClass::Tls, Patience::Full),
            (FailureClass::Refused, Patience::Brief),
        ] {
            assert_eq!(
                classify_failure(class),
                Decision::Retry {
                    patience,
                    not_before: None
                },
                "{class}"
            );
        }
    }
}
