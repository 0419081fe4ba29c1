//! `webhookctl listen`: a complete receiver.

mod config;
mod forward;
mod journal;
mod metrics;
mod stop;
mod witness;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use webhook_idempotency::{GroupCommit, Inbox, Queue, Worker};
use webhook_tower::{Receive, Rejection};

use self::config::{Endpoint, Setup};
use self::journal::Journal;
use self::witness::Witness;
use crate::failure::{Failure, Verdict};
use crate::names;
use crate::output::Output;
use crate::store::{self, Location, Missing};
use crate::target::{self, Target};
use crate::verifier::{KeyArgs, PolicyArgs};

/// How often the memory store forgets what was settled more than [`KEPT`] ago.
const TIDY: Duration = Duration::from_secs(60);
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Verify, store, acknowledge and print each event; with --forward, deliver it to a service of yours.
///
/// With a SQLite file an event is on disk before it is acknowledged. Without --forward events wait there for a worker of
/// yours; those of the memory store are done at once.
#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// Who sends; see webhookctl providers.
    #[arg(short, long, value_name = "PROVIDER", value_parser = names::scheme, required_unless_present = "config")]
    provider: Option<webhook_verify::Scheme>,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    /// The path to take requests at [default: any].
    #[arg(long, value_name = "/PATH")]
    path: Option<String>,
    /// Deliver each stored event to this URL, signed again with the newest secret.
    #[arg(long, value_name = "URL")]
    forward: Option<Target>,
    /// Several providers at once, each an endpoint table in a TOML file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["provider", "path", "forward", "url"])]
    config: Option<PathBuf>,
    /// Where events are kept: sqlite://FILE, postgres://USER@HOST/DATABASE or memory [default: memory].
    #[arg(long, value_name = "STORE")]
    store: Option<Location>,
    /// Where to listen; port 0 chooses a free one [default: 127.0.0.1:3000].
    #[arg(long, value_name = "ADDR", value_parser = config::address)]
    addr: Option<SocketAddr>,
    /// Where to answer GET /metrics, in the form that Prometheus reads.
    #[arg(long, value_name = "ADDR", value_parser = config::address)]
    metrics_addr: Option<SocketAddr>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let setup = config::setup(args)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::failed)?;
    runtime.block_on(serve(setup, output))
}

#[derive(Serialize)]
struct Listening<'a> {
    event: &'a str,
    addr: String,
    metrics_addr: Option<String>,
    endpoints: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    endpoint: &'a str,
    provider: &'a str,
    url: String,
}

async fn serve(setup: Setup, output: Output) -> Result<Verdict, Failure> {
    let mut stop = stop::Stop::new()?;
    let journal = Arc::new(Journal::new(output));
    let bare = store::open(&setup.store, Missing::Create).await?;
    // Requests that come at the same time share a commit.
    let grouped = Arc::new(GroupCommit::new(Arc::clone(&bare)));
    let witnessed: Arc<dyn Queue> = Arc::new(Witness::new(grouped, Arc::clone(&journal)));
    let inbox = |endpoint: &Endpoint| Inbox::new(Arc::clone(&witnessed), &endpoint.name);

    let mut router = Router::new();
    for endpoint in &setup.endpoints {
        let inbox = inbox(endpoint).map_err(Failure::misuse)?;
        let receive = Receive::new(endpoint.verifier.clone(), inbox);
        router = match &endpoint.path {
            Some(path) => router.route_service(path, receive),
            None => router.fallback_service(receive),
        };
    }
    let refusals = Arc::clone(&journal);
    let router = router.layer(middleware::from_fn(move |request, next| {
        watch_for_refusals(Arc::clone(&refusals), request, next)
    }));

    let listener = bind(setup.addr, "--addr").await?;
    let addr = listener.local_addr().map_err(Failure::failed)?;
    let metrics = match setup.metrics_addr {
        Some(addr) => Some(bind(addr, "--metrics-addr").await?),
        None => None,
    };
    let metrics_addr = metrics
        .as_ref()
        .and_then(|metrics| metrics.local_addr().ok());
    announce(&setup, addr, metrics_addr, output)?;

    let (stopping, stopped) = watch::channel(false);
    let worker = worker(&setup, Arc::clone(&bare), Arc::clone(&journal))?;
    let working = worker.map(|worker| tokio::spawn(worker.run(stop::until(stopped.clone()))));
    if let Some(listener) = metrics {
        let page = metrics::page(Arc::clone(&journal), Arc::clone(&bare));
        tokio::spawn(async move { axum::serve(listener, page).await });
    }
    if setup.store == Location::Memory {
        tokio::spawn(tidy(bare));
    }
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop::until(stopped));
    let serving = tokio::spawn(async move { serving.await });
    stop.wait().await;
    // Requests end before the worker does, so that what they stored may still be delivered.
    let _ = stopping.send(true);
    serving
        .await
        .map_err(Failure::failed)?
        .map_err(Failure::failed)?;
    if let Some(working) = working {
        journal.drained(working.await.map_err(Failure::failed)?);
    }
    journal.stopped()?;
    Ok(Verdict::Done)
}

async fn watch_for_refusals(journal: Arc<Journal>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    match response.extensions().get::<Rejection>() {
        Some(rejection) => journal.refused(&path, rejection),
        None if response.status() == http::StatusCode::NOT_FOUND => journal.not_found(&path),
        None => {}
    }
    response
}

async fn bind(addr: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(addr).await.map_err(|error| {
        let problem = match error.kind() {
            std::io::ErrorKind::AddrInUse => "is in use by another program".to_owned(),
            std::io::ErrorKind::PermissionDenied => {
                "needs more rights than this user has".to_owned()
            }
            _ => format!("cannot be listened on ({error})"),
        };
        Failure::failed(format_args!(
            "{addr} {problem}; give another address with {option}, or port 0 for any"
        ))
    })
}

fn announce(
    setup: &Setup,
    addr: SocketAddr,
    metrics_addr: Option<SocketAddr>,
    output: Output,
) -> Result<(), Failure> {
    let url = |path: Option<&str>| format!("http://{addr}{}", path.unwrap_or("/"));
    if output.is_json() {
        return output.object(&Listening {
            event: "listening",
            addr: addr.to_string(),
            metrics_addr: metrics_addr.map(|addr| addr.to_string()),
            endpoints: setup
                .endpoints
                .iter()
                .map(|endpoint| Listed {
                    endpoint: &endpoint.name,
                    provider: endpoint.verifier.scheme().name(),
                    url: url(endpoint.path.as_deref()),
                })
                .collect(),
        });
    }
    for endpoint in &setup.endpoints {
        let provider = endpoint.verifier.scheme().name();
        output.text(format_args!(
            "listening on {} for {provider}",
            url(endpoint.path.as_deref())
        ))?;
    }
    if let Some(addr) = metrics_addr {
        output.text(format_args!("metrics at http://{addr}/metrics"))?;
    }
    Ok(())
}

/// A worker that forwards; or one that has nothing to do, for a store whose events nobody else can ever see.
fn worker(
    setup: &Setup,
    store: Arc<dyn Queue>,
    journal: Arc<Journal>,
) -> Result<Option<Worker<dyn Queue>>, Failure> {
    let routes = forward::routes(&setup.endpoints);
    if routes.is_empty() && setup.store != Location::Memory {
        return Ok(None);
    }
    let forward = forward::Forward::new(routes, target::client()?, journal);
    let worker = Worker::builder(store).handle(move |event| forward.clone().deliver(event));
    worker.build().map(Some).map_err(Failure::failed)
}

async fn tidy(store: Arc<dyn Queue>) {
    let Ok(inbox) = webhook_idempotency::Namespace::queue(Inbox::NAMESPACE) else {
        return;
    };
    loop {
        tokio::time::sleep(TIDY).await;
        // It is full at its worst, and says so then.
        drop(store.purge(&inbox, KEPT, 10_000).await);
    }
}
