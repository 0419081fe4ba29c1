//! The child processes, which are killed with SIGKILL when their time comes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::receiver::LISTENING;
use crate::{Failure, secrets};

/// A process on its first line may have to create a database first.
const START_LIMIT: Duration = Duration::from_secs(10);

/// A running child; killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts this same program as `arguments` say and waits for its first line.
    async fn start(arguments: &[&str], database: &Path) -> Result<(Self, String), Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .arg("--database")
            .arg(database)
            .env(secrets::SHOP_VARIABLE, secrets::SHOP)
            .env(secrets::SHOP_OLD_VARIABLE, secrets::SHOP_OLD)
            .env(secrets::GITHUB_VARIABLE, secrets::GITHUB)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = match child.stdout.take() {
            Some(stdout) => BufReader::new(stdout).lines(),
            None => return Err("a child process has no standard output".into()),
        };
        match tokio::time::timeout(START_LIMIT, lines.next_line()).await {
            Ok(Ok(Some(line))) => Ok((Self { child }, line)),
            _ => {
                child.start_kill()?;
                let mut said = String::new();
                if let Some(mut stderr) = child.stderr.take() {
                    stderr.read_to_string(&mut said).await?;
                }
                let said = said.trim().trim_start_matches("error: ");
                Err(format!(
                    "the {} did not start: {said}",
                    arguments.first().unwrap_or(&"process")
                )
                .into())
            }
        }
    }

    /// Starts a receiver and says where it listens.
    pub(crate) async fn receiver(database: &Path, port: u16) -> Result<(Self, u16), Failure> {
        let (process, line) =
            Self::start(&["receiver", "--port", &port.to_string()], database).await?;
        let port = line
            .strip_prefix(LISTENING)
            .and_then(|address| address.rsplit_once(':'))
            .and_then(|(_, port)| port.parse().ok())
            .ok_or_else(|| format!("the receiver printed \"{line}\" instead of its address"))?;
        Ok((process, port))
    }

    /// Starts a worker.
    pub(crate) async fn worker(database: &Path) -> Result<Self, Failure> {
        Ok(Self::start(&["worker"], database).await?.0)
    }

    /// Kills it with SIGKILL, which no handler of its own can soften, and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<(), Failure> {
        self.child.kill().await?;
        Ok(())
    }
}
