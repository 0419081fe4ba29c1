//! The one way out: resolve once, judge every address, dial what was judged, then TLS.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::crypto::ring;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tower_service::Service;

use super::dial::dial;
use super::policy::EgressPolicy;
use super::resolve::Resolve;

type BoxError = Box<dyn Error + Send + Sync>;
type Connecting<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// A connection outlives the request that opened it when another one is answered first, so it needs a limit of its own.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Mozilla's roots on ring, without touching the process-wide provider.
pub(crate) fn guarded_tls() -> Result<ClientConfig, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_webpki_roots()
        .with_no_client_auth();
    // Sessions are kept by name. A name that moves to another address must prove itself there again.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Opens connections for the HTTP client.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    https: HttpsConnector<GuardedTcp>,
}

impl Connector {
    pub(crate) fn new(policy: EgressPolicy, resolver: Arc<dyn Resolve>, tls: ClientConfig) -> Self {
        Self {
            https: HttpsConnector::from((GuardedTcp { policy, resolver }, tls)),
        }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<GuardedStream>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response, ConnectError>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        self.https.poll_ready(cx).map_err(ConnectError::from_https)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.https.call(uri);
        Box::pin(async move {
            match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                Ok(connected) => connected.map_err(ConnectError::from_https),
                Err(_) => Err(ConnectError::TimedOut),
            }
        })
    }
}

/// TCP to judged addresses only.
#[derive(Clone, Debug)]
pub(crate) struct GuardedTcp {
    policy: EgressPolicy,
    resolver: Arc<dyn Resolve>,
}

impl GuardedTcp {
    async fn connect(self, uri: Uri) -> Result<GuardedStream, ConnectError> {
        let plain_http = uri.scheme() != Some(&Scheme::HTTPS);
        let port = uri.port_u16().unwrap_or(if plain_http { 80 } else { 443 });
        let addresses = self.addresses(uri.host().unwrap_or_default()).await?;
        // One bad address condemns the name: whoever mixes them is looking for the one that gets through.
        for &address in &addresses {
            self.policy
                .judge(address, plain_http)
                .map_err(ConnectError::Refused)?;
        }
        let stream = dial(
            addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, port))
                .collect(),
        )
        .await?;
        Ok(GuardedStream {
            io: TokioIo::new(stream),
            opened: Opened(Instant::now()),
        })
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, ConnectError> {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if let Ok(literal) = bare.parse() {
            return Ok(vec![literal]);
        }
        // Not every resolver knows this name, and none may say that it is elsewhere (RFC 6761).
        if host == "localhost" {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        self.resolver
            .resolve(host)
            .await
            .map_err(ConnectError::Resolve)
    }
}

impl Service<Uri> for GuardedTcp {
    type Response = GuardedStream;
    type Error = ConnectError;
    type Future = Connecting<GuardedStream, ConnectError>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}

/// When the connection that a response came over was opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened(pub(crate) Instant);

/// A TCP stream that remembers when it was opened.
#[derive(Debug)]
pub(crate) struct GuardedStream {
    io: TokioIo<TcpStream>,
    opened: Opened,
}

impl Connection for GuardedStream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.opened)
    }
}

impl hyper::rt::Read for GuardedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl hyper::rt::Write for GuardedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
}

/// Why no connection was made. For the operator: a tenant sees the class only.
#[derive(Debug)]
pub(crate) enum ConnectError {
    Dial(io::Error),
    NoAddress,
    Refused(&'static str),
    Resolve(io::Error),
    TimedOut,
    Tls(BoxError),
}

impl ConnectError {
    /// What went wrong below the TLS connector, or in the handshake itself.
    fn from_https(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(error) => *error,
            Err(error) => Self::Tls(error),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dial(_) => f.write_str("cannot connect to the host"),
            Self::NoAddress => f.write_str("the host has no address"),
            Self::Refused(range) => write!(
                f,
                "the egress policy refuses the address of the host: {range}"
            ),
            Self::Resolve(_) => f.write_str("cannot resolve the host"),
            Self::TimedOut => f.write_str("connecting took too long"),
            Self::Tls(_) => f.write_str("the TLS handshake failed"),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Dial(error) | Self::Resolve(error) => Some(error),
            Self::Tls(error) => Some(&**error),
            Self::NoAddress | Self::Refused(_) | Self::TimedOut => None,
        }
    }
}
