//! `webhookctl migrate`: bring the tables of a store up to date, or print what would do it.

use serde::Serialize;
use webhook_idempotency::{PostgresOptions, SqliteOptions};

use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::records::block_on;
use crate::store::{self, Location, Missing};

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// The store: sqlite://FILE or postgres://USER@HOST/DATABASE.
    #[arg(long, value_name = "STORE")]
    store: Location,
    /// Change nothing, and print the SQL for an empty database.
    #[arg(long)]
    print: bool,
}

#[derive(Serialize)]
struct Migrated {
    migrated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let sql = match (&args.store, args.print) {
        (Location::Memory, _) => {
            return Err(Failure::misuse(
                "--store memory has no tables; name a database",
            ));
        }
        (Location::Sqlite(_), true) => Some(SqliteOptions::migrations()),
        (Location::Postgres(url), true) => {
            let options = PostgresOptions::new(url).map_err(store::refused)?;
            Some(options.migrations().map_err(store::refused)?)
        }
        (_, false) => {
            block_on(async { store::open(&args.store, Missing::Create).await.map(drop) })?;
            None
        }
    };
    match (output.is_json(), sql) {
        (true, sql) => output.object(&Migrated {
            migrated: sql.is_none(),
            sql,
        })?,
        (false, Some(sql)) => output.bytes(sql.as_bytes())?,
        (false, None) => output.text("the tables are up to date")?,
    }
    Ok(Verdict::Done)
}
