//! Oddities that any scheme can have.

use base64ct::{Base64, Encoding as _};
use rand::SeedableRng;
use rand::rngs::StdRng;
use webhook_verify::{Message, UnixTime};

use super::{FOUR_MINUTES, HOUR, seconds_from};
use crate::request::{Request, now, sign};
use crate::schemes::Row;
use crate::verdicts::{Case, Class};

const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;

/// An oddity without its verdicts.
#[derive(Clone, Copy)]
pub(super) struct Odd {
    name: &'static str,
    request: fn(&Row) -> Request,
}

type Verdicts = &'static [&'static str];

pub(super) const fn agree(odd: Odd, ours: &'static str, theirs: Verdicts) -> Case {
    case(odd, Class::MustAgree, ours, theirs)
}

pub(super) const fn stricter(
    odd: Odd,
    why: &'static str,
    ours: &'static str,
    theirs: Verdicts,
) -> Case {
    case(odd, Class::Stricter(why), ours, theirs)
}

pub(super) const fn wider(odd: Odd, why: &'static str, theirs: Verdicts) -> Case {
    case(odd, Class::Wider(why), crate::verdicts::ACCEPT, theirs)
}

const fn case(odd: Odd, class: Class, ours: &'static str, theirs: Verdicts) -> Case {
    let Odd { name, request } = odd;
    Case {
        name,
        request,
        class,
        ours,
        theirs,
    }
}

pub(super) const BYTES: &str = "bytes were signed and bytes are verified";
pub(super) const DECODED: &str = "the signature is for bytes, not for what a decoder makes of them";
pub(super) const NO_BYTES: &str = "no bytes can be signed as well";
pub(super) const BASE64: &str = "base64 has one spelling";
pub(super) const HEX: &str = "signatures are compared as bytes, not as text";
pub(super) const WINDOW: &str = "a signed time is there to bound replays";
pub(super) const ONE_TIME: &str =
    "a signed time has one spelling, so that two receivers cannot read two times from it";

pub(super) const ONE_HEADER: &str =
    "a header that has no list is there once; somebody behind us may read the other one";
pub(super) const ONE_FAMILY: &str =
    "one row is one family of headers; `StandardWebhooks` takes the other";

/// A genuine request, signed that many seconds from now.
fn genuine(row: &Row, offset: i64, body: &[u8]) -> Request {
    let secrets = (row.secrets)(&mut StdRng::seed_from_u64(1));
    let now = now();
    let at = UnixTime::from_secs(seconds_from(now, offset));
    let message = Message::new(body)
        .id("msg_1")
        .event_type("invoice.paid")
        .at(at);
    Request {
        secret: secrets.verifying,
        headers: sign(row, &secrets.signing, &message),
        body: body.to_vec(),
        now,
    }
}

/// A genuine request whose signature header, or header of the time, is written anew from the old one.
fn rewritten(row: &Row, name: &str, write: fn(&str) -> String) -> Request {
    let mut request = genuine(row, 0, BODY);
    let value = request.header(name);
    *value = write(value);
    request
}

fn signature(row: &Row, write: fn(&str) -> String) -> Request {
    rewritten(row, row.signature_header, write)
}

fn time(row: &Row, write: fn(&str) -> String) -> Request {
    rewritten(row, row.time_header.unwrap(), write)
}

macro_rules! odd {
    ($($id:ident = $name:literal: $request:expr;)*) => {
        $(pub(super) const $id: Odd = Odd { name: $name, request: $request };)*
    };
}

odd! {
    NOTHING = "nothing odd": |row| genuine(row, 0, BODY);
    ALTERED_BODY = "an altered body": |row| Request { body: BODY.to_ascii_uppercase(), ..genuine(row, 0, BODY) };
    LINE_BREAK_ADDED = "a line break added to the body":
        |row| Request { body: [BODY, b"\n"].concat(), ..genuine(row, 0, BODY) };
    BOM_ADDED = "a byte order mark added to the body":
        |row| Request { body: [b"\xef\xbb\xbf", BODY].concat(), ..genuine(row, 0, BODY) };
    REPLACED_BYTE = "byte FF under the signature of U+FFFD":
        |row| Request { body: b"\xff".to_vec(), ..genuine(row, 0, "\u{fffd}".as_bytes()) };
    NOT_UTF8 = "a body that is not UTF-8": |row| genuine(row, 0, b"\xff");
    EMPTY_BODY = "an empty body": |row| genuine(row, 0, b"");
    ANOTHER_SECRET = "another secret": |row| {
        let other = (row.secrets)(&mut StdRng::seed_from_u64(2));
        Request { secret: other.verifying, ..genuine(row, 0, BODY) }
    };
    HALF_SIGNATURE = "half of the signature": |row| signature(row, |value| value[..value.len() / 2].to_owned());
    UPPER_CASE = "the signature in upper case": |row| signature(row, |value| match value.split_once('=') {
        Some((prefix, digits)) => format!("{prefix}={}", digits.to_ascii_uppercase()),
        None => value.to_ascii_uppercase(),
    });
    UNPADDED = "the signature without its padding": |row| signature(row, |value| value.replace('=', ""));
    OVERPADDED = "the signature with more padding than it needs": |row| signature(row, |value| format!("{value}="));
    NOT_BASE64 = "a character that is not of base64 in the signature":
        |row| signature(row, |value| format!("!{value}"));
    UNUSED_BITS = "other unused bits in the signature's last character": |row| signature(row, |value| {
        // Two of its six bits belong to no byte and are zero, so the next letter differs in them only.
        let mut letters = value.to_owned().into_bytes();
        let last = letters.len() - 2;
        letters[last] += 1;
        String::from_utf8(letters).unwrap()
    });
    HEX_FOR_BASE64 = "the signature in hexadecimal": |row| signature(row, |value| {
        super::hex(&Base64::decode_vec(value).unwrap())
    });
    NO_SIGNATURE = "no signature header": |row| {
        let mut request = genuine(row, 0, BODY);
        request.headers.retain(|(name, _)| name != row.signature_header);
        request
    };
    EMPTY_SIGNATURE = "an empty signature header": |row| signature(row, |_| String::new());
    SIGNATURE_TWICE = "the signature header twice": |row| {
        let mut request = genuine(row, 0, BODY);
        let value = request.header(row.signature_header).clone();
        request.headers.push((row.signature_header.to_owned(), value));
        request
    };
    FOUR_MINUTES_AGO = "a time four minutes ago": |row| genuine(row, -FOUR_MINUTES, BODY);
    FOUR_MINUTES_AHEAD = "a time four minutes ahead": |row| genuine(row, FOUR_MINUTES, BODY);
    AN_HOUR_AGO = "a time one hour ago": |row| genuine(row, -HOUR, BODY);
    AN_HOUR_AHEAD = "a time one hour ahead": |row| genuine(row, HOUR, BODY);
    ALTERED_TIME = "an altered time": |row| time(row, |value| (value.parse::<u64>().unwrap() + 1).to_string());
    PLUS_N = "`+N` for the time": |row| time(row, |value| format!("+{value}"));
    ZERO_N = "`0N` for the time": |row| time(row, |value| format!("0{value}"));
    N_POINT_0 = "`N.0` for the time": |row| time(row, |value| format!("{value}.0"));
    N_ABC = "`Nabc` for the time": |row| time(row, |value| format!("{value}abc"));
    WORDS = "words for the time": |row| time(row, |_| "now".to_owned());
    NO_TIME = "no time": |row| {
        let mut request = genuine(row, 0, BODY);
        request.headers.retain(|(name, _)| Some(&**name) != row.time_header);
        request
    };
    STANDARD_HEADERS = "`webhook-` for `svix-` in every name": |row| {
        let mut request = genuine(row, 0, BODY);
        for (name, _) in &mut request.headers {
            *name = name.replace("svix-", "webhook-");
        }
        request
    };
    MIXED_HEADERS = "`webhook-` for `svix-` in the name of the signature": |row| {
        let mut request = genuine(row, 0, BODY);
        for (name, _) in &mut request.headers {
            *name = name.replace("svix-signature", "webhook-signature");
        }
        request
    };
}
