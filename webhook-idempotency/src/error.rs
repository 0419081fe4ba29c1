//! Errors, by whose fault they are.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The program's own configuration is wrong. Comes from constructors only, never from a request.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The database cannot be opened.
    Database {
        /// What was to be opened.
        location: String,
        /// What went wrong and what to change.
        problem: String,
    },
    /// A duration or a count is out of its range.
    Limit {
        /// Which option.
        option: &'static str,
        /// What to change.
        problem: &'static str,
    },
    /// A name has characters that it must not have, or too many.
    Name {
        /// What it names.
        what: &'static str,
        /// The name, escaped and cut.
        name: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database { location, problem } => {
                write!(f, "cannot open the database {location}: {problem}")
            }
            Self::Limit { option, problem } => write!(f, "{option} {problem}"),
            Self::Name { what, name } => write!(
                f,
                "the {what} name \"{name}\" must have 1 to 64 characters out of a-z, 0-9, '-', '_', '.' and '/'"
            ),
        }
    }
}

/// The same as `Display`: a `main` that returns this error shows its user the sentence.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for ConfigError {}

/// The store failed. Nothing was promised: the caller answers 503 and the sender tries again.
///
/// Cloning it is cheap: everybody whose records shared a commit gets the same error.
#[derive(Clone, Debug)]
pub struct StoreError {
    store: &'static str,
    kind: StoreErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// What kind of trouble a store is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another writer held the store for too long.
    Busy,
    /// What was read back is not what was written.
    Corrupt,
    /// There is no room left.
    Full,
    /// The record's lease was lost before its transaction could be settled.
    LeaseLost,
    /// Somebody's open transaction holds a record of this batch, and kept it for too long. Nothing was stored.
    Locked,
    /// The call makes no sense for this namespace, such as a put into a guard.
    Misuse,
    /// Too many callers wait for the store already.
    Overloaded,
    /// The store will not take one of the records, however often it is asked. Nothing was stored.
    Rejected,
    /// The store cannot be reached, or answered with an error.
    Unavailable,
}

impl StoreError {
    /// An error of that kind in that store (`sqlite`).
    #[must_use]
    pub const fn new(store: &'static str, kind: StoreErrorKind) -> Self {
        Self {
            store,
            kind,
            source: None,
        }
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// What kind of trouble it is.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the same call may succeed later, with nothing changed.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            StoreErrorKind::Busy
                | StoreErrorKind::Full
                | StoreErrorKind::Locked
                | StoreErrorKind::Overloaded
                | StoreErrorKind::Unavailable
        )
    }

    /// Whether a smaller batch may fare better, because one of the records alone is to blame. Such an error says that
    /// nothing of the batch was stored.
    #[must_use]
    pub const fn is_about_a_record(&self) -> bool {
        matches!(
            self.kind,
            StoreErrorKind::Corrupt
                | StoreErrorKind::Full
                | StoreErrorKind::Locked
                | StoreErrorKind::Misuse
                | StoreErrorKind::Rejected
        )
    }

    /// Whether somebody else has the record now.
    #[must_use]
    pub const fn is_lease_lost(&self) -> bool {
        matches!(self.kind, StoreErrorKind::LeaseLost)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            StoreErrorKind::Busy => "another writer held the store for too long",
            StoreErrorKind::Corrupt => {
                "stored bytes are not what was written; restore the database from a backup"
            }
            StoreErrorKind::Full => "there is no room left; free some space",
            StoreErrorKind::LeaseLost => "the lease was lost",
            StoreErrorKind::Locked => {
                "another transaction has not let go of the record; commit it sooner"
            }
            StoreErrorKind::Misuse => "the namespace is of the wrong kind for this call",
            StoreErrorKind::Overloaded => "too many callers wait for the store already",
            StoreErrorKind::Rejected => "a record cannot be stored; look at the cause",
            StoreErrorKind::Unavailable => "the store is unavailable",
        };
        write!(f, "{}: {what}", self.store)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            Some(source) => Some(&**source),
            None => None,
        }
    }
}
