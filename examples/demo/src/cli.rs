//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Sends signed events end to end over loopback, kills the processes half way, attacks the receiver, and prints what
/// became of it all. Exits with 1 if any line is not as promised, with 2 if it could not run.
#[derive(Debug, Parser)]
#[command(name = "demo", args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// What the demo itself is told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many events go through the outbox, from 100 to 100,000; a fifth of them is sent a second time.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub(crate) events: u32,
    /// Where to keep the two database files [default: a temporary folder that is removed at the end].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
}

/// The processes that the demo starts; each can be started by hand too.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Verifies, stores and acknowledges. Reads its secrets from SHOP_SECRET, SHOP_SECRET_OLD (optional) and
    /// GITHUB_SECRET.
    Receiver {
        /// The SQLite file of the inbox.
        #[arg(long, value_name = "FILE")]
        database: PathBuf,
        /// The port on 127.0.0.1; 0 chooses a free one, which is printed.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Leases stored events and books each one in the transaction that settles it.
    Worker {
        /// The SQLite file of the inbox.
        #[arg(long, value_name = "FILE")]
        database: PathBuf,
    },
}
