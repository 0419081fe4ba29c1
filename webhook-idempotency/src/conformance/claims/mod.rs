//! What holds for every store, also for one that feeds no workers: leases come from `put_leased` in a guard namespace.

mod case;

pub mod attempts;
pub mod cancellation;
pub mod cells;
pub mod dedupe;
pub mod durability;
pub mod fencing;
pub mod namespaces;
pub mod payloads;
pub mod put;
pub mod put_leased;
pub mod retention;
