//! Requests that no honest sender would make: any headers over any body.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use webhook_tower::verify::SignedHeaders;

use crate::Failure;

/// A request, ready to be sent as often as one likes.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Parcel {
    pub(crate) fn new(path: &'static str, headers: &SignedHeaders, body: impl Into<Bytes>) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            path,
            headers,
            body: body.into(),
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An error with everything behind it.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

/// Sends parcels to one receiver.
#[derive(Clone, Debug)]
pub(crate) struct Courier {
    client: Client<HttpConnector, Full<Bytes>>,
    port: u16,
}

/// How many answers there were of each status.
pub(crate) type Answers = BTreeMap<u16, u32>;

impl Courier {
    pub(crate) fn new(port: u16) -> Self {
        // A connection each: a receiver that refuses a request unread may close its connection behind the answer.
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build(connector);
        Self { client, port }
    }

    /// Sends one parcel and returns the status of the answer.
    pub(crate) async fn send(&self, parcel: &Parcel) -> Result<u16, Failure> {
        let mut request = Request::post(format!("http://127.0.0.1:{}{}", self.port, parcel.path))
            .body(Full::new(parcel.body.clone()))?;
        for (name, value) in &parcel.headers {
            request
                .headers_mut()
                .append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        let answer = self.client.request(request).await;
        let answer = answer
            .map_err(|error| format!("no answer from {}: {}", parcel.path, causes(&error)))?;
        Ok(answer.status().as_u16())
    }

    /// Announces a body of that length, as clients do that ask before they send a large one, and returns the status of
    /// the answer without having sent any of it.
    pub(crate) async fn announce(&self, parcel: &Parcel, length: u64) -> Result<u16, Failure> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await?;
        let mut head = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n", parcel.path);
        for (name, value) in &parcel.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        ));
        stream.write_all(head.as_bytes()).await?;
        let answer = BufReader::new(stream)
            .lines()
            .next_line()
            .await?
            .unwrap_or_default();
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        status.ok_or_else(|| format!("the receiver answered \"{answer}\"").into())
    }

    /// Sends all parcels at once and counts the answers.
    pub(crate) async fn send_together(&self, parcels: Vec<Parcel>) -> Result<Answers, Failure> {
        let mut sending = tokio::task::JoinSet::new();
        for parcel in parcels {
            let courier = self.clone();
            sending.spawn(async move { courier.send(&parcel).await });
        }
        let mut answers = Answers::new();
        while let Some(answer) = sending.join_next().await {
            *answers.entry(answer??).or_default() += 1;
        }
        Ok(answers)
    }

    /// Sends parcels a few at a time and counts the answers.
    pub(crate) async fn send_all(&self, parcels: Vec<Parcel>) -> Result<Answers, Failure> {
        let mut answers = Answers::new();
        for few in parcels.chunks(16) {
            for (status, count) in self.send_together(few.to_vec()).await? {
                *answers.entry(status).or_default() += count;
            }
        }
        Ok(answers)
    }
}
