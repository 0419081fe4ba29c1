//! The table.

use serde::Deserialize;

/// One request, and what must become of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is special about it.
    pub name: String,
    /// Which threats it shows.
    pub threats: Vec<String>,
    request: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    body_hex: Option<String>,
    body_repeat: Option<Repeat>,
    chunks: Option<Chunks>,
    /// A `Content-Length` that is not the body's, which is then not sent.
    pub announce: Option<String>,
    /// Whether HTTP/2 cannot say it.
    #[serde(default)]
    pub only_http1: bool,
    /// What every door answers.
    pub status: u16,
    bare: Option<u16>,
    content: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Repeat {
    text: String,
    times: usize,
}

#[derive(Debug, Deserialize)]
struct Chunks {
    of: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// All cases.
#[must_use]
pub fn cases() -> Vec<Case> {
    let table: Table = toml::from_str(include_str!("../cases.toml")).unwrap();
    table.case
}

impl Case {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.request.split_once(' ').unwrap().0
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.request.split_once(' ').unwrap().1
    }

    /// The headers that the case is about, in their order.
    #[must_use]
    pub fn headers(&self) -> Vec<(&str, Vec<u8>)> {
        let bytes = |value: &str| match value.strip_prefix("hex:") {
            Some(digits) => base16ct::lower::decode_vec(digits).unwrap(),
            None => value.as_bytes().to_vec(),
        };
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), bytes(value)))
            .collect()
    }

    /// The body as it is on the wire.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        match (&self.body, &self.body_hex, &self.body_repeat) {
            (Some(text), None, None) => text.as_bytes().to_vec(),
            (None, Some(digits), None) => base16ct::lower::decode_vec(digits).unwrap(),
            (None, None, Some(repeat)) => repeat.text.repeat(repeat.times).into_bytes(),
            _ => panic!("{} must have one body", self.name),
        }
    }

    /// The body in the pieces in which it is sent, where it has no announced length.
    #[must_use]
    pub fn chunks(&self) -> Option<Vec<Vec<u8>>> {
        let of = self.chunks.as_ref()?.of;
        Some(self.body().chunks(of).map(<[u8]>::to_vec).collect())
    }

    /// What the plain function says: as the doors, unless only they have a rule for it.
    #[must_use]
    pub fn bare(&self) -> u16 {
        self.bare.unwrap_or(self.status)
    }

    /// What the handler is given, where it runs.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        match &self.content {
            Some(content) => content.as_bytes().to_vec(),
            None => self.body(),
        }
    }
}
