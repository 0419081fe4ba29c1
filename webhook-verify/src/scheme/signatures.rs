//! Reading the signature header: candidates in, and the items that stand beside them.

use super::{Encoding, SignatureHeader, Syntax};

/// Bytes of an HMAC-SHA256.
pub(crate) const TAG_LEN: usize = 32;
pub(crate) type Tag = [u8; TAG_LEN];

/// More than any sender needs while it rotates, and few enough that comparing all of them costs nothing.
pub(crate) const MAX_CANDIDATES: usize = 16;

/// The candidate signatures of one request, decoded.
#[derive(Clone, Debug)]
pub(crate) struct Signatures {
    tags: [Tag; MAX_CANDIDATES],
    len: usize,
    /// How many there were, with those that do not decode to a tag.
    pub(crate) seen: usize,
}

impl Signatures {
    pub(crate) const fn none() -> Self {
        Self {
            tags: [[0; TAG_LEN]; MAX_CANDIDATES],
            len: 0,
            seen: 0,
        }
    }

    pub(crate) fn as_slice(&self) -> &[Tag] {
        self.tags.get(..self.len).unwrap_or_default()
    }

    pub(crate) const fn over_limit(&self) -> bool {
        self.seen > MAX_CANDIDATES
    }

    /// Takes a candidate in. One that does not decode to exactly a tag can match nothing and is left out, so that a
    /// malformed sibling does not spoil a good signature.
    fn push(&mut self, text: &[u8], encoding: Encoding) {
        self.seen += 1;
        if let Some(room) = self.tags.get_mut(self.len)
            && decode(text, encoding, room)
        {
            self.len += 1;
        }
    }
}

/// Decodes in time that depends on the length alone.
fn decode(text: &[u8], encoding: Encoding, tag: &mut Tag) -> bool {
    let decoded = match encoding {
        Encoding::Base64 => {
            use base64ct::{Base64, Encoding as _};
            Base64::decode(text, tag).map(<[u8]>::len).ok()
        }
        Encoding::Hex => base16ct::mixed::decode(text, tag).map(<[u8]>::len).ok(),
    };
    decoded == Some(TAG_LEN)
}

impl SignatureHeader {
    /// Reads a header value; `item` is called with the name and value of every item that is not a signature.
    pub(crate) fn read<'v>(
        &self,
        value: &'v [u8],
        into: &mut Signatures,
        mut item: impl FnMut(&'v [u8], &'v [u8]),
    ) {
        match &self.syntax {
            Syntax::Items {
                separator,
                assign,
                signature_key,
            } => {
                for part in value.split(|byte| byte == separator) {
                    let part = part.trim_ascii();
                    let Some(at) = part.iter().position(|byte| byte == assign) else {
                        continue;
                    };
                    let (key, rest) = part.split_at(at);
                    let text = rest.get(1..).unwrap_or_default();
                    if key == signature_key.as_bytes() {
                        into.push(text, self.encoding);
                        // Nothing behind the limit can change the verdict any more.
                        if into.over_limit() {
                            return;
                        }
                    } else {
                        item(key, text);
                    }
                }
            }
            Syntax::Single { prefix } => {
                if let Some(text) = value.strip_prefix(prefix.as_bytes()) {
                    into.push(text, self.encoding);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: SignatureHeader = SignatureHeader {
        header: alloc::borrow::Cow::Borrowed("x"),
        syntax: Syntax::Items {
            separator: b',',
            assign: b'=',
            signature_key: alloc::borrow::Cow::Borrowed("v1"),
        },
        encoding: Encoding::Hex,
    };

    fn read(value: &str) -> Signatures {
        let mut signatures = Signatures::none();
        HEX.read(value.as_bytes(), &mut signatures, |_, _| {});
        signatures
    }

    #[test]
    fn a_tag_of_any_other_length_is_no_candidate() {
        let hex = "ab".repeat(40);
        for len in 0..=80 {
            let signatures = read(&alloc::format!("v1={}", &hex[..len]));
            assert_eq!(signatures.as_slice().len(), usize::from(len == 64), "{len}");
        }
    }

    #[test]
    fn a_malformed_sibling_does_not_spoil_a_good_candidate() {
        let good = "ab".repeat(32);
        let signatures = read(&alloc::format!("v1=zz,v0={good},v1={good},nonsense,,v1"));
        assert_eq!(signatures.as_slice(), [[0xab; 32]]);
        assert_eq!(signatures.seen, 2);
    }

    #[test]
    fn candidates_behind_the_limit_are_not_read() {
        let many = alloc::vec!["v1=00"; 10_000].join(",");
        assert_eq!(read(&many).seen, MAX_CANDIDATES + 1);
    }
}
