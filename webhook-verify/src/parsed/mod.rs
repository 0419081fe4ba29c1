//! Schemes that a row alone cannot say: what is signed must be read out of the request before it can be hashed.
//!
//! The code of such a scheme makes [`Claims`] of a request: what would have to be signed, which signatures came with it,
//! and whose key it would be. It judges no signature and builds no proof; [`judge`] does, for all of them alike. What
//! can be wrong with a request is therefore found before a key is touched, and after the verdict nothing can fail.

mod adyen;
mod braintree;
pub(crate) mod form;
mod judge;
mod jwt;
mod key_url;
mod mandrill;
mod msgraph;
#[cfg(feature = "rsa")]
mod paypal;
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
mod private_key;
pub(crate) mod public_url;
#[cfg(feature = "ecdsa")]
mod sendgrid;
mod sign;
#[cfg(feature = "rsa")]
mod sns;
mod strict;
mod twilio;

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

pub(crate) use adyen::ADYEN;
pub(crate) use braintree::BRAINTREE;
pub(crate) use judge::judge;
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub(crate) use judge::judge_fetched;
pub(crate) use jwt::*;
pub(crate) use key_url::is_amazon;
pub(crate) use mandrill::MANDRILL;
pub(crate) use msgraph::MSGRAPH;
#[cfg(feature = "rsa")]
pub(crate) use paypal::PAYPAL;
#[cfg(feature = "ecdsa")]
pub(crate) use sendgrid::SENDGRID;
pub(crate) use sign::{Outgoing, SignedRequest};
#[cfg(feature = "rsa")]
pub(crate) use sns::{SNS, SNS_V1};
#[cfg(any(feature = "ecdsa", feature = "rsa"))]
pub(crate) use strict::Json;
pub(crate) use twilio::{TWILIO, TWILIO_JSON, TWILIO_JSON_SHA256, TWILIO_SHA256};

use crate::error::{ConfigError, VerifyError};
use crate::head::{Extra, Window};
use crate::key_bytes::key_bytes;
use crate::key_source::KeyRequest;
use crate::mac::Side;
use crate::scheme::KeyFormat;
use crate::secret::Secret;
use crate::settings::{Setting, Settings};
use crate::text::Text;
use crate::time::UnixTime;

/// The target of a request in HTTP/2's own spelling (RFC 9113, section 8.3.1). No header of HTTP/1 can have this name.
pub(crate) const PATH: &str = ":path";
/// The method of a request, likewise.
pub(crate) const METHOD: &str = ":method";

/// The most that is read of a body before its signature is known, where the provider's own bodies fit into that.
pub(crate) const PARSED_LIMIT: usize = 64 * 1024;

/// The code of a scheme.
pub(crate) trait Rules: fmt::Debug + Send + Sync {
    /// The algorithm, in words.
    fn algorithm(&self) -> &'static str;

    /// The headers that the scheme reads, each at most once.
    fn headers(&self) -> &'static [&'static str];

    /// What the user must configure besides the secret.
    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    /// Whether the user has a secret to give, rather than a source of public keys.
    fn has_secrets(&self) -> bool {
        true
    }

    /// The bytes of the key that the user's secret stands for.
    fn key(&self, secret: &Secret, side: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        let _ = side;
        key_bytes(KeyFormat::Text, secret)
    }

    /// What the request claims.
    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError>;

    /// The request that makes a receiver accept the message.
    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, crate::SignError>;
}

/// A request whose signature nobody has judged yet.
pub(crate) struct Request<'a> {
    pub(crate) head: &'a Extra,
    pub(crate) body: &'a [u8],
    pub(crate) url: &'a str,
    pub(crate) settings: &'a Settings,
    pub(crate) window: Window,
}

impl Request<'_> {
    /// The value of a header that must be there.
    pub(crate) fn header(&self, name: &'static str) -> Result<&[u8], VerifyError> {
        self.optional(name)
            .ok_or_else(|| VerifyError::MissingHeader {
                header: name.to_owned(),
            })
    }

    pub(crate) fn optional(&self, name: &'static str) -> Option<&[u8]> {
        self.head.value(name)
    }

    pub(crate) fn malformed(name: &'static str) -> VerifyError {
        VerifyError::MalformedHeader {
            header: name.to_owned(),
        }
    }
}

/// What a request claims. Every check must hold.
pub(crate) struct Claims<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) checks: Vec<Check<'a>>,
    /// Pairs of digests that must be the same: one from under the signature, one of what came.
    pub(crate) digests: Vec<([u8; 32], [u8; 32])>,
    /// The public key that it would be, where that is not one of the user's secrets.
    pub(crate) key: Option<Claimed>,
    pub(crate) signed_at: Option<UnixTime>,
    /// Values from under the signature, for rows that have them neither in a header nor in the body's JSON.
    pub(crate) id: Option<Text>,
    pub(crate) event_type: Option<Text>,
    /// The JSON that the row's paths lead into, where that is not the body itself.
    pub(crate) document: Option<Cow<'a, [u8]>>,
}

impl<'a> Claims<'a> {
    pub(crate) fn one(algorithm: Algorithm, check: Check<'a>) -> Self {
        Self::all(algorithm, alloc::vec![check])
    }

    pub(crate) const fn all(algorithm: Algorithm, checks: Vec<Check<'a>>) -> Self {
        Self {
            algorithm,
            checks,
            digests: Vec::new(),
            key: None,
            signed_at: None,
            id: None,
            event_type: None,
            document: None,
        }
    }
}

impl Claims<'_> {
    /// What is kept of claims once they are judged.
    pub(crate) fn into_owned(self) -> Claims<'static> {
        Claims {
            checks: Vec::new(),
            document: self.document.map(|text| Cow::Owned(text.into_owned())),
            algorithm: self.algorithm,
            digests: self.digests,
            key: self.key,
            signed_at: self.signed_at,
            id: self.id,
            event_type: self.event_type,
        }
    }
}

/// A public key that a request claims, where the provider is allowed to keep its keys.
#[derive(Clone)]
pub(crate) struct Claimed {
    pub(crate) request: KeyRequest,
    /// The hosts that its certificate must be for, by what their names end in; it must then lead to an authority.
    #[cfg_attr(not(feature = "rsa"), expect(dead_code, reason = "only PayPal's are"))]
    pub(crate) certified: Option<&'static str>,
}

/// One content, and the signatures of which one must be good for it.
pub(crate) struct Check<'a> {
    pub(crate) content: Pieces<'a>,
    /// A second spelling of the same content, where the provider cannot be relied on to choose one. There is no third.
    pub(crate) variant: Option<Pieces<'a>>,
    /// Signatures, decoded.
    pub(crate) candidates: Vec<Box<[u8]>>,
}

pub(crate) type Pieces<'a> = Vec<Cow<'a, [u8]>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// A signature as ASN.1 writes it.
    #[cfg(feature = "ecdsa")]
    EcdsaP256Der,
    /// A signature as its two numbers, of 32 bytes each.
    #[cfg(feature = "ecdsa")]
    EcdsaP256Fixed,
    HmacSha1,
    HmacSha256,
    #[cfg(feature = "rsa")]
    RsaSha1,
    #[cfg(feature = "rsa")]
    RsaSha256,
    /// The secret itself, which the candidate must be.
    Token,
}

impl Algorithm {
    /// Bytes of a signature.
    pub(crate) const fn tag_len(self) -> usize {
        match self {
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256Der | Self::EcdsaP256Fixed => 64,
            Self::HmacSha1 => 20,
            Self::HmacSha256 | Self::Token => 32,
            #[cfg(feature = "rsa")]
            Self::RsaSha1 | Self::RsaSha256 => 256,
        }
    }

    pub(crate) const fn is_asymmetric(self) -> bool {
        match self {
            Self::HmacSha1 | Self::HmacSha256 | Self::Token => false,
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256Der | Self::EcdsaP256Fixed => true,
            #[cfg(feature = "rsa")]
            Self::RsaSha1 | Self::RsaSha256 => true,
        }
    }
}

/// Decodes a signature in time that depends on its length alone; one of any other length than `len` is none.
pub(crate) fn base64_tag(text: &[u8], len: usize) -> Option<Box<[u8]>> {
    use base64ct::{Base64, Encoding as _};
    let mut room = alloc::vec![0; len];
    match Base64::decode(text, &mut room) {
        Ok(tag) if tag.len() == len => Some(room.into()),
        _ => None,
    }
}

/// As [`base64_tag`], for hexadecimal digits in any case.
pub(crate) fn hex_tag(text: &[u8], len: usize) -> Option<Box<[u8]>> {
    let mut room = alloc::vec![0; len];
    match base16ct::mixed::decode(text, &mut room) {
        Ok(tag) if tag.len() == len => Some(room.into()),
        _ => None,
    }
}
