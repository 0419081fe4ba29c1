//! A request that was captured somewhere, put together from whatever the command line names.

mod curl;
mod http1;
mod shell;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::body;
use crate::failure::Failure;

/// A request as it came, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) method: Option<String>,
    /// Path and query.
    pub(crate) target: Option<String>,
    /// Only where the capture has the whole of it, as curl's command line does.
    pub(crate) url: Option<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Where a request comes from.
#[derive(clap::Args, Clone)]
pub(crate) struct RequestArgs {
    /// A header of the request. Repeat it.
    #[arg(short = 'H', long, value_name = "NAME: VALUE")]
    header: Vec<OsString>,
    /// The method of the request; POST unless given.
    #[arg(short = 'X', long, value_name = "METHOD")]
    method: Option<String>,
    /// A whole request in a file, as HTTP/1.1 text or as a curl command; - for standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "curl"])]
    request: Option<PathBuf>,
    /// The body; - or nothing for standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// A curl command, whose request is read and not sent.
    #[arg(last = true, value_name = "curl ...", conflicts_with = "file")]
    curl: Vec<OsString>,
}

impl RequestArgs {
    /// Whether what is named may say which URL it went to.
    pub(crate) const fn has_url(&self) -> bool {
        self.request.is_some() || !self.curl.is_empty()
    }

    pub(crate) fn read(&self) -> Result<Captured, Failure> {
        let mut captured = match &self.request {
            Some(path) => read_file(path)?,
            None if !self.curl.is_empty() => {
                let words = self
                    .curl
                    .iter()
                    .map(|word| word.as_encoded_bytes().to_vec());
                curl::read(words.collect())?
            }
            None => Captured {
                // What is not captured but typed is a delivery, and deliveries are posted.
                method: Some(String::from("POST")),
                body: body::read(self.file.as_deref())?,
                ..Captured::default()
            },
        };
        for (number, header) in (1..).zip(&self.header) {
            captured
                .headers
                .push(one_header(header.as_encoded_bytes(), number)?);
        }
        if let Some(method) = &self.method {
            captured.method = Some(method.clone());
        }
        Ok(captured)
    }
}

/// Names and values, with the parts of the request line under the names that HTTP/2 has for them.
pub(crate) fn fields(captured: &Captured) -> impl Iterator<Item = (&str, &[u8])> {
    let line = [(":method", &captured.method), (":path", &captured.target)];
    let line = line
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?.as_bytes())));
    let headers = captured
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_slice()));
    line.chain(headers)
}

fn read_file(path: &Path) -> Result<Captured, Failure> {
    let bytes = body::read(Some(path))?;
    let is_curl = bytes.trim_ascii_start().starts_with(b"curl")
        && bytes
            .trim_ascii_start()
            .get(4)
            .is_some_and(u8::is_ascii_whitespace);
    match is_curl {
        true => curl::read(shell::words(&bytes)?),
        false => http1::read(&bytes),
    }
}

/// A header as it is typed: white space around the value does not count.
fn one_header(text: &[u8], number: usize) -> Result<(String, Vec<u8>), Failure> {
    let malformed = || {
        Failure::misuse(format_args!(
            "--header number {number} is not of the form 'Name: value'; quote the whole of it"
        ))
    };
    let at = text
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(malformed)?;
    let (name, value) = text.split_at(at);
    let name = name.trim_ascii();
    if name.is_empty() || !name.iter().all(is_token) {
        return Err(malformed());
    }
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    Ok((String::from_utf8_lossy(name).into_owned(), value.to_vec()))
}

/// What the name of a header may consist of (RFC 9110, section 5.6.2).
fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

/// The path and query of a URL.
pub(crate) fn target_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    })
}
