//! Standard Webhooks.

use base64ct::{Base64, Base64Unpadded, Base64Url, Encoding as _};
use webhook_verify::{Message, UnixTime};

use super::{FOUR_MINUTES, HOUR, hmac_sha256, seconds_from};
use crate::request::{Request, now, sign};
use crate::schemes::SCHEMES;
use crate::verdicts::Class::{MustAgree, Stricter, Wider};
use crate::verdicts::{ACCEPT, Case, REFUSE};

const KEY: &[u8] = b"not a real secret, only a test";
const SECRET: &str = "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0";
const ID: &str = "msg_1";
const BODY: &[u8] = br#"{"type":"invoice.paid"}"#;
const SIGNATURE: &str = "webhook-signature";
const TIMESTAMP: &str = "webhook-timestamp";

/// A genuine request, signed that many seconds from now.
fn signed_at(offset: i64, body: &[u8]) -> Request {
    let row = &SCHEMES[0];
    let now = now();
    let at = UnixTime::from_secs(seconds_from(now, offset));
    Request {
        secret: SECRET.to_owned(),
        headers: sign(row, SECRET, &Message::new(body).id(ID).at(at)),
        body: body.to_vec(),
        now,
    }
}

/// A genuine request with another header value, made from the old one.
fn with(name: &str, write: fn(&str) -> String) -> Request {
    let mut request = signed_at(0, BODY);
    let value = request.header(name);
    *value = write(value);
    request
}

/// A request with these headers, signed with a key and received with a secret.
fn keyed(key: &[u8], secret: &str, id: &str) -> Request {
    let now = now();
    let time = now.as_secs().to_string();
    let content = [id.as_bytes(), b".", time.as_bytes(), b".", BODY].concat();
    let signature = format!("v1,{}", Base64::encode_string(&hmac_sha256(key, &content)));
    Request {
        secret: secret.to_owned(),
        headers: vec![
            ("webhook-id".to_owned(), id.to_owned()),
            (TIMESTAMP.to_owned(), time),
            (SIGNATURE.to_owned(), signature),
        ],
        body: BODY.to_vec(),
        now,
    }
}

/// The bytes of a `v1,` signature, to encode them in another way.
fn bytes(signature: &str) -> Vec<u8> {
    Base64::decode_vec(signature.strip_prefix("v1,").unwrap()).unwrap()
}

const BOGUS: &str = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ONE_SPELLING: &str =
    "a signed time has one spelling, so that two receivers cannot read two times from it";
const CANONICAL: &str = "base64 has one spelling";

/// The table.
#[must_use]
pub fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "nothing odd",
            request: |_| signed_at(0, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "an altered body",
            request: |_| Request {
                body: BODY.to_ascii_uppercase(),
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a line break added to the body",
            request: |_| Request {
                body: [BODY, b"\n"].concat(),
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "an altered id",
            request: |_| with("webhook-id", |_| "msg_2".to_owned()),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "an altered time",
            request: |_| {
                with(TIMESTAMP, |time| {
                    (time.parse::<u64>().unwrap() + 1).to_string()
                })
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "another secret",
            request: |_| keyed(b"another fake secret for tests", SECRET, ID),
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a time four minutes ago",
            request: |_| signed_at(-FOUR_MINUTES, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a time four minutes ahead",
            request: |_| signed_at(FOUR_MINUTES, BODY),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a time one hour ago",
            request: |_| signed_at(-HOUR, BODY),
            class: MustAgree,
            ours: "timestamp_too_old",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a time one hour ahead",
            request: |_| signed_at(HOUR, BODY),
            class: MustAgree,
            ours: "timestamp_in_future",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "`+N` for the time",
            request: |_| with(TIMESTAMP, |time| format!("+{time}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "`0N` for the time",
            request: |_| with(TIMESTAMP, |time| format!("0{time}")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "`N.9` for the time",
            request: |_| with(TIMESTAMP, |time| format!("{time}.9")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "`Ne0` for the time",
            request: |_| with(TIMESTAMP, |time| format!("{time}e0")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "`Nabc` for the time",
            request: |_| with(TIMESTAMP, |time| format!("{time}abc")),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[ACCEPT, REFUSE, ACCEPT, REFUSE],
        },
        Case {
            name: "an underscore between the digits of the time",
            request: |_| with(TIMESTAMP, |time| format!("{}_{}", &time[..1], &time[1..])),
            class: Stricter(ONE_SPELLING),
            ours: "malformed_timestamp",
            theirs: &[REFUSE, ACCEPT, REFUSE, ACCEPT],
        },
        Case {
            name: "words for the time",
            request: |_| with(TIMESTAMP, |_| "now".to_owned()),
            class: MustAgree,
            ours: "malformed_timestamp",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "no time",
            request: |_| {
                let mut request = signed_at(0, BODY);
                request.headers.retain(|(name, _)| name != TIMESTAMP);
                request
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "no id",
            request: |_| {
                let mut request = signed_at(0, BODY);
                request.headers.retain(|(name, _)| name != "webhook-id");
                request
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "an empty id and a signature for it",
            request: |_| keyed(KEY, SECRET, ""),
            class: MustAgree,
            ours: "malformed_header",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a dot in the id and a signature for it",
            request: |_| keyed(KEY, SECRET, "msg.1"),
            class: Stricter(
                "the signed content could be cut in two ways; the specification forbids it",
            ),
            ours: "malformed_header",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "an id of 257 characters and a signature for it",
            request: |_| keyed(KEY, SECRET, &"x".repeat(257)),
            class: Stricter(
                "an id becomes a key in a store and a word in a log, so its length is bounded",
            ),
            ours: "malformed_header",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a bogus signature and a good one",
            request: |_| with(SIGNATURE, |good| format!("{BOGUS} {good}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a good signature and a bogus one",
            request: |_| with(SIGNATURE, |good| format!("{good} {BOGUS}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a signature of another version and a good one",
            request: |_| with(SIGNATURE, |good| format!("v1a,AAAA v2,zz {good}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a malformed signature and a good one",
            request: |_| with(SIGNATURE, |good| format!("v1,%% {good}")),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "`v1` without a comma and a good signature",
            request: |_| with(SIGNATURE, |good| format!("v1 {good}")),
            class: Wider("what is no signature cannot spoil a good one"),
            ours: ACCEPT,
            theirs: &[ACCEPT, "ValueError", ACCEPT, "ValueError"],
        },
        Case {
            name: "an unpadded signature of the wrong length and a good one",
            request: |_| with(SIGNATURE, |good| format!("v1,AAAAA {good}")),
            class: Wider("what is no signature cannot spoil a good one"),
            ours: ACCEPT,
            theirs: &[ACCEPT, "Error", ACCEPT, "Error"],
        },
        Case {
            name: "two spaces between the signatures",
            request: |_| with(SIGNATURE, |good| format!("{BOGUS}  {good}")),
            class: Wider("what is no signature cannot spoil a good one"),
            ours: ACCEPT,
            theirs: &[ACCEPT, "ValueError", ACCEPT, "ValueError"],
        },
        Case {
            name: "a good signature and `,x` behind it",
            request: |_| with(SIGNATURE, |good| format!("{good},x")),
            class: Stricter(
                "a signature is all of its item; what follows it would be ignored unsigned",
            ),
            ours: "signature_mismatch",
            theirs: &[ACCEPT, "ValueError", ACCEPT, "ValueError"],
        },
        Case {
            name: "the good signature under `v2` only",
            request: |_| with(SIGNATURE, |good| good.replace("v1,", "v2,")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "`V1,` for `v1,`",
            request: |_| with(SIGNATURE, |good| good.replace("v1,", "V1,")),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "the signature without its padding",
            request: |_| {
                with(SIGNATURE, |good| {
                    format!("v1,{}", Base64Unpadded::encode_string(&bytes(good)))
                })
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, "Error", REFUSE, "Error"],
        },
        Case {
            name: "the signature with more padding than it needs",
            request: |_| with(SIGNATURE, |good| format!("{good}=")),
            class: Stricter(CANONICAL),
            ours: "signature_mismatch",
            theirs: &[REFUSE, ACCEPT, REFUSE, ACCEPT],
        },
        Case {
            name: "a character that is not of base64 in the signature",
            request: |_| with(SIGNATURE, |good| good.replace("v1,", "v1,!")),
            class: Stricter(CANONICAL),
            ours: "signature_mismatch",
            theirs: &[REFUSE, ACCEPT, REFUSE, ACCEPT],
        },
        Case {
            name: "other unused bits in the signature's last character",
            request: |_| {
                with(SIGNATURE, |good| {
                    let mut characters = good.to_owned().into_bytes();
                    let last = characters.len() - 2;
                    // Two of its six bits belong to no byte and are zero, so the next letter differs in them only.
                    characters[last] += 1;
                    String::from_utf8(characters).unwrap()
                })
            },
            class: Stricter(CANONICAL),
            ours: "signature_mismatch",
            theirs: &[REFUSE, ACCEPT, REFUSE, ACCEPT],
        },
        Case {
            name: "the signature in the alphabet for URLs",
            request: |_| {
                // One character that the two alphabets spell differently, whatever the time is.
                let mut numbers = 0..;
                loop {
                    let id = format!("msg_{}", numbers.next().unwrap());
                    let mut request = keyed(KEY, SECRET, &id);
                    let value = request.header(SIGNATURE);
                    if value.matches(['+', '/']).count() == 1 {
                        *value = format!("v1,{}", Base64Url::encode_string(&bytes(value)));
                        break request;
                    }
                }
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE, "Error", REFUSE, "Error"],
        },
        Case {
            name: "seventeen good signatures",
            request: |_| with(SIGNATURE, |good| [good; 17].join(" ")),
            class: Stricter(
                "no sender needs more than sixteen, and the work for a request is bounded",
            ),
            ours: "too_many_signatures",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a signature header of nine KiB",
            request: |_| {
                with(SIGNATURE, |good| {
                    format!("{good} v0,{}", "A".repeat(9 * 1024))
                })
            },
            class: Stricter(
                "the longest honest header is far below 8 KiB, and the work for a request is bounded",
            ),
            ours: "oversize_header",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "no signature header",
            request: |_| {
                let mut request = signed_at(0, BODY);
                request.headers.retain(|(name, _)| name != SIGNATURE);
                request
            },
            class: MustAgree,
            ours: "missing_header",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "an empty signature header",
            request: |_| with(SIGNATURE, |_| String::new()),
            class: MustAgree,
            ours: "no_signature",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a good signature header before a bogus one",
            request: |_| {
                let mut request = signed_at(0, BODY);
                request
                    .headers
                    .push((SIGNATURE.to_owned(), BOGUS.to_owned()));
                request
            },
            class: Stricter(
                "a header that has no list is there once; somebody behind us may read the other one",
            ),
            ours: "repeated_header",
            theirs: &[ACCEPT, "ValueError", ACCEPT, "ValueError"],
        },
        Case {
            name: "byte FF under the signature of U+FFFD",
            request: |_| Request {
                body: b"\xff".to_vec(),
                ..signed_at(0, "\u{fffd}".as_bytes())
            },
            class: Stricter("the signature is for bytes, not for what a decoder makes of them"),
            ours: "signature_mismatch",
            theirs: &[ACCEPT, "UnicodeDecodeError", ACCEPT, "UnicodeDecodeError"],
        },
        Case {
            name: "a byte order mark added to the body",
            request: |_| Request {
                body: [b"\xef\xbb\xbf", BODY].concat(),
                ..signed_at(0, BODY)
            },
            class: MustAgree,
            ours: "signature_mismatch",
            theirs: &[REFUSE; 4],
        },
        Case {
            name: "a body that is not UTF-8",
            request: |_| signed_at(0, b"\xff"),
            class: Wider("bytes were signed and bytes are verified"),
            ours: ACCEPT,
            theirs: &[REFUSE, "UnicodeDecodeError", REFUSE, "UnicodeDecodeError"],
        },
        Case {
            name: "a secret without `whsec_`",
            request: |_| keyed(KEY, &SECRET["whsec_".len()..], ID),
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "the secret `whsec_` and a signature made with no key",
            request: |_| keyed(b"", "whsec_", ID),
            class: MustAgree,
            ours: "config",
            theirs: &[
                "Error",
                "EmptyWebhookSecretError",
                "Error",
                "EmptyWebhookSecretError",
            ],
        },
        Case {
            name: "an empty secret and a signature made with it",
            request: |_| keyed(b"", "", ID),
            class: MustAgree,
            ours: "config",
            theirs: &[
                "Error",
                "EmptyWebhookSecretError",
                "Error",
                "EmptyWebhookSecretError",
            ],
        },
        Case {
            name: "a secret of eight bytes and a signature made with it",
            request: |_| keyed(b"password", "whsec_cGFzc3dvcmQ=", ID),
            class: Stricter(
                "the specification asks for 24 bytes; what is shorter than 16 can be guessed",
            ),
            ours: "config",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a secret without its padding and a signature made with it",
            request: |_| {
                keyed(
                    b"not a real secret, a test",
                    "whsec_bm90IGEgcmVhbCBzZWNyZXQsIGEgdGVzdA",
                    ID,
                )
            },
            class: MustAgree,
            ours: ACCEPT,
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a secret with a line break at its end and a signature made with it",
            request: |_| keyed(KEY, &format!("{SECRET}\n"), ID),
            class: Stricter("it is nearly always a copying mistake"),
            ours: "config",
            theirs: &[ACCEPT; 4],
        },
        Case {
            name: "a public key for the secret and a signature made with what everybody knows",
            request: |_| {
                // What a decoder that passes over the underscore makes of it.
                let public = "whpk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
                let key = Base64::decode_vec(&public.replace('_', "")).unwrap();
                keyed(&key, public, ID)
            },
            class: Stricter("whoever knows a public key could sign with it"),
            ours: "config",
            theirs: &["Error", ACCEPT, "Error", ACCEPT],
        },
    ]
}
