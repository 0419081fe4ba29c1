//! `webhookctl secret`: new secrets, and the end of old ones.

mod create;
mod plan;

use clap::Subcommand;

use crate::failure::{Failure, Verdict};
use crate::output::Output;

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone)]
enum Command {
    /// Make a signing secret of the form that a scheme wants, and print it.
    New(Box<create::Args>),
    /// Say which secret was used when, and whether the old one may go.
    RotatePlan(plan::Args),
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    match &args.command {
        Command::New(args) => create::run(args, output),
        Command::RotatePlan(args) => plan::run(args, output),
    }
}
