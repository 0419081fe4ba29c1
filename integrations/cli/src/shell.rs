//! `webhookctl completions` and `webhookctl man`: what a packager puts beside the binary.

use clap::CommandFactory as _;
use clap_complete::Shell;
use serde::Serialize;

use crate::cli::Cli;
use crate::failure::{Failure, Verdict};
use crate::output::Output;

#[derive(clap::Args, Clone)]
pub(crate) struct CompletionArgs {
    /// For which shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(clap::Args, Clone)]
pub(crate) struct ManArgs {
    /// The page of one command, instead of the overview.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

#[derive(Serialize)]
struct Page {
    page: String,
}

pub(crate) fn completions(args: &CompletionArgs, output: Output) -> Result<Verdict, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "webhookctl", &mut script);
    match output.is_json() {
        true => output.object(&Script {
            shell: args.shell.to_string(),
            script: String::from_utf8(script).map_err(Failure::failed)?,
        })?,
        false => output.bytes(&script)?,
    }
    Ok(Verdict::Done)
}

pub(crate) fn man(args: &ManArgs, output: Output) -> Result<Verdict, Failure> {
    let mut root = Cli::command();
    root.build();
    let command = match &args.command {
        None => root,
        Some(name) => match root.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                return Err(Failure::misuse(format_args!(
                    "there is no command \"{}\"; type webhookctl help for all of them",
                    name.escape_debug()
                )));
            }
        },
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(Failure::failed)?;
    match output.is_json() {
        true => output.object(&Page {
            page: String::from_utf8(page).map_err(Failure::failed)?,
        })?,
        false => output.bytes(&page)?,
    }
    Ok(Verdict::Done)
}
