//! Microsoft Graph: a shared secret in every notification of the body.

use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::strict::Json;
use super::{Algorithm, Check, Claims, Outgoing, Request, Rules, SignedRequest};
use crate::error::{SignError, VerifyError};
use crate::scheme::token_tag;

/// Graph puts some dozens of notifications into one request; each has about ten members.
const MAX_ITEMS: usize = 1_000;
const MAX_VALUES: usize = 20_000;

pub(crate) static MSGRAPH: MsGraph = MsGraph;

#[derive(Debug)]
pub(crate) struct MsGraph;

impl Rules for MsGraph {
    fn algorithm(&self) -> &'static str {
        "none: the secret itself is sent"
    }

    fn headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let malformed = VerifyError::MalformedBody;
        let body = Json::read_many(request.body, MAX_VALUES).ok_or_else(|| malformed.clone())?;
        let items = body.get("value").and_then(Json::list).unwrap_or_default();
        if items.is_empty() || items.len() > MAX_ITEMS {
            return Err(malformed);
        }
        let check = |item: &Json<'_>| {
            let state = item.get("clientState").and_then(Json::text)?;
            let tag: Box<[u8]> = token_tag(state.as_bytes()).into();
            Some(Check {
                content: Vec::new(),
                variant: None,
                candidates: alloc::vec![tag],
            })
        };
        let checks: Option<Vec<_>> = items.iter().map(check).collect();
        Ok(Claims::all(Algorithm::Token, checks.ok_or(malformed)?))
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        let mut body: serde_json::Value =
            serde_json::from_slice(message.body).map_err(|_| SignError::Body)?;
        let state = core::str::from_utf8(message.key).map_err(|_| SignError::Key)?;
        let items = body
            .get_mut("value")
            .and_then(serde_json::Value::as_array_mut);
        for item in items.ok_or(SignError::Body)? {
            let item = item.as_object_mut().ok_or(SignError::Body)?;
            item.insert("clientState".into(), state.into());
        }
        Ok(SignedRequest::body(body.to_string().into_bytes()))
    }
}
