//! Events through the outbox, with a receiver and a worker that are killed on the way.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};
use webhook_sender::{Client, EgressPolicy, Endpoint, EndpointUrl, Outbox, OutgoingEvent, Sender};
use webhook_tower::idempotency::{Inbox, Namespace, Queue, RetryPolicy, SqliteStore, StateKind};
use webhook_tower::verify::{Clock, StandardWebhooks, SystemClock};

use crate::attacks;
use crate::books::{Books, Ids};
use crate::courier::Courier;
use crate::processes::Process;
use crate::report::{Line, in_words};
use crate::{Failure, secrets};

/// How many orders are paid together.
const BASKET: usize = 10;
/// How long the sender may take for everything, also on a slow disk.
const LIMIT: Duration = Duration::from_secs(120);

/// The two processes and what they share.
pub(crate) struct Stage<'a> {
    pub(crate) receiver: Option<Process>,
    pub(crate) worker: Option<Process>,
    pub(crate) port: u16,
    pub(crate) inbox: &'a SqliteStore,
    pub(crate) inbox_file: &'a Path,
}

/// What became of the orders and of the kills.
pub(crate) async fn run(
    stage: &mut Stage<'_>,
    outbox_file: &Path,
    events: u32,
    bar: &ProgressBar,
) -> Result<Vec<Line>, Failure> {
    let store = Arc::new(SqliteStore::open(outbox_file).await?);
    let outbox = Outbox::new(Arc::clone(&store))?;
    let policy = EgressPolicy::danger_allow_loopback();
    let url = EndpointUrl::parse(&format!("http://127.0.0.1:{}/shop", stage.port), &policy)?;
    let sender = Sender::builder(store.clone())
        .client(Client::new(policy)?)
        .endpoint(
            "shop",
            Endpoint::new(url, StandardWebhooks::signer(secrets::SHOP)?),
        )
        .concurrency(8)
        // The receiver is away for moments, not for hours.
        .retry(RetryPolicy::exponential(
            Duration::from_millis(50),
            Duration::from_millis(400),
        )?)
        .poll_interval(Duration::from_millis(50))
        .build()?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let sending = tokio::spawn(sender.run(async move { stopped.await.unwrap_or_default() }));
    let writing = tokio::spawn(write_orders(outbox.clone(), outbox_file.to_owned(), events));

    delivered(&store, outbox.namespace(), events * 2 / 5, bar).await?;
    let killed_receiver = kill_receiver(stage, &store, outbox.namespace()).await?;
    delivered(&store, outbox.namespace(), events * 3 / 5, bar).await?;
    let killed_worker = kill_worker(stage).await?;
    let again = send_again(stage.port, events / 5).await?;
    let rolled_back = writing.await??;
    delivered(&store, outbox.namespace(), events, bar).await?;
    bar.finish_and_clear();
    drop(stop);
    sending.await?;

    let stats = store.stats(outbox.namespace()).await?;
    let through = Line {
        what: "sent through the outbox",
        sent: events,
        answered: format!("{} x 200", stats.done),
        answered_well: stats.done == u64::from(events) && stats.dead == 0,
        ids: Ids::Prefix("order-"),
        promised: events,
    };
    let never = Line {
        what: "rolled back with their order",
        sent: rolled_back,
        answered: "never sent".into(),
        answered_well: true,
        ids: Ids::Prefix("rolledback-"),
        promised: 0,
    };
    Ok(vec![through, never, again, killed_receiver, killed_worker])
}

/// Writes each basket of orders and their events in one transaction. Behind each basket comes an order that is rolled back.
async fn write_orders(
    outbox: Outbox,
    file: std::path::PathBuf,
    events: u32,
) -> Result<u32, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(Duration::from_secs(10));
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::query("CREATE TABLE orders (id TEXT PRIMARY KEY) STRICT")
        .execute(&mut connection)
        .await?;
    let mut rolled_back = 0;
    let all: Vec<u32> = (0..events).collect();
    for basket in all.chunks(BASKET) {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for at in basket {
            write_order(&mut transaction, &outbox, &format!("order-{at}")).await?;
        }
        transaction.commit().await?;
        outbox.wake();

        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let at = basket.first().copied().unwrap_or_default();
        write_order(&mut transaction, &outbox, &format!("rolledback-{at}")).await?;
        transaction.rollback().await?;
        rolled_back += 1;
    }
    connection.close().await?;
    Ok(rolled_back)
}

/// An order and the event that tells of it, on a connection with a transaction open.
async fn write_order(
    connection: &mut SqliteConnection,
    outbox: &Outbox,
    id: &str,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO orders (id) VALUES (?1)")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let event = OutgoingEvent::new(id, "order.paid", attacks::body(id))?;
    outbox.enqueue_in(connection, "shop", event).await?;
    Ok(())
}

/// Waits until so many events have been acknowledged.
async fn delivered(
    store: &SqliteStore,
    outbox: &Namespace,
    target: u32,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let waiting = async {
        loop {
            let done = store.stats(outbox).await?.done;
            bar.set_position(done);
            if done >= u64::from(target) {
                return Ok::<(), Failure>(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(LIMIT, waiting).await {
        Ok(done) => done,
        Err(_) => Err(format!(
            "the sender did not deliver {target} events in {} s",
            LIMIT.as_secs()
        )
        .into()),
    }
}

/// Kills the receiver between two events, looks for everything it acknowledged, and starts it again.
async fn kill_receiver(
    stage: &mut Stage<'_>,
    store: &SqliteStore,
    outbox: &Namespace,
) -> Result<Line, Failure> {
    if let Some(receiver) = stage.receiver.take() {
        receiver.kill().await?;
    }
    let acknowledged: BTreeSet<String> = crate::books::ids(store, outbox, Some(StateKind::Done))
        .await?
        .into_iter()
        .collect();
    let books = Books::read(stage.inbox, stage.inbox_file).await?;
    let found = acknowledged.iter().filter(|id| books.has(id)).count();
    // Long enough that the sender notices and has to try again.
    tokio::time::sleep(Duration::from_millis(150)).await;
    stage.receiver = Some(Process::receiver(stage.inbox_file, stage.port).await?.0);
    let count = u32::try_from(acknowledged.len())?;
    Ok(Line {
        what: "acknowledged when the receiver was killed",
        sent: count,
        answered: format!("{count} x 200, {found} found"),
        answered_well: count > 0 && found == acknowledged.len(),
        ids: Ids::List(acknowledged),
        promised: count,
    })
}

/// Kills the worker while it holds leases, and starts another one.
async fn kill_worker(stage: &mut Stage<'_>) -> Result<Line, Failure> {
    let inbox = Namespace::queue(Inbox::NAMESPACE)?;
    let mut abandoned = BTreeSet::new();
    for _ in 0..50 {
        at_work(stage.inbox).await?;
        if let Some(worker) = stage.worker.take() {
            worker.kill().await?;
        }
        abandoned = crate::books::ids(stage.inbox, &inbox, Some(StateKind::Leased))
            .await?
            .into_iter()
            .collect();
        if !abandoned.is_empty() {
            break;
        }
        // It had just finished everything. Give the next one something to do.
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.worker = Some(Process::worker(stage.inbox_file).await?);
    }
    stage.worker = Some(Process::worker(stage.inbox_file).await?);
    let count = u32::try_from(abandoned.len())?;
    Ok(Line {
        what: "in hand when the worker was killed",
        sent: count,
        answered: "run again after the lease".into(),
        answered_well: count > 0,
        ids: Ids::List(abandoned),
        promised: count,
    })
}

/// Waits until the worker holds a lease, or for a second.
async fn at_work(inbox: &SqliteStore) -> Result<(), Failure> {
    for _ in 0..200 {
        if crate::books::stats(inbox).await?.leased > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Sends the first events once more, freshly signed, as a provider does that missed an answer.
async fn send_again(port: u16, events: u32) -> Result<Line, Failure> {
    let signer = StandardWebhooks::signer(secrets::SHOP)?;
    let parcels = (0..events)
        .map(|at| attacks::parcel(&signer, &format!("order-{at}"), SystemClock.now()))
        .collect::<Result<Vec<_>, _>>()?;
    let answers = Courier::new(port).send_all(parcels).await?;
    let mut line = Line::answered("a fifth of them sent again", &answers, 200, "order-", 0);
    let first: BTreeSet<String> = (0..events).map(|at| format!("order-{at}")).collect();
    line.answered = in_words(&answers);
    line.ids = Ids::List(first);
    line.promised = events;
    Ok(line)
}

/// A bar on a terminal, nothing elsewhere.
pub(crate) fn progress(events: u32) -> ProgressBar {
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(
        Some(u64::from(events)),
        indicatif::ProgressDrawTarget::stdout(),
    );
    match ProgressStyle::with_template("  {bar:40} {pos}/{len} events acknowledged, {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
