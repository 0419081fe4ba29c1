//! SQLite's result codes, by what the caller can do about them.

use crate::error::{StoreError, StoreErrorKind};

pub(super) const STORE: &str = "sqlite";

pub(super) const BUSY: i32 = 5;
pub(super) const LOCKED: i32 = 6;
pub(super) const READONLY: i32 = 8;
pub(super) const IOERR: i32 = 10;
pub(super) const CORRUPT: i32 = 11;
pub(super) const FULL: i32 = 13;
pub(super) const CANTOPEN: i32 = 14;
pub(super) const TOOBIG: i32 = 18;
pub(super) const CONSTRAINT: i32 = 19;
pub(super) const MISMATCH: i32 = 20;
pub(super) const NOTADB: i32 = 26;

/// The primary result code; what is above the low byte only refines it.
pub(super) fn code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    let kind = match (&error, code(&error)) {
        (sqlx::Error::PoolTimedOut, _) | (_, Some(BUSY | LOCKED)) => StoreErrorKind::Busy,
        (_, Some(FULL)) => StoreErrorKind::Full,
        (_, Some(CORRUPT | NOTADB)) => StoreErrorKind::Corrupt,
        (_, Some(TOOBIG | CONSTRAINT | MISMATCH)) => StoreErrorKind::Rejected,
        _ => StoreErrorKind::Unavailable,
    };
    StoreError::new(STORE, kind).with_source(error)
}

pub(super) fn misuse(problem: &'static str) -> StoreError {
    StoreError::new(STORE, StoreErrorKind::Misuse).with_source(problem)
}

pub(super) const fn corrupt() -> StoreError {
    StoreError::new(STORE, StoreErrorKind::Corrupt)
}
