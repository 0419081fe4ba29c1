//! The request line among the headers, as HTTP/2 spells it, for schemes that sign it.

/// A name or a value: of the request line, or of a header.
pub(crate) enum Either<'a, T> {
    Line(&'a str),
    Header(T),
}

impl<T: AsRef<str>> AsRef<str> for Either<'_, T> {
    fn as_ref(&self) -> &str {
        match self {
            Self::Line(text) => text,
            Self::Header(text) => text.as_ref(),
        }
    }
}

impl<T: AsRef<[u8]>> AsRef<[u8]> for Either<'_, T> {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Line(text) => text.as_bytes(),
            Self::Header(bytes) => bytes.as_ref(),
        }
    }
}

/// The headers behind their request line. No header of HTTP/1 can have a name with a colon, so nothing collides.
pub(crate) fn with_line<'a, H, K, V>(
    method: &'a str,
    target: &'a str,
    headers: H,
) -> impl Iterator<Item = (Either<'a, K>, Either<'a, V>)>
where
    H: IntoIterator<Item = (K, V)>,
    K: 'a,
    V: 'a,
{
    [(":method", method), (":path", target)]
        .into_iter()
        .map(|(name, value)| (Either::Line(name), Either::Line(value)))
        .chain(
            headers
                .into_iter()
                .map(|(name, value)| (Either::Header(name), Either::Header(value))),
        )
}
