//! Secrets on the command line. None of them, and nothing that could be one by mistake, is ever printed.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, FromArgMatches, value_parser};
use webhook_verify::{ConfigError, Secret, SecretProblem, SecretSet};

use crate::failure::Failure;
use crate::labels;

const ENV: &str = "secret-env";
const FILE: &str = "secret-file";
const VALUE: &str = "secret";

/// The secrets of `--secret-env`, `--secret-file` and `--secret`, in the order in which they were typed.
#[derive(Clone)]
pub(crate) struct Secrets {
    given: Vec<Given>,
}

#[derive(Clone)]
struct Given {
    option: &'static str,
    text: OsString,
}

impl Secrets {
    /// Those of a configuration file: variables first, then files, then texts.
    pub(crate) fn of(variables: Vec<String>, files: Vec<String>, texts: Vec<String>) -> Self {
        let of = |option: &'static str, texts: Vec<String>| {
            texts.into_iter().map(move |text| Given {
                option,
                text: text.into(),
            })
        };
        let given = of(ENV, variables)
            .chain(of(FILE, files))
            .chain(of(VALUE, texts));
        Self {
            given: given.collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Reads them all, the newest first. The label of one that was given none is the name of its variable or file, or
    /// `current`.
    pub(crate) fn read(&self) -> Result<SecretSet, Failure> {
        let mut set: Option<SecretSet> = None;
        for (number, given) in (1..).zip(&self.given) {
            let (label, text) = labels::split(given.text.as_encoded_bytes());
            let own = std::str::from_utf8(text).ok();
            let secret = match given.option {
                ENV => from_env(own)?,
                FILE => from_file(own)?,
                _ => Secret::new(text).map_err(Failure::misuse)?,
            };
            let label = label
                .map(str::to_owned)
                .unwrap_or_else(|| default_label(given.option, own, number));
            set = Some(match set {
                None => SecretSet::new(&label, secret),
                Some(set) => set.and(&label, secret).map_err(Failure::misuse)?,
            });
        }
        set.ok_or_else(|| {
            Failure::misuse(
                "no signing secret is given; add --secret-env NAME or --secret-file FILE",
            )
        })
    }
}

fn default_label(option: &str, own: Option<&str>, number: usize) -> String {
    let name = match option {
        ENV => own,
        FILE => own.and_then(|path| Path::new(path).file_name()?.to_str()),
        _ => None,
    };
    match name.filter(|name| labels::is_label(name)) {
        Some(name) => name.to_owned(),
        None if number == 1 => "current".to_owned(),
        None => format!("secret-{number}"),
    }
}

/// The error names the variable only if that cannot be a secret which was typed in its place.
fn from_env(name: Option<&str>) -> Result<Secret, Failure> {
    let name = name.filter(|name| !name.is_empty() && !name.contains(['=', '\0']));
    let Some(name) = name else {
        return Err(Failure::misuse(
            "--secret-env takes the name of an environment variable, such as STRIPE_WEBHOOK_SECRET",
        ));
    };
    let conventional = name
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    Secret::from_env(name).map_err(|error| match error {
        ConfigError::Secret {
            problem: SecretProblem::NotFound,
            ..
        } if !conventional => Failure::misuse(
            "the environment variable that --secret-env names does not exist; give the name of a variable, not the secret",
        ),
        error => Failure::misuse(error),
    })
}

fn from_file(path: Option<&str>) -> Result<Secret, Failure> {
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Err(Failure::misuse("--secret-file takes the name of a file"));
    };
    Secret::from_file(path).map_err(|error| match error {
        ConfigError::Secret {
            problem: SecretProblem::NotFound,
            ..
        } => Failure::misuse(
            "the file that --secret-file names does not exist; give the name of a file, not the secret",
        ),
        error => Failure::misuse(error),
    })
}

impl clap::Args for Secrets {
    fn augment_args(command: clap::Command) -> clap::Command {
        let secret = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name)
                .long(name)
                .value_name(value)
                .help(help)
                .action(ArgAction::Append)
                .value_parser(value_parser!(OsString))
                .allow_hyphen_values(true)
                .help_heading("Secrets (repeat while they rotate, the newest first)")
        };
        command
            .arg(secret(
                ENV,
                "[LABEL=]NAME",
                "The signing secret in that environment variable",
            ))
            .arg(secret(
                FILE,
                "[LABEL=]FILE",
                "The signing secret in that file; one line break at its end is left out",
            ))
            .arg(secret(
                VALUE,
                "[LABEL=]SECRET",
                "The signing secret itself: other users of this machine can see it in the list of processes, and your \
                 shell remembers it",
            ))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Secrets {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given: Vec<(usize, Given)> = Vec::new();
        for option in [ENV, FILE, VALUE] {
            let texts = matches.get_many::<OsString>(option).unwrap_or_default();
            let places = matches.indices_of(option).unwrap_or_default();
            given.extend(places.zip(texts.cloned()).map(|(place, text)| {
                let given = Given { option, text };
                (place, given)
            }));
        }
        given.sort_by_key(|(place, _)| *place);
        let given = given.into_iter().map(|(_, given)| given).collect();
        Ok(Self { given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
