//! The guarded HTTP client: one POST, one deadline, one answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::capture_connection;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::time::Instant;

use crate::egress::{
    Connector, EgressPolicy, EndpointUrl, Opened, Resolve, SystemResolver, UrlError, guarded_tls,
};
use crate::error::ConfigError;

mod answer;
mod failure;
#[cfg(test)]
mod tests;

pub use answer::{Answer, RetryAfter};
pub use failure::{Failure, FailureClass};

/// How long a delivery may take in all when nothing else is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// How much of an answer's body is kept, in bytes.
pub const EXCERPT_LIMIT: usize = 16 * 1024;

/// A connection that is older is not used again, so that a name which moved is followed within a minute.
const OLDEST_CONNECTION: Duration = Duration::from_secs(60);

/// Webhooks are answered with a handful of headers; this also bounds what one connection can make us buffer.
const MOST_HEADER_BYTES: usize = 64 * 1024;

/// Headers that frame the message or name its destination, which only the client may write.
const RESERVED: [HeaderName; 9] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// An HTTP client that goes only where its [`EgressPolicy`] lets it.
///
/// It follows no redirect, uses no proxy from the environment, decompresses nothing, and installs no process-wide TLS
/// provider. Connections are kept for reuse within one client and never shared between two, so that what one policy
/// opened cannot serve another. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: legacy::Client<Connector, Full<Bytes>>,
    policy: EgressPolicy,
}

impl Client {
    /// A client under that policy, which asks the resolver of the operating system.
    ///
    /// # Errors
    /// [`ConfigError::Tls`] if TLS cannot be set up.
    pub fn new(policy: EgressPolicy) -> Result<Self, ConfigError> {
        Self::with_resolver(policy, SystemResolver)
    }

    /// A client under that policy with a resolver of its own.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_resolver(
        policy: EgressPolicy,
        resolver: impl Resolve,
    ) -> Result<Self, ConfigError> {
        Ok(Self::with_tls(
            policy,
            resolver,
            guarded_tls().map_err(ConfigError::Tls)?,
        ))
    }

    fn with_tls(policy: EgressPolicy, resolver: impl Resolve, tls: ClientConfig) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(OLDEST_CONNECTION)
            .pool_max_idle_per_host(8)
            .http1_max_buf_size(MOST_HEADER_BYTES)
            .build(Connector::new(policy, Arc::new(resolver), tls));
        Self { http, policy }
    }

    /// Posts `body` to `url` and returns the first answer, whatever its status.
    ///
    /// `within` bounds everything: name, connection, TLS, request, headers and body. Once the status line is there, the
    /// delivery is answered: a body that is late, endless or cut short only shortens the excerpt.
    ///
    /// Headers that frame the message or name its destination (`Host`, `Content-Length` and the like) are dropped from
    /// `headers`; a `User-Agent` is added if there is none.
    ///
    /// # Errors
    /// A [`Failure`] if there was no answer in time.
    pub async fn post(
        &self,
        url: &EndpointUrl,
        headers: HeaderMap,
        body: Bytes,
        within: Duration,
    ) -> Result<Answer, Failure> {
        let started = Instant::now();
        // The policy may be another than the one the URL was read under.
        self.allows(url).map_err(Failure::refused)?;
        let mut request = request(url, headers, body);
        let connection = capture_connection(&mut request);
        let response = match tokio::time::timeout(within, self.http.request(request)).await {
            Ok(response) => response.map_err(Failure::from_http)?,
            Err(_) => return Err(Failure::timed_out()),
        };
        if let Some(opened) = response.extensions().get::<Opened>()
            && opened.0.elapsed() > OLDEST_CONNECTION
            && let Some(connection) = &*connection.connection_metadata()
        {
            connection.poison();
        }
        let (head, body) = response.into_parts();
        let (excerpt, truncated) =
            read_excerpt(body, within.saturating_sub(started.elapsed())).await;
        let retry_after = head
            .headers
            .get(header::RETRY_AFTER)
            .and_then(RetryAfter::parse);
        Ok(Answer {
            status: head.status,
            retry_after,
            excerpt,
            truncated,
        })
    }
}

impl Client {
    /// Whether the policy would have let this URL be read.
    pub(crate) fn allows(&self, url: &EndpointUrl) -> Result<(), UrlError> {
        EndpointUrl::parse(url.as_str(), &self.policy).map(drop)
    }
}

fn request(url: &EndpointUrl, mut headers: HeaderMap, body: Bytes) -> Request<Full<Bytes>> {
    for name in RESERVED {
        headers.remove(name);
    }
    // Written out because an empty body would otherwise go without, and some servers insist on it.
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static(concat!(
            "webhook-sender/",
            env!("CARGO_PKG_VERSION")
        )));
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = url.uri().clone();
    *request.headers_mut() = headers;
    request
}

/// The beginning of a body, and whether there may be more. What is not read is never buffered: dropping the body closes
/// the connection.
async fn read_excerpt(mut body: Incoming, within: Duration) -> (Bytes, bool) {
    let mut kept = BytesMut::new();
    let reading = async {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return true };
            let Some(data) = frame.data_ref() else {
                continue;
            };
            let room = EXCERPT_LIMIT - kept.len();
            kept.extend_from_slice(&data[..data.len().min(room)]);
            if data.len() > room {
                return true;
            }
        }
        false
    };
    let truncated = tokio::time::timeout(within, reading).await.unwrap_or(true);
    (kept.freeze(), truncated)
}
