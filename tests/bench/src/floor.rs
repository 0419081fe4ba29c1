//! The hand-written check: one HMAC from a prepared key, the tag decoded, compared in constant time. It parses nothing
//! and bounds nothing.

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

#[derive(Clone)]
pub(crate) struct Floor {
    keyed: Hmac<Sha256>,
}

impl Floor {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self {
            keyed: Hmac::new_from_slice(key).expect("HMAC takes keys of any length"),
        }
    }

    pub(crate) fn start(&self) -> Hmac<Sha256> {
        self.keyed.clone()
    }

    pub(crate) fn tag<'p>(&self, parts: impl IntoIterator<Item = &'p [u8]>) -> [u8; 32] {
        let mut mac = self.start();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

pub(crate) fn base64(text: &str) -> [u8; 32] {
    let mut tag = [0; 32];
    Base64::decode(text, &mut tag).expect("a tag in base64");
    tag
}

pub(crate) fn hex(text: &str) -> [u8; 32] {
    let mut tag = [0; 32];
    base16ct::lower::decode(text, &mut tag).expect("a tag in hex");
    tag
}

pub(crate) fn equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}
