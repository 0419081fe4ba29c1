//! SendGrid: ECDSA over the time and the body.

use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::judge::pieces;
use super::{Algorithm, Check, Claims, Outgoing, Request, Rules, SignedRequest, private_key};
use crate::error::{ConfigError, SignError, VerifyError};
use crate::mac::Side;
use crate::secret::Secret;
use crate::time_format;

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

/// The longest signature of P-256 that ASN.1 can write.
const MAX_SIGNATURE: usize = 72;

pub(crate) static SENDGRID: SendGrid = SendGrid;

#[derive(Debug)]
pub(crate) struct SendGrid;

impl Rules for SendGrid {
    fn algorithm(&self) -> &'static str {
        "ECDSA P-256"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, TIMESTAMP]
    }

    fn key(&self, secret: &Secret, side: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        match side {
            Side::Sign => private_key::p256_private(secret),
            Side::Verify => private_key::p256_point(secret),
        }
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let signature = request.header(SIGNATURE)?;
        let mut room = [0; MAX_SIGNATURE];
        let signature =
            Base64::decode(signature, &mut room).map_err(|_| Request::malformed(SIGNATURE))?;
        let timestamp = request.header(TIMESTAMP)?.to_vec();
        let check = Check {
            content: alloc::vec![timestamp.into(), request.body.into()],
            variant: None,
            candidates: alloc::vec![signature.into()],
        };
        // The row says where the time is; the head was judged by it.
        Ok(Claims::one(Algorithm::EcdsaP256Der, check))
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let time = time_format::write(message.time, crate::scheme::TimeFormat::Seconds);
        let content = pieces([time.as_bytes(), message.body]).concat();
        let signature = message.ecdsa(Algorithm::EcdsaP256Der, &content)?;
        let signed = SignedRequest::header(SIGNATURE, Base64::encode_string(&signature));
        Ok(signed.and(TIMESTAMP, time))
    }
}
