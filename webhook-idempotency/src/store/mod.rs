//! The backends.

pub(crate) mod memory;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod wake;

use std::collections::HashSet;

use crate::claims::Put;
use crate::error::{StoreError, StoreErrorKind};
use crate::key::{Kind, Namespace};
use crate::record::NewRecord;

/// Refuses a call for a namespace of the other kind, before anything is touched.
pub(crate) fn require<'a>(
    store: &'static str,
    kind: Kind,
    namespaces: impl IntoIterator<Item = &'a Namespace>,
) -> Result<(), StoreError> {
    if namespaces
        .into_iter()
        .all(|namespace| namespace.kind() == kind)
    {
        Ok(())
    } else {
        Err(StoreError::new(store, StoreErrorKind::Misuse))
    }
}

/// The namespaces that got a record which was not there before.
fn put_anew<'a>(records: &'a [NewRecord], puts: &[Put]) -> HashSet<&'a Namespace> {
    let new = records
        .iter()
        .zip(puts)
        .filter(|(_, put)| **put == Put::New);
    new.map(|(record, _)| record.namespace()).collect()
}
