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
    match is_visible(bytes, limit) {
        true => core::str::from_utf8(bytes).ok(),
        false => None,
    }
}

/// Whether they are 1 to `limit` visible ASCII characters.
pub(crate) fn is_visible(bytes: &[u8], limit: usize) -> bool {
    is_visible_without(0, bytes, limit)
}

/// Whether they are 1 to `limit` visible ASCII characters, of which none is that one.
pub(crate) fn is_visible_without(character: u8, bytes: &[u8], limit: usize) -> bool {
    if bytes.is_empty() || bytes.len() > limit {
        return false;
    }
    let fine = |byte: &u8| byte.is_ascii_graphic() && *byte != character;
    match bytes.last_chunk::<8>() {
        None => bytes.iter().all(fine),
        // The last eight overlap with what is in front of them; nothing is left over.
        Some(last) => {
            let (chunks, _) = bytes.as_chunks::<8>();
            let all = chunks.iter().chain([last]);
            all.fold(0, |found, eight| found | unfit(character, *eight)) == 0
        }
    }
}

/// Whether eight bytes have one among them that is no visible ASCII character, or that character: not zero then. One addition
/// or subtraction for all of them; none can carry into its neighbour, because only seven bits of each are taken.
const fn unfit(character: u8, eight: [u8; 8]) -> u64 {
    const fn in_each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    const TOP: u64 = in_each(0x80);
    let bytes = u64::from_ne_bytes(eight);
    let low = bytes & !TOP;
    let delete = low + in_each(0x01);
    let up_to_space = !((low | TOP) - in_each(0x21));
    let that = !((low ^ (in_each(character) & !TOP)) + in_each(0x7f));
    (bytes | delete | up_to_space | that) & TOP
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

    #[test]
    fn a_byte_that_is_not_visible_is_seen_wherever_it_stands() {
        for len in 1..=40 {
            for at in 0..len {
                for byte in 0..=u8::MAX {
                    let mut text = alloc::vec![b'x'; len];
                    text[at] = byte;
                    let expected = byte.is_ascii_graphic();
                    assert_eq!(is_visible(&text, 40), expected, "{byte} at {at} of {len}");
                    assert_eq!(
                        is_visible_without(b'.', &text, 40),
                        expected && byte != b'.',
                        "{byte} at {at} of {len}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_visible_text_has_a_length_from_one_to_the_limit() {
        for (len, expected) in [(0, false), (1, true), (7, true), (8, true), (9, false)] {
            assert_eq!(is_visible(&[b'x'; 9][..len], 8), expected, "{len}");
        }
        assert_eq!(visible(b"msg_1", 5), Some("msg_1"));
        assert_eq!(visible(b"msg_1", 4), None);
        assert_eq!(visible(b"msg 1", 5), None);
    }
}
