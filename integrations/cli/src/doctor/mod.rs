//! `webhookctl doctor`: whether a store keeps its promises, and what to change if not.

mod disk;
mod events;
mod postgres;
mod sqlite;

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;
use webhook_idempotency::{Inbox, Namespace};

use crate::failure::{Failure, Verdict};
use crate::numbers;
use crate::output::{BAD, FAINT, GOOD, Output};
use crate::records::{Opened, block_on};
use crate::store::{self, Location, Missing};

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// The store: sqlite://FILE or postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "STORE")]
    store: Location,
    /// For how long you keep settled events, to be compared with how long their providers send them again.
    #[arg(long, value_name = "TIME", value_parser = numbers::duration)]
    retention: Option<Duration>,
}

/// What one look found.
#[derive(Serialize)]
struct Check {
    check: &'static str,
    status: Status,
    found: String,
    /// What to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// A promise is not kept.
    Bad,
    Good,
    /// Nothing is broken, and somebody should look at it.
    Warning,
}

impl Check {
    fn good(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Good,
            found: found.into(),
            advice: None,
        }
    }

    fn bad(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            check,
            status: Status::Bad,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    fn warning(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            status: Status::Warning,
            ..Self::bad(check, found, advice)
        }
    }
}

#[derive(Serialize)]
struct Report {
    healthy: bool,
    checks: Vec<Check>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let checks = block_on(async {
        // Opening refuses what can never keep its promises.
        let store = match args.store {
            Location::Memory => {
                return Err(Failure::misuse(
                    "--store memory promises nothing; name a database",
                ));
            }
            _ => store::open(&args.store, Missing::Refuse).await?,
        };
        let mut checks = match &args.store {
            Location::Sqlite(path) => sqlite::look(path).await?,
            Location::Postgres(url) => postgres::look(url).await?,
            Location::Memory => Vec::new(),
        };
        let namespace = Namespace::queue(Inbox::NAMESPACE).map_err(Failure::failed)?;
        checks.extend(events::look(&Opened { store, namespace }, args.retention).await?);
        Ok(checks)
    })?;
    let healthy = checks.iter().all(|check| check.status != Status::Bad);
    match output.is_json() {
        true => output.object(&Report { healthy, checks })?,
        false => output.text(in_words(&checks))?,
    }
    Ok(match healthy {
        true => Verdict::Done,
        false => Verdict::Refused,
    })
}

fn in_words(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let (style, word) = match check.status {
            Status::Bad => (BAD, "bad"),
            Status::Good => (GOOD, "good"),
            Status::Warning => (anstyle::AnsiColor::Yellow.on_default(), "look"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{style}{word:<4}{style:#}  {:<20} {}",
            check.check, check.found
        );
        if let Some(advice) = &check.advice {
            let _ = writeln!(text, "{:<27}{FAINT}{advice}{FAINT:#}", "");
        }
    }
    text.trim_end().to_owned()
}
