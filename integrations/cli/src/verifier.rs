//! From arguments to a verifier, with errors in the words of the command line.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use webhook_verify::{ConfigError, Scheme, Secret, SecretSet, Setting, Verifier};

use crate::failure::Failure;
use crate::secrets::Secrets;
use crate::{body, labels, names, numbers};

/// What every command that verifies is told.
#[derive(clap::Args, Clone)]
pub(crate) struct KeyArgs {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
    /// The key of a provider that signs with a private one: the key itself, or @FILE.
    #[arg(
        long = "public-key",
        value_name = "[LABEL=]KEY",
        help_heading = "Secrets (repeat while they rotate, the newest first)"
    )]
    pub(crate) public_keys: Vec<OsString>,
}

/// What a verifier looks at apart from the secrets.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct PolicyArgs {
    /// The URL that the provider was given, to the letter, where it signs that.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// How far the signed time and the clock may be apart [default: what the provider's own SDK allows].
    #[arg(long, value_name = "SECONDS", value_parser = numbers::tolerance)]
    pub(crate) tolerance: Option<u64>,
    /// Accept that the provider says who sends and not what is sent.
    #[arg(long)]
    pub(crate) accept_uncovered_body: bool,
    /// What some providers need besides a secret, such as key-id=..; webhookctl providers NAME lists it.
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(Setting, String)>,
}

/// `name=value`, of which only the name is ever repeated, and only if it is one.
pub(crate) fn setting(text: &str) -> Result<(Setting, String), String> {
    let known = text
        .split_once('=')
        .and_then(|(name, value)| Some((Setting::from_name(name)?, value.to_owned())));
    known.ok_or_else(|| {
        "--setting takes NAME=VALUE, where webhookctl providers PROVIDER says which names there are".to_owned()
    })
}

/// A verifier of that scheme.
pub(crate) fn build(
    scheme: Scheme,
    keys: &KeyArgs,
    policy: &PolicyArgs,
) -> Result<Verifier, Failure> {
    let secrets = keys.read(&scheme)?;
    let build = |secrets: SecretSet| {
        let mut builder = Verifier::builder(scheme).secrets(secrets);
        if let Some(url) = &policy.url {
            builder = builder.public_url(url);
        }
        if let Some(seconds) = policy.tolerance {
            builder = builder.tolerance(Duration::from_secs(seconds));
        }
        for (setting, value) in &policy.settings {
            builder = builder.setting(*setting, value);
        }
        if policy.accept_uncovered_body {
            builder = builder.accept_uncovered_body();
        }
        builder.build()
    };
    build(secrets).map_err(|error| in_our_words(&error))
}

impl KeyArgs {
    fn read(&self, scheme: &Scheme) -> Result<SecretSet, Failure> {
        let name = scheme.name();
        match names::has_public_key(scheme) {
            true if !self.secrets.is_empty() => Err(Failure::misuse(format_args!(
                "{name} signs with a private key; give the public one with --public-key instead of a secret"
            ))),
            true => self.public_keys(name),
            false if !self.public_keys.is_empty() => Err(Failure::misuse(format_args!(
                "{name} signs with a shared secret; give that with --secret-env instead of --public-key"
            ))),
            false => self.secrets.read(),
        }
    }

    fn public_keys(&self, name: &str) -> Result<SecretSet, Failure> {
        let mut set: Option<SecretSet> = None;
        for (number, given) in (1..).zip(&self.public_keys) {
            let (label, text) = labels::split(given.as_encoded_bytes());
            let key = match text.strip_prefix(b"@") {
                Some(path) => Secret::new(
                    body::read(Some(Path::new(&*String::from_utf8_lossy(path))))?.trim_ascii(),
                ),
                None => Secret::new(text),
            };
            let key = key.map_err(|error| {
                Failure::misuse(format_args!("--public-key cannot be used: {error}"))
            })?;
            let label = match label {
                Some(label) => label.to_owned(),
                None if number == 1 => "current".to_owned(),
                None => format!("key-{number}"),
            };
            set = Some(match set {
                None => SecretSet::new(&label, key),
                Some(set) => set.and(&label, key).map_err(Failure::misuse)?,
            });
        }
        set.ok_or_else(|| {
            Failure::misuse(format_args!(
                "{name} signs with a private key; give its public one with --public-key KEY or --public-key @FILE"
            ))
        })
    }
}

/// The errors that name a method of the library name an option here.
pub(crate) fn in_our_words(error: &ConfigError) -> Failure {
    Failure::misuse(match error {
        ConfigError::NoUrl { scheme } => {
            format!(
                "{scheme} signs the URL that the provider was given; add --url URL, to the letter"
            )
        }
        ConfigError::UncoveredBody { scheme } => format!(
            "{scheme} does not authenticate the whole body, so anybody on the way could change it; add \
             --accept-uncovered-body if you accept that"
        ),
        ConfigError::MissingSetting { scheme, setting } => {
            format!("{scheme} needs to know its {setting}; add --setting {setting}=VALUE")
        }
        other => other.to_string(),
    })
}
