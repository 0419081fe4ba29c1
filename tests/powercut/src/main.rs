//! `powercut cut`: how many promises survive how many power cuts. `powercut write` is the program that is recorded.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use webhook_powercut::campaign::Campaign;
use webhook_powercut::workload::{self, Workload};

/// Cuts the power under the SQLite store and looks for what was acknowledged.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Record a workload and cut it.
    Cut {
        /// Who writes.
        #[arg(long, value_enum, default_value = "store")]
        workload: Workload,
        /// How many recordings.
        #[arg(long, default_value_t = 10)]
        recordings: u64,
        /// How many cuts in each.
        #[arg(long, default_value_t = 50)]
        cuts: u32,
        /// How many rounds each recording has.
        #[arg(long, default_value_t = 300)]
        commits: u32,
        /// What the randomness starts from; each recording adds one.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// What fails while recording: sync:N, write:N, full:N or short:N.
        #[arg(long)]
        fail: Option<String>,
    },
    /// Be what is recorded.
    Write {
        /// The folder to write in.
        folder: PathBuf,
        #[arg(long, value_enum)]
        workload: Workload,
        #[arg(long)]
        commits: u32,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether nothing was lost.
async fn run(command: Command) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let (workload, recordings, cuts, commits, seed, fail) = match command {
        Command::Write {
            folder,
            workload,
            commits,
        } => {
            workload::run(workload, &folder, commits).await?;
            return Ok(true);
        }
        Command::Cut {
            workload,
            recordings,
            cuts,
            commits,
            seed,
            fail,
        } => (workload, recordings, cuts, commits, seed, fail),
    };
    let (mut cut, mut promises, mut wrong) = (0, 0, 0);
    for recording in 0..recordings {
        let campaign = Campaign {
            workload,
            commits,
            cuts,
            seed: seed + recording,
            fail: fail.clone(),
        };
        let report = campaign.run(&std::env::current_exe()?).await?;
        report
            .wrong
            .iter()
            .take(20)
            .for_each(|wrong| println!("{wrong}"));
        cut += report.cuts;
        promises += report.promises;
        wrong += report.wrong.len();
    }
    println!(
        "{}: {cut} power cuts, {promises} promises stood at them, {wrong} broken",
        workload.name()
    );
    Ok(wrong == 0)
}
