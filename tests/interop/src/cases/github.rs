//! GitHub.

use webhook_verify::Message;

use super::{hex, hmac_sha256};
use crate::request::{Request, now, sign};
use crate::schemes::SCHEMES;
use crate::verdicts::Class::{MustAgree, Stricter, Wider};
use crate::verdicts::{ACCEPT, Case, REFUSE};

const SECRET: &str = "not-a-real-secret";
const BODY: &[u8] = br#"{"action":"opened"}"#;
const HEADER: &str = "x-hub-signature-256";

fn signed(body: &[u8]) -> Request {
    let row = SCHEMES.iter().find(|row| row.name == "github").unwrap();
    Request {
        secret: SECRET.to_owned(),
        headers: sign(row, SECRET, &Message::new(body).event_type("pull_request")),
        body: body.to_vec(),
        now: now(),
    }
}

/// A genuine request whose signature header is written anew, from its hexadecimal digits.
fn header(write: fn(digits: &str) -> String) -> Request {
    let mut request = signed(BODY);
    let value = request.header(HEADER);
    *value = write(value.strip_prefix("sha256=").unwrap());
    request
}

fn keyed(key: &str, secret: &str) -> Request {
    let digits = hex(&hmac_sha256(key.as_bytes(), BODY));
    Request {
        secret: secret.to_owned(),
        headers: vec![(HEADER.to_owned(), format!("sha256={digits}"))],
        body: BODY.to_vec(),
        now: now(),
    }
}

const BOGUS: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";

/// The table.
#[must_use]
pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "nothing odd",
            request: |_| signed(BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT],
        },
        Case {
            name: "an altered body",
            request: |_| Request {
                body: BODY.to_ascii_uppercase(),
                ..signed(BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "a line break added to the body",
            request: |_| Request {
                body: [BODY, b"\n"].concat(),
                ..signed(BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "another secret",
            request: |_| keyed("another-fake-secret", SECRET),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "half of the signature",
            request: |_| header(|digits| format!("sha256={}", &digits[..32])),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "a byte behind the signature",
            request: |_| header(|digits| format!("sha256={digits}00")),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "the signature in upper case",
            request: |_| header(|digits| format!("sha256={}", digits.to_ascii_uppercase())),
            class: Wider("signatures are compared as bytes, not as text"),
            ours: ACCEPT,
            theirs: &[REFUSE],
        },
        Case {
            name: "the prefix in upper case",
            request: |_| header(|digits| format!("SHA256={digits}")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE],
        },
        Case {
            name: "no prefix",
            request: |_| header(str::to_owned),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE],
        },
        Case {
            name: "the prefix of another algorithm",
            request: |_| header(|digits| format!("sha1={digits}")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE],
        },
        Case {
            name: "two signatures in one header",
            request: |_| header(|digits| format!("sha256={digits},{BOGUS}")),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "the signature header twice",
            request: |_| {
                let mut request = signed(BODY);
                request.headers.push((HEADER.to_owned(), BOGUS.to_owned()));
                request
            },
            class: MustAgree,
            ours: "repeated_header",
            theirs: &[REFUSE],
        },
        Case {
            name: "the signature in the header of the SHA-1 signature only",
            request: |_| {
                let mut request = signed(BODY);
                request.headers =
                    vec![("x-hub-signature".to_owned(), request.header(HEADER).clone())];
                request
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &["TypeError"],
        },
        Case {
            name: "no signature header",
            request: |_| Request {
                headers: vec![],
                ..signed(BODY)
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &["TypeError"],
        },
        Case {
            name: "an empty signature header",
            request: |_| header(|_| String::new()),
            class: MustAgree,
            ours: "no_signature",
            theirs: &["TypeError"],
        },
        Case {
            name: "byte FF under the signature of U+FFFD",
            request: |_| Request {
                body: b"\xff".to_vec(),
                ..signed("\u{fffd}".as_bytes())
            },
            class: Stricter(
                "the signature is for bytes; this SDK takes text only, so the decoding is its caller's",
            ),
            ours: "signature_mismatch",
            theirs: &[ACCEPT],
        },
        Case {
            name: "a byte order mark added to the body",
            request: |_| Request {
                body: [b"\xef\xbb\xbf", BODY].concat(),
                ..signed(BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE],
        },
        Case {
            name: "a body that is not UTF-8",
            request: |_| signed(b"\xff"),
            class: Wider("bytes were signed and bytes are verified"),
            ours: ACCEPT,
            theirs: &[REFUSE],
        },
        Case {
            name: "an empty body",
            request: |_| signed(b""),
            class: Wider("no bytes can be signed as well"),
            ours: ACCEPT,
            theirs: &["TypeError"],
        },
        Case {
            name: "an empty secret and a signature made with it",
            request: |_| keyed("", ""),
            class: MustAgree,
            ours: "config",
            theirs: &["TypeError"],
        },
        Case {
            name: "a secret of one space and a signature made with it",
            request: |_| keyed(" ", " "),
            class: Stricter("a blank secret is an unset one, and everybody can guess it"),
            ours: "config",
            theirs: &[ACCEPT],
        },
        Case {
            name: "a secret with a line break at its end and a signature made with it",
            request: |_| keyed("not-a-real-secret\n", "not-a-real-secret\n"),
            class: Stricter("it is nearly always a copying mistake; `Secret::verbatim` takes it"),
            ours: "config",
            theirs: &[ACCEPT],
        },
    ]
}
