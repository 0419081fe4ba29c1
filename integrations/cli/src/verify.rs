//! `webhookctl verify`: one request, its verdict, and what is likeliest wrong with it.

use std::fmt::Write as _;

use serde::Serialize;
use webhook_verify::{
    Absent, Attribute, BodyCoverage, Clock as _, Coverage, Scheme, SystemClock, UnixTime, Verified,
    Verifier, VerifyError,
};

use crate::failure::{Failure, Verdict};
use crate::output::{BAD, FAINT, GOOD, HEADING, Output};
use crate::request::{self, Captured, RequestArgs};
use crate::verifier::{KeyArgs, PolicyArgs};
use crate::{names, numbers, verifier, when};

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// Who sent it; see webhookctl providers.
    #[arg(short, long, value_name = "PROVIDER", value_parser = names::scheme)]
    provider: Scheme,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    /// When it was received [default: now].
    #[arg(long, value_name = "UNIX", value_parser = numbers::unix_seconds)]
    now: Option<u64>,
    #[command(flatten)]
    request: RequestArgs,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let mut policy = args.policy.clone();
    // What is wrong with the arguments is said before anybody has to type a body.
    let early = verifier::build(args.provider, &args.keys, &policy);
    if let (Err(failure), false) = (&early, args.request.has_url()) {
        return Err(failure.clone());
    }
    let mut captured = args.request.read()?;
    if policy.url.is_none() {
        policy.url.clone_from(&captured.url);
    }
    if let Some(url) = &policy.url
        && captured.target.is_none()
    {
        captured.target = request::target_of(url);
    }
    let verifier = verifier::build(args.provider, &args.keys, &policy)?;
    let now = args
        .now
        .map_or_else(|| SystemClock.now(), UnixTime::from_secs);
    match verifier.verify_at(request::fields(&captured), &captured.body, now) {
        Ok(verified) => {
            tell_verified(&verified, now, output)?;
            Ok(Verdict::Done)
        }
        Err(error) => {
            tell_refused(&verifier, &captured, &error, now, output)?;
            Ok(Verdict::Refused)
        }
    }
}

#[derive(Serialize)]
struct Good<'a> {
    verified: bool,
    provider: &'a str,
    secret: &'a str,
    id: Option<&'a str>,
    id_signed: Option<bool>,
    timestamp: Option<u64>,
    r#type: Option<&'a str>,
}

#[derive(Serialize)]
struct Bad {
    verified: bool,
    error: String,
    hint: Option<String>,
}

fn tell_verified(
    verified: &Verified<&Vec<u8>>,
    now: UnixTime,
    output: Output,
) -> Result<(), Failure> {
    let attributes = verified.attributes();
    if output.is_json() {
        let id = attributes.id.as_ref().ok();
        return output.object(&Good {
            verified: true,
            provider: verified.source(),
            secret: verified.secret_label(),
            id: id.map(|id| &*id.value),
            id_signed: id.map(|id| id.signed),
            timestamp: verified.signed_at().map(UnixTime::as_secs),
            r#type: attributes
                .event_type
                .as_ref()
                .ok()
                .map(|found| &*found.value),
        });
    }
    let mut text = format!(
        "{GOOD}verified{GOOD:#} {HEADING}{}{HEADING:#}\n",
        verified.source()
    );
    let mut row = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {FAINT}{name:<10}{FAINT:#} {value}");
    };
    row("secret", verified.secret_label().to_owned());
    row("id", attribute(&attributes.id));
    row("type", attribute(&attributes.event_type));
    row(
        "timestamp",
        match verified.signed_at() {
            Some(at) => format!(
                "{} (signed): {}, {}",
                at.as_secs(),
                when::utc(at),
                when::relative(at, now)
            ),
            None => "none is signed: a replay cannot be told by its age".to_owned(),
        },
    );
    row("covers", in_words(verified.coverage()));
    output.text(text.trim_end())
}

fn attribute(found: &Result<Attribute<'_>, Absent>) -> String {
    match found {
        Ok(Attribute {
            value,
            signed: true,
        }) => format!("{value} (signed)"),
        Ok(Attribute { value, .. }) => {
            format!("{value} (not signed: anybody could have written it)")
        }
        Err(Absent::Ambiguous) => "none: the body has it twice".to_owned(),
        Err(Absent::Unusable) => {
            "none: what is there is not 1 to 256 visible ASCII characters".to_owned()
        }
        Err(Absent::Undefined) => "none: this provider has none".to_owned(),
        Err(_) => "none: it is not there".to_owned(),
    }
}

/// What nobody without the secret could have changed.
pub(crate) fn in_words(coverage: Coverage) -> String {
    let body = match coverage.body {
        BodyCoverage::Whole => "the whole body",
        BodyCoverage::Partial => "a part of the body",
        BodyCoverage::Fields => "all fields of the body, run together",
        _ => "nothing of the body",
    };
    let mut text = body.to_owned();
    for (is_covered, what) in [
        (coverage.timestamp, ", the time"),
        (coverage.id, ", the id"),
    ] {
        if is_covered {
            text.push_str(what);
        }
    }
    text
}

fn tell_refused(
    verifier: &Verifier,
    captured: &Captured,
    error: &VerifyError,
    now: UnixTime,
    output: Output,
) -> Result<(), Failure> {
    let explanation = verifier.explain(request::fields(captured), &captured.body, now);
    if output.is_json() {
        return output.object(&Bad {
            verified: false,
            error: error.to_string(),
            hint: explanation.hints.first().map(ToString::to_string),
        });
    }
    let name = verifier.scheme().name();
    let mut text = format!("{BAD}refused{BAD:#} {HEADING}{name}{HEADING:#}: {error}");
    let words = std::iter::once("likeliest").chain(std::iter::repeat("or"));
    for (word, hint) in words.zip(&explanation.hints) {
        let _ = write!(text, "\n  {FAINT}{word:<10}{FAINT:#} {hint}");
    }
    output.text(text)
}
