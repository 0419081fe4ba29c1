//! Postgres's error codes, by what the caller can do about them.

use crate::error::{StoreError, StoreErrorKind};

pub(super) const STORE: &str = "postgres";

/// Raised by the store's own functions.
pub(super) const MISUSE: &str = "WH001";
pub(super) const SETTLED_BEFORE: &str = "WH002";
pub(super) const LEASE_LOST: &str = "WH003";
pub(super) const GATE: &str = "WH004";

const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK: &str = "40P01";

pub(super) fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// Whether the server undid everything, and the same call may go well at once.
pub(super) fn try_again(error: &sqlx::Error) -> bool {
    matches!(
        code(error).as_deref(),
        Some(SERIALIZATION_FAILURE | DEADLOCK)
    )
}

/// Whether the connection was lost, or there was none to be had.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match code(error).as_deref() {
        Some("57P01" | "57P02" | "57P03" | "25006") => true,
        Some(code) => code.starts_with("08"),
        None => matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_)),
    }
}

/// Whether the connection can be used for another statement. One to a server that has become read-only could be, but another
/// one may lead to the server that took its place.
pub(super) fn leaves_connection_usable(error: &sqlx::Error) -> bool {
    match code(error).as_deref() {
        Some("25006") => false,
        Some(code) => !matches!(code.get(..2), Some("08" | "57" | "58" | "XX")) || code == "57014",
        None => false,
    }
}

/// Whether the database said no to what the transaction holds, and has therefore undone it.
pub(super) fn is_refusal(error: &sqlx::Error) -> bool {
    let code = code(error);
    matches!(code.as_deref(), Some("25P02" | GATE))
        || matches!(
            code.as_deref().and_then(|code| code.get(..2)),
            Some("22" | "23" | "40" | "44" | "P0")
        )
}

pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    StoreError::new(STORE, kind(&error)).with_source(error)
}

fn kind(error: &sqlx::Error) -> StoreErrorKind {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return StoreErrorKind::Busy;
    }
    let code = code(error).unwrap_or_default();
    match (&*code, code.get(..2)) {
        (MISUSE, _) => StoreErrorKind::Misuse,
        (SERIALIZATION_FAILURE | DEADLOCK | "57014", _) => StoreErrorKind::Busy,
        ("55P03", _) => StoreErrorKind::Locked,
        ("53100" | "53200", _) => StoreErrorKind::Full,
        ("54000", _) | (_, Some("22" | "23")) => StoreErrorKind::Rejected,
        ("XX001" | "XX002", _) => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Unavailable,
    }
}

pub(super) fn problem(kind: StoreErrorKind, problem: &'static str) -> StoreError {
    StoreError::new(STORE, kind).with_source(problem)
}

pub(super) const fn corrupt() -> StoreError {
    StoreError::new(STORE, StoreErrorKind::Corrupt)
}
