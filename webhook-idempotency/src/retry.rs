//! When a failed event runs again, and when it is given up.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use rand::{Rng, RngExt};

use crate::error::ConfigError;

/// Longer waits are a mistake in units, and would overflow the timestamps of some stores.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long to wait behind each failed attempt, and when to give up.
///
/// Every wait is random, so that events that failed together do not come back together. The random part is drawn from
/// the worker's own generator, which tests can seed.
///
/// ```
/// use std::time::Duration;
/// use webhook_idempotency::RetryPolicy;
///
/// # fn main() -> Result<(), webhook_idempotency::ConfigError> {
/// let minute = Duration::from_secs(60);
/// let policy = RetryPolicy::exponential(minute, 30 * minute)?.max_attempts(7)?;
/// assert_eq!(policy.delay(1), Some(Duration::ZERO..=minute));
/// assert_eq!(policy.delay(3), Some(Duration::ZERO..=4 * minute));
/// assert_eq!(policy.delay(6), Some(Duration::ZERO..=30 * minute));
/// assert_eq!(policy.delay(7), None);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    delays: Delays,
    max_attempts: u32,
    max_age: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Delays {
    Exponential {
        base: Duration,
        cap: Duration,
    },
    /// Never empty.
    Schedule(Arc<[Duration]>),
}

/// Which limit an event has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exhausted {
    Age(Duration),
    Attempts(u32),
}

impl RetryPolicy {
    /// Waits between zero and `base` behind the first attempt, and doubles the upper end behind each further one up to
    /// `cap` (full jitter). Gives up after 25 attempts, whatever their age.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if `base` is zero, `cap` is shorter than `base`, or `cap` is longer than a year.
    pub const fn exponential(base: Duration, cap: Duration) -> Result<Self, ConfigError> {
        if base.is_zero() {
            return Err(limit(
                "the base of the retry policy",
                "must be longer than zero",
            ));
        }
        if cap.as_nanos() < base.as_nanos() {
            return Err(limit(
                "the cap of the retry policy",
                "must not be shorter than its base",
            ));
        }
        if cap.as_nanos() > LONGEST.as_nanos() {
            return Err(limit(
                "the cap of the retry policy",
                "must not be longer than a year",
            ));
        }
        Ok(Self {
            delays: Delays::Exponential { base, cap },
            max_attempts: 25,
            max_age: None,
        })
    }

    /// Waits for about the first of `delays` behind the first attempt, and so on, and gives up when the attempt behind
    /// the last of them fails.
    ///
    /// Each wait is drawn from half to one and a half times the delay, so that the whole schedule keeps its length:
    /// full jitter would halve it. If more attempts are allowed by [`RetryPolicy::max_attempts`], the last delay repeats.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if there is no delay, or one of them is longer than 240 days.
    pub fn schedule(delays: &[Duration]) -> Result<Self, ConfigError> {
        if delays.is_empty() {
            return Err(limit("the retry schedule", "must have at least one delay"));
        }
        if delays.iter().any(|delay| *delay > LONGEST * 2 / 3) {
            return Err(limit(
                "a delay of the retry schedule",
                "must not be longer than 240 days",
            ));
        }
        let max_attempts = u32::try_from(delays.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        Ok(Self {
            delays: Delays::Schedule(delays.into()),
            max_attempts,
            max_age: None,
        })
    }

    /// Gives up when that many attempts have failed. One means that nothing is tried again.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if it is zero.
    pub fn max_attempts(mut self, attempts: u32) -> Result<Self, ConfigError> {
        if attempts == 0 {
            return Err(limit("the maximum of attempts", "must be at least 1"));
        }
        self.max_attempts = attempts;
        Ok(self)
    }

    /// Gives up rather than start another attempt on an event that was stored longer ago than that.
    ///
    /// The limit is applied when an attempt fails: an event that waited for a long time, because no worker ran or
    /// because it was replayed, gets the attempt that it waited for.
    ///
    /// # Errors
    /// [`ConfigError::Limit`] if it is zero.
    pub fn max_age(mut self, age: Duration) -> Result<Self, ConfigError> {
        if age.is_zero() {
            return Err(limit("the maximum age", "must be longer than zero"));
        }
        self.max_age = Some(age);
        Ok(self)
    }

    /// The shortest and the longest wait behind failed attempt number `attempt`, counted from 1, or `None` if that was
    /// the last one.
    #[must_use]
    pub fn delay(&self, attempt: u32) -> Option<RangeInclusive<Duration>> {
        (attempt < self.max_attempts).then(|| self.range(attempt))
    }

    fn range(&self, attempt: u32) -> RangeInclusive<Duration> {
        let behind_first = attempt.saturating_sub(1);
        match &self.delays {
            Delays::Exponential { base, cap } => {
                let doubled = 2_u32
                    .checked_pow(behind_first)
                    .and_then(|factor| base.checked_mul(factor));
                Duration::ZERO..=doubled.map_or(*cap, |delay| delay.min(*cap))
            }
            Delays::Schedule(delays) => {
                let index = usize::try_from(behind_first)
                    .unwrap_or(usize::MAX)
                    .min(delays.len() - 1);
                delays[index] / 2..=delays[index] * 3 / 2
            }
        }
    }

    /// Whether an attempt of that number may start at all: a crash is counted when the record is leased, so an event
    /// that takes the process down is found here.
    pub(crate) const fn may_start(&self, attempt: u32) -> bool {
        attempt <= self.max_attempts
    }

    /// How long to wait behind a failed attempt, but no shorter than `asked`.
    pub(crate) fn next<R: Rng>(
        &self,
        attempt: u32,
        age: Duration,
        asked: Option<Duration>,
        rng: &mut R,
    ) -> Result<Duration, Exhausted> {
        if attempt >= self.max_attempts {
            return Err(Exhausted::Attempts(attempt));
        }
        let mut delay = rng.random_range(self.range(attempt));
        if let Some(asked) = asked {
            // Everything that was told to come back in a minute must not come back in the same instant.
            let asked = asked.min(LONGEST);
            delay = delay.max(rng.random_range(asked..=asked + asked / 10));
        }
        self.put_off(age, delay)
    }

    /// `delay`, unless the event would be too old by then.
    pub(crate) fn put_off(&self, age: Duration, delay: Duration) -> Result<Duration, Exhausted> {
        let delay = delay.min(LONGEST);
        match self.max_age {
            Some(max_age) if age.saturating_add(delay) > max_age => Err(Exhausted::Age(max_age)),
            Some(_) | None => Ok(delay),
        }
    }
}

/// From a second up to six hours, 25 attempts: half the events that never succeed are given up within a day and a half,
/// and each within three days.
impl Default for RetryPolicy {
    fn default() -> Self {
        let delays = Delays::Exponential {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(6 * 60 * 60),
        };
        Self {
            delays,
            max_attempts: 25,
            max_age: None,
        }
    }
}

const fn limit(option: &'static str, problem: &'static str) -> ConfigError {
    ConfigError::Limit { option, problem }
}

#[cfg(test)]
mod tests;
