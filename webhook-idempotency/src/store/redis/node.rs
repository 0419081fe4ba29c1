//! One server, and the connections to it.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ConnectionInfo, Pipeline, Value, cmd};
use tokio::sync::Mutex;

use super::problem::Problem;
use super::script::Run;

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) reply: Duration,
    pub(super) replicas: Option<Replicas>,
}

/// How many replicas must have a write before it counts, and how long they may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replicas {
    pub(super) number: u32,
    pub(super) within: Duration,
}

/// A few connections to one server. Many callers share each of them, one command after the other.
pub(super) struct Node {
    info: ConnectionInfo,
    limits: Limits,
    connections: Vec<Mutex<Option<Live>>>,
    next: AtomicUsize,
}

/// `WAIT` holds up whoever is behind it on the same connection, so that there are more of them.
const CONNECTIONS: usize = 2;
const CONNECTIONS_THAT_WAIT: usize = 16;

#[derive(Clone)]
struct Live {
    generation: usize,
    connection: MultiplexedConnection,
}

impl Node {
    pub(super) fn new(info: ConnectionInfo, limits: Limits) -> Self {
        let connections = match limits.replicas {
            Some(_) => CONNECTIONS_THAT_WAIT,
            None => CONNECTIONS,
        };
        Self {
            info,
            limits,
            connections: (0..connections).map(|_| Mutex::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    pub(super) fn address(&self) -> String {
        self.info.addr().to_string()
    }

    /// Runs a script, and waits for the replicas to have what it wrote if that is asked for.
    ///
    /// Both go over the same connection, one directly behind the other: what `WAIT` counts is what its own connection
    /// wrote. On any other connection it would confirm a write that it knows nothing of.
    pub(super) async fn run(
        &self,
        run: &Run,
        asking: bool,
        confirm: bool,
    ) -> Result<Value, Problem> {
        let replicas = self.limits.replicas.filter(|_| confirm);
        match self.run_once(run, false, asking, replicas).await {
            Err(Problem::Refused { code, .. }) if code == "NOSCRIPT" => {
                self.run_once(run, true, asking, replicas).await
            }
            answer => answer,
        }
    }

    async fn run_once(
        &self,
        run: &Run,
        with_text: bool,
        asking: bool,
        replicas: Option<Replicas>,
    ) -> Result<Value, Problem> {
        let mut pipeline = Pipeline::new();
        if asking {
            pipeline.add_command(cmd("ASKING"));
        }
        pipeline.add_command(run.command(with_text));
        if let Some(replicas) = replicas {
            pipeline
                .cmd("WAIT")
                .arg(replicas.number)
                .arg(replicas.within.as_millis().max(1).to_string());
        }
        let mut answers = self
            .send(&pipeline, replicas.map(|replicas| replicas.within))
            .await?
            .into_iter();
        if asking {
            answered(answers.next())?;
        }
        let value = answered(answers.next())?;
        if let Some(asked) = replicas {
            match answered(answers.next())? {
                Value::Int(have) if have >= i64::from(asked.number) => {}
                Value::Int(have) => {
                    return Err(Problem::Unconfirmed {
                        replicas: u64::try_from(have).unwrap_or(0),
                        asked: asked.number,
                    });
                }
                _ => return Err(Problem::Reply),
            }
        }
        Ok(value)
    }

    /// Runs one command that is no script.
    pub(super) async fn ask(&self, command: redis::Cmd, asking: bool) -> Result<Value, Problem> {
        let mut pipeline = Pipeline::new();
        if asking {
            pipeline.add_command(cmd("ASKING"));
        }
        pipeline.add_command(command);
        answered(self.send(&pipeline, None).await?.pop())
    }

    async fn send(
        &self,
        pipeline: &Pipeline,
        longer: Option<Duration>,
    ) -> Result<Vec<Value>, Problem> {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let Some(place) = self.connections.get(place) else {
            return Err(Problem::Reply);
        };
        let Live {
            generation,
            mut connection,
        } = self.connect(place).await?;
        let expected = pipeline.len();
        let limit = self.limits.reply.saturating_add(longer.unwrap_or_default());
        let sent = connection.send_packed_commands(pipeline, 0, expected);
        let problem = match tokio::time::timeout(limit, sent).await {
            Ok(Ok(values)) if values.len() == expected => return Ok(values),
            Ok(Ok(_)) => Problem::Reply,
            Ok(Err(error)) => self.problem(&error),
            Err(_) => Problem::TimedOut,
        };
        // Whatever this connection says next, nobody can tell any more what it answers, or whether it ever will.
        let mut current = place.lock().await;
        if current
            .as_ref()
            .is_some_and(|live| live.generation == generation)
        {
            *current = None;
        }
        Err(problem)
    }

    /// Leaves its connections: the next call makes new ones, and finds out anew where the name leads.
    pub(super) async fn disconnect(&self) {
        for place in &self.connections {
            *place.lock().await = None;
        }
    }

    async fn connect(&self, place: &Mutex<Option<Live>>) -> Result<Live, Problem> {
        let mut current = place.lock().await;
        if let Some(live) = &*current {
            return Ok(live.clone());
        }
        let client = Client::open(self.info.clone()).map_err(|error| self.problem(&error))?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.limits.connect))
            .set_response_timeout(None);
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = tokio::time::timeout(self.limits.connect, connecting)
            .await
            .map_err(|_| Problem::TimedOut)?
            .map_err(|error| self.problem(&error))?;
        let live = Live {
            generation: self.next.fetch_add(1, Ordering::Relaxed),
            connection,
        };
        *current = Some(live.clone());
        Ok(live)
    }

    fn problem(&self, error: &redis::RedisError) -> Problem {
        Problem::of_client(error, self.info.redis_settings().password())
    }
}

fn answered(answer: Option<Value>) -> Result<Value, Problem> {
    match answer {
        Some(Value::ServerError(error)) => Err(Problem::of_server(&error)),
        Some(value) => Ok(value),
        None => Err(Problem::Reply),
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("address", &self.address())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
