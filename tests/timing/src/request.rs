//! A signed request whose signature can be replaced, whatever header and encoding the scheme has for it.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use webhook_verify::{Message, SecretSet, Signer, UnixTime};

use crate::schemes::{Named, URL};

/// A body of a common size, with the time that some schemes have in it. What is looked for does not depend on it.
#[must_use]
pub fn body() -> Vec<u8> {
    let pad = "x".repeat(200);
    let time = Request::NOW.as_millis();
    format!(r#"{{"id":"evt_1","type":"invoice.paid","webhookTimestamp":{time},"pad":"{pad}"}}"#)
        .into_bytes()
}

/// The headers that a signer makes for a body.
pub(crate) fn signer_headers(
    named: &Named,
    secrets: &SecretSet,
    body: &[u8],
) -> Option<Vec<(String, String)>> {
    let signer = Signer::with_secrets(named.scheme, secrets).ok()?;
    let message = Message::new(body)
        .id("msg_1")
        .event_type("invoice.paid")
        .url(URL);
    let signed = signer.sign(&message.at(Request::NOW)).ok()?;
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(signed.into_iter().map(owned).collect())
}

#[derive(Clone, Copy)]
enum Alphabet {
    Base64,
    Base64Url,
    Hex,
}

/// Headers, and where in which of them the signature stands.
#[derive(Clone)]
pub struct Request {
    /// Names and values.
    pub headers: Vec<(String, String)>,
    header: usize,
    start: usize,
    end: usize,
    alphabet: Alphabet,
}

impl Request {
    /// When all requests are signed and received.
    pub const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

    /// The request of [`body`] under the secret of that index. `None` if there is no signature of the body in a header,
    /// in hex or base64.
    #[must_use]
    pub fn signed(named: &Named, secret: usize) -> Option<Self> {
        let secrets = named.set(&named.secrets[secret..=secret]);
        let headers = signer_headers(named, &secrets, &body())?;
        // Two messages of one id and one time differ in their signature and in nothing else.
        let other = signer_headers(named, &secrets, b"another body")?;
        let header = (0..headers.len()).find(|index| headers[*index].1 != other[*index].1)?;
        let value = headers[header].1.as_bytes();
        let at = value
            .iter()
            .zip(other[header].1.as_bytes())
            .position(|(a, b)| a != b)?;
        let run = |belongs: fn(&u8) -> bool| {
            let start = value[..at]
                .iter()
                .rposition(|byte| !belongs(byte))
                .map_or(0, |p| p + 1);
            let end = value[at..].iter().position(|byte| !belongs(byte));
            (start, end.map_or(value.len(), |length| at + length))
        };
        let (start, end) = run(u8::is_ascii_hexdigit);
        let (alphabet, start, end) = if [40, 64, 128].contains(&(end - start)) {
            (Alphabet::Hex, start, end)
        } else {
            let (start, end) = run(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte));
            let padding = value[end..]
                .iter()
                .take_while(|byte| **byte == b'=')
                .count();
            match padding {
                0 if (end - start) % 4 != 0 => (Alphabet::Base64Url, start, end),
                _ => (Alphabet::Base64, start, end + padding),
            }
        };
        let request = Self {
            headers,
            header,
            start,
            end,
            alphabet,
        };
        request
            .decoded()
            .filter(|tag| [20, 32, 64].contains(&tag.len()))?;
        Some(request)
    }

    /// The signature as it stands in its header.
    pub(crate) fn text(&self) -> &str {
        &self.headers[self.header].1[self.start..self.end]
    }

    fn decoded(&self) -> Option<Vec<u8>> {
        match self.alphabet {
            Alphabet::Base64 => Base64::decode_vec(self.text()).ok(),
            Alphabet::Base64Url => Base64UrlUnpadded::decode_vec(self.text()).ok(),
            Alphabet::Hex => base16ct::mixed::decode_vec(self.text()).ok(),
        }
    }

    /// The signature, decoded.
    ///
    /// # Panics
    /// If it is not in the encoding that it was found in.
    #[must_use]
    pub fn tag(&self) -> Vec<u8> {
        self.decoded().expect("the encoding that it was found in")
    }

    fn encoded(&self, tag: &[u8]) -> String {
        match self.alphabet {
            Alphabet::Base64 => Base64::encode_string(tag),
            Alphabet::Base64Url => Base64UrlUnpadded::encode_string(tag),
            Alphabet::Hex => base16ct::lower::encode_string(tag),
        }
    }

    /// The same request with these signatures instead, with `separator` between them.
    #[must_use]
    pub fn with(&self, tags: &[Vec<u8>], separator: &str) -> Self {
        let tags: Vec<String> = tags.iter().map(|tag| self.encoded(tag)).collect();
        let mut request = self.clone();
        let range = self.start..self.end;
        request.headers[self.header]
            .1
            .replace_range(range, &tags.join(separator));
        request
    }

    /// The headers as [`webhook_verify::Verifier::verify_at`] takes them.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }
}
