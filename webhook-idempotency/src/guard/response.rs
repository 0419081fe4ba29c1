//! What a duplicate is answered with.

use std::fmt;

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The longest body that is stored.
pub(super) const MOST_BODY_BYTES: usize = 64 * 1024;
/// More headers, or longer ones, are left out.
const MOST_HEADERS: usize = 32;
const MOST_HEADER_BYTES: usize = 4 * 1024;
const FORMAT: u8 = 1;

/// The answer of a handler, as far as it is kept: the status, a few headers, and the body.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredResponse {
    status: u16,
    headers: Vec<(String, Bytes)>,
    body: Bytes,
}

impl StoredResponse {
    /// The longest body that is kept, in bytes.
    pub const MOST_BODY_BYTES: usize = MOST_BODY_BYTES;

    /// An answer of that status with nothing in it.
    #[must_use]
    pub const fn bare(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// An answer with these headers and that body. A body over 64 KiB is not kept, and neither are its headers then.
    #[must_use]
    pub fn new<N: AsRef<str>, V: AsRef<[u8]>>(
        status: u16,
        headers: impl IntoIterator<Item = (N, V)>,
        body: Bytes,
    ) -> Self {
        if body.len() > MOST_BODY_BYTES {
            return Self::bare(status);
        }
        let fits = |(name, value): &(String, Bytes)| {
            !name.is_empty() && name.len() + value.len() <= MOST_HEADER_BYTES
        };
        let headers = headers.into_iter().map(|(name, value)| {
            let name = name.as_ref().to_ascii_lowercase();
            (name, Bytes::copy_from_slice(value.as_ref()))
        });
        Self {
            status,
            headers: headers.filter(fits).take(MOST_HEADERS).collect(),
            body,
        }
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers that were kept, with names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), &value[..]))
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Bytes {
        &self.body
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.headers.retain(|(name, _)| keep(name));
    }

    /// A version, the status, the count of headers, each name and value behind its length, and the rest is the body.
    pub(super) fn encode(&self) -> Bytes {
        let mut encoded = BytesMut::with_capacity(64 + self.body.len());
        encoded.put_u8(FORMAT);
        encoded.put_u16(self.status);
        let short = |length: usize| u16::try_from(length).unwrap_or(0);
        encoded.put_u16(short(self.headers.len()));
        for (name, value) in &self.headers {
            for part in [name.as_bytes(), value] {
                encoded.put_u16(short(part.len()));
                encoded.put_slice(part);
            }
        }
        encoded.put_slice(&self.body);
        encoded.freeze()
    }

    pub(super) fn decode(mut encoded: Bytes) -> Option<Self> {
        if encoded.try_get_u8().ok()? != FORMAT {
            return None;
        }
        let status = encoded.try_get_u16().ok()?;
        let count = encoded.try_get_u16().ok()?;
        let mut headers = Vec::new();
        for _ in 0..count {
            let name = String::from_utf8(part(&mut encoded)?.into()).ok()?;
            headers.push((name, part(&mut encoded)?));
        }
        Some(Self {
            status,
            headers,
            body: encoded,
        })
    }
}

fn part(encoded: &mut Bytes) -> Option<Bytes> {
    let length = usize::from(encoded.try_get_u16().ok()?);
    (encoded.len() >= length).then(|| encoded.split_to(length))
}

impl fmt::Debug for StoredResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("StoredResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_stored_is_these_bytes() {
        let headers = [("Content-Type", "text/plain")];
        let response = StoredResponse::new(201, headers, Bytes::from_static(b"made"));
        let encoded = b"\x01\x00\xc9\x00\x01\x00\x0ccontent-type\x00\x0atext/plainmade";
        assert_eq!(response.encode(), &encoded[..]);
        assert_eq!(
            StoredResponse::decode(Bytes::from_static(encoded)),
            Some(response)
        );
    }

    #[test]
    fn a_body_that_is_too_long_leaves_a_bare_status() {
        let fits = Bytes::from(vec![7; 65_536]);
        let over = Bytes::from(vec![7; 65_537]);
        let headers = [("content-type", "text/plain")];
        assert_eq!(
            StoredResponse::new(200, headers, fits.clone()).body(),
            &fits
        );
        assert_eq!(
            StoredResponse::new(200, headers, over),
            StoredResponse::bare(200)
        );
    }

    #[test]
    fn headers_without_bound_are_left_out() {
        let long = vec![b'a'; 4096];
        let many = (0..100).map(|at| (format!("x-{at}"), long[..10].to_vec()));
        let one = [("x-long".to_owned(), long.clone())];
        let response = StoredResponse::new(200, one.into_iter().chain(many), Bytes::new());
        assert_eq!(response.headers().count(), 32);
        assert!(response.headers().all(|(name, _)| name != "x-long"));
    }

    proptest! {
        #[test]
        fn any_response_comes_back_exactly(
            status: u16,
            headers: Vec<(String, Vec<u8>)>,
            body: Vec<u8>,
        ) {
            let response = StoredResponse::new(status, headers, body.into());
            prop_assert_eq!(StoredResponse::decode(response.encode()), Some(response));
        }

        #[test]
        fn any_stored_bytes_are_a_response_or_nothing(mut bytes: Vec<u8>, format in 0..3_u8) {
            bytes.insert(0, format);
            let _ = StoredResponse::decode(bytes.into());
        }
    }
}
