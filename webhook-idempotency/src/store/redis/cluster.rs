//! Which server of a cluster has which slot.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use redis::{ConnectionAddr, ConnectionInfo, Value, cmd};

use super::node::{Limits, Node};
use super::problem::Problem;

type Address = (String, u16);

/// A range of slots and the master that has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Range {
    first: u16,
    last: u16,
    master: Address,
}

/// What was last known of the cluster.
#[derive(Debug, Default)]
struct Topology {
    generation: u64,
    ranges: Vec<Range>,
}

/// A cluster, entered by any of its servers.
pub(super) struct Cluster {
    /// The first one, which also says how to log in.
    first: ConnectionInfo,
    seeds: Vec<ConnectionInfo>,
    limits: Limits,
    topology: Mutex<Arc<Topology>>,
    nodes: Mutex<HashMap<Address, Arc<Node>>>,
    /// Held by the one caller that asks; the others wait for what it finds out.
    asking: tokio::sync::Mutex<()>,
}

impl Cluster {
    pub(super) fn new(first: ConnectionInfo, seeds: Vec<ConnectionInfo>, limits: Limits) -> Self {
        Self {
            first,
            seeds,
            limits,
            topology: Mutex::default(),
            nodes: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The master that has the slot, and how often the cluster had been asked when that was known.
    pub(super) fn master(&self, slot: u16) -> (Option<Arc<Node>>, u64) {
        let topology = self.topology();
        let after = topology.ranges.partition_point(|range| range.last < slot);
        let range = topology
            .ranges
            .get(after)
            .filter(|range| range.first <= slot);
        (
            range.map(|range| self.node(&range.master)),
            topology.generation,
        )
    }

    pub(super) fn masters(&self) -> Vec<Arc<Node>> {
        let mut masters: Vec<Address> = self
            .topology()
            .ranges
            .iter()
            .map(|range| range.master.clone())
            .collect();
        masters.sort();
        masters.dedup();
        masters.iter().map(|master| self.node(master)).collect()
    }

    /// The server at that address. The credentials and the kind of connection are those of the first seed.
    pub(super) fn node(&self, address: &Address) -> Arc<Node> {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let node = nodes
            .entry(address.clone())
            .or_insert_with(|| Arc::new(Node::new(self.info(address), self.limits)));
        Arc::clone(node)
    }

    /// Asks all servers who has what, unless somebody did since that generation, and believes most of them: one that
    /// was cut off may still believe in a master that has been replaced.
    pub(super) async fn refresh(&self, seen: u64) -> Result<(), Problem> {
        let _asking = self.asking.lock().await;
        if self.topology().generation > seen {
            return Ok(());
        }
        let nodes = self.known();
        let views = join_all(nodes.iter().map(|node| view(node))).await;
        let mut votes: HashMap<Vec<Range>, usize> = HashMap::new();
        let mut problem = Problem::Unassigned;
        for view in views {
            match view {
                Ok(ranges) if !ranges.is_empty() => *votes.entry(ranges).or_default() += 1,
                Ok(_) => {}
                Err(error) => problem = error,
            }
        }
        let Some((ranges, _)) = votes.into_iter().max_by_key(|(_, votes)| *votes) else {
            return Err(problem);
        };
        let addresses: Vec<Address> = ranges.iter().map(|range| range.master.clone()).collect();
        let generation = seen + 1;
        *self.topology.lock().unwrap_or_else(PoisonError::into_inner) =
            Arc::new(Topology { generation, ranges });
        // Replicas and what has left are not asked again, unless by way of a seed.
        self.nodes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|address, _| addresses.contains(address));
        Ok(())
    }

    fn topology(&self) -> Arc<Topology> {
        Arc::clone(&self.topology.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The masters that are known, and the seeds.
    fn known(&self) -> Vec<Arc<Node>> {
        let mut nodes = self.masters();
        let seeds = [&self.first].into_iter().chain(&self.seeds).filter(|seed| {
            let address = seed.addr().to_string();
            nodes.iter().all(|node| node.address() != address)
        });
        let seeds: Vec<_> = seeds
            .map(|seed| Arc::new(Node::new(seed.clone(), self.limits)))
            .collect();
        nodes.extend(seeds);
        nodes
    }

    fn info(&self, (host, port): &Address) -> ConnectionInfo {
        let address = match self.first.addr() {
            ConnectionAddr::TcpTls {
                insecure,
                tls_params,
                ..
            } => ConnectionAddr::TcpTls {
                host: host.clone(),
                port: *port,
                insecure: *insecure,
                tls_params: tls_params.clone(),
            },
            _ => ConnectionAddr::Tcp(host.clone(), *port),
        };
        self.first.clone().set_addr(address)
    }
}

/// What one server knows.
async fn view(node: &Node) -> Result<Vec<Range>, Problem> {
    let mut command = cmd("CLUSTER");
    command.arg("SLOTS");
    let address = node.address();
    let host = address.rsplit_once(':').map_or(&*address, |(host, _)| host);
    ranges(node.ask(command, false).await?, host).ok_or(Problem::Reply)
}

/// `[[first, last, [master's host, port, ...], replicas...], ...]`. A server that does not know its own name leaves it
/// empty, and means the one that it was asked by.
fn ranges(value: Value, asked: &str) -> Option<Vec<Range>> {
    let Value::Array(entries) = value else {
        return None;
    };
    let mut ranges = Vec::with_capacity(entries.len());
    for entry in entries {
        let Value::Array(entry) = entry else {
            return None;
        };
        let [
            Value::Int(first),
            Value::Int(last),
            Value::Array(master),
            ..,
        ] = &entry[..]
        else {
            return None;
        };
        let host = match master.first()? {
            Value::BulkString(host) if !host.is_empty() && host != b"?" => {
                String::from_utf8(host.clone()).ok()?
            }
            _ => asked.to_owned(),
        };
        let Value::Int(port) = master.get(1)? else {
            return None;
        };
        ranges.push(Range {
            first: u16::try_from(*first).ok()?,
            last: u16::try_from(*last).ok()?,
            master: (host, u16::try_from(*port).ok()?),
        });
    }
    ranges.sort_by_key(|range| range.first);
    Some(ranges)
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("topology", &self.topology())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn a_master_without_a_name_is_the_server_that_was_asked() {
        let entry = |first, last, master: Vec<Value>| {
            Value::Array(vec![
                Value::Int(first),
                Value::Int(last),
                Value::Array(master),
            ])
        };
        let slots = Value::Array(vec![
            entry(
                8192,
                16_383,
                vec![text("10.0.0.2"), Value::Int(6380), text("id")],
            ),
            entry(0, 8191, vec![text(""), Value::Int(6379), text("id")]),
        ]);
        let ranges = ranges(slots, "10.0.0.1").unwrap();
        assert_eq!(ranges[0].master, ("10.0.0.1".to_owned(), 6379));
        assert_eq!(ranges[1].master, ("10.0.0.2".to_owned(), 6380));
        assert_eq!(super::ranges(Value::Nil, "10.0.0.1"), None);
    }
}
