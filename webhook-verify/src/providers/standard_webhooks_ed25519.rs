//! Standard Webhooks: the specification of standardwebhooks.com, version 1.0.0, scheme `v1a`.

use crate::scheme::{Algorithm, Encoding, KeyFormat, Scheme, Syntax};

super::provider! {
    /// Standard Webhooks `v1a`: Ed25519 over `{webhook-id}.{webhook-timestamp}.{body}`.
    ///
    /// A receiver has the public key, `whpk_` and base64; a sender the private one, `whsk_` and base64. Otherwise as
    /// [`StandardWebhooks`](crate::StandardWebhooks), whose `v1` signatures are never looked at here.
    StandardWebhooksEd25519 = Scheme {
        name: "standard-webhooks-v1a",
        title: "Standard Webhooks (v1a)",
        syntax: Syntax::Items { separator: b' ', assign: b',', signature_key: "v1a" },
        algorithm: Algorithm::Ed25519,
        key: KeyFormat::Ed25519 { public_prefix: "whpk_", private_prefix: "whsk_", encoding: Encoding::Base64 },
        max_signatures: 8,
        ..crate::StandardWebhooks::SCHEME
    };
}
