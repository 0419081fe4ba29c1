//! `webhookctl sign`: the headers that make a receiver accept a body, or a whole curl command.

use std::path::PathBuf;

use rand::RngExt as _;
use serde::Serialize;
use webhook_verify::{
    Clock as _, Message, Scheme, Setting, SignError, SignedHeaders, SignedRequest, Signer,
    SystemClock, UnixTime,
};

use crate::failure::{Failure, Verdict};
use crate::output::Output;
use crate::secrets::Secrets;
use crate::{body, names, numbers, verifier};

#[derive(clap::Args, Clone)]
pub(crate) struct Args {
    /// Whose receiver is to accept it; see webhookctl providers.
    #[arg(short, long, value_name = "PROVIDER", value_parser = names::scheme)]
    provider: Scheme,
    #[command(flatten)]
    secrets: Secrets,
    #[command(flatten)]
    message: MessageArgs,
    /// The URL that it goes to, as the receiver registered it.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Print a curl command that sends it to --url.
    #[arg(long, requires = "url")]
    curl: bool,
    /// The body; - or nothing for standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

/// What a message says of itself.
#[derive(clap::Args, Clone)]
pub(crate) struct MessageArgs {
    /// The id of the event [default: a new one, where the provider signs an id].
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// The type of the event, where the provider has it in a header.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) event_type: Option<String>,
    /// The time of signing [default: now].
    #[arg(long, value_name = "UNIX", value_parser = numbers::unix_seconds)]
    pub(crate) now: Option<u64>,
    /// What some providers need besides a secret, such as key-id=..; webhookctl providers NAME lists it.
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = verifier::setting)]
    pub(crate) settings: Vec<(Setting, String)>,
}

pub(crate) fn run(args: &Args, output: Output) -> Result<Verdict, Failure> {
    let signer = signer(args.provider, &args.secrets, &args.message)?;
    let body = body::read(args.file.as_deref())?;
    let now = args
        .message
        .now
        .map_or_else(|| SystemClock.now(), UnixTime::from_secs);
    let request = sign(&signer, &args.message, args.url.as_deref(), &body, now)?;
    let headers = request.headers();
    let changed = request.body() != body || request.url() != args.url.as_deref();
    if output.is_json() {
        output.object(&Signed {
            provider: args.provider.name(),
            url: request.url().filter(|_| changed),
            body: std::str::from_utf8(request.body()).ok().filter(|_| changed),
            headers: headers
                .iter()
                .map(|(name, value)| Header { name, value })
                .collect(),
        })?;
    } else if let (true, Some(url)) = (args.curl, request.url()) {
        let file = args.file.as_deref().filter(|_| request.body() == body);
        output.text(curl(url, headers, file, request.body())?)?;
    } else if changed {
        return Err(Failure::misuse(format_args!(
            "{} writes its signature into the body or the URL, so that headers alone are not enough; add --curl --url URL, \
             or --json",
            args.provider.name()
        )));
    } else {
        let lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        output.text(lines.join("\n"))?;
    }
    Ok(Verdict::Done)
}

#[derive(Serialize)]
struct Signed<'a> {
    provider: &'a str,
    /// With the body only where the provider puts something into one of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    headers: Vec<Header<'a>>,
}

/// Not a map: a provider may repeat a header.
#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: &'a str,
}

/// A signer under all secrets, the newest first.
pub(crate) fn signer(
    scheme: Scheme,
    secrets: &Secrets,
    message: &MessageArgs,
) -> Result<Signer, Failure> {
    let signer = Signer::with_secrets(scheme, &secrets.read()?);
    let signer = signer.map_err(|error| verifier::in_our_words(&error))?;
    let settings = message.settings.iter();
    Ok(settings.fold(signer, |signer, (setting, value)| {
        signer.setting(*setting, value)
    }))
}

/// Signs one message, under a new id if it needs one and was given none.
pub(crate) fn sign(
    signer: &Signer,
    args: &MessageArgs,
    url: Option<&str>,
    body: &[u8],
    now: UnixTime,
) -> Result<SignedRequest, Failure> {
    let mut message = Message::new(body).at(now);
    if let Some(id) = &args.id {
        message = message.id(id);
    }
    if let Some(event_type) = &args.event_type {
        message = message.event_type(event_type);
    }
    if let Some(url) = url {
        message = message.url(url);
    }
    let id;
    let signed = match signer.sign_request(&message) {
        Err(SignError::MissingId) => {
            id = new_id();
            signer.sign_request(&message.id(&id))
        }
        signed => signed,
    };
    let name = signer.scheme().name();
    signed.map_err(|error| {
        Failure::misuse(match error {
            SignError::MissingUrl => format!("{name} signs the URL that the message goes to; add --url URL"),
            SignError::InBody => format!(
                "{name} puts its signature into the body, which is its own to write; no signature can be made here"
            ),
            SignError::MissingSetting(setting) => {
                format!("{name} needs to know its {setting}; add --setting {setting}=VALUE")
            }
            SignError::InvalidId => format!(
                "--id must have 1 to 256 visible ASCII characters, and none that {name} puts behind the id"
            ),
            SignError::InvalidType => "--type must have 1 to 256 visible ASCII characters".to_owned(),
            other => other.to_string(),
        })
    })
}

/// An id that nobody has used before.
pub(crate) fn new_id() -> String {
    format!("msg_{:032x}", rand::rng().random::<u128>())
}

fn curl(
    url: &str,
    headers: &SignedHeaders,
    file: Option<&std::path::Path>,
    body: &[u8],
) -> Result<String, Failure> {
    let mut command = format!("curl {}", quoted(url));
    let has_type = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !has_type {
        command.push_str(" \\\n  -H 'content-type: application/json'");
    }
    for (name, value) in headers {
        command.push_str(" \\\n  -H ");
        command.push_str(&quoted(&format!("{name}: {value}")));
    }
    let data = match file.filter(|path| path.as_os_str() != "-") {
        Some(path) => format!("--data-binary {}", quoted(&format!("@{}", path.display()))),
        None => match std::str::from_utf8(body) {
            Ok(text) if !text.contains('\0') => format!("--data-raw {}", quoted(text)),
            _ => {
                return Err(Failure::misuse(
                    "this body is not text, so that no command line can hold it; put it into a FILE and name that",
                ));
            }
        },
    };
    command.push_str(" \\\n  ");
    command.push_str(&data);
    Ok(command)
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
