//! What is wrong with a database, in one sentence that says what to change.

use std::error::Error;

use super::error::code;

/// Nothing that the server or sqlx says here repeats a password.
pub(super) fn of(error: &sqlx::Error) -> String {
    if let sqlx::Error::Configuration(problem) = error {
        return problem.to_string();
    }
    let hint = match code(error).as_deref() {
        Some("28000" | "28P01") => "correct the user or the password",
        Some("3D000") => "create the database, or correct its name",
        Some("3F000" | "42P01" | "42883") => "run the migrations first, or let them run at start",
        Some("42501") => "grant the user what is missing, or run the migrations as another one",
        Some("53300") => "allow more connections, or use fewer",
        Some("25006") => "connect to the primary",
        Some(_) => "look at the server's log",
        None => "check that the server runs there and can be reached",
    };
    let cause = match error.source() {
        // sqlx's own sentence is about itself.
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    format!("{cause}; {hint}")
}
