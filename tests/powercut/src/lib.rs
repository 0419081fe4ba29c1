//! Cuts the power under the SQLite store, on tape, and looks for what was acknowledged.
//!
//! A workload runs once, while a recorder puts every write, truncation, sync and removal of its files on a tape, and with
//! them what it told the world. The tape is then played up to a random place, as a disk would see it that keeps what
//! was synced and is free to keep, lose or tear everything else; and what is left is opened as after a restart.
//! A thousand cuts need one run.

pub mod campaign;
pub mod disk;
pub mod tape;
pub mod verdict;
pub mod workload;
