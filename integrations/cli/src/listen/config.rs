//! What to listen for: from arguments, or from a TOML file.

use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;
use webhook_verify::{Message, Scheme, SignError, Signer, Verifier};

use super::Args;
use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::store::Location;
use crate::target::Target;
use crate::verifier::{self, KeyArgs, PolicyArgs};
use crate::{body, names};

/// A receiver, ready to be started.
pub(super) struct Setup {
    pub(super) endpoints: Vec<Endpoint>,
    pub(super) store: Location,
    pub(super) addr: SocketAddr,
    pub(super) metrics_addr: Option<SocketAddr>,
}

/// One provider's way in.
pub(super) struct Endpoint {
    /// Part of the identity of every event.
    pub(super) name: String,
    /// Any, if there is none.
    pub(super) path: Option<String>,
    pub(super) verifier: Verifier,
    pub(super) signer: Option<Signer>,
    pub(super) forward: Option<Target>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    addr: Option<String>,
    metrics_addr: Option<String>,
    store: Option<String>,
    endpoint: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    provider: String,
    name: Option<String>,
    path: Option<String>,
    #[serde(default)]
    secret: Vec<String>,
    #[serde(default)]
    secret_env: Vec<String>,
    #[serde(default)]
    secret_file: Vec<String>,
    #[serde(default)]
    public_key: Vec<String>,
    url: Option<String>,
    tolerance: Option<u64>,
    #[serde(default)]
    accept_uncovered_body: bool,
    #[serde(default)]
    setting: Vec<String>,
    forward: Option<String>,
}

/// A socket's address; a port alone is one of this machine's own.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    let text = match port.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => text.replacen("localhost:", "127.0.0.1:", 1),
    };
    text.parse().map_err(|_| {
        "an address is an IP address and a port, such as 127.0.0.1:3000, or 0.0.0.0:3000 for every interface".to_owned()
    })
}

pub(super) fn setup(args: &Args) -> Result<Setup, Failure> {
    let (endpoints, file) = match (&args.config, args.provider) {
        (Some(path), _) => from_file(path)?,
        (None, Some(scheme)) => (vec![from_args(args, scheme)?], None),
        (None, None) => return Err(Failure::misuse("--provider must be given too")),
    };
    let file = file.unwrap_or_default();
    check(&endpoints)?;
    Ok(Setup {
        endpoints,
        store: args
            .store
            .clone()
            .or(file.store)
            .unwrap_or(Location::Memory),
        addr: args
            .addr
            .or(file.addr)
            .unwrap_or_else(|| ([127, 0, 0, 1], 3000).into()),
        metrics_addr: args.metrics_addr.or(file.metrics_addr),
    })
}

/// What the file says of the whole receiver.
#[derive(Default)]
struct Whole {
    addr: Option<SocketAddr>,
    metrics_addr: Option<SocketAddr>,
    store: Option<Location>,
}

fn from_args(args: &Args, scheme: Scheme) -> Result<Endpoint, Failure> {
    endpoint(
        scheme,
        scheme.name().to_owned(),
        args.path.clone(),
        &args.keys,
        &args.policy,
        args.forward.clone(),
    )
}

fn from_file(path: &Path) -> Result<(Vec<Endpoint>, Option<Whole>), Failure> {
    let bytes = body::read(Some(path))?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::misuse("the file of --config is not text in UTF-8"))?;
    let file: File = toml::from_str(text).map_err(|error| malformed(text, &error))?;
    let in_file = |what: &str, problem: String| {
        Failure::misuse(format_args!("in the file of --config, {what}: {problem}"))
    };
    let whole = Whole {
        addr: file
            .addr
            .as_deref()
            .map(address)
            .transpose()
            .map_err(|error| in_file("addr", error))?,
        metrics_addr: file
            .metrics_addr
            .as_deref()
            .map(address)
            .transpose()
            .map_err(|error| in_file("metrics-addr", error))?,
        store: file
            .store
            .map(|store| store.parse())
            .transpose()
            .map_err(|error| in_file("store", error))?,
    };
    let mut endpoints = Vec::new();
    for (number, entry) in (1..).zip(file.endpoint) {
        let what = format!("endpoint {number}");
        let scheme = names::scheme(&entry.provider).map_err(|error| in_file(&what, error))?;
        let name = entry.name.unwrap_or_else(|| scheme.name().to_owned());
        let path = entry.path.unwrap_or_else(|| format!("/{name}"));
        let forward = entry.forward.map(|url| url.parse()).transpose();
        let keys = KeyArgs {
            secrets: Secrets::of(entry.secret_env, entry.secret_file, entry.secret),
            public_keys: entry.public_key.into_iter().map(Into::into).collect(),
        };
        let settings = entry
            .setting
            .iter()
            .map(|text| verifier::setting(text))
            .collect();
        let settings: Result<Vec<_>, String> = settings;
        let policy = PolicyArgs {
            url: entry.url,
            tolerance: entry.tolerance,
            accept_uncovered_body: entry.accept_uncovered_body,
            settings: settings.map_err(|error| in_file(&what, error))?,
        };
        let forward = forward.map_err(|error| in_file(&what, error))?;
        let made = endpoint(scheme, name, Some(path), &keys, &policy, forward);
        endpoints.push(made.map_err(|failure| match failure {
            Failure::Misuse(sentence) => in_file(&what, sentence),
            other => other,
        })?);
    }
    Ok((endpoints, Some(whole)))
}

/// Where it is and what is missing, and never what stands there.
fn malformed(text: &str, error: &toml::de::Error) -> Failure {
    let at = error.span().map_or(0, |span| span.start);
    let line = text.get(..at).unwrap_or(text).lines().count().max(1);
    let message = error.message().lines().next().unwrap_or_default();
    let shown = match message.contains("invalid type") || message.contains("invalid value") {
        true => "a value is of the wrong type",
        false => message,
    };
    Failure::misuse(format_args!(
        "the file of --config cannot be read at line {line}: {shown}"
    ))
}

fn endpoint(
    scheme: Scheme,
    name: String,
    path: Option<String>,
    keys: &KeyArgs,
    policy: &PolicyArgs,
    forward: Option<Target>,
) -> Result<Endpoint, Failure> {
    if let Some(path) = &path
        && (!path.starts_with('/') || path.contains(['{', '}', '*', '?', '#', ' ']))
    {
        return Err(Failure::misuse(
            "--path begins with / and has no {, }, *, ?, # or space, such as /stripe",
        ));
    }
    let verifier = verifier::build(scheme, keys, policy)?;
    // Not every scheme can sign; forwarded events then go without a signature.
    let signer = match (&forward, names::has_public_key(&scheme)) {
        (Some(_), false) => keys.secrets.read().ok().and_then(|secrets| {
            let mut signer = Signer::with_secrets(scheme, &secrets).ok()?;
            for (setting, value) in &policy.settings {
                signer = signer.setting(*setting, value);
            }
            (!matches!(
                signer.sign(&Message::new(b"{}").id("probe").url("https://a.example/")),
                Err(SignError::InBody)
            ))
            .then_some(signer)
        }),
        _ => None,
    };
    Ok(Endpoint {
        name,
        path,
        verifier,
        signer,
        forward,
    })
}

fn check(endpoints: &[Endpoint]) -> Result<(), Failure> {
    for (at, endpoint) in endpoints.iter().enumerate() {
        let mut before = endpoints.iter().take(at);
        if before.clone().any(|other| other.path == endpoint.path) {
            return Err(Failure::misuse(
                "two endpoints have the same path; give each its own",
            ));
        }
        if before.any(|other| other.name == endpoint.name) {
            return Err(Failure::misuse(format_args!(
                "two endpoints are called {}; give each a name of its own, such as stripe-live and stripe-test",
                endpoint.name
            )));
        }
    }
    let forwarding = endpoints
        .iter()
        .filter(|endpoint| endpoint.forward.is_some())
        .count();
    if endpoints.is_empty() {
        return Err(Failure::misuse(
            "the file of --config has no [[endpoint]]; add one",
        ));
    }
    if forwarding != 0 && forwarding != endpoints.len() {
        return Err(Failure::misuse(
            "some endpoints have a forward and some have none, and one worker serves them all; give every one a forward, or \
             none",
        ));
    }
    Ok(())
}
