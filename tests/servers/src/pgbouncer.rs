//! A PgBouncer in front of a Postgres.

use std::fs::{self, File};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::Postgres;
use crate::process::{
    Janitor, User, command, directory, find, free_port, give, signal, wait_until,
};

/// A pooler that hands out a connection for one transaction at a time.
#[derive(Debug)]
pub struct PgBouncer {
    directory: TempDir,
    port: u16,
    child: Child,
    _janitor: Janitor,
}

impl PgBouncer {
    /// A pooler with that many connections to the server for each database.
    #[must_use]
    pub fn start(server: &Postgres, connections: u32) -> Self {
        let directory = directory();
        let user = User::unless_root(directory.path(), "postgres");
        give(directory.path(), user);
        let pid_file = directory.path().join("pid");
        let janitor = Janitor::new(directory.path(), &pid_file, "KILL");
        let binary = find("pgbouncer", &["/usr/sbin".into()]);
        for _ in 0..5 {
            let port = free_port();
            let settings = format!(
                "[databases]\n* = host=127.0.0.1 port={} user=postgres\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 auth_type = any\npool_mode = transaction\ndefault_pool_size = {connections}\n\
                 max_client_conn = 2000\npidfile = {}\n",
                server.port(),
                pid_file.display()
            );
            let file = directory.path().join("pgbouncer.ini");
            fs::write(&file, settings).expect("the directory is ours");
            let log = File::create(directory.path().join("log")).expect("the directory is ours");
            let mut child = command(&binary, user)
                .arg(&file)
                .current_dir(directory.path())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .expect("pgbouncer can be run");
            let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
            if wait_until(&mut child, listens).is_ok() {
                return Self {
                    directory,
                    port,
                    child,
                    _janitor: janitor,
                };
            }
        }
        let log = fs::read_to_string(directory.path().join("log")).unwrap_or_default();
        panic!("pgbouncer does not start: {log}");
    }

    /// What to connect to for that database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        signal("KILL", self.child.id());
        let _ = self.child.wait();
    }
}
