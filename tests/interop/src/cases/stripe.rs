//! Stripe.

use webhook_verify::{Message, UnixTime};

use super::{FOUR_MINUTES, HOUR, TEN_YEARS, hex, hmac_sha256, seconds_from};
use crate::request::{Request, now, sign};
use crate::schemes::SCHEMES;
use crate::verdicts::Class::{MustAgree, Stricter, Wider};
use crate::verdicts::{ACCEPT, Case, REFUSE};

const SECRET: &str = "whsec_not-a-real-secret";
const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;
const HEADER: &str = "stripe-signature";

/// A genuine request, signed that many seconds from now.
fn signed_at(offset: i64, body: &[u8]) -> Request {
    let row = SCHEMES.iter().find(|row| row.name == "stripe").unwrap();
    let now = now();
    let at = UnixTime::from_secs(seconds_from(now, offset));
    Request {
        secret: SECRET.to_owned(),
        headers: sign(row, SECRET, &Message::new(body).at(at)),
        body: body.to_vec(),
        now,
    }
}

/// A genuine request whose signature header is written anew, from its time and its signature.
fn header(write: fn(t: u64, v1: &str) -> String) -> Request {
    let mut request = signed_at(0, BODY);
    let t = request.now.as_secs();
    let value = request.header(HEADER);
    let (_, v1) = value.split_once(",v1=").unwrap();
    *value = write(t, v1);
    request
}

/// A request that is signed with one key and received with a secret.
fn keyed(key: &str, secret: &str) -> Request {
    let now = now();
    let t = now.as_secs();
    let v1 = hmac_sha256(key.as_bytes(), &[format!("{t}.").as_bytes(), BODY].concat());
    Request {
        secret: secret.to_owned(),
        headers: vec![(HEADER.to_owned(), format!("t={t},v1={}", hex(&v1)))],
        body: BODY.to_vec(),
        now,
    }
}

const BOGUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const ONE_SPELLING: &str =
    "a signed time has one spelling, so that two receivers cannot read two times from it";
const TWO_SIDES: &str =
    "the window has two sides: whoever can sign once must not be able to sign for later";

const ONE_HEADER: &str =
    "a header that has no list is there once; somebody behind us may read the other one";

/// The table.
#[must_use]
pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "nothing odd",
            request: |_| signed_at(0, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "an altered body",
            request: |_| Request {
                body: BODY.to_ascii_uppercase(),
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a line break added to the body",
            request: |_| Request {
                body: [BODY, b"\n"].concat(),
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "another secret",
            request: |_| keyed("whsec_another-fake-secret", SECRET),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a time four minutes ago",
            request: |_| signed_at(-FOUR_MINUTES, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a time one hour ago",
            request: |_| signed_at(-HOUR, BODY),
            class: MustAgree,
            ours: "timestamp_too_old",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a time four minutes ahead",
            request: |_| signed_at(FOUR_MINUTES, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a time one hour ahead",
            request: |_| signed_at(HOUR, BODY),
            class: Stricter(TWO_SIDES),
            ours: "timestamp_in_future",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a time ten years ahead",
            request: |_| signed_at(TEN_YEARS, BODY),
            class: Stricter(TWO_SIDES),
            ours: "timestamp_in_future",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "`t=+N`",
            request: |_| header(|t, v1| format!("t=+{t},v1={v1}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "`t=0N`",
            request: |_| header(|t, v1| format!("t=0{t},v1={v1}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "`t=Nabc`",
            request: |_| header(|t, v1| format!("t={t}abc,v1={v1}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT, REFUSE],
        },
        Case {
            name: "`t=N.9`",
            request: |_| header(|t, v1| format!("t={t}.9,v1={v1}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT, REFUSE],
        },
        Case {
            name: "an underscore between the digits of `t`",
            request: |_| {
                header(|t, v1| {
                    let digits = t.to_string();
                    format!("t={}_{},v1={v1}", &digits[..1], &digits[1..])
                })
            },
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[REFUSE, ACCEPT],
        },
        Case {
            name: "no `t`",
            request: |_| header(|_, v1| format!("v1={v1}")),
            class: MustAgree,
            ours: "malformed_header",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a good `t` and a stale one",
            request: |_| header(|t, v1| format!("t={t},t={},v1={v1}", t - 3_600)),
            class: Stricter("which of two times counts must not depend on who reads them"),
            ours: "malformed_header",
            theirs: &[REFUSE, ACCEPT],
        },
        Case {
            name: "a stale `t` and a good one",
            request: |_| header(|t, v1| format!("t={},t={t},v1={v1}", t - 3_600)),
            class: Stricter("which of two times counts must not depend on who reads them"),
            ours: "malformed_header",
            theirs: &[ACCEPT, REFUSE],
        },
        Case {
            name: "a bogus signature and a good one",
            request: |_| header(|t, v1| format!("t={t},v1={BOGUS},v1={v1}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a good signature and a bogus one",
            request: |_| header(|t, v1| format!("t={t},v1={v1},v1={BOGUS}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a malformed signature and a good one",
            request: |_| header(|t, v1| format!("t={t},v1=zz,v1={v1}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "an item without `=` and a good signature",
            request: |_| header(|t, v1| format!("t={t},nonsense,v1={v1}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "seventeen good signatures",
            request: |_| header(|t, v1| format!("t={t}{}", format!(",v1={v1}").repeat(17))),
            class: Stricter(
                "no sender needs more than sixteen, and the work for a request is bounded",
            ),
            ours: "too_many_signatures",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a signature header of nine KiB",
            request: |_| header(|t, v1| format!("t={t},v1={v1},v0={}", "0".repeat(9 * 1024))),
            class: Stricter(
                "the longest honest header is far below 8 KiB, and the work for a request is bounded",
            ),
            ours: "oversize_header",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "the good signature under `v0` only",
            request: |_| header(|t, v1| format!("t={t},v0={v1}")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "`V1=` for `v1=`",
            request: |_| header(|t, v1| format!("t={t},V1={v1}")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a good signature and `=x` behind it",
            request: |_| header(|t, v1| format!("t={t},v1={v1}=x")),
            class: Stricter(
                "a signature is all of its item; what follows it would be ignored unsigned",
            ),
            ours: "signature_mismatch",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "half of the signature",
            request: |_| header(|t, v1| format!("t={t},v1={}", &v1[..32])),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "the signature in upper case",
            request: |_| header(|t, v1| format!("t={t},v1={}", v1.to_ascii_uppercase())),
            class: Wider("signatures are compared as bytes, not as text"),
            ours: ACCEPT,
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a space behind the comma",
            request: |_| header(|t, v1| format!("t={t}, v1={v1}")),
            class: Wider(
                "proxies that fold or rewrite headers add white space; it is no part of an item",
            ),
            ours: ACCEPT,
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "no signature header",
            request: |_| Request {
                headers: vec![],
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "an empty signature header",
            request: |_| header(|_, _| String::new()),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a bogus signature header before the good one",
            request: |_| {
                let mut request = signed_at(0, BODY);
                let bogus = format!("t={},v1={BOGUS}", request.now.as_secs());
                request.headers.insert(0, (HEADER.to_owned(), bogus));
                request
            },
            class: Stricter(ONE_HEADER),
            ours: "repeated_header",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "a good signature header before a bogus one",
            request: |_| {
                let mut request = signed_at(0, BODY);
                let bogus = format!("t={},v1={BOGUS}", request.now.as_secs());
                request.headers.push((HEADER.to_owned(), bogus));
                request
            },
            class: Stricter(
                "a header that has no list is there once; somebody behind us may read the other one",
            ),
            ours: "repeated_header",
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "byte FF under the signature of U+FFFD",
            request: |_| Request {
                body: b"\xff".to_vec(),
                ..signed_at(0, "\u{fffd}".as_bytes())
            },
            class: Stricter("the signature is for bytes, not for what a decoder makes of them"),
            ours: "signature_mismatch",
            theirs: &[ACCEPT, "UnicodeDecodeError"],
        },
        Case {
            name: "a byte order mark added to the body",
            request: |_| Request {
                body: [b"\xef\xbb\xbf", BODY].concat(),
                ..signed_at(0, BODY)
            },
            class: Stricter("the signature is for bytes, not for what a decoder makes of them"),
            ours: "signature_mismatch",
            theirs: &[ACCEPT, REFUSE],
        },
        Case {
            name: "a body that is not UTF-8",
            request: |_| signed_at(0, b"\xff"),
            class: Wider("bytes were signed and bytes are verified"),
            ours: ACCEPT,
            theirs: &[REFUSE, "UnicodeDecodeError"],
        },
        Case {
            name: "an empty body",
            request: |_| signed_at(0, b""),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT, ACCEPT],
        },
        Case {
            name: "an empty secret and a signature made with it",
            request: |_| keyed("", ""),
            class: MustAgree,
            ours: "config",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a secret of one space and a signature made with it",
            request: |_| keyed(" ", " "),
            class: MustAgree,
            ours: "config",
            theirs: &[REFUSE, REFUSE],
        },
        Case {
            name: "a secret with a line break at its end and a signature made with it",
            request: |_| keyed("whsec_not-a-real-secret\n", "whsec_not-a-real-secret\n"),
            class: Stricter("it is nearly always a copying mistake; `Secret::verbatim` takes it"),
            ours: "config",
            theirs: &[ACCEPT, ACCEPT],
        },
    ]
}
