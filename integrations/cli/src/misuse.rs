//! What the parser of the command line found wrong, as one sentence.
//!
//! Nothing that stands where a secret could stand is ever repeated: people forget a quote or an option's name.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error};

use crate::cli::Cli;
use crate::output::complain;

/// Prints help or version if that was asked for, else says what was wrong, and with which status to exit.
pub(crate) fn answer(error: &Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        drop(error.print());
        return ExitCode::SUCCESS;
    }
    // The parser did not get far enough to say whether a program reads this.
    let json = std::env::args_os()
        .take_while(|arg| arg != "--")
        .any(|arg| arg == "--json");
    complain(json, &sentence(error));
    ExitCode::from(2)
}

fn sentence(error: &Error) -> String {
    let context = Context(error);
    let arg = context.first(ContextKind::InvalidArg);
    match error.kind() {
        // The sentences of our own parsers; those of the library for numbers and the like say less.
        ErrorKind::ValueValidation => match error.source() {
            Some(source) => source.to_string(),
            None => format!("the value of {arg} cannot be used; type webhookctl help"),
        },
        ErrorKind::InvalidValue => {
            let possible = context.all(ContextKind::ValidValue);
            match possible.is_empty() {
                true => format!("{arg} needs a value"),
                false => format!("{arg} takes one of {}", possible.join(", ")),
            }
        }
        ErrorKind::UnknownArgument => unknown_argument(&context, &arg),
        ErrorKind::InvalidSubcommand => {
            let command = context.first(ContextKind::InvalidSubcommand);
            let known = context.all(ContextKind::SuggestedSubcommand);
            let instead = match known.first() {
                Some(known) => format!("did you mean {known}?"),
                None => "type webhookctl help for all of them".to_owned(),
            };
            format!("there is no command \"{}\"; {instead}", shown(&command))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!(
                "a command is missing; type one of {}",
                commands().join(", ")
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = context.all(ContextKind::InvalidArg);
            format!("{} must be given too", missing.join(" and "))
        }
        ErrorKind::ArgumentConflict => {
            let prior = context.all(ContextKind::PriorArg);
            match prior.first() {
                Some(prior) if *prior != arg => {
                    format!("{arg} and {prior} exclude each other; give one of the two")
                }
                _ => format!("{arg} is given twice; give it once"),
            }
        }
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("{arg} does not take that many values")
        }
        ErrorKind::NoEquals => format!("{arg} needs an = in front of its value"),
        ErrorKind::InvalidUtf8 => "an argument is not text in UTF-8".to_owned(),
        _ => "the command line cannot be understood; type webhookctl help".to_owned(),
    }
}

/// The commands that may come behind those that were typed.
fn commands() -> Vec<String> {
    let mut command = Cli::command();
    for word in std::env::args_os().skip(1) {
        if let Some(inner) = command.find_subcommand(word) {
            command = inner.clone();
        }
    }
    let names = command.get_subcommands().map(clap::Command::get_name);
    names.map(str::to_owned).collect()
}

fn unknown_argument(context: &Context<'_>, arg: &str) -> String {
    let option = arg.split('=').next().unwrap_or_default();
    if !option.starts_with("--") && option.chars().count() != 2 || !option.starts_with('-') {
        return "there is one argument too many; quote what has spaces in it, and see --help for what goes where"
            .to_owned();
    }
    let instead = match context.first(ContextKind::SuggestedArg) {
        known if known.is_empty() => "see --help for those that there are".to_owned(),
        known => format!("did you mean {known}?"),
    };
    format!("there is no option {}; {instead}", shown(option))
}

/// An option without the name of its value.
fn plain(arg: &str) -> String {
    match arg.split_once(' ') {
        Some((option, _)) if option.starts_with('-') => option.to_owned(),
        _ => arg.replace("[curl ...]...", "a curl command"),
    }
}

/// What a person typed, safe for a terminal.
fn shown(text: &str) -> String {
    text.escape_debug().take(40).collect()
}

struct Context<'a>(&'a Error);

impl Context<'_> {
    fn all(&self, kind: ContextKind) -> Vec<String> {
        self.texts(kind).iter().map(|text| plain(text)).collect()
    }

    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(texts)) => texts.clone(),
            Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
            _ => Vec::new(),
        }
    }

    fn first(&self, kind: ContextKind) -> String {
        self.all(kind).into_iter().next().unwrap_or_default()
    }
}
