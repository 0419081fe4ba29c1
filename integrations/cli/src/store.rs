//! `--store`: where events are kept.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use webhook_idempotency::{
    ConfigError, MemoryStore, PostgresStore, Queue, SqliteOptions, StoreError,
};

use crate::failure::Failure;

/// How many events the memory store holds, settled ones included.
const MEMORY: usize = 100_000;

/// What `--store` names. Its text is never printed: a URL may have a password in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    Memory,
    Postgres(String),
    Sqlite(PathBuf),
}

impl FromStr for Location {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sqlite = text
            .strip_prefix("sqlite://")
            .or_else(|| text.strip_prefix("sqlite:"));
        match (text, sqlite) {
            ("memory", _) => Ok(Self::Memory),
            (_, Some("")) => Err(
                "--store sqlite:// needs a file behind it, such as sqlite://hooks.db".to_owned(),
            ),
            (_, Some(path)) => Ok(Self::Sqlite(path.into())),
            _ if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(Self::Postgres(text.to_owned()))
            }
            _ => Err(
                "--store takes sqlite://FILE, postgres://USER@HOST/DATABASE or memory".to_owned(),
            ),
        }
    }
}

/// A store that keeps something from one call to the next.
#[derive(clap::Args, Clone)]
pub(crate) struct StoreArgs {
    /// Where events are kept: sqlite://FILE or postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Location,
}

impl StoreArgs {
    /// The store, which must be there already.
    pub(crate) async fn open(&self) -> Result<Arc<dyn Queue>, Failure> {
        match self.store {
            Location::Memory => Err(Failure::misuse(
                "--store memory is empty whenever a program starts; name the store that your receiver uses",
            )),
            _ => open(&self.store, Missing::Refuse).await,
        }
    }
}

/// What to do about a store that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Create,
    Refuse,
}

/// Opens a store and brings its tables up to date.
pub(crate) async fn open(location: &Location, missing: Missing) -> Result<Arc<dyn Queue>, Failure> {
    Ok(match location {
        Location::Postgres(url) => Arc::new(PostgresStore::open(url).await.map_err(refused)?),
        Location::Memory => Arc::new(MemoryStore::new(MEMORY)),
        Location::Sqlite(path) => {
            let options = SqliteOptions::new(path).create_if_missing(missing == Missing::Create);
            Arc::new(options.open().await.map_err(refused)?)
        }
    })
}

/// A store that cannot be opened is a wrong call or a store in trouble; either way the sentence says what to change.
pub(crate) fn refused(error: ConfigError) -> Failure {
    Failure::failed(error)
}

/// A store that failed, with its causes.
pub(crate) fn failed(error: &StoreError) -> Failure {
    Failure::failed(chain(error))
}

/// An error with everything behind it, as one clause.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.replace(['\n', '\r'], " ")
}
