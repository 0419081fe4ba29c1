//! Every row of the crate whose signature is a hash, as it stands there: a new row is measured without a word here.

use webhook_verify::{Scheme, Secret, SecretSet, Signer, Verifier, VerifierBuilder};

use crate::request::{Request, signer_headers};

/// The URL that some schemes sign.
pub(crate) const URL: &str = "https://shop.example.com/hooks?from=provider";

/// Fake secrets that nearly all schemes take, as base64 of 31 bytes behind a prefix or as text, and some in hex.
const SECRETS: [[&str; 3]; 2] = [
    [
        "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSBiZW5jaA==",
        "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgYSBiZW5jaA==",
        "whsec_YSB0aGlyZCBmYWtlIHNlY3JldCBmb3IgYSBiZW5jaA==",
    ],
    [
        "6e6f742061207265616c207365637265742c206f6e6c7920612062656e636830",
        "616e6f746865722066616b652073656372657420666f7220612062656e636830",
        "61207468697264206661206b652073656372657420666f7220612062656e6368",
    ],
];

/// A scheme, secrets that it takes, and how several signatures stand in its header.
#[derive(Clone)]
pub struct Named {
    /// The scheme.
    pub scheme: Scheme,
    /// Three secrets, the newest first.
    pub secrets: [&'static str; 3],
    /// What stands between two signatures, if its header holds several.
    pub list: Option<String>,
}

impl Named {
    fn new(scheme: Scheme) -> Option<Self> {
        let takes = |secrets: &&[&'static str; 3]| Signer::new(scheme, secrets[0]).is_ok();
        let secrets = *SECRETS.iter().find(takes)?;
        let mut named = Self {
            scheme,
            secrets,
            list: None,
        };
        let one = Request::signed(&named, 0)?;
        let other = Request::signed(&named, 1)?;
        let both = signer_headers(&named, &named.set(&secrets[..2]), &crate::body())?;
        named.list = both.iter().find_map(|(_, value)| {
            let (_, behind) = value.split_once(one.text())?;
            let (between, _) = behind.split_once(other.text())?;
            Some(between.to_owned())
        });
        Some(named)
    }

    /// Some of the secrets, under labels.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    pub fn set(&self, secrets: &[&str]) -> SecretSet {
        let secret = |text: &str| Secret::new(text).expect("a secret");
        let first = SecretSet::new("0", secret(secrets[0]));
        let rest = secrets[1..].iter().enumerate();
        rest.fold(first, |set, (label, text)| {
            set.and(&(label + 1).to_string(), secret(text))
                .expect("a label of its own")
        })
    }

    /// The beginning of a verifier of these secrets.
    pub fn verifier(&self, secrets: SecretSet) -> VerifierBuilder {
        let builder = Verifier::builder(self.scheme).secrets(secrets);
        builder.public_url(URL).accept_uncovered_body()
    }
}

/// All of them but those that have no signature to alter: tokens, and signatures that are in the body.
#[must_use]
pub fn all() -> Vec<Named> {
    let hashes = webhook_verify::schemes()
        .iter()
        .filter(|s| !s.algorithm().starts_with("none") && !s.is_parsed());
    hashes.copied().filter_map(Named::new).collect()
}

/// The names of the rows that [`all`] leaves out.
#[must_use]
pub fn left_out() -> Vec<&'static str> {
    let taken: Vec<_> = all().iter().map(|named| named.scheme.name()).collect();
    let names = webhook_verify::schemes().iter().map(Scheme::name);
    names.filter(|name| !taken.contains(name)).collect()
}

/// The one of that name.
#[must_use]
pub fn named(name: &str) -> Option<Named> {
    let found = webhook_verify::schemes()
        .iter()
        .find(|scheme| scheme.name() == name)?;
    Named::new(*found)
}
