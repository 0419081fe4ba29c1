//! The calls that can share a commit.

use std::fmt;
use std::time::Duration;

use crate::claims::{Begun, Claims, Put, Settled, Settlement};
use crate::error::StoreError;
use crate::handler::BoxFuture;
use crate::key::Key;
use crate::record::{Lease, NewRecord};

type Answers<'a, T> = BoxFuture<'a, Result<Vec<T>, StoreError>>;

/// A call that takes items of many callers at once and answers in their order.
pub(super) trait Operation: Send + Sync + 'static {
    type Item: Clone + Send + Sync + 'static;
    /// What all items of one call have in common.
    type Common: Copy + PartialEq + fmt::Debug + Send + Sync + 'static;
    type Answer: Send + 'static;

    fn key(item: &Self::Item) -> Key;

    /// How much of a batch's room it takes.
    fn bytes(item: &Self::Item) -> usize;

    fn commit<'a, S: Claims + ?Sized>(
        store: &'a S,
        items: &'a [Self::Item],
        common: Self::Common,
    ) -> Answers<'a, Self::Answer>;
}

pub(super) struct Putting;

impl Operation for Putting {
    type Item = NewRecord;
    type Common = ();
    type Answer = Put;

    fn key(record: &NewRecord) -> Key {
        record.key()
    }

    fn bytes(record: &NewRecord) -> usize {
        record.payload().len()
    }

    fn commit<'a, S: Claims + ?Sized>(
        store: &'a S,
        records: &'a [NewRecord],
        (): (),
    ) -> Answers<'a, Put> {
        store.put(records)
    }
}

pub(super) struct Beginning;

impl Operation for Beginning {
    type Item = NewRecord;
    type Common = Duration;
    type Answer = Begun;

    fn key(record: &NewRecord) -> Key {
        record.key()
    }

    fn bytes(record: &NewRecord) -> usize {
        record.payload().len()
    }

    fn commit<'a, S: Claims + ?Sized>(
        store: &'a S,
        records: &'a [NewRecord],
        lease: Duration,
    ) -> Answers<'a, Begun> {
        store.put_leased(records, lease)
    }
}

pub(super) struct Extending;

impl Operation for Extending {
    type Item = Lease;
    type Common = Duration;
    type Answer = Option<Lease>;

    fn key(lease: &Lease) -> Key {
        lease.key
    }

    fn bytes(_: &Lease) -> usize {
        0
    }

    fn commit<'a, S: Claims + ?Sized>(
        store: &'a S,
        leases: &'a [Lease],
        lease: Duration,
    ) -> Answers<'a, Option<Lease>> {
        store.extend(leases, lease)
    }
}

pub(super) struct Settling;

impl Operation for Settling {
    type Item = Settlement;
    type Common = ();
    type Answer = Settled;

    fn key(settlement: &Settlement) -> Key {
        settlement.lease.key
    }

    fn bytes(settlement: &Settlement) -> usize {
        match &settlement.outcome {
            crate::Outcome::Done { output } => output.as_ref().map_or(0, bytes::Bytes::len),
            _ => 0,
        }
    }

    fn commit<'a, S: Claims + ?Sized>(
        store: &'a S,
        settlements: &'a [Settlement],
        (): (),
    ) -> Answers<'a, Settled> {
        store.settle(settlements)
    }
}
