//! The URL of an endpoint, parsed once and by one reading only.
//!
//! Two parsers that read one text differently are how a check is passed and another host is dialled. So the text must
//! already be what the WHATWG parser makes of it, and what the HTTP client makes of it must name the same host.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use url::{Host, Url};

use super::policy::EgressPolicy;

const MOST_BYTES: usize = 2048;

/// The URL of an endpoint: absolute, `https`, and naming a public host.
///
/// Under the guarded policy the host is a domain with at least one dot, in lower case, and not one that is reserved for
/// private use; the port is 443, 8443 or from 1024 up, without those that browsers refuse. User-info and fragment are
/// refused, and so is every spelling that a parser would have to repair. Write international names as `xn--`.
///
/// What the name resolves to is judged at each connection.
///
/// ```
/// use webhook_sender::{EgressPolicy, EndpointUrl};
/// let url = EndpointUrl::parse("https://hooks.example.com/in?account=7", &EgressPolicy::guarded())?;
/// assert_eq!(url.as_str(), "https://hooks.example.com/in?account=7");
/// assert!(EndpointUrl::parse("https://127.0.0.1/", &EgressPolicy::guarded()).is_err());
/// # Ok::<(), webhook_sender::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl {
    text: String,
    uri: Uri,
}

impl EndpointUrl {
    /// Reads a URL as that policy allows it.
    ///
    /// # Errors
    /// A [`UrlError`] that says which rule is broken; it may be shown to whoever entered the URL.
    pub fn parse(text: &str, policy: &EgressPolicy) -> Result<Self, UrlError> {
        if text.len() > MOST_BYTES {
            return Err(UrlError::TooLong);
        }
        // The parser drops or repairs these, so that what is stored would not be what was read.
        if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
            return Err(UrlError::Character);
        }
        let url = Url::parse(text).map_err(|_| UrlError::Malformed)?;
        let plain_http = match url.scheme() {
            "https" => false,
            "http" if policy.allows_loopback() => true,
            _ => return Err(UrlError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(UrlError::Fragment);
        }
        let host = url.host().ok_or(UrlError::Malformed)?;
        check_spelling(text, &url, &host)?;
        let loopback = check_host(&host, *policy)?;
        if plain_http && !loopback {
            return Err(UrlError::Scheme);
        }
        if !url.port_or_known_default().is_some_and(allowed_port) {
            return Err(UrlError::Port);
        }
        let uri: Uri = url.as_str().parse().map_err(|_| UrlError::Malformed)?;
        if uri.host() != Some(host.to_string().as_str()) || uri.port_u16() != url.port() {
            return Err(UrlError::Malformed);
        }
        Ok(Self {
            text: url.into(),
            uri,
        })
    }

    /// The whole URL in its canonical spelling. Its path and query may be secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, as it was checked.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    pub(crate) const fn uri(&self) -> &Uri {
        &self.uri
    }
}

impl fmt::Debug for EndpointUrl {
    /// Only where it goes: many services put the credential into the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        write!(
            f,
            "EndpointUrl({scheme}://{}/..)",
            self.uri
                .authority()
                .map_or("", |authority| authority.as_str())
        )
    }
}

/// Scheme and authority must be written as the parser would write them; the default port may be spelled out.
fn check_spelling(text: &str, url: &Url, host: &Host<&str>) -> Result<(), UrlError> {
    let written = text
        .strip_prefix(url.scheme())
        .and_then(|rest| rest.strip_prefix("://"));
    let written = written
        .and_then(|rest| rest.split(['/', '?']).next())
        .ok_or(UrlError::Spelling)?;
    let port = url.port_or_known_default().unwrap_or_default();
    let host = host.to_string();
    if !host.ends_with('.') && (written == host || written == format!("{host}:{port}")) {
        return Ok(());
    }
    Err(if written.contains('@') {
        UrlError::UserInfo
    } else {
        UrlError::Spelling
    })
}

/// Whether the host is allowed, and whether it is a loopback host.
fn check_host(host: &Host<&str>, policy: EgressPolicy) -> Result<bool, UrlError> {
    let literal = match *host {
        Host::Domain("localhost") if policy.allows_loopback() => return Ok(true),
        Host::Domain(name) => return check_name(name).map(|()| false),
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
    };
    if policy.allows_loopback() && literal.is_loopback() {
        Ok(true)
    } else {
        Err(UrlError::Literal)
    }
}

fn check_name(name: &str) -> Result<(), UrlError> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > 253 || !name.split('.').all(label) {
        return Err(UrlError::Name);
    }
    let reserved = |suffix: &&str| {
        name.strip_suffix(*suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if RESERVED.iter().any(reserved) {
        return Err(UrlError::Reserved);
    }
    if !name.contains('.') {
        return Err(UrlError::Name);
    }
    Ok(())
}

/// Names that resolve, if at all, to something of the local network (RFC 6761, RFC 6762 appendix G, and clusters).
const RESERVED: &[&str] = &[
    "alt",
    "arpa",
    "cluster.local",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "svc",
    "test",
];

/// Ports from 1024 up that speak another protocol, which a request could be mistaken for (the Fetch standard's list).
const OTHER_PROTOCOLS: &[u16] = &[
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
    6679, 6697, 10080,
];

fn allowed_port(port: u16) -> bool {
    port == 443 || (port >= 1024 && !OTHER_PROTOCOLS.contains(&port))
}

/// Which rule an endpoint's URL breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// A space, a control character, a backslash, or anything beyond ASCII.
    Character,
    /// A fragment.
    Fragment,
    /// An IP address in place of a name.
    Literal,
    /// Not an absolute URL.
    Malformed,
    /// The host is not a domain name with a dot, in letters, digits and hyphens.
    Name,
    /// A port below 1024 other than 443, or one of another protocol.
    Port,
    /// The name is reserved for private networks or tests.
    Reserved,
    /// The scheme is not `https`.
    Scheme,
    /// The scheme, the host or the port is not in its canonical spelling.
    Spelling,
    /// More than 2,048 bytes.
    TooLong,
    /// A user name or a password.
    UserInfo,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Character => {
                "the URL has a space, a control character, a backslash or a non-ASCII character; percent-encode it"
            }
            Self::Fragment => "the URL has a fragment; remove the '#' and what follows",
            Self::Literal => "the URL has an IP address as its host; use a domain name",
            Self::Malformed => "the URL cannot be parsed; write it as https://host/path",
            Self::Name => "the host is not a public domain name; use letters, digits, hyphens and at least one dot",
            Self::Port => "the port is not allowed; use 443, 8443 or another port from 1024 up that is not of another protocol",
            Self::Reserved => "the host is a name reserved for private networks or tests; use a public domain name",
            Self::Scheme => "the scheme is not https; use https",
            Self::Spelling => {
                "the scheme, host or port is not in its canonical spelling; use lower case and no trailing dot or leading zeros"
            }
            Self::TooLong => "the URL is longer than 2048 bytes; shorten it",
            Self::UserInfo => "the URL has a user name or a password; remove them",
        })
    }
}

impl std::error::Error for UrlError {}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
