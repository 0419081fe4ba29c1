/// The part of a request that comes before its body, in no framework's terms.
///
/// `headers` is walked more than once, so give something that is cheap to copy: `&http::HeaderMap` is, and so is a
/// newtype around a reference to any other map.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a, H> {
    /// The method, as it came: `POST`.
    pub method: &'a str,
    /// Path and query, as they came: `/hooks?id=1`.
    pub target: &'a str,
    /// All headers; names in any case, repeats kept.
    pub headers: H,
}
