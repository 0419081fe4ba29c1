//! What runs while the tape does. Each workload tells the world what it has been promised, one line each:
//! `put ID`, `effect ID`.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Executor};
use webhook_idempotency::{
    Apply, Claims, Leased, Namespace, NewRecord, Outcome, Queue, Settlement, SqliteStore,
    TransactionOutcome, TransactionalQueue,
};

/// The database's file in the recorded folder.
pub const DATABASE: &str = "store.db";
/// The file whose writes are what the world is told.
pub const ACKS: &str = "acks";

const LEASE: Duration = Duration::from_secs(3600);

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Workload {
    /// The store: puts, and handlers' transactions.
    Store,
    /// The store, but the world is told before the put has returned.
    StoreTellsEarly,
    /// A plain table with synchronous=FULL, to show that the tool loses nothing by itself.
    PlainFull,
    /// A plain table with synchronous=NORMAL, to show that the tool finds losses.
    PlainNormal,
}

impl Workload {
    /// As the command line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::StoreTellsEarly => "store-tells-early",
            Self::PlainFull => "plain-full",
            Self::PlainNormal => "plain-normal",
        }
    }
}

type Failure = Box<dyn Error + Send + Sync>;

/// The namespace of every record.
///
/// # Errors
/// None in practice; the name is valid.
pub fn namespace() -> Result<Namespace, Failure> {
    Ok(Namespace::queue("inbox")?)
}

/// Runs `commits` rounds in that folder.
///
/// # Errors
/// If the database cannot be opened. What fails later is not told, and the next round goes on.
pub async fn run(workload: Workload, folder: &Path, commits: u32) -> Result<(), Failure> {
    let mut world = World(File::create(folder.join(ACKS))?);
    let database = folder.join(DATABASE);
    match workload {
        Workload::Store => store(&database, commits, &mut world, false).await,
        Workload::StoreTellsEarly => store(&database, commits, &mut world, true).await,
        Workload::PlainFull => plain(&database, commits, &mut world, SqliteSynchronous::Full).await,
        Workload::PlainNormal => {
            plain(&database, commits, &mut world, SqliteSynchronous::Normal).await
        }
    }
}

struct World(File);

impl World {
    /// One system call, so that the tape has it in one place.
    fn tell(&mut self, lines: &str) -> Result<(), Failure> {
        Ok(self.0.write_all(lines.as_bytes())?)
    }
}

async fn store(
    database: &Path,
    commits: u32,
    world: &mut World,
    early: bool,
) -> Result<(), Failure> {
    let store = SqliteStore::open(database).await?;
    SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await?
        .execute("CREATE TABLE IF NOT EXISTS effects (id TEXT NOT NULL)")
        .await?;
    let inbox = namespace()?;
    for round in 0..commits {
        let records: Vec<NewRecord> = (0..=round % 5)
            .map(|at| record(&inbox, round, at))
            .collect();
        let told: String = (0..=round % 5)
            .map(|at| format!("put {}\n", id(round, at)))
            .collect();
        if early {
            world.tell(&told)?;
        }
        if store.put(&records).await.is_ok() && !early {
            world.tell(&told)?;
        }
        for leased in store.lease(&inbox, 2, LEASE).await.unwrap_or_default() {
            work(&store, leased, round, world).await?;
        }
    }
    Ok(())
}

/// A handler's transaction, or now and then an attempt that fails.
async fn work(
    store: &SqliteStore,
    leased: Leased,
    round: u32,
    world: &mut World,
) -> Result<(), Failure> {
    let lease = leased.lease;
    if round.is_multiple_of(7) {
        let outcome = Outcome::Retry {
            after: Duration::ZERO,
            error: String::from("the shop is closed"),
        };
        // A failure here is found out by the next attempt.
        drop(store.settle(&[Settlement { lease, outcome }]).await);
        return Ok(());
    }
    let id = leased
        .record
        .facts
        .id
        .map_or_else(String::new, |id| id.value);
    let effect = id.clone();
    let apply: Apply<SqliteConnection, sqlx::Error> = Box::new(move |connection| {
        Box::pin(async move {
            sqlx::query("INSERT INTO effects (id) VALUES (?)")
                .bind(effect)
                .execute(connection)
                .await
                .map(drop)
        })
    });
    if let Ok(TransactionOutcome::Committed) = store.run_in_transaction(&lease, LEASE, apply).await
    {
        world.tell(&format!("effect {id}\n"))?;
    }
    Ok(())
}

fn id(round: u32, at: u32) -> String {
    format!("evt_{round}_{at}")
}

fn record(inbox: &Namespace, round: u32, at: u32) -> NewRecord {
    let payload = vec![b'x'; 700 + usize::try_from(round % 600).unwrap_or_default()];
    NewRecord::own(
        inbox,
        "shop",
        "hooks",
        &id(round, at),
        "order.paid",
        payload.into(),
    )
}

async fn plain(
    database: &Path,
    commits: u32,
    world: &mut World,
    synchronous: SqliteSynchronous,
) -> Result<(), Failure> {
    let mut connection = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .connect()
        .await?;
    connection
        .execute("CREATE TABLE plain (id TEXT PRIMARY KEY, payload BLOB)")
        .await?;
    for round in 0..commits {
        let stored = sqlx::query("INSERT INTO plain (id, payload) VALUES (?, ?)")
            .bind(id(round, 0))
            .bind(vec![b'x'; 3000])
            .execute(&mut connection)
            .await;
        if stored.is_ok() {
            world.tell(&format!("put {}\n", id(round, 0)))?;
        }
    }
    Ok(())
}
