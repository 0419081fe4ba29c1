//! Time as this crate sees it: a number handed in by the caller.

use core::fmt;
use core::time::Duration;

/// A point in time, as milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use webhook_verify::UnixTime;
/// let sent = UnixTime::from_secs(1_614_265_330);
/// assert_eq!(sent.as_millis(), 1_614_265_330_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    millis: u64,
}

impl UnixTime {
    /// The time that many seconds after the epoch, saturating far beyond any real date.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self {
            millis: secs.saturating_mul(1000),
        }
    }

    /// The time that many milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self { millis }
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.millis / 1000
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.millis
    }

    /// The distance to `other`, whichever of the two is later.
    #[must_use]
    pub const fn abs_diff(self, other: Self) -> Duration {
        Duration::from_millis(self.millis.abs_diff(other.millis))
    }

    /// How long ago `earlier` was; zero if it is not earlier.
    #[must_use]
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// This time moved into the future, saturating.
    #[must_use]
    pub fn saturating_add(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self {
            millis: self.millis.saturating_add(by),
        }
    }

    /// This time moved into the past, saturating at the epoch.
    #[must_use]
    pub fn saturating_sub(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self {
            millis: self.millis.saturating_sub(by),
        }
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.millis / 1000, self.millis % 1000)
    }
}

/// Where "now" comes from.
///
/// Tests step a clock of their own; targets without a system clock must bring one.
pub trait Clock: Send + Sync + 'static {
    /// The current time.
    fn now(&self) -> UnixTime;
}

impl<F: Fn() -> UnixTime + Send + Sync + 'static> Clock for F {
    fn now(&self) -> UnixTime {
        self()
    }
}

/// The clock of the operating system.
#[cfg(all(
    feature = "std",
    not(all(target_family = "wasm", target_os = "unknown"))
))]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[cfg(all(
    feature = "std",
    not(all(target_family = "wasm", target_os = "unknown"))
))]
impl Clock for SystemClock {
    // The one place in this workspace that reads the wall clock.
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> UnixTime {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        UnixTime::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}
