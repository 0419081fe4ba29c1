//! Microsoft Graph.

use crate::challenge::Handshake;
use crate::parsed::{MSGRAPH, PARSED_LIMIT};
use crate::scheme::{Confidence, Delivery, Facts, Field, IdentityRule, Place, Scheme};

super::uncovered_provider! {
    /// Microsoft Graph change notifications: the `clientState` that you gave with the subscription, in every element of
    /// `value`.
    ///
    /// Nothing is signed: build it with `accept_uncovered_body()`. Several subscriptions may share one request; give each
    /// one's `clientState` as a secret.
    MsGraph = Scheme {
        name: "msgraph",
        title: "Microsoft Graph",
        handshakes: &[Handshake::EchoQuery { method: "POST", name: "validationToken" }],
        place: Place::Rules(&[]),
        rules: Some(&MSGRAPH),
        content: &[],
        id: Some(Field::Json(&["value", "*", "id"])),
        event_type: Some(Field::Json(&["value", "*", "changeType"])),
        identity: IdentityRule::Digest,
        body_limit: 16 * PARSED_LIMIT,
        delivery: Delivery::new(3, 4),
        facts: Facts {
            signature: Confidence::Documented,
            secret: Confidence::Documented,
            event_id: Confidence::Documented,
            delivery: Confidence::Documented,
            source: "microsoftgraph/microsoft-graph-docs-contrib concepts/change-notifications-delivery-webhooks.md",
            checked: "2026-11-22",
        },
        ..Scheme::BASE
    };
}
