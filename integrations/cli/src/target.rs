//! Where requests go: a URL that a person typed, and the client that posts to it.

use std::str::FromStr;
use std::time::Duration;

use webhook_sender::{Client, EgressPolicy, EndpointUrl};

use crate::failure::Failure;

/// How long one request may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Public hosts over https, and this machine over http too. The address of a name is judged when it is dialled.
const POLICY: EgressPolicy = EgressPolicy::danger_allow_loopback();

/// A URL to post to.
#[derive(Clone, Debug)]
pub(crate) struct Target(pub(crate) EndpointUrl);

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        EndpointUrl::parse(text, &POLICY)
            .map(Self)
            .map_err(|error| {
                format!(
                    "{error}; http goes only to this machine, as in http://127.0.0.1:3000/hooks"
                )
            })
    }
}

/// A client that follows no redirect and uses no proxy.
pub(crate) fn client() -> Result<Client, Failure> {
    Client::new(POLICY).map_err(Failure::failed)
}

/// Signed headers as a client takes them.
pub(crate) fn header_map<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<http::HeaderMap, Failure> {
    let mut map = http::HeaderMap::new();
    map.insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json"),
    );
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().map_err(Failure::failed)?;
        let mut value = http::HeaderValue::from_str(value)
            .map_err(|_| Failure::failed("a signed header cannot be sent"))?;
        value.set_sensitive(true);
        if name == http::header::CONTENT_TYPE {
            map.insert(name, value);
        } else {
            map.append(name, value);
        }
    }
    Ok(map)
}
