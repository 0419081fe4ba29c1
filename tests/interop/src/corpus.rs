//! The messages that both directions use: the same ones in every run, but for their times.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::schemes::Row;

const SEED: u64 = 20_261_122;
/// Generated bodies of each kind, for each scheme.
const GENERATED: usize = 12;
const MIB: usize = 1024 * 1024;

/// What an SDK needs to know of a body to be able to take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No bytes at all.
    Empty,
    /// JSON, with text of any language in it.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Any other UTF-8, with control characters and every kind of line break.
    Text,
    /// UTF-8 behind a byte order mark, which some decoders drop.
    Bom,
    /// Not UTF-8.
    Binary,
}

impl Kind {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 6] = [
        Self::Empty,
        Self::Json,
        Self::Form,
        Self::Text,
        Self::Bom,
        Self::Binary,
    ];
}

/// A body, and what to call it in a failure.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The secret of a sender and what its receiver is given: the same text, but for public keys.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// What the sender signs with.
    pub signing: String,
    /// What the receiver verifies with.
    pub verifying: String,
}

impl Secrets {
    /// A secret that both sides share.
    #[must_use]
    pub fn shared(secret: String) -> Self {
        Self {
            verifying: secret.clone(),
            signing: secret,
        }
    }
}

/// Something to sign.
#[derive(Clone, Debug)]
pub struct Message {
    /// The secrets of its endpoint.
    pub secrets: Secrets,
    /// The id of the event.
    pub id: String,
    /// The type of the event.
    pub event_type: &'static str,
    /// The body.
    pub body: Body,
    /// Where in the body the test of altered bodies flips a bit.
    pub altered_at: usize,
}

impl Message {
    /// The body with one bit flipped, or with one byte if it has none.
    #[must_use]
    pub fn altered_body(&self) -> Vec<u8> {
        let mut bytes = self.body.bytes.clone();
        match bytes.get_mut(self.altered_at) {
            Some(byte) => *byte ^= 1,
            None => bytes.push(b' '),
        }
        bytes
    }
}

/// The messages of one scheme.
pub fn messages(row: &Row) -> impl Iterator<Item = Message> {
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut bodies = fixed();
    for kind in Kind::ALL {
        for number in 0..GENERATED {
            if let Some(bytes) = generated(kind, &mut rng) {
                let name = format!("generated {kind:?} {number}");
                bodies.push(Body { name, kind, bytes });
            }
        }
    }
    bodies.retain(|body| row.bodies.contains(&body.kind));
    bodies.into_iter().map(move |body| Message {
        secrets: (row.secrets)(&mut rng),
        id: format!("evt_{:016x}", rng.random::<u64>()),
        event_type: "invoice.paid",
        altered_at: rng.random_range(0..body.bytes.len().max(1)),
        body,
    })
}

/// `length` random characters of `alphabet`, for secrets.
pub fn text_of(alphabet: &str, length: usize, rng: &mut StdRng) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    (0..length)
        .map(|_| alphabet[rng.random_range(0..alphabet.len())])
        .collect()
}

/// The bodies that have broken receivers before.
fn fixed() -> Vec<Body> {
    let body = |name: &str, kind, bytes: &[u8]| Body {
        name: name.to_owned(),
        kind,
        bytes: bytes.to_vec(),
    };
    let every_byte: Vec<u8> = (0..=255).collect();
    vec![
        body("empty", Kind::Empty, b""),
        body(
            "compact JSON",
            Kind::Json,
            br#"{"id":"evt_1","type":"invoice.paid"}"#,
        ),
        body(
            "JSON with text of many languages",
            Kind::Json,
            "{\"name\":\"Zoë Müller 株式会社 🦀 \u{1f468}\u{200d}\u{1f469} e\u{301} שלום\"}"
                .as_bytes(),
        ),
        body(
            "JSON with escapes",
            Kind::Json,
            br#"{"name":"Zo\u00eb \/ \ud83e\udd80","n":1.0,"n":1e2}"#,
        ),
        body(
            "JSON with CRLF",
            Kind::Json,
            b"{\r\n  \"id\": \"evt_1\"\r\n}\r\n",
        ),
        body("JSON with a line break at its end", Kind::Json, b"{}\n"),
        body("form", Kind::Form, b"a=1&b=%C3%A9+x&a=2&c="),
        body("one space", Kind::Text, b" "),
        body("lone CR and lone LF", Kind::Text, b"\r\n\n\r\r"),
        body("control characters", Kind::Text, b"\0\x01\x1b[31m\x7f"),
        body(
            "what templates replace",
            Kind::Text,
            b"$$ $& $1 %s %n {0} {{id}} \\u00e9",
        ),
        body(
            "line separators and replacement characters",
            Kind::Text,
            "\u{2028}\u{2029}\u{85}\u{fffd}\u{fffe}\u{10ffff}".as_bytes(),
        ),
        body("one MiB of JSON", Kind::Json, &mebibyte_of_json()),
        body(
            "one MiB of text",
            Kind::Text,
            "\u{fc}".repeat(MIB / 2).as_bytes(),
        ),
        body(
            "JSON behind a byte order mark",
            Kind::Bom,
            "\u{feff}{\"id\":\"evt_1\"}".as_bytes(),
        ),
        body("every byte", Kind::Binary, &every_byte),
        body("UTF-8 cut off", Kind::Binary, &"株".as_bytes()[..2]),
        body("Latin-1 in JSON", Kind::Binary, b"{\"name\":\"Zo\xeb\"}"),
        body("a surrogate in UTF-8", Kind::Binary, b"\xed\xa0\x80"),
        body(
            "one MiB of bytes",
            Kind::Binary,
            &every_byte.repeat(MIB / 256),
        ),
    ]
}

fn mebibyte_of_json() -> Vec<u8> {
    let frame = r#"{"data":""}"#.len();
    json!({ "data": "x".repeat(MIB - frame) })
        .to_string()
        .into_bytes()
}

fn generated(kind: Kind, rng: &mut StdRng) -> Option<Vec<u8>> {
    let length = rng.random_range(1..2_000);
    match kind {
        Kind::Empty | Kind::Bom => None,
        Kind::Json => {
            let value = value(rng, 4);
            let json = match rng.random() {
                true => serde_json::to_string(&value),
                false => serde_json::to_string_pretty(&value),
            };
            Some(json.unwrap().into_bytes())
        }
        Kind::Form => {
            let field = |rng: &mut StdRng| {
                let value = text_of("abcXYZ019+-_.", 12, rng);
                format!("{}=%E2%82%AC{value}", text_of("abcXYZ", 3, rng))
            };
            let fields: Vec<String> = (0..rng.random_range(1..20)).map(|_| field(rng)).collect();
            Some(fields.join("&").into_bytes())
        }
        // Its first character is never a byte order mark.
        Kind::Text => Some(format!("~{}", characters(length, rng)).into_bytes()),
        Kind::Binary => {
            let mut bytes: Vec<u8> = (0..length).map(|_| rng.random()).collect();
            bytes.push(0xff);
            Some(bytes)
        }
    }
}

fn value(rng: &mut StdRng, depth: u32) -> Value {
    let length = rng.random_range(0..6);
    match rng.random_range(0..if depth == 0 { 4 } else { 6 }) {
        0 => Value::Null,
        1 => json!(rng.random::<bool>()),
        2 => json!(rng.random::<i64>()),
        3 => Value::String(characters(length, rng)),
        4 => (0..length).map(|_| value(rng, depth - 1)).collect(),
        _ => (0..length)
            .map(|_| (characters(8, rng), value(rng, depth - 1)))
            .collect(),
    }
}

fn characters(length: usize, rng: &mut StdRng) -> String {
    (0..length)
        .map(|_| match rng.random_range(0..4) {
            0 => rng.random_range('\0'..='\u{7f}'),
            1 => rng.random_range('\u{80}'..='\u{7ff}'),
            2 => rng.random_range('\u{800}'..='\u{ffff}'),
            _ => rng.random_range('\u{10000}'..='\u{10ffff}'),
        })
        .collect()
}
