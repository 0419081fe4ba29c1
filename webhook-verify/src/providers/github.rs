//! GitHub, as docs.github.com/webhooks and @octokit/webhooks-methods 6.0 have it.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::scheme::{
    Encoding, Field, IdentityRule, KeyFormat, Part, Scheme, SignatureHeader, Syntax,
};

super::provider! {
    /// GitHub: HMAC-SHA256 over the body, in `X-Hub-Signature-256`.
    ///
    /// Nothing but the body is signed: no time, and neither the delivery id nor the event type in the headers. A replay
    /// can carry a fresh id, so the identity of an event is a digest over its type and its body. The SHA-1 signature
    /// that GitHub sends beside this one is never looked at.
    GitHub = Scheme {
        name: Cow::Borrowed("github"),
        signature: SignatureHeader {
            header: Cow::Borrowed("x-hub-signature-256"),
            syntax: Syntax::Single { prefix: Cow::Borrowed("sha256=") },
            encoding: Encoding::Hex,
        },
        key: KeyFormat::Text,
        content: Cow::Borrowed(&[Part::Body]),
        timestamp: None,
        id: Some(Field::Header(Cow::Borrowed("x-github-delivery"))),
        event_type: Some(Field::Header(Cow::Borrowed("x-github-event"))),
        identity: IdentityRule::Digest,
        // GitHub does not deliver payloads over 25 MB.
        body_limit: 25 * 1024 * 1024,
        ack_deadline: Some(Duration::from_secs(10)),
        // Nothing is sent again by itself; by hand for three days.
        resend_horizon: Some(Duration::from_secs(3 * 24 * 60 * 60)),
    };
}
