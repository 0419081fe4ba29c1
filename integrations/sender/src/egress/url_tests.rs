use super::UrlError::*;
use super::*;

fn guarded(text: &str) -> Result<EndpointUrl, UrlError> {
    EndpointUrl::parse(text, &EgressPolicy::guarded())
}

fn danger(text: &str) -> Result<EndpointUrl, UrlError> {
    EndpointUrl::parse(text, &EgressPolicy::danger_allow_loopback())
}

#[test]
fn public_domains_are_accepted_and_stored_canonically() {
    for (text, canonical) in [
        ("https://example.com", "https://example.com/"),
        ("https://example.com/", "https://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        (
            "https://example.com:8443/a?b=c&d",
            "https://example.com:8443/a?b=c&d",
        ),
        ("https://example.com:1024/", "https://example.com:1024/"),
        ("https://example.com:65535/", "https://example.com:65535/"),
        ("https://example.com?x", "https://example.com/?x"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        (
            "https://example.com/%7Bid%7D/{id}",
            "https://example.com/%7Bid%7D/%7Bid%7D",
        ),
        (
            "https://example.com/@user:pass/x",
            "https://example.com/@user:pass/x",
        ),
        (
            "https://a-b.c3.example.co.uk/",
            "https://a-b.c3.example.co.uk/",
        ),
        (
            "https://xn--bcher-kva.example.com/",
            "https://xn--bcher-kva.example.com/",
        ),
        // Names that look like addresses are names: what they resolve to is judged at the connection.
        (
            "https://127.0.0.1.example.com/",
            "https://127.0.0.1.example.com/",
        ),
        ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),
        (
            "https://169.254.169.254.xip.io/",
            "https://169.254.169.254.xip.io/",
        ),
        ("https://mylocalhost.com/", "https://mylocalhost.com/"),
        ("https://local.example.com/", "https://local.example.com/"),
    ] {
        assert_eq!(
            guarded(text).as_ref().map(EndpointUrl::as_str),
            Ok(canonical),
            "{text}"
        );
    }
}

#[test]
fn every_trick_spelling_is_refused_for_its_reason() {
    let table: &[(&str, UrlError)] = &[
        // 127.0.0.1 in every spelling that a parser repairs.
        ("https://127.0.0.1/", Literal),
        ("https://8.8.8.8/", Literal),
        ("https://0.0.0.0/", Literal),
        ("https://127.1/", Spelling),
        ("https://127.0.1/", Spelling),
        ("https://1.1/", Spelling),
        ("https://0/", Spelling),
        ("https://1/", Spelling),
        ("https://00000000000000000000/", Spelling),
        ("https://2130706433/", Spelling),
        ("https://0x7f000001/", Spelling),
        ("https://0x7f.0.0.1/", Spelling),
        ("https://0x7f.1/", Spelling),
        ("https://0177.0.0.1/", Spelling),
        ("https://017700000001/", Spelling),
        ("https://127.0.0.1./", Spelling),
        ("https://127.0.0.01/", Spelling),
        ("https://127.0.0.0x1/", Spelling),
        ("https://①②⑦.⓪.⓪.①/", Character),
        ("https://127。0。0。1/", Character),
        ("https://127．0．0．1/", Character),
        ("https://１２７.0.0.1/", Character),
        ("https:127.0.0.1/", Spelling),
        ("https:/127.0.0.1/", Spelling),
        ("https:///127.0.0.1/", Spelling),
        ("https:////127.0.0.1/", Spelling),
        ("https:\\\\127.0.0.1\\x", Character),
        ("https://127.0.0.1\\.example.com/", Character),
        ("https://example.com\\@127.0.0.1/", Character),
        (" https://127.0.0.1/", Character),
        ("https://example.com/ ", Character),
        ("https://example.com/a b", Character),
        ("\thttps://127.0.0.1/", Character),
        ("ht\ntps://127.0.0.1/", Character),
        ("https://127.0.\t0.1/", Character),
        ("https://example.com/\r\nHost: evil", Character),
        ("https://exam\nple.com/", Character),
        ("https://example.com/\0", Character),
        ("https://example.com/\u{7f}", Character),
        ("https://example.com/ü", Character),
        // User-info and fragments.
        ("https://example.com@127.0.0.1/", UserInfo),
        ("https://example.com:443@127.0.0.1:8080/", UserInfo),
        ("https://127.0.0.1:80@example.com/", UserInfo),
        ("https://user@example.com/", UserInfo),
        ("https://:pass@example.com/", UserInfo),
        ("https://@example.com/", UserInfo),
        ("https://:@example.com/", UserInfo),
        ("https://127.0.0.1#@example.com/", Fragment),
        ("https://example.com/#", Fragment),
        ("https://example.com/a#b", Fragment),
        // Names of the local network.
        ("https://localhost/", Reserved),
        ("https://LOCALHOST/", Spelling),
        ("https://localhost./", Spelling),
        ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", Character),
        ("https://loc\u{ad}alhost/", Character),
        ("https://local\u{200b}host/", Character),
        ("https://%6c%6f%63%61%6c%68%6f%73%74/", Spelling),
        ("https://foo.localhost/", Reserved),
        ("https://localhost.localdomain/", Reserved),
        ("https://printer.local/", Reserved),
        ("https://metadata.google.internal/", Reserved),
        ("https://kubernetes.default.svc/", Reserved),
        ("https://kubernetes.default.svc.cluster.local/", Reserved),
        ("https://wiki.intranet/", Reserved),
        ("https://nas.lan/", Reserved),
        ("https://nas.home.arpa/", Reserved),
        ("https://1.0.0.127.in-addr.arpa/", Reserved),
        ("https://abc.onion/", Reserved),
        ("https://a.test/", Reserved),
        ("https://a.invalid/", Reserved),
        ("https://a.example/", Reserved),
        ("https://git.corp/", Reserved),
        ("https://internal/", Reserved),
        ("https://redis/", Name),
        ("https://com/", Name),
        // IPv6 literals.
        ("https://[::1]/", Literal),
        ("https://[0:0:0:0:0:0:0:1]/", Spelling),
        ("https://[0000::1]/", Spelling),
        ("https://[::]/", Literal),
        ("https://[::ffff:127.0.0.1]/", Spelling),
        ("https://[::ffff:7f00:1]/", Literal),
        ("https://[::127.0.0.1]/", Spelling),
        ("https://[::ffff:0:127.0.0.1]/", Spelling),
        ("https://[64:ff9b::7f00:1]/", Literal),
        ("https://[64:ff9b::169.254.169.254]/", Spelling),
        ("https://[64:ff9b:1::10.0.0.1]/", Spelling),
        ("https://[2002:7f00:1::]/", Literal),
        ("https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/", Literal),
        ("https://[fd00:ec2::254]/", Literal),
        ("https://[fec0::1]/", Literal),
        ("https://[ff02::1]/", Literal),
        ("https://[fe80::5efe:127.0.0.1]/", Spelling),
        ("https://[2606:4700:4700::1111]/", Literal),
        // What no parser accepts.
        ("https://256.0.0.1/", Malformed),
        ("https://1.2.3.4.5/", Malformed),
        ("https://4294967296/", Malformed),
        ("https://a.1/", Malformed),
        ("https://example.123/", Malformed),
        ("https://[fe80::1%25eth0]/", Malformed),
        ("https://[fe80::1%eth0]/", Malformed),
        ("https://[::1%lo]/", Malformed),
        ("https://[127.0.0.1]/", Malformed),
        ("https://[example.com]/", Malformed),
        ("https://[v1.x]/", Malformed),
        ("https://::1/", Malformed),
        ("https://example.com:65536/", Malformed),
        ("https://example.com:+443/", Malformed),
        ("https://", Malformed),
        ("https:///", Malformed),
        ("https://?", Malformed),
        ("https://#", Malformed),
        ("https://@/", Malformed),
        ("https://:443/", Malformed),
        ("//127.0.0.1/", Malformed),
        ("example.com", Malformed),
        ("/", Malformed),
        ("", Malformed),
        ("https://xn--/", Malformed),
        ("https://xn--a/", Malformed),
        ("https://xn--a.com/", Malformed),
        ("https://exam^ple.com/", Malformed),
        ("https://ex<a>mple.com/", Malformed),
        ("https://127.0.0.1%00.example.com/", Malformed),
        ("https://exa%23mple.com/", Malformed),
        ("https://example.com|evil/", Malformed),
        // Ports.
        ("https://example.com:0/", Port),
        ("https://example.com:22/", Port),
        ("https://example.com:25/", Port),
        ("https://example.com:80/", Port),
        ("https://example.com:1023/", Port),
        ("https://example.com:5060/", Port),
        ("https://example.com:6000/", Port),
        ("https://example.com:6667/", Port),
        ("https://example.com:10080/", Port),
        ("https://example.com:0443/", Spelling),
        ("https://example.com:/", Spelling),
        // Domains that are not quite.
        ("https://Example.com/", Spelling),
        ("HTTPS://example.com/", Spelling),
        ("https://example.com./", Spelling),
        ("https://example..com/", Name),
        ("https://.example.com/", Name),
        ("https://example.com../", Spelling),
        ("https://-example.com/", Name),
        ("https://example-.com/", Name),
        ("https://exa_mple.com/", Name),
        ("https://*.example.com/", Name),
        ("https://127.0.0.1%2eexample.com/", Spelling),
        // Other schemes.
        ("http://example.com/", Scheme),
        ("HTTP://example.com/", Scheme),
        ("http://127.0.0.1/", Scheme),
        ("http://localhost:8080/", Scheme),
        ("ftp://example.com/", Scheme),
        ("ws://example.com/", Scheme),
        ("wss://example.com/", Scheme),
        ("gopher://127.0.0.1:6379/_x", Scheme),
        ("dict://127.0.0.1:11211/", Scheme),
        ("unix:///var/run/docker.sock", Scheme),
        ("file:///etc/passwd", Scheme),
        ("jar:https://x!/", Scheme),
        ("blob:https://127.0.0.1/", Scheme),
        ("javascript:alert(1)", Scheme),
        ("data:,x", Scheme),
    ];
    let wrong: Vec<_> = table
        .iter()
        .filter_map(|(text, expected)| {
            let found = guarded(text);
            (found != Err(*expected))
                .then(|| format!("{text:?}: expected {expected:?}, found {found:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_loopback_policy_opens_loopback_hosts_and_nothing_else() {
    for text in [
        "http://127.0.0.1:8080/hook",
        "http://127.1.2.3:8080/",
        "http://localhost:8080/",
        "http://[::1]:8080/",
        "https://127.0.0.1:8443/",
        "https://localhost/",
        "https://example.com/",
    ] {
        assert_eq!(danger(text).as_ref().map(EndpointUrl::as_str), Ok(text));
    }
    for (text, expected) in [
        ("http://example.com/", Scheme),
        ("http://10.0.0.1:8080/", Literal),
        ("http://0.0.0.0:8080/", Literal),
        ("http://[::]:8080/", Literal),
        ("http://[::ffff:7f00:1]:8080/", Literal),
        ("http://127.1:8080/", Spelling),
        ("http://localhost.:8080/", Spelling),
        ("http://foo.localhost:8080/", Reserved),
        ("http://user@127.0.0.1:8080/", UserInfo),
        ("http://127.0.0.1:6000/", Port),
        ("http://127.0.0.1/", Port),
        ("https://169.254.169.254/", Literal),
        ("https://printer.local/", Reserved),
        ("ftp://127.0.0.1/", Scheme),
    ] {
        assert_eq!(danger(text), Err(expected), "{text}");
    }
}

#[test]
fn a_url_may_have_2048_bytes_and_no_more() {
    let of = |length: usize| format!("https://example.com/{}", "a".repeat(length - 20));
    assert!(guarded(&of(2048)).is_ok());
    assert_eq!(guarded(&of(2049)), Err(TooLong));
    let name = |last: usize| {
        format!(
            "https://{}{}.com/",
            "abcdefghi.".repeat(24),
            "a".repeat(last)
        )
    };
    assert!(guarded(&name(9)).is_ok());
    assert_eq!(guarded(&name(10)), Err(Name));
}

#[test]
fn debug_shows_where_it_goes_and_not_the_credential_in_its_path() {
    let url =
        guarded("https://hooks.example.com:8443/services/T0/fake-credential?token=fake").unwrap();
    assert_eq!(
        format!("{url:?}"),
        "EndpointUrl(https://hooks.example.com:8443/..)"
    );
}
