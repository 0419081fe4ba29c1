//! Whether a server keeps what it is given.

use futures_util::future::try_join_all;
use redis::{Value, cmd};
use tracing::{info, warn};

use super::link::{Link, Route};
use super::node::{Node, Replicas};
use super::problem::Problem;
use super::reply;
use crate::error::ConfigError;

/// When a server writes to its disk what it acknowledged. Of several servers the one that keeps least counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Persistence {
    /// It does not say.
    Unknown,
    /// Never, or only in snapshots: a restart forgets acknowledged records.
    Off,
    /// In its log, which the operating system writes when it likes: a power cut forgets up to some 30 seconds.
    OperatingSystem,
    /// In its log, once a second: a power cut forgets about one second.
    EverySecond,
    /// In its log, before it answers.
    Always,
}

/// Checks each primary, and says how the weakest persists.
pub(super) async fn servers(
    link: &Link,
    location: &str,
    replicas: Option<Replicas>,
    allow_eviction: bool,
) -> Result<Persistence, ConfigError> {
    let refuse = |problem: Problem| ConfigError::Database {
        location: location.to_owned(),
        problem: problem.to_string(),
    };
    let nodes = match &link.route {
        Route::Single(node) => vec![std::sync::Arc::clone(node)],
        Route::Cluster(cluster) => {
            cluster.refresh(0).await.map_err(refuse)?;
            cluster.masters()
        }
    };
    let in_cluster = link.is_cluster();
    let checks = nodes
        .iter()
        .map(|node| server(node, in_cluster, replicas, allow_eviction));
    let found = try_join_all(checks).await?;
    Ok(found.into_iter().min().unwrap_or(Persistence::Unknown))
}

async fn server(
    node: &Node,
    in_cluster: bool,
    replicas: Option<Replicas>,
    allow_eviction: bool,
) -> Result<Persistence, ConfigError> {
    let location = node.address();
    let refuse = |problem: String| ConfigError::Database {
        location: location.clone(),
        problem,
    };
    let said = node.ask(cmd("INFO"), false).await;
    let said = said.map_err(|problem| refuse(problem.to_string()))?;
    let said =
        reply::text(said).map_err(|_| refuse("it does not answer INFO as Redis does".into()))?;
    let field = |name: &str| {
        said.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    };

    match (in_cluster, field("cluster_enabled")) {
        (false, Some("1")) => {
            return Err(refuse(
                "it belongs to a cluster; open it with RedisOptions::cluster".into(),
            ));
        }
        (true, Some("0")) => {
            return Err(refuse(
                "it belongs to no cluster; open it with RedisOptions::new".into(),
            ));
        }
        _ => {}
    }
    if field("role") == Some("slave") {
        return Err(refuse("it is a replica; name its primary".into()));
    }
    match field("maxmemory_policy") {
        Some("noeviction") => {}
        Some(policy) if !allow_eviction => {
            return Err(refuse(format!(
                "its maxmemory-policy is {policy}, under which it may evict records; set it to noeviction"
            )));
        }
        Some(policy) => warn!(
            server = location,
            policy, "redis may evict records, which then run again"
        ),
        None => warn!(
            server = location,
            "redis does not say whether it evicts keys; its maxmemory-policy must be noeviction"
        ),
    }
    if let Some(asked) = replicas {
        let connected = field("connected_slaves")
            .and_then(|count| count.parse().ok())
            .unwrap_or(0_u32);
        if connected < asked.number {
            warn!(
                server = location,
                connected,
                asked = asked.number,
                "too few replicas: nothing will be confirmed until they are back"
            );
        }
    }
    let persistence = match field("aof_enabled") {
        None => Persistence::Unknown,
        Some("0") => Persistence::Off,
        Some(_) => policy(node).await,
    };
    match persistence {
        Persistence::Always => {}
        Persistence::Off => warn!(
            server = location,
            "redis writes no log (appendonly no): a restart forgets acknowledged records"
        ),
        _ => info!(
            server = location,
            ?persistence,
            "redis does not sync each write: a power cut may forget acknowledged records"
        ),
    }
    Ok(persistence)
}

/// Many hosted servers do not let anybody read their configuration.
async fn policy(node: &Node) -> Persistence {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("appendfsync");
    let Ok(Value::Array(said)) = node.ask(command, false).await else {
        return Persistence::Unknown;
    };
    match said.into_iter().nth(1).map(reply::text) {
        Some(Ok(policy)) if policy == "always" => Persistence::Always,
        Some(Ok(policy)) if policy == "everysec" => Persistence::EverySecond,
        Some(Ok(policy)) if policy == "no" => Persistence::OperatingSystem,
        _ => Persistence::Unknown,
    }
}
