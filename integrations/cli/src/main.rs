//! `webhookctl`: verify, sign, send and receive webhooks from the command line.

mod body;
mod cli;
mod failure;
mod labels;
mod listen;
mod misuse;
mod names;
mod numbers;
mod output;
mod providers;
mod records;
mod request;
mod secrets;
mod send;
mod sign;
mod store;
mod target;
mod verifier;
mod verify;
mod when;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::failure::{Failure, Verdict};
use crate::output::Output;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misuse::answer(&error),
    };
    let output = Output::new(cli.json);
    match run(cli.command, output) {
        Ok(Verdict::Done) => ExitCode::SUCCESS,
        Ok(Verdict::Refused) => ExitCode::FAILURE,
        Err(failure) => output.failure(&failure),
    }
}

fn run(command: Command, output: Output) -> Result<Verdict, Failure> {
    match command {
        Command::Dead(args) => records::dead(&args, output),
        Command::Inbox(args) => records::inbox(&args, output),
        Command::Listen(args) => listen::run(&args, output),
        Command::Outbox(args) => records::outbox(&args, output),
        Command::Providers(args) => providers::run(&args, output),
        Command::Send(args) => send::run(&args, output),
        Command::Sign(args) => sign::run(&args, output),
        Command::Verify(args) => verify::run(&args, output),
    }
}
