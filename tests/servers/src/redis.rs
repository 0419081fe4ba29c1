//! Redis servers of one's own: single, with replicas, or a cluster.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Janitor, START_LIMIT, directory, find, free_port, wait_until};

/// How a server is to be started.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Options {
    settings: Vec<(String, String)>,
}

impl Options {
    /// Any setting of the server's, as its command line takes it.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Writes each command to the disk before it is answered. Nothing is written unless this is said.
    pub fn durable(self) -> Self {
        self.setting("appendonly", "yes")
            .setting("appendfsync", "always")
    }

    /// Starts the server.
    #[must_use]
    pub fn start(self) -> Redis {
        Redis::new(self)
    }
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Redis {
    options: Options,
    directory: TempDir,
    port: u16,
    server: Option<Child>,
    // The last to be dropped: by then there is nothing left to clean up.
    _janitor: Janitor,
}

impl Redis {
    /// A server that keeps everything in memory.
    #[must_use]
    pub fn start() -> Self {
        Self::options().start()
    }

    /// A server that is to be started in another way.
    pub fn options() -> Options {
        Options::default()
    }

    fn new(options: Options) -> Self {
        let directory = directory();
        let janitor = Janitor::new(directory.path(), &pid_file(directory.path()), "KILL");
        let mut redis = Self {
            options,
            directory,
            port: 0,
            server: None,
            _janitor: janitor,
        };
        for _ in 0..5 {
            redis.port = free_port();
            if redis.try_start().is_ok() {
                return redis;
            }
        }
        panic!("redis does not start: {}", redis.log());
    }

    /// Where it listens, on the loopback interface.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// What to connect to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What the server logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }

    /// Ends it at once: nothing is written or replicated any more.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Starts it again, on the same port and with what it wrote.
    pub fn start_again(&mut self) {
        for _ in 0..50 {
            match self.try_start() {
                Ok(()) => return,
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
        }
        panic!("redis does not start again: {}", self.log());
    }

    /// Freezes it: connections stay open and nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        if let Some(server) = &self.server {
            let _ = Command::new("kill")
                .args(["-s", signal, &server.id().to_string()])
                .status();
        }
    }

    /// What it answers to a command: text as it is, an array line by line, an error with its dash.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub fn ask(&self, command: &[&str]) -> io::Result<String> {
        ask(self.port, command)
    }

    /// Makes it a replica of that server, and waits until it has everything.
    pub fn follow(&self, primary: &Self) {
        self.follow_port(primary.port);
    }

    /// The same, over whatever listens on that port.
    pub fn follow_port(&self, port: u16) {
        let done = self.ask(&["REPLICAOF", "127.0.0.1", &port.to_string()]);
        assert_eq!(done.expect("it answers"), "OK");
        until("the replica to have everything", || {
            self.says("replication", "master_link_status:up")
        });
    }

    fn says(&self, section: &str, line: &str) -> bool {
        self.ask(&["INFO", section])
            .is_ok_and(|said| said.lines().any(|said| said == line))
    }

    fn try_start(&mut self) -> io::Result<()> {
        let path = self.directory.path();
        let log = File::options()
            .create(true)
            .append(true)
            .open(path.join("log"))?;
        let _ = fs::remove_file(pid_file(path));
        let mut command = Command::new(find("redis-server", &[]));
        command
            .args(["--port", &self.port.to_string()])
            .args(["--bind", "127.0.0.1"])
            .args(["--save", ""])
            .args(["--repl-diskless-sync-delay", "0"])
            .arg("--dir")
            .arg(path)
            .arg("--pidfile")
            .arg(pid_file(path))
            .current_dir(path)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        for (name, value) in &self.options.settings {
            command.arg(format!("--{name}")).arg(value);
        }
        let mut server = command.spawn()?;
        let port = self.port;
        let ready = wait_until(&mut server, || {
            ask(port, &["PING"]).is_ok_and(|said| said == "PONG" || said.starts_with("-NOAUTH"))
        });
        if ready.is_err() {
            let _ = server.kill();
            let _ = server.wait();
        } else {
            self.server = Some(server);
        }
        ready
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A cluster whose servers run until it is dropped.
#[derive(Debug)]
pub struct Cluster {
    /// Its servers, as they were started. Which of them are primaries changes.
    pub servers: Vec<Redis>,
}

impl Cluster {
    /// Three primaries, each with that many replicas.
    #[must_use]
    pub fn start(replicas: usize) -> Self {
        Self::with(replicas, &Options::default())
    }

    /// The same with further settings.
    #[must_use]
    pub fn with(replicas: usize, options: &Options) -> Self {
        let servers: Vec<Redis> = (0..3 * (replicas + 1))
            .map(|_| {
                options
                    .clone()
                    .setting("cluster-enabled", "yes")
                    // The default is the port and ten thousand, which may be no port at all.
                    .setting("cluster-port", &free_port().to_string())
                    .setting("cluster-node-timeout", "1000")
                    .start()
            })
            .collect();
        let created = Command::new(find("redis-cli", &[]))
            .args(["--cluster", "create"])
            .args(
                servers
                    .iter()
                    .map(|server| format!("127.0.0.1:{}", server.port)),
            )
            .args(["--cluster-replicas", &replicas.to_string(), "--cluster-yes"])
            .stdin(Stdio::null())
            .output()
            .expect("redis-cli can be run");
        assert!(
            created.status.success(),
            "{}{}",
            String::from_utf8_lossy(&created.stdout),
            String::from_utf8_lossy(&created.stderr)
        );
        let cluster = Self { servers };
        cluster.wait_until_whole();
        cluster
    }

    /// What to connect to.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.servers.iter().map(Redis::url).collect()
    }

    /// Waits until every server that runs finds the cluster whole, and every replica has everything. Asking one of them
    /// is not enough: the others may not know yet.
    pub fn wait_until_whole(&self) {
        let running = || self.servers.iter().filter(|server| server.server.is_some());
        until("the cluster to be whole", || {
            running().all(|server| {
                server
                    .ask(&["CLUSTER", "INFO"])
                    .is_ok_and(|said| said.contains("cluster_state:ok"))
                    && (server.says("replication", "role:master")
                        || server.says("replication", "master_link_status:up"))
            })
        });
    }

    /// The place of the server that is the primary of a key's slot, as most of the others see it.
    #[must_use]
    pub fn primary_of(&self, key: &str) -> usize {
        let running = self.servers.iter().find(|server| server.server.is_some());
        let running = running.expect("a server runs");
        let slot = running
            .ask(&["CLUSTER", "KEYSLOT", key])
            .expect("it answers");
        let slot: u16 = slot.parse().expect("a slot is a number");
        let serves = |server: &&Redis| {
            let said = server.ask(&["CLUSTER", "NODES"]).unwrap_or_default();
            let own = said.lines().find(|line| line.contains("myself,master"));
            let ranges = own.into_iter().flat_map(|line| line.split(' ').skip(8));
            ranges
                .filter_map(|range| {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    Some((first.parse::<u16>().ok()?, last.parse::<u16>().ok()?))
                })
                .any(|(first, last)| (first..=last).contains(&slot))
        };
        self.servers
            .iter()
            .position(|server| serves(&server))
            .expect("the slot is served")
    }

    /// The place of a replica of that server.
    #[must_use]
    pub fn replica_of(&self, primary: usize) -> usize {
        let line = format!("master_port:{}", self.servers[primary].port);
        self.servers
            .iter()
            .position(|server| {
                server.says("replication", "role:slave") && server.says("replication", &line)
            })
            .expect("it has a replica")
    }
}

fn pid_file(directory: &Path) -> PathBuf {
    directory.join("pid")
}

fn until(what: &str, mut so: impl FnMut() -> bool) {
    let deadline = Instant::now() + START_LIMIT;
    while !so() {
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn ask(port: u16, command: &[&str]) -> io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut request = format!("*{}\r\n", command.len());
    for part in command {
        request.push_str(&format!("${}\r\n{part}\r\n", part.len()));
    }
    stream.write_all(request.as_bytes())?;
    reply(&mut io::BufReader::new(stream))
}

/// One reply in Redis' protocol (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).
fn reply(stream: &mut impl io::BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let line = line.trim_end();
    let (kind, rest) = line
        .split_at_checked(1)
        .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    let length = || rest.parse::<i64>().map_err(io::Error::other);
    match kind {
        "$" => {
            let Ok(length) = usize::try_from(length()?) else {
                return Ok(String::new());
            };
            let mut bytes = vec![0; length + 2];
            stream.read_exact(&mut bytes)?;
            bytes.truncate(length);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        }
        "*" => {
            let items: io::Result<Vec<String>> = (0..length()?).map(|_| reply(stream)).collect();
            Ok(items?.join("\n"))
        }
        "-" => Ok(line.to_owned()),
        _ => Ok(rest.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_server_has_what_it_wrote_and_leaves_nothing_behind() {
        let mut redis = Redis::options().durable().start();
        assert_eq!(redis.ask(&["SET", "a", "1"]).expect("it answers"), "OK");
        redis.kill();
        redis.ask(&["PING"]).expect_err("it is dead");
        redis.start_again();
        assert_eq!(redis.ask(&["GET", "a"]).expect("it answers"), "1");
        let (directory, port) = (redis.directory.path().to_owned(), redis.port());
        drop(redis);
        assert!(!directory.exists());
        ask(port, &["PING"]).expect_err("it is gone");
    }

    #[test]
    fn a_cluster_has_three_primaries_with_a_replica_each() {
        let cluster = Cluster::start(1);
        let primary = cluster.primary_of("{abc}");
        let replica = cluster.replica_of(primary);
        assert_ne!(primary, replica);
        let set = cluster.servers[primary].ask(&["SET", "{abc}", "1"]);
        assert_eq!(set.expect("it answers"), "OK");
        let set = cluster.servers[replica].ask(&["SET", "{abc}", "1"]);
        assert!(set.expect("it answers").starts_with("-MOVED"));
    }
}
