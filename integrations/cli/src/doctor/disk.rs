//! Whether the place of a file is one that keeps what is synced to it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Check;

/// No disk that really writes is done in less; memory and caches that only say so are.
const TOO_FAST: Duration = Duration::from_micros(20);
const TRIES: u32 = 8;

/// File systems that other hosts can write to, so that the memory which SQLite coordinates through is not shared.
const NETWORK: [&str; 10] = [
    "9p",
    "afs",
    "ceph",
    "cifs",
    "fuse.sshfs",
    "glusterfs",
    "lustre",
    "nfs",
    "nfs4",
    "smb3",
];
const MEMORY: [&str; 2] = ["ramfs", "tmpfs"];

pub(super) fn look(file: &Path) -> Vec<Check> {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let directory = absolute.parent().unwrap_or_else(|| Path::new("/"));
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mut checks: Vec<Check> = kind_of(directory, &mounts)
        .map(|kind| file_system(&kind))
        .into_iter()
        .collect();
    checks.push(syncing(directory));
    checks
}

fn file_system(kind: &str) -> Check {
    const NAME: &str = "file system";
    if NETWORK.contains(&kind) {
        Check::bad(
            NAME,
            format!("{kind}, a network file system"),
            "move the file to a local disk, or use Postgres",
        )
    } else if MEMORY.contains(&kind) {
        Check::bad(
            NAME,
            format!("{kind}, which is gone after a restart"),
            "move the file to a disk",
        )
    } else {
        Check::good(NAME, kind)
    }
}

/// The type of the file system that a directory is on, out of the kernel's list of mounts.
fn kind_of(directory: &Path, mounts: &str) -> Option<String> {
    let directory = fs::canonicalize(directory).ok()?;
    let mut best: Option<(usize, String)> = None;
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(place), Some(kind)) = (words.next(), words.next()) else {
            continue;
        };
        let place = PathBuf::from(place.replace("\\040", " "));
        let depth = place.components().count();
        // A later mount on the same place hides the earlier one.
        if directory.starts_with(&place) && best.as_ref().is_none_or(|(other, _)| depth >= *other) {
            best = Some((depth, kind.to_owned()));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Writes and syncs a small file beside the database a few times.
fn syncing(directory: &Path) -> Check {
    const NAME: &str = "fsync";
    let path = directory.join(format!(".webhookctl-doctor-{}", std::process::id()));
    let measured = measure(&path);
    // Nobody is helped by an error about a file that is gone already.
    drop(fs::remove_file(&path));
    match measured {
        Err(error) => Check::warning(
            NAME,
            format!("cannot be tried: {error}"),
            "let this user write into the directory of the database, as SQLite must",
        ),
        Ok(took) if took < TOO_FAST => Check::warning(
            NAME,
            format!("answers in {} us", took.as_micros()),
            "no disk writes that fast; see whether its write cache has a battery, and whether the host passes flushes on",
        ),
        Ok(took) => Check::good(NAME, format!("takes {:.1} ms", took.as_secs_f64() * 1000.0)),
    }
}

/// The shortest of several times.
fn measure(path: &Path) -> std::io::Result<Duration> {
    let mut file = fs::File::create(path)?;
    let mut shortest = Duration::MAX;
    for number in 0..TRIES {
        let begun = Instant::now();
        file.write_all(&[u8::try_from(number).unwrap_or_default(); 512])?;
        file.sync_all()?;
        shortest = shortest.min(begun.elapsed());
    }
    Ok(shortest)
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::*;

    #[test]
    fn the_deepest_and_latest_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\nserver:/x /tmp nfs4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\nb /tmpelse xfs rw 0 0\n";
        assert_eq!(kind_of(Path::new("/tmp"), mounts).as_deref(), Some("tmpfs"));
        assert_eq!(kind_of(Path::new("/usr"), mounts).as_deref(), Some("ext4"));
    }

    #[test]
    fn a_network_and_a_memory_file_system_are_bad_and_a_disk_is_good() {
        for (kind, status) in [
            ("nfs4", Status::Bad),
            ("tmpfs", Status::Bad),
            ("ext4", Status::Good),
            ("xfs", Status::Good),
        ] {
            assert!(file_system(kind).status == status, "{kind}");
        }
    }
}
