//! Child processes that never outlive the tests.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a server may take to start on a busy machine.
pub const START_LIMIT: Duration = Duration::from_secs(60);

/// A user that a server runs as, because it refuses to run as root.
#[derive(Clone, Copy, Debug)]
pub struct User {
    uid: u32,
    gid: u32,
}

impl User {
    /// The user of that name if this process is root's, and nobody in particular if it is not.
    #[must_use]
    pub fn unless_root(directory: &Path, name: &str) -> Option<Self> {
        let owner = fs::metadata(directory)
            .expect("the directory is readable")
            .uid();
        if owner != 0 {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
        let fields = users
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>());
        let user = fields
            .filter(|fields| fields.len() > 3 && fields[0] == name)
            .find_map(|fields| Some((fields[2].parse().ok()?, fields[3].parse().ok()?)));
        let (uid, gid) = user
            .unwrap_or_else(|| panic!("there is no user {name}; run tests/run, which installs it"));
        Some(Self { uid, gid })
    }
}

/// A directory that is removed when the test ends.
#[must_use]
pub fn directory() -> TempDir {
    let directory =
        TempDir::with_prefix("webhook-").expect("the directory for temporary files is writable");
    // Other users must be able to reach what is theirs inside.
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o711))
        .expect("the directory is ours");
    directory
}

/// Hands a directory over to the user that the server runs as.
pub fn give(directory: &Path, user: Option<User>) {
    if let Some(user) = user {
        chown(directory, Some(user.uid), Some(user.gid)).expect("root may give a directory away");
    }
}

/// A command that runs as that user.
#[must_use]
pub fn command(binary: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(binary);
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// The path of a program, from `PATH` or from one of the directories.
#[must_use]
pub fn find(binary: &str, elsewhere: &[PathBuf]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = elsewhere
        .iter()
        .cloned()
        .chain(std::env::split_paths(&path));
    candidates
        .map(|directory| directory.join(binary))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| panic!("{binary} is not installed; run tests/run, which installs it"))
}

/// A port that was free a moment ago. Somebody else may take it before the server does, so starting is tried again.
#[must_use]
pub fn free_port() -> u16 {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).expect("the loopback interface has a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}

/// Waits until something is so, or the child has ended.
///
/// # Errors
/// If the child ended first, or the limit was reached.
pub fn wait_until(child: &mut Child, mut ready: impl FnMut() -> bool) -> io::Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    while !ready() {
        if let Some(status) = child.try_wait()? {
            return Err(io::Error::other(format!("it ended: {status}")));
        }
        if Instant::now() > deadline {
            return Err(io::Error::other("it did not become ready in time"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Sends a signal to a process of ours.
pub fn signal(signal: &str, id: u32) {
    let _ = Command::new("kill")
        .args(["-s", signal, &id.to_string()])
        .status();
}

/// Ends a server and removes its directory if the test process dies without having done so.
///
/// A shell reads from a pipe whose other end is ours. The pipe ends with this process however that ends, and then the
/// shell sends the signal to the process whose id is the first line of the file, and removes the directory.
#[derive(Debug)]
pub struct Janitor {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Janitor {
    /// Watches over the server whose process id that file has.
    #[must_use]
    pub fn new(directory: &Path, pid_file: &Path, signal: &str) -> Self {
        let script = r#"trap "" INT TERM HUP
            cat >/dev/null
            pid=$(head -n 1 "$2" 2>/dev/null) && kill -s "$3" "$pid" 2>/dev/null
            for _ in 1 2 3 4 5 6 7 8 9 10; do
                rm -rf -- "$1" 2>/dev/null && [ ! -e "$1" ] && exit
                sleep 0.3
            done"#;
        let mut shell = Command::new("sh")
            .args(["-c", script, "janitor"])
            .arg(directory)
            .arg(pid_file)
            .arg(signal)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let pipe = shell.stdin.take();
        Self { shell, pipe }
    }
}

impl Drop for Janitor {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_test_process_leaves_behind_is_ended_and_removed() {
        let left = directory().keep();
        let pid_file = left.join("pid");
        let mut server = Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("there is a sleep");
        fs::write(&pid_file, format!("{}\nmore\n", server.id())).expect("the directory is ours");
        // The end of the pipe is what the end of the process looks like.
        drop(Janitor::new(&left, &pid_file, "QUIT"));
        let ended = server.wait().expect("it is our child");
        assert!(!ended.success());
        assert!(!left.exists());
    }
}
