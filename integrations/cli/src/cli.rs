//! The command line as a whole. Each command's own arguments stand beside its code.

use clap::{Parser, Subcommand};

/// Verify, sign, send and receive webhooks.
///
/// Exits with 0 if it is done, with 1 if something was refused or failed, and with 2 if it was called in a wrong way.
#[derive(Parser)]
#[command(
    name = "webhookctl",
    version,
    subcommand_required = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// Print JSON: one object, or one line for each event.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print a completion script for a shell.
    Completions(crate::shell::CompletionArgs),
    /// List and replay the received events that were given up.
    Dead(crate::records::DeadArgs),
    /// Say whether a store keeps its promises, and what to change if not.
    Doctor(crate::doctor::Args),
    /// Look at received events, replay and purge them.
    Inbox(crate::records::InboxArgs),
    /// Receive: verify, store, acknowledge and print each event, and forward it if asked to.
    Listen(crate::listen::Args),
    /// Print a man page.
    Man(crate::shell::ManArgs),
    /// Bring the tables of a store up to date, or print the SQL that would.
    Migrate(crate::migrate::Args),
    /// Look at events of the bundled sender, replay and purge them.
    Outbox(crate::records::OutboxArgs),
    /// Say what each provider authenticates, and how.
    Providers(crate::providers::Args),
    /// Make a new secret, or plan the end of an old one.
    Secret(crate::secret::Args),
    /// Sign a body and post it, once or many times, and say how it was answered.
    Send(crate::send::Args),
    /// Sign a body: print the headers to send with it, or a whole curl command.
    Sign(crate::sign::Args),
    /// Verify a request, and say what is likeliest wrong if it is refused.
    Verify(crate::verify::Args),
}
