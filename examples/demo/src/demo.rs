//! The demo from its first process to its table.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use webhook_tower::idempotency::SqliteStore;

use crate::books::{self, Books};
use crate::cli::Options;
use crate::courier::Courier;
use crate::flow::{self, Stage};
use crate::processes::Process;
use crate::{Failure, attacks, report};

/// Runs everything and prints the table. `false` if a line is not as promised.
pub(crate) async fn run(options: &Options) -> Result<bool, Failure> {
    let began = Instant::now();
    let temporary = tempfile::tempdir()?;
    let folder = match &options.keep {
        Some(folder) => empty_folder(folder)?,
        None => temporary.path().to_owned(),
    };
    let (inbox_file, outbox_file) = (folder.join("inbox.db"), folder.join("outbox.db"));

    let (receiver, port) = Process::receiver(&inbox_file, 0).await?;
    let worker = Process::worker(&inbox_file).await?;
    let inbox = SqliteStore::open(&inbox_file).await?;
    let mut stage = Stage {
        receiver: Some(receiver),
        worker: Some(worker),
        port,
        inbox: &inbox,
        inbox_file: &inbox_file,
    };

    println!(
        "Sending {} signed events to http://127.0.0.1:{port}/shop, killing the receiver and the worker on the way.",
        options.events
    );
    let bar = flow::progress(options.events);
    let mut lines = flow::run(&mut stage, &outbox_file, options.events, &bar).await?;
    lines.extend(attacks::run(&Courier::new(port)).await?);
    books::drained(&inbox, Duration::from_secs(60)).await?;

    let books = Books::read(&inbox, &inbox_file).await?;
    let (table, mut well) = report::table(&lines, &books);
    println!("\n{table}");
    if books.dead() > 0 {
        well = false;
        println!("  {} dead letters that nobody expected", books.dead());
    }
    let verdict = if well {
        "Every line is as promised"
    } else {
        "Not every line is as promised"
    };
    println!("{verdict}, after {:.1} s.", began.elapsed().as_secs_f64());
    if options.keep.is_some() {
        println!("The databases are in {}.", folder.display());
    }
    Ok(well)
}

/// The folder to keep the databases in, which must not hold those of an earlier run.
fn empty_folder(folder: &Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        format!(
            "cannot create the folder {} ({error}); give another one with --keep",
            folder.display()
        )
    })?;
    if folder.join("inbox.db").exists() || folder.join("outbox.db").exists() {
        return Err(format!(
            "the folder {} holds the databases of an earlier run; remove them or give another one with --keep",
            folder.display()
        )
        .into());
    }
    Ok(folder.to_owned())
}
