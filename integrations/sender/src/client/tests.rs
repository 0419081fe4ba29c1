//! Over real sockets: what answers, what ends, and where nothing arrives.

use super::*;

mod bounds;
mod exchange;
mod guard;
mod proxy;
mod servers;
mod tls;

/// Far above what loopback needs, far below what a person waits for.
const SHORT: Duration = Duration::from_millis(500);

/// For what must answer at once: only a broken build gets here.
const LONG: Duration = Duration::from_secs(10);

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

fn local() -> Client {
    Client::new(EgressPolicy::danger_allow_loopback()).unwrap()
}

async fn post(client: &Client, url: &str, within: Duration) -> Result<Answer, Failure> {
    // Always read under the open policy: a client must not trust the policy that somebody else read a URL under.
    let url = EndpointUrl::parse(url, &EgressPolicy::danger_allow_loopback()).unwrap();
    client
        .post(
            &url,
            HeaderMap::new(),
            Bytes::from_static(b"{\"a\":1}"),
            within,
        )
        .await
}

async fn class_of(client: &Client, url: &str, within: Duration) -> FailureClass {
    post(client, url, within).await.unwrap_err().class()
}
