//! JSON Web Tokens (RFC 7515, RFC 7519) as webhook senders use them: one algorithm, which the row names and the token
//! must repeat; one key; and a hash of the body among the claims, if the token says anything about the body.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::public_url::with_query;
use super::strict::Json;
use super::{
    Algorithm, Check, Claimed, Claims, METHOD, Outgoing, PATH, Request, Rules, SignedRequest,
};
use crate::error::{ConfigError, SignError, VerifyError};
use crate::head::{MAX_ATTRIBUTE, Window};
use crate::key_bytes::key_bytes;
use crate::key_source::KeyRequest;
use crate::mac::Side;
use crate::scheme::KeyFormat;
use crate::secret::Secret;
use crate::settings::Setting;
use crate::text::{Text, visible};
use crate::time::UnixTime;

/// The longest id of a key.
const MAX_KEY_ID: usize = 128;
/// How long a token lives that our signer makes.
const LIFETIME: u64 = 180;

/// How a provider uses its tokens.
#[derive(Debug)]
pub(crate) struct Jwt {
    scheme: &'static str,
    /// The header with the token in it, and what stands in front of the token there.
    headers: &'static [&'static str],
    prefix: &'static str,
    algorithm: Alg,
    /// Where the provider publishes its keys, if it does.
    keys: Option<&'static str>,
    settings: &'static [Setting],
    issuer: Issuer,
    audience: bool,
    /// Whether the token must name the service account that sent it.
    account: bool,
    freshness: Freshness,
    /// The claim that the id is in.
    id: Option<&'static str>,
    body_hash: Option<(&'static str, Spelling)>,
    url_hash: Option<&'static str>,
    /// Whether the token is bound to method, path and query, as Atlassian has it.
    query_hash: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alg {
    #[cfg(feature = "ecdsa")]
    Es256,
    Hs256,
    #[cfg(feature = "rsa")]
    Rs256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Issuer {
    Any,
    /// One of these.
    Fixed(&'static [&'static str]),
    /// The one that the user names, if the user names one.
    Named,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    /// The token has no time, so a replay cannot be told by its age.
    None,
    /// Made within the window.
    #[cfg(feature = "ecdsa")]
    IssuedAt,
    /// Not over yet and begun, with the window as leeway.
    Expires,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Base64,
    Hex,
}

const BASE: Jwt = Jwt {
    scheme: "",
    headers: &[],
    prefix: "",
    algorithm: Alg::Hs256,
    keys: None,
    settings: &[],
    issuer: Issuer::Any,
    audience: false,
    account: false,
    freshness: Freshness::Expires,
    id: None,
    body_hash: None,
    url_hash: None,
    query_hash: false,
};

pub(crate) static NETLIFY: Jwt = Jwt {
    scheme: "netlify",
    headers: &["x-webhook-signature"],
    issuer: Issuer::Fixed(&["netlify"]),
    freshness: Freshness::None,
    body_hash: Some(("sha256", Spelling::Hex)),
    ..BASE
};

pub(crate) static LIVEKIT: Jwt = Jwt {
    scheme: "livekit",
    headers: &["authorization"],
    settings: &[Setting::Issuer],
    issuer: Issuer::Named,
    body_hash: Some(("sha256", Spelling::Base64)),
    ..BASE
};

pub(crate) static MESSAGEBIRD: Jwt = Jwt {
    scheme: "messagebird",
    headers: &["messagebird-signature-jwt", PATH],
    issuer: Issuer::Fixed(&["MessageBird"]),
    id: Some("jti"),
    body_hash: Some(("payload_hash", Spelling::Hex)),
    url_hash: Some("url_hash"),
    ..BASE
};

pub(crate) static JIRA_CONNECT: Jwt = Jwt {
    scheme: "jira-connect",
    headers: &["authorization", METHOD, PATH],
    prefix: "JWT ",
    issuer: Issuer::Named,
    query_hash: true,
    ..BASE
};

#[cfg(feature = "ecdsa")]
pub(crate) static PLAID: Jwt = Jwt {
    scheme: "plaid",
    headers: &["plaid-verification"],
    algorithm: Alg::Es256,
    freshness: Freshness::IssuedAt,
    body_hash: Some(("request_body_sha256", Spelling::Hex)),
    ..BASE
};

#[cfg(feature = "rsa")]
pub(crate) static PUBSUB: Jwt = Jwt {
    scheme: "pubsub",
    headers: &["authorization"],
    prefix: "Bearer ",
    algorithm: Alg::Rs256,
    keys: Some("https://www.googleapis.com/oauth2/v3/certs"),
    settings: &[Setting::Audience, Setting::ServiceAccount],
    issuer: Issuer::Fixed(&["https://accounts.google.com", "accounts.google.com"]),
    audience: true,
    account: true,
    ..BASE
};

impl Alg {
    const fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "ecdsa")]
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
            #[cfg(feature = "rsa")]
            Self::Rs256 => "RS256",
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            #[cfg(feature = "ecdsa")]
            Self::Es256 => Algorithm::EcdsaP256Fixed,
            Self::Hs256 => Algorithm::HmacSha256,
            #[cfg(feature = "rsa")]
            Self::Rs256 => Algorithm::RsaSha256,
        }
    }
}

impl Rules for Jwt {
    fn algorithm(&self) -> &'static str {
        match self.algorithm {
            #[cfg(feature = "ecdsa")]
            Alg::Es256 => "ECDSA P-256 (JWT, ES256)",
            Alg::Hs256 => "HMAC-SHA256 (JWT, HS256)",
            #[cfg(feature = "rsa")]
            Alg::Rs256 => "RSA PKCS#1 with SHA-256 (JWT, RS256)",
        }
    }

    fn headers(&self) -> &'static [&'static str] {
        self.headers
    }

    fn settings(&self) -> &'static [Setting] {
        self.settings
    }

    fn has_secrets(&self) -> bool {
        self.algorithm == Alg::Hs256
    }

    fn key(&self, secret: &Secret, side: Side) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        match (self.algorithm, side) {
            (Alg::Hs256, _) => key_bytes(KeyFormat::Text, secret),
            #[cfg(feature = "ecdsa")]
            (Alg::Es256, Side::Sign) => super::private_key::p256_private(secret),
            #[cfg(feature = "rsa")]
            (Alg::Rs256, Side::Sign) => super::private_key::rsa_private(secret),
            #[cfg(any(feature = "ecdsa", feature = "rsa"))]
            (_, Side::Verify) => Err(secret.problem(crate::SecretProblem::NotAKey)),
        }
    }

    fn claims<'a>(&self, request: &Request<'a>) -> Result<Claims<'a>, VerifyError> {
        let name = self.headers.first().copied().unwrap_or_default();
        let malformed = || Request::malformed(name);
        let text = request.header(name)?;
        let text = text
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(malformed)?;
        let token = Token::split(text).ok_or_else(malformed)?;
        let head = token.head().ok_or_else(malformed)?;
        let said = |claim| head.get(claim).and_then(Json::text);
        // What the row does not name is never looked at, and extensions that must be understood are not.
        if said("alg") != Some(self.algorithm.name()) || head.get("crit").is_some() {
            return Err(malformed());
        }
        let key = match self.has_secrets() {
            true => None,
            false => {
                let id = said("kid").and_then(|id| visible(id.as_bytes(), MAX_KEY_ID));
                Some(Claimed {
                    request: KeyRequest::Jwk {
                        scheme: self.scheme,
                        id: id.ok_or_else(malformed)?.to_owned(),
                        url: self.keys,
                    },
                    certified: None,
                })
            }
        };
        let body = token.body().ok_or_else(malformed)?;
        self.check_parties(&body, request)?;
        let signed_at = self.check_times(&body, request.window, malformed)?;

        let mut digests = Vec::new();
        if let Some((claim, spelling)) = self.body_hash {
            match body.get(claim).and_then(Json::text) {
                Some(text) => {
                    let hash = spelling.read(text).ok_or_else(malformed)?;
                    digests.push((hash, Sha256::digest(request.body).into()));
                }
                // Bird's tokens say nothing of a body that is not there.
                None if request.body.is_empty() && self.url_hash.is_some() => {}
                None => return Err(malformed()),
            }
        }
        if let Some(claim) = self.url_hash {
            let target = core::str::from_utf8(request.header(PATH)?);
            let url = with_query(request.url, target.map_err(|_| Request::malformed(PATH))?);
            digests.push((
                hash(&body, claim).ok_or_else(malformed)?,
                Sha256::digest(url.as_bytes()).into(),
            ));
        }
        if self.query_hash {
            let canonical = canonical(request.header(METHOD)?, request.header(PATH)?, request.url)?;
            digests.push((
                hash(&body, "qsh").ok_or_else(malformed)?,
                Sha256::digest(canonical).into(),
            ));
        }
        let id = self
            .id
            .and_then(|claim| body.get(claim))
            .and_then(Json::text);
        let check = Check {
            content: alloc::vec![Cow::Owned(token.signed.to_vec())],
            variant: None,
            candidates: alloc::vec![token.signature.clone().into()],
        };
        Ok(Claims {
            digests,
            key,
            signed_at,
            id: id
                .filter(|id| id.len() <= MAX_ATTRIBUTE)
                .map(|id| Text::new(id.as_bytes())),
            ..Claims::one(self.algorithm.algorithm(), check)
        })
    }

    fn sign(&self, message: &Outgoing<'_>) -> Result<SignedRequest, SignError> {
        use serde_json::{Map, Value};
        let mut head = Map::new();
        head.insert("alg".into(), self.algorithm.name().into());
        head.insert("typ".into(), "JWT".into());
        if let Some(id) = message.settings.get(Setting::KeyId) {
            head.insert("kid".into(), id.into());
        }
        let mut body = Map::new();
        let issuer = match self.issuer {
            Issuer::Fixed(issuers) => issuers.first().copied(),
            _ => message.settings.get(Setting::Issuer),
        };
        if let Some(issuer) = issuer {
            body.insert("iss".into(), issuer.into());
        }
        let named = [
            (self.audience, "aud", Setting::Audience),
            (self.account, "email", Setting::ServiceAccount),
        ];
        for (wanted, claim, setting) in named {
            if wanted {
                let value = message.settings.get(setting);
                body.insert(
                    claim.into(),
                    value.ok_or(SignError::MissingSetting(setting))?.into(),
                );
            }
        }
        if self.account {
            body.insert("email_verified".into(), true.into());
        }
        let now = message.time.as_secs();
        if self.freshness != Freshness::None {
            body.insert("iat".into(), now.into());
        }
        if self.freshness == Freshness::Expires {
            body.insert("nbf".into(), now.into());
            body.insert("exp".into(), now.saturating_add(LIFETIME).into());
        }
        if let (Some(claim), Some(id)) = (self.id, message.id) {
            body.insert(claim.into(), id.into());
        }
        let hex = |bytes: &[u8]| base16ct::lower::encode_string(&Sha256::digest(bytes));
        if let Some((claim, spelling)) = self.body_hash {
            let hash = match spelling {
                Spelling::Hex => hex(message.body),
                Spelling::Base64 => Base64::encode_string(&Sha256::digest(message.body)),
            };
            body.insert(claim.into(), hash.into());
        }
        if let Some(claim) = self.url_hash {
            body.insert(claim.into(), hex(message.url()?.as_bytes()).into());
        }
        if self.query_hash {
            let url = message.url()?;
            let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
            let target = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
            let base = message.settings.get(Setting::Audience).unwrap_or_default();
            let canonical =
                canonical(b"POST", target.as_bytes(), base).map_err(|_| SignError::MissingUrl)?;
            body.insert("qsh".into(), hex(&canonical).into());
        }
        let pack =
            |map| Base64UrlUnpadded::encode_string(Value::Object(map).to_string().as_bytes());
        let signed = [pack(head), pack(body)].join(".");
        let signature = match self.algorithm {
            Alg::Hs256 => message.hmac(
                Algorithm::HmacSha256,
                &alloc::vec![signed.as_bytes().into()],
            ),
            #[cfg(feature = "ecdsa")]
            Alg::Es256 => message.ecdsa(Algorithm::EcdsaP256Fixed, signed.as_bytes())?,
            #[cfg(feature = "rsa")]
            Alg::Rs256 => message.rsa(signed.as_bytes())?,
        };
        let token = [&signed, ".", &Base64UrlUnpadded::encode_string(&signature)].concat();
        let name = self.headers.first().copied().unwrap_or_default();
        Ok(SignedRequest::header(name, [self.prefix, &token].concat()))
    }
}

impl Jwt {
    /// Who made the token, and for whom. Nothing of this is believed before the signature is judged.
    fn check_parties(&self, body: &Json<'_>, request: &Request<'_>) -> Result<(), VerifyError> {
        let said = |claim| body.get(claim).and_then(Json::text);
        let wrong = |claim| VerifyError::WrongParty { claim };
        let right = match self.issuer {
            Issuer::Any => true,
            Issuer::Fixed(issuers) => said("iss").is_some_and(|issuer| issuers.contains(&issuer)),
            Issuer::Named => match request.settings.get(Setting::Issuer) {
                Some(issuer) => said("iss") == Some(issuer),
                None => true,
            },
        };
        if !right {
            return Err(wrong("iss"));
        }
        if self.audience {
            let audience = said("aud");
            if !request
                .settings
                .all(Setting::Audience)
                .any(|ours| audience == Some(ours))
            {
                return Err(wrong("aud"));
            }
        }
        if self.account {
            let account = said("email");
            let ours = request
                .settings
                .all(Setting::ServiceAccount)
                .any(|ours| account == Some(ours));
            if !ours || body.get("email_verified") != Some(&Json::Bool(true)) {
                return Err(wrong("email"));
            }
        }
        Ok(())
    }

    fn check_times(
        &self,
        body: &Json<'_>,
        window: Window,
        malformed: impl Fn() -> VerifyError,
    ) -> Result<Option<UnixTime>, VerifyError> {
        let time = |claim| match body.get(claim) {
            None => Ok(None),
            Some(value) => value
                .seconds()
                .filter(|seconds| *seconds < 1_000_000_000_000)
                .map(|seconds| Some(UnixTime::from_secs(seconds)))
                .ok_or_else(&malformed),
        };
        let Window {
            received_at,
            tolerance,
        } = window;
        match self.freshness {
            Freshness::None => Ok(None),
            #[cfg(feature = "ecdsa")]
            Freshness::IssuedAt => {
                let issued_at = time("iat")?.ok_or_else(&malformed)?;
                window.admit(issued_at)?;
                Ok(Some(issued_at))
            }
            Freshness::Expires => {
                let end = time("exp")?.ok_or_else(&malformed)?;
                if end.saturating_add(tolerance) < received_at {
                    return Err(VerifyError::TimestampTooOld {
                        signed_at: end,
                        received_at,
                        tolerance,
                    });
                }
                // A token that is good for ever is one that somebody stole.
                let last = received_at.saturating_add(MAX_LIFETIME);
                for begin in [
                    time("nbf")?,
                    time("iat")?,
                    Some(end).filter(|end| *end > last),
                ] {
                    if let Some(signed_at) = begin
                        && received_at.saturating_add(tolerance) < signed_at
                    {
                        return Err(VerifyError::TimestampInFuture {
                            signed_at,
                            received_at,
                            tolerance,
                        });
                    }
                }
                Ok(time("iat")?.or(time("nbf")?))
            }
        }
    }
}

/// The longest that a provider lets its tokens live is an hour.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

impl Spelling {
    fn read(self, text: &str) -> Option<[u8; 32]> {
        let mut hash = [0; 32];
        let len = match self {
            Self::Base64 => Base64::decode(text, &mut hash).ok()?.len(),
            Self::Hex => base16ct::mixed::decode(text, &mut hash).ok()?.len(),
        };
        (len == 32).then_some(hash)
    }
}

fn hash(body: &Json<'_>, claim: &str) -> Option<[u8; 32]> {
    Spelling::Hex.read(body.get(claim)?.text()?)
}

/// A token in its three parts, decoded and not believed.
struct Token<'t> {
    signed: &'t [u8],
    head: Vec<u8>,
    body: Vec<u8>,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    fn split(text: &'t [u8]) -> Option<Self> {
        let text = core::str::from_utf8(text).ok()?;
        let mut parts = text.split('.');
        let (head, body, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let unpack = |part| Base64UrlUnpadded::decode_vec(part).ok();
        Some(Self {
            signed: text.as_bytes().get(..head.len() + 1 + body.len())?,
            head: unpack(head)?,
            body: unpack(body)?,
            signature: unpack(signature)?,
        })
    }

    fn head(&self) -> Option<Json<'_>> {
        Json::read(&self.head).filter(|json| matches!(json, Json::Object(_)))
    }

    fn body(&self) -> Option<Json<'_>> {
        Json::read(&self.body).filter(|json| matches!(json, Json::Object(_)))
    }
}

/// The canonical request of Atlassian Connect: method, path below the app's own URL, and the query in the order of its
/// names, without the token itself.
fn canonical(method: &[u8], target: &[u8], app: &str) -> Result<Vec<u8>, VerifyError> {
    let malformed = || Request::malformed(PATH);
    let target = core::str::from_utf8(target).map_err(|_| malformed())?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let app = app.split_once("://").map_or("", |(_, rest)| rest);
    let base = app.find('/').and_then(|at| app.get(at..)).unwrap_or("");
    let path = path
        .strip_prefix(base.trim_end_matches('/'))
        .unwrap_or(path);
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let mut names: Vec<(String, Vec<String>)> = Vec::new();
    let mut fields = super::form::fields(query.as_bytes()).map_err(|_| malformed())?;
    fields.sort_unstable();
    for (name, value) in fields {
        if *name == *b"jwt" {
            continue;
        }
        let (name, value) = (percent(&name), percent(&value));
        match names.last_mut() {
            Some((last, values)) if *last == name => values.push(value),
            _ => names.push((name, alloc::vec![value])),
        }
    }
    let query: Vec<String> = names
        .into_iter()
        .map(|(name, values)| [name, values.join(",")].join("="))
        .collect();
    let method = method.to_ascii_uppercase();
    let path = path.replace('&', "%26");
    Ok([
        &method[..],
        b"&",
        path.as_bytes(),
        b"&",
        query.join("&").as_bytes(),
    ]
    .concat())
}

/// Percent-encoding of RFC 3986.
fn percent(text: &[u8]) -> String {
    super::form::encode(text)
        .replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_request_has_its_query_in_order_and_without_the_token() {
        let of = |target: &str, app: &str| {
            String::from_utf8(canonical(b"get", target.as_bytes(), app).unwrap()).unwrap()
        };
        assert_eq!(
            of(
                "/app/path/to/service/?zee_last=param&repeated=parameter%202&first=param&repeated=parameter+1&jwt=x.y.z",
                "https://shop.example.com/app"
            ),
            "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param"
        );
        assert_eq!(of("/", "https://shop.example.com"), "GET&/&");
        assert_eq!(of("/a&b?x=~*", ""), "GET&/a%26b&x=~%2A");
    }

    #[test]
    fn a_token_has_three_parts_of_base64url_without_padding() {
        let split = |text: &str| Token::split(text.as_bytes()).is_some();
        assert!(split("e30.e30.AA"));
        for text in [
            "",
            "e30",
            "e30.e30",
            "e30.e30.AA.AA",
            "e30.e30.AA=",
            "e3+.e30.AA",
            "e30.e30.A A",
        ] {
            assert!(!split(text), "{text}");
        }
    }
}
