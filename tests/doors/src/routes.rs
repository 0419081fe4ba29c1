//! The endpoints that every server has: a verifier each under an obviously fake secret, at one moment of time.

use webhook_tower::Intake;
use webhook_verify::{
    Discord, GitHub, GitLabToken, Scheme, Shopify, Slack, Square, StandardWebhooks, Stripe,
    UnixTime, Verifier, VerifierBuilder,
};

/// The moment at which the clock stands.
pub const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
/// The longest body, in bytes.
pub const LIMIT: usize = 16 * 1024;
/// What most of them have for a secret.
pub const SECRET: &str = "not-a-real-secret";

/// One endpoint.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where it is.
    pub path: &'static str,
    /// Who may post there.
    pub verifier: Verifier,
    /// Which requests are taken.
    pub intake: Intake,
}

/// All of them.
#[must_use]
pub fn routes() -> Vec<Route> {
    let plain = |path, scheme| Route {
        path,
        verifier: build(Verifier::builder(scheme).secret("current", SECRET)),
        intake: Intake::new(),
    };
    let standard = Verifier::builder(StandardWebhooks::SCHEME)
        .secret("new", "whsec_bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0")
        .secret("old", "whsec_YW5vdGhlciBmYWtlIHNlY3JldCBmb3IgdGVzdHM=");
    let square = Verifier::builder(Square::SCHEME)
        .secret("current", SECRET)
        .public_url("https://shop.example.net/square");
    let discord = Verifier::builder(Discord::SCHEME).secret(
        "current",
        "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
    );
    let gitlab = Verifier::builder(GitLabToken::SCHEME)
        .secret("current", SECRET)
        .accept_uncovered_body();
    vec![
        with(plain("/standard", GitHub::SCHEME), build(standard)),
        plain("/github", GitHub::SCHEME),
        plain("/stripe", Stripe::SCHEME),
        plain("/slack", Slack::SCHEME),
        plain("/shopify", Shopify::SCHEME),
        with(plain("/square", GitHub::SCHEME), build(square)),
        with(plain("/discord", GitHub::SCHEME), build(discord)),
        with(plain("/gitlab", GitHub::SCHEME), build(gitlab)),
        Route {
            intake: Intake::new().inflate(4 * LIMIT),
            ..plain("/inflated", GitHub::SCHEME)
        },
        Route {
            intake: Intake::new().content_types(["application/json"]),
            ..plain("/json", GitHub::SCHEME)
        },
    ]
}

fn with(route: Route, verifier: Verifier) -> Route {
    Route { verifier, ..route }
}

fn build(builder: VerifierBuilder) -> Verifier {
    builder.body_limit(LIMIT).clock(|| NOW).build().unwrap()
}

/// A scheme whose posts have no limit but the default ones, for tests that send much.
#[must_use]
pub fn at_default_limits(path: &'static str, scheme: Scheme, intake: Intake) -> Route {
    let verifier = Verifier::builder(scheme)
        .secret("current", SECRET)
        .clock(|| NOW)
        .build()
        .unwrap();
    Route {
        path,
        verifier,
        intake,
    }
}
