//! Amazon SNS: eight members of the body, signed under a certificate of Amazon's.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::ToString as _;
use alloc::vec::Vec;

use base64ct::{Base64, Encoding as _};
use zeroize::Zeroizing;

use super::key_url::is_amazon;
use super::strict::Json;
use super::{
    Algorithm, Check, Claimed, Claims, Outgoing, Pieces, Request, Rules, SignedRequest, private_key,
};
use crate::error::{ConfigError, SecretProblem, SignError, VerifyError};
use crate::key_source::KeyRequest;
use crate::mac::Side;
use crate::scheme::TimeFormat;
use crate::secret::Secret;
use crate::settings::Setting;
use crate::time_format;

/// What is signed, in this order, of what is there.
const SIGNED: [&str; 8] = [
    "Message",
    "MessageId",
    "Subject",
    "SubscribeURL",
    "Timestamp",
    "Token",
    "TopicArn",
    "Type",
];

const TYPES: [&str; 3] = [
    "Notification",
    "SubscriptionConfirmation",
    "UnsubscribeConfirmation",
];

pub(crate) static SNS: Sns = Sns {
    version: "2",
    algorithm: Algorithm::RsaSha256,
};
pub(crate) static SNS_V1: Sns = Sns {
    version: "1",
    algorithm: Algorithm::RsaSha1,
};

#[derive(Debug)]
pub(crate) struct Sns {
    version: &'static str,
    algorithm: Algorithm,
}

impl Rules for Sns {
    fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::RsaSha1 => "RSA PKCS#1 with SHA-1",
            _ => "RSA PKCS#1 with SHA-256",
        }
    }

    fn headers(&self) -> &'static [&'static str] {
        &[]
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting::Topic]
    }

    fn has_secrets(&self) -> bool {
        false
    }

    fn key(&self, secret: &Secret, side: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        match side {
            Side::Sign => private_key::rsa_private(secret),
            Side::Verify => Err(secret.problem(SecretProblem::NotAKey)),
        }
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let malformed = || VerifyError::MalformedBody;
        let body = Json::read(request.body).ok_or_else(malformed)?;
        let text = |name| body.get(name).and_then(Json::text).ok_or_else(malformed);
        if !TYPES.contains(&text("Type")?) || text("SignatureVersion")? != self.version {
            return Err(malformed());
        }
        // Amazon signs for everybody who has a topic.
        let topic = text("TopicArn")?;
        if !request
            .settings
            .all(Setting::Topic)
            .any(|ours| ours == topic)
        {
            return Err(VerifyError::WrongParty { claim: "TopicArn" });
        }
        let url = text("SigningCertURL")?;
        if !is_amazons(url) {
            return Err(VerifyError::UnknownKey);
        }
        let signed_at = time_format::read(text("Timestamp")?.as_bytes(), TimeFormat::Rfc3339);
        let signed_at = signed_at.ok_or(VerifyError::MalformedTimestamp)?;
        request.window.admit(signed_at)?;
        let signature = Base64::decode_vec(text("Signature")?).map_err(|_| malformed())?;
        let check = Check {
            content: content(&body).ok_or_else(malformed)?,
            variant: None,
            candidates: alloc::vec![signature.into()],
        };
        Ok(Claims {
            key: Some(Claimed {
                request: KeyRequest::Certificate {
                    url: url.to_owned(),
                },
                certified: None,
            }),
            signed_at: Some(signed_at),
            ..Claims::one(self.algorithm, check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        if self.algorithm == Algorithm::RsaSha1 {
            // Nobody should make new signatures of this kind.
            return Err(SignError::Key);
        }
        let read = Json::read(message.body).ok_or(SignError::Body)?;
        let content = content(&read).ok_or(SignError::Body)?.concat();
        let signature = Base64::encode_string(&message.rsa(&content)?);
        let mut body: serde_json::Value =
            serde_json::from_slice(message.body).map_err(|_| SignError::Body)?;
        let members = body.as_object_mut().ok_or(SignError::Body)?;
        members.insert("Signature".into(), signature.into());
        members.insert("SignatureVersion".into(), self.version.into());
        Ok(SignedRequest::body(body.to_string().into_bytes()))
    }
}

/// `Key\nValue\n` for each signed member that is there. Only a message may have line breaks in it: anywhere else they
/// would let two members be read as three.
fn content(body: &Json<'_>) -> Option<Pieces<'static>> {
    let mut pieces = Pieces::new();
    for name in SIGNED {
        match body.get(name) {
            None => {}
            Some(Json::Text(value)) if name == "Message" || !value.contains('\n') => {
                pieces.push(Cow::Owned([name, "\n", value, "\n"].concat().into_bytes()));
            }
            Some(_) => return None,
        }
    }
    Some(pieces)
}

/// Whether a certificate is behind an address of Amazon's own: `https://sns.REGION.amazonaws.com/NAME.pem`, or the same
/// in China.
fn is_amazons(url: &str) -> bool {
    is_amazon(url) && url.ends_with(".pem")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_fetched_from_amazon_and_from_nowhere_else() {
        for url in [
            "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
            "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
        ] {
            assert!(is_amazons(url), "{url}");
        }
        for url in [
            "https://sns.us-east-1.amazonaws.com.evil.example/x.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/x.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com/x.pem",
            "http://sns.us-east-1.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com:8443/x.pem",
            "https://sns.us-east-1.amazonaws.com/x.pem?y=.pem",
            "https://sns.us-east-1.amazonaws.com/x.txt",
            "https://sns.evil.us-east-1.amazonaws.com/x.pem",
            "https://sns.a.amazonaws.com/x.pem",
            "https://sns.amazonaws.com/x.pem",
            "https://bucket.s3.amazonaws.com/x.pem",
            "https://sns.us-east-1.amazonaws.com/../x.pem",
        ] {
            assert!(!is_amazons(url), "{url}");
        }
    }

    #[test]
    fn only_a_message_may_have_line_breaks() {
        let of = |json: &str| {
            content(&Json::read(json.as_bytes()).unwrap()).map(|pieces| pieces.concat())
        };
        assert_eq!(
            of(r#"{"Type":"Notification","Message":"a\nb","Other":"x","MessageId":"1"}"#).unwrap(),
            b"Message\na\nb\nMessageId\n1\nType\nNotification\n"
        );
        assert_eq!(of(r#"{"MessageId":"1\nSubject\nx"}"#), None);
        assert_eq!(of(r#"{"Subject":null}"#), None);
    }
}
