//! What a process did to its files, in order.

use std::error::Error;
use std::fs;
use std::path::Path;

/// One thing that was done to a file of that name.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Op {
    /// The process told the world something.
    Ack(Vec<u8>),
    /// A sync that failed: whatever was written before and not yet synced, nobody will write again.
    FailedSync { file: String },
    /// Everything written to the file so far is durable.
    Sync { file: String },
    /// The file was cut or extended to that length.
    Truncate { file: String, length: usize },
    /// The file was removed.
    Unlink { file: String },
    /// Bytes were written at that place.
    Write {
        file: String,
        offset: usize,
        bytes: Vec<u8>,
    },
}

const HEAD: usize = 15;

/// Reads a tape as `recorder.c` writes it. What stands behind the last whole entry was cut off with the process.
///
/// # Errors
/// If the file cannot be read, or has an entry of no known kind.
pub fn read(path: &Path) -> Result<Vec<Op>, Box<dyn Error + Send + Sync>> {
    let tape = fs::read(path)?;
    let mut rest = tape.as_slice();
    let mut ops = Vec::new();
    while let Some((op, next)) = entry(rest)? {
        ops.push(op);
        rest = next;
    }
    Ok(ops)
}

type Entry<'t> = Option<(Op, &'t [u8])>;

fn entry(tape: &[u8]) -> Result<Entry<'_>, Box<dyn Error + Send + Sync>> {
    let Some((head, rest)) = tape.split_first_chunk::<HEAD>() else {
        return Ok(None);
    };
    let [kind, p0, p1, o0, o1, o2, o3, o4, o5, o6, o7, l0, l1, l2, l3] = *head;
    let path_len = usize::from(u16::from_ne_bytes([p0, p1]));
    let offset = usize::try_from(u64::from_ne_bytes([o0, o1, o2, o3, o4, o5, o6, o7]))?;
    let length = usize::try_from(u32::from_ne_bytes([l0, l1, l2, l3]))?;
    let Some((path, rest)) = rest.split_at_checked(path_len) else {
        return Ok(None);
    };
    let Some((bytes, rest)) = rest.split_at_checked(length) else {
        return Ok(None);
    };
    let path = std::str::from_utf8(path)?;
    let file = path.rsplit('/').next().unwrap_or(path).to_owned();
    let op = match kind {
        b'A' => Op::Ack(bytes.to_vec()),
        b'F' => Op::FailedSync { file },
        b'S' => Op::Sync { file },
        b'T' => Op::Truncate {
            file,
            length: offset,
        },
        b'U' => Op::Unlink { file },
        b'W' => Op::Write {
            file,
            offset,
            bytes: bytes.to_vec(),
        },
        _ => return Err(format!("the tape has an entry of kind {kind}").into()),
    };
    Ok(Some((op, rest)))
}
