//! Signed events travel from a sender over HTTP into a durable inbox and through a handler, while the processes are
//! killed and the receiver is attacked. Everything is real: HTTP over loopback, SQLite files, HMAC.

mod attacks;
mod books;
mod cli;
mod courier;
mod demo;
mod flow;
mod processes;
mod receiver;
mod report;
mod secrets;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

/// Any error, which `main` prints as one sentence.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command, options } = Cli::parse();
    let result = match command {
        None => demo::run(&options).await,
        Some(Command::Receiver { database, port }) => {
            receiver::run(&database, port).await.map(|()| true)
        }
        Some(Command::Worker { database }) => worker::run(&database).await.map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
