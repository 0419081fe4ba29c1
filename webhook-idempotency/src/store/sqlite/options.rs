//! How a store is opened.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use webhook_verify::{Clock, SystemClock};

use super::connect::Connector;
use super::{SqliteStore, migrations};
use crate::error::ConfigError;

/// Which file a [`SqliteStore`] keeps its records in, and how.
#[derive(Clone)]
pub struct SqliteOptions {
    pub(super) path: PathBuf,
    pub(super) busy_timeout: Duration,
    pub(super) create_if_missing: bool,
    pub(super) readers: u32,
    pub(super) clock: Arc<dyn Clock>,
}

impl SqliteOptions {
    /// A file on a local disk, created if it is missing. A network file system cannot hold it: two hosts do not share
    /// the memory that SQLite coordinates through.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            busy_timeout: Duration::from_secs(5),
            create_if_missing: true,
            readers: 4,
            clock: Arc::new(SystemClock),
        }
    }

    /// Reads the time from there instead of from the system.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How long a write waits for another writer, in this process or another, before it fails as busy; 5 seconds unless
    /// told. From 1 millisecond to 1 hour.
    #[must_use]
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Whether to create the file if it is missing. A program that expects its records to be there says no.
    #[must_use]
    pub const fn create_if_missing(mut self, create: bool) -> Self {
        self.create_if_missing = create;
        self
    }

    /// How many connections read at the same time; 4 unless told. From 1 to 64.
    #[must_use]
    pub const fn readers(mut self, readers: u32) -> Self {
        self.readers = readers;
        self
    }

    /// Opens the file, brings its tables up to date, and checks on every connection that a commit is durable.
    ///
    /// # Errors
    /// [`ConfigError::Database`] if the file cannot be used as a database, [`ConfigError::Limit`] if an option is out of
    /// its range.
    pub async fn open(self) -> Result<SqliteStore, ConfigError> {
        self.check()?;
        let connector = Connector::new(&self)?;
        SqliteStore::start(connector, self).await
    }

    /// Everything that [`SqliteOptions::open`] would run on an empty file, as SQL to be read and run by other tools.
    #[must_use]
    pub fn migrations() -> String {
        migrations::script()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let range = Duration::from_millis(1)..=Duration::from_secs(3600);
        if !range.contains(&self.busy_timeout) {
            let problem = "must be from 1 millisecond to 1 hour";
            return Err(ConfigError::Limit {
                option: "busy_timeout",
                problem,
            });
        }
        if !(1..=64).contains(&self.readers) {
            return Err(ConfigError::Limit {
                option: "readers",
                problem: "must be from 1 to 64",
            });
        }
        Ok(())
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("path", &self.path)
            .field("busy_timeout", &self.busy_timeout)
            .field("create_if_missing", &self.create_if_missing)
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}
