//! A disk that keeps what was synced and is free to keep or lose everything else, sector by sector and in any order.
//!
//! Removing a file and creating one are durable at once: the model is about what is in the files, not about directories.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::tape::Op;

const SECTOR: usize = 512;

/// The files of one folder.
#[derive(Debug, Default)]
pub struct Disk {
    files: BTreeMap<String, File>,
}

#[derive(Debug, Default)]
struct File {
    durable: Vec<u8>,
    /// Written and not synced yet.
    pending: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Length(usize),
    Bytes { offset: usize, bytes: Vec<u8> },
}

impl Disk {
    /// Does what is on the tape.
    pub fn play(&mut self, op: &Op) {
        match op {
            Op::Ack(_) => {}
            Op::FailedSync { file } => {
                // What Linux does: the pages are marked clean although they never reached the disk.
                self.file(file).pending.clear();
            }
            Op::Sync { file } => {
                let file = self.file(file);
                for change in file.pending.drain(..) {
                    apply(&mut file.durable, &change);
                }
            }
            Op::Truncate { file, length } => self.file(file).pending.push(Change::Length(*length)),
            Op::Unlink { file } => {
                self.files.remove(file);
            }
            Op::Write {
                file,
                offset,
                bytes,
            } => self.file(file).pending.push(Change::Bytes {
                offset: *offset,
                bytes: bytes.clone(),
            }),
        }
    }

    /// Writes what a power cut at this moment may leave into a folder: what is durable, and a random part of the rest.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn cut(&self, into: &Path, random: &mut StdRng) -> io::Result<()> {
        for (name, file) in &self.files {
            let mut bytes = file.durable.clone();
            for change in &file.pending {
                match (random.random_range(0..10), change) {
                    (0..4, _) => {}
                    (4..7, Change::Bytes { offset, bytes: all }) => {
                        tear(&mut bytes, *offset, all, random);
                    }
                    _ => apply(&mut bytes, change),
                }
            }
            fs::write(into.join(name), bytes)?;
        }
        Ok(())
    }

    fn file(&mut self, name: &str) -> &mut File {
        self.files.entry(name.to_owned()).or_default()
    }
}

fn apply(to: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => to.resize(*length, 0),
        Change::Bytes { offset, bytes } => place(to, *offset, bytes),
    }
}

fn place(to: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if to.len() < end {
        to.resize(end, 0);
    }
    if let Some(room) = to.get_mut(offset..end) {
        room.copy_from_slice(bytes);
    }
}

/// Some of the sectors of one write reach the disk.
fn tear(to: &mut Vec<u8>, offset: usize, bytes: &[u8], random: &mut StdRng) {
    let mut at = offset;
    let mut rest = bytes;
    while !rest.is_empty() {
        // A write need not begin on a sector's edge, but what tears are the disk's sectors.
        let (sector, next) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
        if random.random_bool(0.5) {
            place(to, at, sector);
        }
        at += sector.len();
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rand::SeedableRng;

    use super::*;

    fn write(offset: usize, bytes: &[u8]) -> Op {
        Op::Write {
            file: String::from("f"),
            offset,
            bytes: bytes.to_vec(),
        }
    }

    fn outcomes(ops: &[Op]) -> Vec<Vec<u8>> {
        let mut disk = Disk::default();
        ops.iter().for_each(|op| disk.play(op));
        let folder = tempfile::tempdir().unwrap();
        let mut random = StdRng::seed_from_u64(1);
        (0..200)
            .map(|_| {
                disk.cut(folder.path(), &mut random).unwrap();
                fs::read(folder.path().join("f")).unwrap()
            })
            .collect()
    }

    #[test]
    fn what_was_synced_survives_every_cut() {
        let sync = Op::Sync {
            file: String::from("f"),
        };
        let all = outcomes(&[write(0, b"synced"), sync, write(6, b"not")]);
        assert!(all.iter().all(|bytes| bytes.starts_with(b"synced")));
    }

    #[test]
    fn what_was_not_synced_is_lost_kept_or_torn() {
        let all = outcomes(&[write(0, &[7; 2 * SECTOR])]);
        assert!(all.iter().any(Vec::is_empty));
        assert!(all.iter().any(|bytes| *bytes == [7; 2 * SECTOR]));
        assert!(
            all.iter()
                .any(|bytes| bytes.starts_with(&[0; SECTOR]) && bytes.ends_with(&[7]))
        );
    }

    #[test]
    fn a_later_write_can_survive_an_earlier_one() {
        let all = outcomes(&[write(0, b"one"), write(3, b"two")]);
        assert!(all.contains(&b"\0\0\0two".to_vec()));
    }

    #[test]
    fn what_a_failed_sync_left_behind_is_lost_also_if_a_later_sync_succeeds() {
        let file = String::from("f");
        let all = outcomes(&[
            write(0, b"one"),
            Op::FailedSync { file: file.clone() },
            Op::Sync { file },
        ]);
        assert!(all.iter().all(Vec::is_empty));
    }
}
