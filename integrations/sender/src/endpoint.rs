//! Where events go, and how they are signed for it.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use webhook_idempotency::Event;
use webhook_verify::{Message, Signer, UnixTime};

use crate::client::DEFAULT_TIMEOUT;
use crate::egress::EndpointUrl;

/// Where events go: a URL and the signer that its receiver can verify.
///
/// Its `Debug` shows neither secrets nor the path of the URL.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: EndpointUrl,
    signer: Signer,
    timeout: Duration,
    content_type: HeaderValue,
}

impl Endpoint {
    /// An endpoint that is given 15 seconds to answer, and is sent JSON.
    #[must_use]
    pub const fn new(url: EndpointUrl, signer: Signer) -> Self {
        let content_type = HeaderValue::from_static("application/json");
        Self {
            url,
            signer,
            timeout: DEFAULT_TIMEOUT,
            content_type,
        }
    }

    /// How long one attempt may take in all, from the look-up of the name to the last byte of the answer. From a
    /// millisecond to an hour.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What the payloads are, if not JSON.
    #[must_use]
    pub fn content_type(mut self, content_type: HeaderValue) -> Self {
        self.content_type = content_type;
        self
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &EndpointUrl {
        &self.url
    }

    pub(crate) const fn deadline(&self) -> Duration {
        self.timeout
    }

    /// The headers of one attempt: the id of the event, and a signature of this moment over the stored bytes.
    pub(crate) fn headers(
        &self,
        event: &Event,
        now: UnixTime,
    ) -> Result<HeaderMap, Box<dyn std::error::Error + Send + Sync>> {
        let mut message = Message::new(event.payload()).at(now);
        if let Some(id) = event.id() {
            message = message.id(id);
        }
        if let Some(event_type) = event.event_type() {
            message = message.event_type(event_type);
        }
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        for (name, value) in &self.signer.sign(&message)? {
            let mut value = HeaderValue::from_str(value)?;
            // Whatever prints a request leaves these out.
            value.set_sensitive(true);
            headers.insert(HeaderName::from_bytes(name.as_bytes())?, value);
        }
        Ok(headers)
    }
}
