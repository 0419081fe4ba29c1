//! `label=value`, where the value may have an equals sign of its own.

const LONGEST: usize = 64;

/// Cuts a label off a value: 1 to 64 characters out of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`, then `=`, and behind it
/// something that is not just padding.
///
/// Base64 ends with up to two equals signs, so `c2VjcmV0==` is a value without a label. A text secret that reads like
/// `a=b` needs a label in front: `current=a=b`.
pub(crate) fn split(text: &[u8]) -> (Option<&str>, &[u8]) {
    let cut = || {
        let at = text.iter().position(|byte| *byte == b'=')?;
        let (label, value) = (text.get(..at)?, text.get(at + 1..)?);
        let is_label = (1..=LONGEST).contains(&label.len()) && label.iter().all(in_alphabet);
        let is_padding = value.iter().all(|byte| *byte == b'=');
        if !is_label || is_padding {
            return None;
        }
        Some((std::str::from_utf8(label).ok()?, value))
    };
    match cut() {
        Some((label, value)) => (Some(label), value),
        None => (None, text),
    }
}

fn in_alphabet(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-".contains(byte)
}

/// Whether the whole text could be a label.
pub(crate) fn is_label(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.as_bytes().iter().all(in_alphabet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_cut_off_and_padding_is_none() {
        let longest = "a".repeat(64);
        let table: [(&str, Option<&str>, &str); 16] = [
            ("secret", None, "secret"),
            ("2026-11=whsec_YWJj", Some("2026-11"), "whsec_YWJj"),
            ("old=whsec_YWI=", Some("old"), "whsec_YWI="),
            ("old=YQ==", Some("old"), "YQ=="),
            ("a.b_c-D9=x", Some("a.b_c-D9"), "x"),
            ("whsec_YWI=", None, "whsec_YWI="),
            ("YQ==", None, "YQ=="),
            ("=", None, "="),
            ("==x", None, "==x"),
            ("=x", None, "=x"),
            ("a+b=c", None, "a+b=c"),
            ("a/b=c", None, "a/b=c"),
            ("a b=c", None, "a b=c"),
            ("a=b", Some("a"), "b"),
            ("current=a=b", Some("current"), "a=b"),
            ("é=b", None, "é=b"),
        ];
        for (text, label, value) in table {
            assert_eq!(split(text.as_bytes()), (label, value.as_bytes()), "{text}");
        }
        let fits = format!("{longest}=x");
        assert_eq!(split(fits.as_bytes()).0, Some(longest.as_str()));
        assert_eq!(split(format!("{longest}a=x").as_bytes()).0, None);
    }
}
