//! The names of providers on the command line.

use webhook_verify::{Scheme, schemes};

/// Names that a person may well type, and the row that they mean.
const ALSO: [(&str, &str); 2] = [
    ("hubspot", "hubspot-v3"),
    ("standard-webhooks-ed25519", "standard-webhooks-v1a"),
];

/// The scheme of that name.
pub(crate) fn scheme(name: &str) -> Result<Scheme, String> {
    let wanted = name.to_ascii_lowercase().replace('_', "-");
    let row = |wanted: &str| schemes().iter().find(|scheme| scheme.name() == wanted);
    let also = || {
        let (_, row_name) = ALSO.iter().find(|(name, _)| *name == wanted)?;
        row(row_name)
    };
    row(&wanted).or_else(also).copied().ok_or_else(|| {
        let shown: String = name.escape_debug().take(40).collect();
        match nearest(&wanted) {
            Some(near) => format!("no provider is called \"{shown}\"; did you mean {near}?"),
            None => format!("no provider is called \"{shown}\"; webhookctl providers lists them"),
        }
    })
}

fn nearest(wanted: &str) -> Option<&'static str> {
    let distance = |scheme: &Scheme| strsim::jaro_winkler(scheme.name(), wanted);
    let best = schemes()
        .iter()
        .max_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(best) > 0.8).then(|| best.name())
}

/// Whether what verifies is a key that everybody may know, so that only the provider can sign.
pub(crate) fn has_public_key(scheme: &Scheme) -> bool {
    let signs_with = |name: &&str| scheme.algorithm().starts_with(*name);
    !scheme.has_secrets() || ["Ed25519", "ECDSA", "RSA"].iter().any(signs_with)
}
