//! A Postgres of one's own.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{
    Janitor, User, command, directory, find, free_port, give, signal, wait_until,
};

/// How a server is to be started.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    settings: Vec<(String, String)>,
}

impl Options {
    /// Whether commits reach the disk. On unless told, as in production.
    pub fn fsync(self, on: bool) -> Self {
        self.setting("fsync", if on { "on" } else { "off" })
    }

    /// How many connections it takes; 100 unless told.
    pub fn max_connections(self, connections: u32) -> Self {
        self.setting("max_connections", &connections.to_string())
    }

    /// Any other setting of the server's.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes a cluster and starts a server on it.
    #[must_use]
    pub fn start(self) -> Postgres {
        Postgres::new(self)
    }
}

/// A server that runs until it is dropped. Its superuser is `postgres`, and it asks for no password.
#[derive(Debug)]
pub struct Postgres {
    options: Options,
    directory: TempDir,
    user: Option<User>,
    port: u16,
    server: Option<Child>,
    // The last to be dropped: by then there is nothing left to clean up.
    _janitor: Janitor,
}

impl Postgres {
    /// A server with its defaults.
    #[must_use]
    pub fn start() -> Self {
        Self::options().start()
    }

    /// A server that is to be started in another way.
    pub const fn options() -> Options {
        Options {
            settings: Vec::new(),
        }
    }

    fn new(options: Options) -> Self {
        let directory = directory();
        let user = User::unless_root(directory.path(), "postgres");
        give(directory.path(), user);
        initdb(directory.path(), user);
        let pid_file = pid_file(directory.path());
        let janitor = Janitor::new(directory.path(), &pid_file, "QUIT");
        let mut postgres = Self {
            options,
            directory,
            user,
            port: 0,
            server: None,
            _janitor: janitor,
        };
        for _ in 0..5 {
            postgres.port = free_port();
            if postgres.try_start().is_ok() {
                return postgres;
            }
        }
        panic!("postgres does not start: {}", postgres.log());
    }

    /// Where it listens, on the loopback interface.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its socket, its log and its data.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// What to connect to for that database; `postgres` is there from the start.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What the server logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory().join("log")).unwrap_or_default()
    }

    /// Ends it as a power cut of the process would: nothing is written any more.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Shuts it down in order: connections are cut, and what is committed is written.
    pub fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal("INT", server.id());
            let _ = server.wait();
        }
    }

    /// Starts it again, on the same port and the same data.
    pub fn start_again(&mut self) {
        // The processes of a killed server take a moment to notice, and hold its memory until then.
        for _ in 0..200 {
            match self.try_start() {
                Ok(()) => return,
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
        panic!("postgres does not start again: {}", self.log());
    }

    fn try_start(&mut self) -> io::Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory().join("log"))?;
        let mut command = command(&binary("postgres"), self.user);
        command
            .arg("-D")
            .arg(data(self.directory()))
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "shared_buffers=32MB",
            ])
            .arg("-c")
            .arg(format!("port={}", self.port))
            .arg("-c")
            .arg(format!(
                "unix_socket_directories={}",
                self.directory().display()
            ))
            .current_dir(self.directory())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        for (name, value) in &self.options.settings {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let mut server = command.spawn()?;
        let id = server.id().to_string();
        let pid_file = pid_file(self.directory());
        // The eighth line of the file says how far it is. A server that was killed leaves its file behind.
        wait_until(&mut server, || {
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            let mut lines = text.lines();
            lines.next() == Some(&id) && lines.nth(6).is_some_and(|line| line.trim() == "ready")
        })?;
        self.server = Some(server);
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // Unlike a kill this gives its shared memory back.
            signal("QUIT", server.id());
            let _ = server.wait();
        }
    }
}

fn initdb(directory: &Path, user: Option<User>) {
    let made = command(&binary("initdb"), user)
        .arg("-D")
        .arg(data(directory))
        .args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ])
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("initdb can be run");
    assert!(
        made.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&made.stderr)
    );
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

fn pid_file(directory: &Path) -> PathBuf {
    data(directory).join("postmaster.pid")
}

/// Debian keeps the server out of `PATH`. The newest version is taken.
fn binary(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            Some((
                version.file_name().to_str()?.parse().ok()?,
                version.path().join("bin"),
            ))
        })
        .collect();
    versions.sort();
    let newest: Vec<PathBuf> = versions.into_iter().rev().map(|(_, bin)| bin).collect();
    find(name, &newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn a_killed_server_starts_again_on_its_port_and_leaves_nothing_behind() {
        let mut postgres = Postgres::options().fsync(true).max_connections(10).start();
        let address = ("127.0.0.1", postgres.port());
        TcpStream::connect(address).expect("it listens");
        postgres.kill();
        TcpStream::connect(address).expect_err("it is dead");
        postgres.start_again();
        TcpStream::connect(address).expect("it listens again");
        postgres.stop();
        postgres.start_again();
        assert!(postgres.log().contains("ready to accept connections"));
        let directory = postgres.directory().to_owned();
        drop(postgres);
        assert!(!directory.exists());
        TcpStream::connect(address).expect_err("it is gone");
    }
}
