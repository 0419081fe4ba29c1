//! How slowly a body may come.

use std::time::{Duration, Instant};

/// The clock of one body: an end that nothing moves, and a lower bound of the rate until then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) began: Instant,
    /// When the body must be there in any case.
    pub(crate) end: Instant,
    /// Bytes a second; zero is no bound.
    pub(crate) rate: u32,
    /// How long the rate is not asked for.
    pub(crate) grace: Duration,
}

impl Pace {
    /// Until when another byte must come, given what has come so far. Each byte buys as much time as the rate allows it.
    pub(crate) fn due(&self, received: usize) -> Instant {
        if self.rate == 0 {
            return self.end;
        }
        let bought = u64::try_from(received)
            .unwrap_or(u64::MAX)
            .saturating_mul(1_000_000)
            / u64::from(self.rate);
        let allowed = self.grace.saturating_add(Duration::from_micros(bought));
        self.end.min(after(self.began, allowed))
    }
}

/// An instant so much later, or one that never comes if there is no such instant.
pub(crate) fn after(instant: Instant, duration: Duration) -> Instant {
    const NEVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);
    instant
        .checked_add(duration)
        .or_else(|| instant.checked_add(NEVER))
        .unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(rate: u32) -> Pace {
        let began = Instant::now();
        Pace {
            began,
            end: after(began, Duration::from_secs(10)),
            rate,
            grace: Duration::from_secs(2),
        }
    }

    #[test]
    fn each_byte_buys_as_much_time_as_the_rate_gives_it() {
        let pace = pace(1_024);
        for (received, millis) in [
            (0, 2_000),
            (1_024, 3_000),
            (512, 2_500),
            (8_192, 10_000),
            (1_000_000, 10_000),
            (usize::MAX, 10_000),
        ] {
            assert_eq!(
                pace.due(received) - pace.began,
                Duration::from_millis(millis),
                "{received}"
            );
        }
    }

    #[test]
    fn without_a_rate_there_is_only_the_end() {
        let pace = pace(0);
        assert_eq!(pace.due(0), pace.end);
    }

    #[test]
    fn no_duration_is_too_long() {
        let now = Instant::now();
        assert!(after(now, Duration::MAX) > now);
    }
}
