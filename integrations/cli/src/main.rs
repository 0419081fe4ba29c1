//! `webhookctl`: verify, sign, send and receive webhooks from the command line.

mod body;
mod cli;
mod doctor;
mod failure;
mod labels;
mod listen;
mod migrate;
mod misuse;
mod names;
mod numbers;
mod output;
mod providers;
mod records;
mod request;
mod secret;
mod secrets;
mod send;
mod shell;
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
        Command::Completions(args) => shell::completions(&args, output),
        Command::Dead(args) => records::dead(&args, output),
        Command::Doctor(args) => doctor::run(&args, output),
        Command::Inbox(args) => records::inbox(&args, output),
        Command::Listen(args) => listen::run(&args, output),
        Command::Man(args) => shell::man(&args, output),
        Command::Migrate(args) => migrate::run(&args, output),
        Command::Outbox(args) => records::outbox(&args, output),
        Command::Providers(args) => providers::run(&args, output),
        Command::Secret(args) => secret::run(&args, output),
        Command::Send(args) => send::run(&args, output),
        Command::Sign(args) => sign::run(&args, output),
        Command::Verify(args) => verify::run(&args, output),
    }
}
