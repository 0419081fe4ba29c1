//! Small real servers on loopback, and resolvers that say what a test wants.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::egress::Resolve;

/// A listening socket that counts what connects to it.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) connections: Arc<AtomicUsize>,
    pub(super) requests: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Hands each connection to `serve`.
    pub(super) async fn start<F>(
        serve: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (count, log) = (Arc::clone(&connections), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&log)));
            }
        });
        Self {
            address,
            connections,
            requests,
            task,
        }
    }

    /// Answers every request on every connection with these bytes, and keeps the connection open.
    pub(super) async fn answering(answer: impl AsRef<[u8]>) -> Self {
        let answer: Arc<[u8]> = answer.as_ref().into();
        Self::start(move |mut stream, log| {
            let answer = Arc::clone(&answer);
            async move {
                while let Some(request) = read_request(&mut stream).await {
                    log.lock().unwrap().push(request);
                    if stream.write_all(&answer).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads one request with a `Content-Length`; nothing at the end of the connection.
pub(super) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream
            .read(&mut buffer)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |n| n.parse().unwrap());
        if body.len() >= length {
            return Some(text);
        }
    }
}

/// Writes the same bytes for as long as somebody reads them, and says how many went out.
pub(super) async fn write_for_ever(stream: &mut (impl AsyncWrite + Unpin), chunk: &[u8]) -> usize {
    let mut written = 0;
    while stream.write_all(chunk).await.is_ok() {
        written += chunk.len();
    }
    written
}

/// A resolver that gives one prepared answer after another, then repeats the last, and counts how often it was asked.
#[derive(Debug)]
pub(super) struct Scripted {
    answers: Vec<Result<Vec<IpAddr>, std::io::ErrorKind>>,
    pub(super) asked: AtomicUsize,
}

impl Scripted {
    pub(super) fn new(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers
            .iter()
            .map(|answer| Ok(answer.iter().map(|text| text.parse().unwrap()).collect()));
        Arc::new(Self {
            answers: answers.collect(),
            asked: AtomicUsize::new(0),
        })
    }

    pub(super) fn failing() -> Arc<Self> {
        Arc::new(Self {
            answers: vec![Err(std::io::ErrorKind::NotFound)],
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolve for Scripted {
    async fn resolve(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        assert_eq!(host, "hooks.example.com");
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[asked.min(self.answers.len() - 1)].clone()?)
    }
}
