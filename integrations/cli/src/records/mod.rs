//! `webhookctl inbox`, `dead` and `outbox`: what is stored, and making it run again.

mod find;
mod print;

use std::sync::Arc;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use webhook_idempotency::{Inbox, Key, ListRequest, Namespace, Queue, Record, Replayed, StateKind};

use crate::failure::{Failure, Verdict};
use crate::numbers;
use crate::output::Output;
use crate::store::{self, StoreArgs};

/// The namespace of the bundled sender.
const OUTBOX: &str = "outbox";

/// How many records are read at once.
pub(crate) const PAGE: u32 = 500;

#[derive(clap::Args, Clone)]
pub(crate) struct InboxArgs {
    #[command(subcommand)]
    command: Records,
}

#[derive(clap::Args, Clone)]
pub(crate) struct OutboxArgs {
    #[command(subcommand)]
    command: Records,
}

#[derive(clap::Args, Clone)]
pub(crate) struct DeadArgs {
    #[command(subcommand)]
    command: Dead,
}

#[derive(Subcommand, Clone)]
enum Records {
    /// List events in the order in which they were stored.
    List {
        #[command(flatten)]
        place: Place,
        /// Only those in this state.
        #[arg(long, value_name = "STATE")]
        state: Option<Only>,
        #[command(flatten)]
        page: Page,
    },
    /// Make settled events run again, with their attempts counted from zero.
    Replay {
        #[command(flatten)]
        place: Place,
        /// Their keys, or the first 8 digits of them or more, or the senders' ids.
        #[arg(value_name = "KEY", required = true)]
        keys: Vec<String>,
    },
    /// Forget events that were settled long ago. A resend of one that is forgotten counts as new.
    Purge {
        #[command(flatten)]
        place: Place,
        /// Those that were settled longer ago than this, such as 30d.
        #[arg(long, value_name = "TIME", value_parser = numbers::duration)]
        settled_for: Duration,
    },
    /// Show one event, with its payload.
    Show {
        #[command(flatten)]
        place: Place,
        /// Its key, or the first 8 digits of it or more, or the sender's id.
        #[arg(value_name = "KEY")]
        key: String,
        /// Print the payload alone, byte for byte.
        #[arg(long)]
        payload: bool,
    },
    /// Count events by state.
    Stats {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand, Clone)]
enum Dead {
    /// List the events that were given up, and why.
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        page: Page,
    },
    /// Make events that were given up run again, with their attempts counted from zero.
    Replay {
        #[command(flatten)]
        place: Place,
        /// All of them.
        #[arg(long, conflicts_with = "keys")]
        all: bool,
        /// Their keys, or the first 8 digits of them or more, or the senders' ids.
        #[arg(value_name = "KEY", required_unless_present = "all")]
        keys: Vec<String>,
    },
}

/// Which records a command is about.
#[derive(clap::Args, Clone)]
pub(crate) struct Place {
    #[command(flatten)]
    store: StoreArgs,
    /// The namespace, if it is not the usual one.
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
}

#[derive(clap::Args, Clone)]
struct Page {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = numbers::limit)]
    limit: u32,
    /// Only those behind this sequence number: the last one of the page before.
    #[arg(long, value_name = "SEQUENCE", value_parser = numbers::sequence)]
    after: Option<i64>,
}

#[derive(ValueEnum, Clone, Copy)]
enum Only {
    Dead,
    Done,
    Leased,
    Ready,
}

impl From<Only> for StateKind {
    fn from(only: Only) -> Self {
        match only {
            Only::Dead => Self::Dead,
            Only::Done => Self::Done,
            Only::Leased => Self::Leased,
            Only::Ready => Self::Ready,
        }
    }
}

pub(crate) fn inbox(args: &InboxArgs, output: Output) -> Result<Verdict, Failure> {
    run(&args.command, Inbox::NAMESPACE, output)
}

pub(crate) fn outbox(args: &OutboxArgs, output: Output) -> Result<Verdict, Failure> {
    run(&args.command, OUTBOX, output)
}

pub(crate) fn dead(args: &DeadArgs, output: Output) -> Result<Verdict, Failure> {
    block_on(async {
        match &args.command {
            Dead::List { place, page } => {
                let opened = place.open(Inbox::NAMESPACE).await?;
                list(&opened, Some(StateKind::Dead), page, output).await
            }
            Dead::Replay {
                place, all: true, ..
            } => {
                let opened = place.open(Inbox::NAMESPACE).await?;
                replay_all_dead(&opened, output).await
            }
            Dead::Replay { place, keys, .. } => {
                let opened = place.open(Inbox::NAMESPACE).await?;
                replay(&opened, keys, output).await
            }
        }
    })
}

fn run(command: &Records, namespace: &str, output: Output) -> Result<Verdict, Failure> {
    block_on(async {
        match command {
            Records::List { place, state, page } => {
                let only = state.map(StateKind::from);
                list(&place.open(namespace).await?, only, page, output).await
            }
            Records::Purge { place, settled_for } => {
                purge(&place.open(namespace).await?, *settled_for, output).await
            }
            Records::Replay { place, keys } => {
                replay(&place.open(namespace).await?, keys, output).await
            }
            Records::Show {
                place,
                key,
                payload,
            } => {
                let opened = place.open(namespace).await?;
                let record = find::one(&opened, key).await?;
                match payload {
                    true => output.bytes(&record.payload)?,
                    false => print::whole(&record, output)?,
                }
                Ok(Verdict::Done)
            }
            Records::Stats { place } => {
                let opened = place.open(namespace).await?;
                let stats = opened.store.stats(&opened.namespace).await;
                print::stats(&stats.map_err(|error| store::failed(&error))?, output)?;
                Ok(Verdict::Done)
            }
        }
    })
}

/// Runs one command's worth of waiting.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    runtime.block_on(work)
}

/// A store and the namespace in it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Queue>,
    pub(crate) namespace: Namespace,
}

impl Place {
    pub(crate) async fn open(&self, usual: &str) -> Result<Opened, Failure> {
        let name = self.namespace.as_deref().unwrap_or(usual);
        let namespace = Namespace::queue(name).map_err(Failure::misuse)?;
        let store = self.store.open().await?;
        Ok(Opened { store, namespace })
    }
}

impl Opened {
    /// The page behind a sequence number.
    pub(crate) async fn page(
        &self,
        only: Option<StateKind>,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Record>, Failure> {
        let mut request = ListRequest::new(self.namespace.clone()).limit(limit);
        if let Some(state) = only {
            request = request.only(state);
        }
        if let Some(sequence) = after {
            request = request.after(sequence);
        }
        let page = self.store.list(&request).await;
        page.map_err(|error| store::failed(&error))
    }
}

async fn list(
    opened: &Opened,
    only: Option<StateKind>,
    page: &Page,
    output: Output,
) -> Result<Verdict, Failure> {
    let (mut left, mut after) = (page.limit, page.after);
    let mut printed = 0;
    while left > 0 {
        let records = opened.page(only, after, left.min(PAGE)).await?;
        let Some(last) = records.last() else {
            break;
        };
        after = Some(last.sequence);
        left = left.saturating_sub(u32::try_from(records.len()).unwrap_or(u32::MAX));
        for record in &records {
            if printed == 0 {
                print::titles(output)?;
            }
            printed += 1;
            print::line(record, output)?;
        }
    }
    if printed == 0 && !output.is_json() {
        output.text("nothing is stored there")?;
    }
    Ok(Verdict::Done)
}

async fn purge(opened: &Opened, settled_for: Duration, output: Output) -> Result<Verdict, Failure> {
    let mut purged = 0;
    loop {
        let some = opened
            .store
            .purge(&opened.namespace, settled_for, PAGE)
            .await;
        match some.map_err(|error| store::failed(&error))? {
            0 => break,
            some => purged += some,
        }
    }
    print::purged(purged, output)?;
    Ok(Verdict::Done)
}

async fn replay(opened: &Opened, names: &[String], output: Output) -> Result<Verdict, Failure> {
    let mut records = Vec::new();
    for name in names {
        records.push(find::one(opened, name).await?);
    }
    let keys: Vec<Key> = records.iter().map(|record| record.key).collect();
    let answers = opened.store.replay(&keys).await;
    let answers = answers.map_err(|error| store::failed(&error))?;
    let mut verdict = Verdict::Done;
    for (record, answer) in records.iter().zip(answers) {
        if answer != Replayed::Ready {
            verdict = Verdict::Refused;
        }
        print::replayed(record, answer, output)?;
    }
    Ok(verdict)
}

async fn replay_all_dead(opened: &Opened, output: Output) -> Result<Verdict, Failure> {
    // They leave the list as they are replayed, and one that dies again meanwhile stands at the same place: the list is
    // read to its end by sequence, so that it does end.
    let mut after = None;
    loop {
        let records = opened.page(Some(StateKind::Dead), after, PAGE).await?;
        let Some(last) = records.last() else {
            return Ok(Verdict::Done);
        };
        after = Some(last.sequence);
        let keys: Vec<Key> = records.iter().map(|record| record.key).collect();
        let answers = opened.store.replay(&keys).await;
        for (record, answer) in records
            .iter()
            .zip(answers.map_err(|error| store::failed(&error))?)
        {
            print::replayed(record, answer, output)?;
        }
    }
}
