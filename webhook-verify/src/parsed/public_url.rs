//! The URL that the user gave to the provider, and what a request may add to it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

/// The other spelling of a URL: without its port, or with that of its scheme. Some senders sign the one, some the other,
/// whichever of them they were given.
pub(super) fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let default = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    // Colons stand also between a user and a password, and in an IPv6 address.
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let port = authority.rfind(']').map_or(host, |at| at + 1);
    let colon = authority.get(port..)?.find(':');
    Some(match colon {
        Some(at) => format!("{scheme}://{}{tail}", authority.get(..port + at)?),
        None => format!("{scheme}://{authority}:{default}{tail}"),
    })
}

/// The URL without its fragment, which is never sent.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(front, _)| front)
}

/// The URL's own scheme, host and path with the query of a request target. Of a request nothing but its query is ever
/// taken: its host, its scheme and its path are what a proxy or a stranger says they are.
pub(super) fn with_query<'u>(url: &'u str, target: &str) -> Cow<'u, str> {
    let base = without_fragment(url);
    let base = base.split_once('?').map_or(base, |(front, _)| front);
    match target.split_once('?') {
        Some((_, query)) => Cow::Owned(format!("{base}?{query}")),
        None => Cow::Borrowed(base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_two_spellings_of_its_port() {
        let both = |url| other_port(url).unwrap_or_default();
        assert_eq!(both("https://a.example/x?y"), "https://a.example:443/x?y");
        assert_eq!(both("http://a.example"), "http://a.example:80");
        assert_eq!(both("https://a.example:443/x"), "https://a.example/x");
        assert_eq!(both("https://a.example:8443?x=1"), "https://a.example?x=1");
        assert_eq!(
            both("https://u:p@a.example/x:1"),
            "https://u:p@a.example:443/x:1"
        );
        assert_eq!(both("https://u:p@a.example:1/"), "https://u:p@a.example/");
        assert_eq!(both("https://[::1]/"), "https://[::1]:443/");
        assert_eq!(both("https://[::1]:8443/"), "https://[::1]/");
        assert_eq!(both("ftp://a.example/"), "");
        assert_eq!(both("nonsense"), "");
    }

    #[test]
    fn a_request_adds_its_query_and_nothing_else() {
        let url = "https://a.example/hook?own=1#rc=2";
        assert_eq!(
            with_query(url, "//evil.example/x?b=2"),
            "https://a.example/hook?b=2"
        );
        assert_eq!(
            with_query(url, "https://evil.example/x?b=2"),
            "https://a.example/hook?b=2"
        );
        assert_eq!(with_query(url, "/hook"), "https://a.example/hook");
        assert_eq!(
            with_query("https://a.example/hook", "/?a?b"),
            "https://a.example/hook?a?b"
        );
    }
}
