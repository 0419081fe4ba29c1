//! Opens what a cut left, as the program would after a restart, and compares it with what the world was told.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};
use webhook_idempotency::{ListRequest, Queue, SqliteStore, State};

use crate::workload::{DATABASE, Workload, namespace};

/// What the world was told before the cut.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Events that were acknowledged.
    pub puts: BTreeSet<String>,
    /// Events whose handler's transaction was reported as committed.
    pub effects: BTreeSet<String>,
}

impl Told {
    /// Takes in lines as workloads write them.
    pub fn hear(&mut self, lines: &[u8]) {
        for line in String::from_utf8_lossy(lines).lines() {
            match line.split_once(' ') {
                Some(("put", id)) => self.puts.insert(id.to_owned()),
                Some(("effect", id)) => self.effects.insert(id.to_owned()),
                _ => false,
            };
        }
    }
}

/// What was wrong after one cut, a sentence each.
///
/// # Errors
/// Never for what the cut did, which is part of the answer; only if the checks themselves cannot run.
pub async fn judge(
    workload: Workload,
    folder: &Path,
    told: &Told,
) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
    let database = folder.join(DATABASE);
    if !database.exists() {
        return Ok(missing(told, &BTreeSet::new()));
    }
    match workload {
        Workload::Store | Workload::StoreTellsEarly => store(&database, told).await,
        Workload::PlainFull | Workload::PlainNormal => plain(&database, told).await,
    }
}

async fn store(database: &Path, told: &Told) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
    let store = match SqliteStore::open(database).await {
        Ok(store) => store,
        Err(error) => return Ok(vec![format!("the store cannot be opened: {error:?}")]),
    };
    let records = match store
        .list(&ListRequest::new(namespace()?).limit(1_000_000))
        .await
    {
        Ok(records) => records,
        Err(error) => return Ok(vec![format!("the store cannot be read: {error:?}")]),
    };
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await?;
    let mut wrong = integrity(&mut connection).await;
    let effects = effects(&mut connection).await;

    let mut stored = BTreeSet::new();
    for record in records {
        let id = record.facts.id.map_or_else(String::new, |id| id.value);
        let ran = effects.get(&id).copied().unwrap_or_default();
        if record.damaged {
            wrong.push(format!("{id} is damaged"));
        }
        if record.state == State::Done && ran != 1 {
            wrong.push(format!("{id} is done and its effect is there {ran} times"));
        }
        if record.state != State::Done && ran != 0 {
            wrong.push(format!(
                "{id} is not done and its effect is there {ran} times"
            ));
        }
        stored.insert(id);
    }
    wrong.extend(missing(told, &stored));
    for id in &told.effects {
        if !effects.contains_key(id) {
            wrong.push(format!("the effect of {id} was promised and is lost"));
        }
    }
    Ok(wrong)
}

async fn plain(database: &Path, told: &Told) -> Result<Vec<String>, Box<dyn Error + Send + Sync>> {
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await?;
    let mut wrong = integrity(&mut connection).await;
    // A table that is not there has no rows.
    let rows = sqlx::query("SELECT id FROM plain")
        .fetch_all(&mut connection)
        .await
        .unwrap_or_default();
    let stored = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    wrong.extend(missing(told, &stored));
    Ok(wrong)
}

fn missing(told: &Told, stored: &BTreeSet<String>) -> Vec<String> {
    told.puts
        .difference(stored)
        .map(|id| format!("{id} was acknowledged and is lost"))
        .collect()
}

async fn integrity(connection: &mut SqliteConnection) -> Vec<String> {
    let answer: Result<String, sqlx::Error> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(connection)
        .await;
    match answer {
        Ok(answer) if answer == "ok" => Vec::new(),
        answer => vec![format!("the database is corrupt: {answer:?}")],
    }
}

/// How often each effect is there. A table that was not created yet has none.
async fn effects(connection: &mut SqliteConnection) -> BTreeMap<String, i64> {
    let rows = sqlx::query("SELECT id, count(*) FROM effects GROUP BY id")
        .fetch_all(connection)
        .await
        .unwrap_or_default();
    rows.iter()
        .filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?)))
        .collect()
}
