//! Stripe, as its SDKs verify it (stripe-node 23.1, stripe-python 16.1) and docs.stripe.com/webhooks describes it.

use alloc::borrow::Cow;
use core::time::Duration;

use crate::scheme::{
    Encoding, Field, IdentityRule, KeyFormat, Part, Scheme, SignatureHeader, Syntax,
};

super::provider! {
    /// Stripe `v1`: HMAC-SHA256 over `{t}.{body}`.
    ///
    /// The secret is used as it is, with its `whsec_`: it is not base64. While an endpoint's secret is rolled Stripe
    /// sends several `v1=`; `v0=` and other keys are passed over. Unlike Stripe's own SDKs this refuses a time that is
    /// too far in the future.
    Stripe = Scheme {
        name: Cow::Borrowed("stripe"),
        signature: SignatureHeader {
            header: Cow::Borrowed("stripe-signature"),
            syntax: Syntax::Items { separator: b',', assign: b'=', signature_key: Cow::Borrowed("v1") },
            encoding: Encoding::Hex,
        },
        key: KeyFormat::Text,
        content: Cow::Borrowed(&[Part::Timestamp, Part::Literal(Cow::Borrowed(".")), Part::Body]),
        timestamp: Some(Field::Item(Cow::Borrowed("t"))),
        id: Some(Field::Json(Cow::Borrowed(&[Cow::Borrowed("id")]))),
        event_type: Some(Field::Json(Cow::Borrowed(&[Cow::Borrowed("type")]))),
        identity: IdentityRule::SignedId,
        body_limit: 1024 * 1024,
        ack_deadline: None,
        // Live mode retries for three days; by hand an event can be sent again for thirty.
        resend_horizon: Some(Duration::from_secs(30 * 24 * 60 * 60)),
    };
}
