//! Short text without an allocation.

use alloc::boxed::Box;
use core::fmt;

const INLINE: usize = 62;

/// Bytes of a header value: inline while short, as nearly all ids, types and times are.
#[derive(Clone)]
pub(crate) enum Text {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Text {
    pub(crate) fn new(value: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..value.len()), u8::try_from(value.len())) {
            (Some(room), Ok(len)) => {
                room.copy_from_slice(value);
                Self::Inline { len, bytes }
            }
            _ => Self::Heap(value.into()),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Heap(bytes) => bytes,
        }
    }

    /// The text, if it has 1 to `limit` characters that are safe in a header, a log and a key.
    pub(crate) fn visible(&self, limit: usize) -> Option<&str> {
        visible(self.as_bytes(), limit)
    }
}

/// `bytes` as text, if it is 1 to `limit` visible ASCII characters.
pub(crate) fn visible(bytes: &[u8], limit: usize) -> Option<&str> {
    if bytes.is_empty() || bytes.len() > limit || !bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    core::str::from_utf8(bytes).ok()
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_bytes().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_length_comes_back_whole() {
        for len in [0, 1, 61, 62, 63, 64, 255, 256, 300] {
            let value = alloc::vec![b'x'; len];
            assert_eq!(Text::new(&value).as_bytes(), value);
        }
    }
}
