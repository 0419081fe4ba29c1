//! When a secret counts.

use core::fmt;

use crate::time::UnixTime;

/// From when and until when a secret counts, both ends included. Judged against the time that a request was received at,
/// and for a signer against the time of its message; no tolerance is added.
///
/// ```
/// use webhook_verify::{UnixTime, Validity};
/// let december = Validity::ALWAYS
///     .not_before(UnixTime::from_secs(1_764_547_200))
///     .not_after(UnixTime::from_secs(1_767_225_599));
/// assert!(december.contains(UnixTime::from_secs(1_764_547_200)));
/// assert!(!december.contains(UnixTime::from_secs(1_767_225_600)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    not_before: UnixTime,
    not_after: UnixTime,
}

impl Validity {
    /// Without a beginning and without an end.
    pub const ALWAYS: Self = Self {
        not_before: UnixTime::from_millis(0),
        not_after: UnixTime::from_millis(u64::MAX),
    };

    /// From that time on: a secret that the sender will begin to use then.
    #[must_use]
    pub const fn not_before(self, time: UnixTime) -> Self {
        Self {
            not_before: time,
            ..self
        }
    }

    /// Until that time: a secret that is being retired.
    #[must_use]
    pub const fn not_after(self, time: UnixTime) -> Self {
        Self {
            not_after: time,
            ..self
        }
    }

    /// Whether the time is inside.
    #[must_use]
    pub fn contains(self, time: UnixTime) -> bool {
        self.not_before <= time && time <= self.not_after
    }

    /// Whether no time at all is inside.
    pub(crate) fn is_empty(self) -> bool {
        self.not_after < self.not_before
    }
}

impl Default for Validity {
    fn default() -> Self {
        Self::ALWAYS
    }
}

/// Nothing for [`Validity::ALWAYS`], and otherwise its ends in seconds since 1970: ` from 1764547200.000`.
impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.not_before != Self::ALWAYS.not_before {
            write!(f, " from {}", self.not_before)?;
        }
        if self.not_after != Self::ALWAYS.not_after {
            write!(f, " until {}", self.not_after)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_inside_and_their_neighbours_are_not() {
        let at = UnixTime::from_millis;
        let validity = Validity::ALWAYS.not_before(at(1000)).not_after(at(2000));
        assert_eq!(
            [999, 1000, 2000, 2001].map(|millis| validity.contains(at(millis))),
            [false, true, true, false]
        );
        assert!(Validity::ALWAYS.contains(at(0)) && Validity::ALWAYS.contains(at(u64::MAX)));
    }
}
