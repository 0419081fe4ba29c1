//! The way to the servers: which one to ask, and how often to try again.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use redis::{Cmd, Value};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::cluster::Cluster;
use super::names::slot;
use super::node::Node;
use super::problem::{Problem, Remedy};
use super::script::Run;
use crate::error::StoreError;

/// Between two tries; it doubles from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) enum Route {
    Cluster(Box<Cluster>),
    Single(Arc<Node>),
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) route: Route,
    /// For one call with all its tries.
    pub(super) timeout: Duration,
}

/// What is sent, and whether the replicas must have what it wrote.
enum Call<'c> {
    Plain(&'c Cmd),
    Script { run: &'c Run, confirm: bool },
}

impl Call<'_> {
    async fn on(&self, node: &Node, asking: bool) -> Result<Value, Problem> {
        match self {
            Self::Plain(command) => node.ask(Cmd::clone(command), asking).await,
            Self::Script { run, confirm } => node.run(run, asking, *confirm).await,
        }
    }

    const fn repeatable(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Script { run, .. } => run.repeatable,
        }
    }
}

impl Link {
    pub(super) const fn is_cluster(&self) -> bool {
        matches!(self.route, Route::Cluster(_))
    }

    /// Runs a script and waits until what it wrote is confirmed.
    pub(super) async fn write(&self, part: u16, run: &Run) -> Result<Value, StoreError> {
        self.call(part, &Call::Script { run, confirm: true }).await
    }

    /// Runs a script whose answer vouches for nothing.
    pub(super) async fn run(&self, part: u16, run: &Run) -> Result<Value, StoreError> {
        self.call(
            part,
            &Call::Script {
                run,
                confirm: false,
            },
        )
        .await
    }

    pub(super) async fn read(&self, part: u16, command: &Cmd) -> Result<Value, StoreError> {
        self.call(part, &Call::Plain(command)).await
    }

    async fn call(&self, part: u16, call: &Call<'_>) -> Result<Value, StoreError> {
        let deadline = Instant::now() + self.timeout;
        let mut ask: Option<Arc<Node>> = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let asking = ask.is_some();
            let (node, generation) = match (ask.take(), &self.route) {
                (Some(node), _) => (Some(node), 0),
                (None, Route::Single(node)) => (Some(Arc::clone(node)), 0),
                (None, Route::Cluster(cluster)) => cluster.master(slot(part)),
            };
            let tried = async {
                match &node {
                    Some(node) => call.on(node, asking).await,
                    None => Err(Problem::Unassigned),
                }
            };
            let problem = match timeout_at(deadline, tried).await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(problem)) => problem,
                Err(_) => return Err(Problem::TimedOut.into_error()),
            };
            let remedy = problem.remedy();
            let hopeless = remedy == Remedy::None || (problem.may_have_run() && !call.repeatable());
            let next = Instant::now() + pause.mul_f64(rand::rng().random_range(0.5..1.0));
            if hopeless || next >= deadline {
                return Err(problem.into_error());
            }
            match (remedy, &self.route) {
                (Remedy::Ask(host, port), Route::Cluster(cluster)) => {
                    ask = Some(cluster.node(&(host, port)));
                    continue;
                }
                (Remedy::Elsewhere, Route::Single(node)) => node.disconnect().await,
                // A server that cannot be reached may have been replaced.
                (_, Route::Cluster(cluster)) => {
                    // If nobody answers now, somebody will at the next try.
                    let _ = timeout_at(deadline, cluster.refresh(generation)).await;
                    if matches!(&problem, Problem::Refused { code, .. } if code == "MOVED")
                        && pause == FIRST_PAUSE
                    {
                        pause *= 2;
                        continue;
                    }
                }
                (_, Route::Single(_)) => {}
            }
            sleep_until(next).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
