//! A server that bounds what a connection may do before there is a request.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower_service::Service;

/// How long the server waits after the system refused it a connection, for want of descriptors for example.
const BREATH: Duration = Duration::from_millis(100);

/// An HTTP/1 and HTTP/2 server for one service, such as an axum router or [`Receivers`](crate::Receivers).
///
/// A layer sees a request when its head is there, so it can do nothing about connections that never send one.
/// `axum::serve` has no limit for them either. This server closes what has not sent a whole head in time, at the start and
/// between requests, and takes a bounded number of connections.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use webhook_tower::Server;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let app: Router = Router::new().route("/health", get(|| async { "well" }));
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// Server::new(listener).run(app, std::future::pending()).await;
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a server does nothing until it is run"]
pub struct Server {
    listener: TcpListener,
    head_deadline: Duration,
    connections: usize,
    drain: Duration,
}

impl Server {
    /// A server behind that listener: 10 s for a head, 10,000 connections, 30 s for requests under way at the end.
    pub const fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            head_deadline: Duration::from_secs(10),
            connections: 10_000,
            drain: Duration::from_secs(30),
        }
    }

    /// How long a connection may take to send the head of a request, the first as well as each later one.
    pub const fn head_deadline(mut self, deadline: Duration) -> Self {
        self.head_deadline = deadline;
        self
    }

    /// How many connections there may be at once. Others wait in the listener's queue.
    pub const fn connections(mut self, most: usize) -> Self {
        self.connections = most;
        self
    }

    /// How long requests under way may take once the server was told to stop.
    pub const fn drain(mut self, longest: Duration) -> Self {
        self.drain = longest;
        self
    }

    /// The address that the listener has.
    ///
    /// # Errors
    /// What the system says.
    pub fn local_addr(&self) -> io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` is ready, and then finishes what is under way.
    pub async fn run<S, B>(self, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.head_deadline);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(self.head_deadline)
            .keep_alive_timeout(self.head_deadline);
        let builder = Arc::new(builder);
        let graceful = GracefulShutdown::new();
        let permits = Arc::new(Semaphore::new(self.connections.min(Semaphore::MAX_PERMITS)));
        let mut shutdown = pin!(shutdown);
        loop {
            let next = pin!(async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, accept(&self.listener).await)
            });
            let Some((permit, stream)) = unless(next, shutdown.as_mut()).await else {
                break;
            };
            let seen = Arc::new(AtomicBool::new(false));
            let service = hyper_util::service::TowerToHyperService::new(Noted {
                inner: service.clone(),
                seen: Arc::clone(&seen),
            });
            let builder = Arc::clone(&builder);
            let watcher = graceful.watcher();
            tokio::spawn(async move {
                let _permit = permit;
                let connection = builder.serve_connection(TokioIo::new(stream), service);
                let mut connection = pin!(watcher.watch(connection));
                // Covers what hyper's own limit does not: the bytes that tell HTTP/1 from HTTP/2, and the preface of the
                // latter.
                if timeout(self.head_deadline, connection.as_mut())
                    .await
                    .is_err()
                    && seen.load(Ordering::Relaxed)
                {
                    // How a connection ended is its peer's affair.
                    let _ = connection.await;
                }
            });
        }
        drop(self.listener);
        let _ = timeout(self.drain, graceful.shutdown()).await;
    }
}

/// The next connection. What one of them did wrong is no reason to stop, and neither is a system that is short of
/// something for a while.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small; without this they would wait for each other.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                tracing::error!(target: "webhook::server", %error, "no connection can be accepted; trying again");
                sleep(BREATH).await;
            }
        }
    }
}

fn is_the_peers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// The output of a future, or nothing if the other one ends first.
async fn unless<T>(
    mut future: Pin<&mut impl Future<Output = T>>,
    mut end: Pin<&mut impl Future<Output = ()>>,
) -> Option<T> {
    poll_fn(|cx| match end.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(cx).map(Some),
    })
    .await
}

/// A service that notes that it was called.
#[derive(Clone)]
struct Noted<S> {
    inner: S,
    seen: Arc<AtomicBool>,
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for Noted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        self.seen.store(true, Ordering::Relaxed);
        self.inner.call(request)
    }
}
