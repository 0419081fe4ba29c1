use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The longest text that is sent back. Honest ones have up to a few hundred characters.
const MAX_ECHO: usize = 1024;

/// The answer to a handshake. Its text is plain, and browsers are told not to guess otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Challenge {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Challenge {
    pub(super) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn text(body: String) -> Self {
        Self::typed("text/plain; charset=utf-8", body)
    }

    pub(super) fn json(body: &serde_json::Value) -> Self {
        use alloc::string::ToString as _;
        Self::typed("application/json", body.to_string())
    }

    fn typed(kind: &str, body: String) -> Self {
        Self {
            body: body.into_bytes(),
            ..Self::new(200)
                .with("content-type", kind.into())
                .with("x-content-type-options", "nosniff".into())
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers to answer with. No value of them has a line break.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, &**value))
    }

    /// The body to answer with.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// A question that must not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengeError {
    /// What it wants to have back is too long, or has characters that no provider sends.
    Malformed,
    /// It does not know the token that the user gave to the provider, or none was configured.
    WrongToken,
}

impl ChallengeError {
    /// The status to answer with, and an empty body.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::WrongToken => 403,
        }
    }
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the challenge is not of the form that the provider gives it",
            Self::WrongToken => "the challenge does not show the configured verify-token",
        })
    }
}

impl core::error::Error for ChallengeError {}

/// Text that may be sent back as it came: visible ASCII without anything that a browser could take for markup.
pub(super) fn harmless(text: &str) -> Result<String, ChallengeError> {
    let fits = !text.is_empty() && text.len() <= MAX_ECHO;
    let plain = |byte: u8| {
        byte == b' '
            || (byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\''))
    };
    match fits && text.bytes().all(plain) {
        true => Ok(text.into()),
        false => Err(ChallengeError::Malformed),
    }
}

/// Text that may be signed with the key of events: letters, digits and a few marks, too short and too plain to be the
/// content of any event.
pub(super) fn signable(text: &str, longest: usize) -> Result<&str, ChallengeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=');
    match !text.is_empty() && text.len() <= longest && text.bytes().all(plain) {
        true => Ok(text),
        false => Err(ChallengeError::Malformed),
    }
}
