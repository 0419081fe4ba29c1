//! What the receiver's database says, read by the program that attacked it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use webhook_tower::idempotency::{
    Inbox, ListRequest, Namespace, Queue, SqliteStore, StateKind, Stats,
};

use crate::Failure;

/// How often each event is stored, and how often its effect ran.
#[derive(Debug, Default)]
pub(crate) struct Books {
    stored: BTreeMap<String, u32>,
    effects: BTreeMap<String, u32>,
    dead: u64,
}

/// A group of events, by their ids.
#[derive(Clone, Debug)]
pub(crate) enum Ids {
    /// These.
    List(BTreeSet<String>),
    /// All that begin so.
    Prefix(&'static str),
}

impl Ids {
    fn contains(&self, id: &str) -> bool {
        match self {
            Self::List(ids) => ids.contains(id),
            Self::Prefix(prefix) => id.starts_with(prefix),
        }
    }
}

/// How a group of events fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// How many records.
    pub(crate) stored: u32,
    /// How many effects.
    pub(crate) effects: u32,
    /// Events whose record or effect is not there exactly once.
    pub(crate) odd: u32,
}

impl Books {
    #[cfg(test)]
    pub(crate) const fn of(stored: BTreeMap<String, u32>, effects: BTreeMap<String, u32>) -> Self {
        Self {
            stored,
            effects,
            dead: 0,
        }
    }

    /// Reads the inbox and the effects.
    pub(crate) async fn read(store: &SqliteStore, database: &Path) -> Result<Self, Failure> {
        let mut books = Self {
            dead: stats(store).await?.dead,
            ..Self::default()
        };
        for id in ids(store, &Namespace::queue(Inbox::NAMESPACE)?, None).await? {
            *books.stored.entry(id).or_default() += 1;
        }
        let mut connection = SqliteConnection::connect_with(
            &SqliteConnectOptions::new()
                .filename(database)
                .read_only(true),
        )
        .await?;
        let rows: Vec<(String, u32)> =
            sqlx::query_as("SELECT event, count(*) FROM effects GROUP BY event")
                .fetch_all(&mut connection)
                .await?;
        connection.close().await?;
        books.effects.extend(rows);
        Ok(books)
    }

    /// How these events fared.
    pub(crate) fn entry(&self, ids: &Ids) -> Entry {
        let count = |side: &BTreeMap<String, u32>| {
            side.iter()
                .filter(|(id, _)| ids.contains(id))
                .map(|(_, count)| count)
                .sum()
        };
        let expected: BTreeSet<&String> = match ids {
            Ids::List(list) => list.iter().collect(),
            Ids::Prefix(_) => self
                .stored
                .keys()
                .chain(self.effects.keys())
                .filter(|id| ids.contains(id))
                .collect(),
        };
        let once = |side: &BTreeMap<String, u32>, id: &String| side.get(id) == Some(&1);
        let odd = expected
            .into_iter()
            .filter(|id| !(once(&self.stored, id) && once(&self.effects, id)))
            .count();
        Entry {
            stored: count(&self.stored),
            effects: count(&self.effects),
            odd: u32::try_from(odd).unwrap_or(u32::MAX),
        }
    }

    /// Whether an event of that id is stored.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.stored.contains_key(id)
    }

    /// How many dead letters there are.
    pub(crate) const fn dead(&self) -> u64 {
        self.dead
    }
}

/// The ids of all records of a namespace, or of those in one state.
pub(crate) async fn ids(
    store: &SqliteStore,
    namespace: &Namespace,
    only: Option<StateKind>,
) -> Result<Vec<String>, Failure> {
    let mut request = ListRequest::new(namespace.clone()).limit(500);
    if let Some(state) = only {
        request = request.only(state);
    }
    let mut ids = Vec::new();
    loop {
        let page = store.list(&request).await?;
        let Some(last) = page.last() else {
            return Ok(ids);
        };
        request = request.after(last.sequence);
        ids.extend(
            page.into_iter()
                .filter_map(|record| record.facts.id)
                .map(|id| id.value),
        );
    }
}

/// Counts the inbox by state.
pub(crate) async fn stats(store: &SqliteStore) -> Result<Stats, Failure> {
    Ok(store.stats(&Namespace::queue(Inbox::NAMESPACE)?).await?)
}

/// Waits until nothing is ready or leased any more.
pub(crate) async fn drained(
    store: &SqliteStore,
    limit: std::time::Duration,
) -> Result<(), Failure> {
    let waiting = async {
        loop {
            let stats = stats(store).await?;
            if stats.ready + stats.leased == 0 {
                return Ok::<(), Failure>(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(limit, waiting).await {
        Ok(done) => done,
        Err(_) => Err(format!(
            "the worker did not finish in {} s: {:?}; look at the inbox with --keep FOLDER",
            limit.as_secs(),
            stats(store).await?,
        )
        .into()),
    }
}
