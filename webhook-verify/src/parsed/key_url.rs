//! Addresses of keys, which come from a request that nobody has vouched for.

/// The host and the path of an `https` URL in its plainest form: no user, no port, no query, no fragment, no escapes, and
/// nothing that two readers could take for another host.
pub(super) fn plain_https(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://")?;
    let at = rest.find('/')?;
    let (host, path) = rest.split_at(at);
    let plain_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.'));
    let plain_path = path.bytes().all(
        |byte| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'/'),
    );
    (plain_host && plain_path && !path.contains("..") && url.len() <= 512).then_some((host, path))
}

/// Whether an address is on a host of Amazon SNS: `https://sns.REGION.amazonaws.com/`, or the same in China.
pub(crate) fn is_amazon(url: &str) -> bool {
    let region = plain_https(url).and_then(|(host, _)| {
        let rest = host.strip_prefix("sns.")?;
        rest.strip_suffix(".amazonaws.com")
            .or_else(|| rest.strip_suffix(".amazonaws.com.cn"))
    });
    let is_region = |region: &str| {
        (3..=32).contains(&region.len())
            && region
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-'))
    };
    region.is_some_and(is_region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plainest_https_url_passes() {
        assert_eq!(
            plain_https("https://a.example/x/y.pem"),
            Some(("a.example", "/x/y.pem"))
        );
        for url in [
            "http://a.example/x",
            "HTTPS://a.example/x",
            "https://a.example",
            "https:///x",
            "https://user@a.example/x",
            "https://a.example:443/x",
            "https://a.example:443@evil.example/x",
            "https://a.example\\@evil.example/x",
            "https://a.example#@evil.example/x",
            "https://a.example?x=/x",
            "https://a.example/x?y",
            "https://a.example/x#y",
            "https://a.example/../x",
            "https://a.example/%2e%2e/x",
            "https://a.example%2eevil.example/x",
            "https://[::1]/x",
            "https://a.example /x",
            "https://a.example/x\r\n",
            "https://ａ.example/x",
            "//a.example/x",
        ] {
            assert_eq!(plain_https(url), None, "{url}");
        }
    }
}
