//! The bytes of a body, from a file or from standard input, exactly as they are.

use std::io::{ErrorKind, IsTerminal, Read};
use std::path::Path;

use crate::failure::Failure;

/// More than any provider sends, so that a wrong file is noticed before it fills the memory.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Reads the file, or standard input for `-` and for none.
pub(crate) fn read(file: Option<&Path>) -> Result<Vec<u8>, Failure> {
    match file {
        Some(path) if path.as_os_str() != "-" => read_file(path),
        None if std::io::stdin().is_terminal() => Err(Failure::misuse(
            "there is no body; name a FILE, or type - and end the body with Ctrl-D",
        )),
        _ => limited(std::io::stdin().lock())
            .map_err(|error| {
                Failure::failed(format_args!("standard input cannot be read: {error}"))
            })?
            .ok_or_else(|| too_long("standard input")),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = shown(path);
    let unreadable = |error: std::io::Error| {
        Failure::misuse(match error.kind() {
            ErrorKind::NotFound => {
                format!("{name} does not exist; name a file with the body, or - for standard input")
            }
            ErrorKind::IsADirectory => {
                format!("{name} is a directory; name a file, or - for standard input")
            }
            _ => format!(
                "{name} cannot be read ({error}); name another file, or - for standard input"
            ),
        })
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    limited(file)
        .map_err(unreadable)?
        .ok_or_else(|| too_long(&name))
}

fn limited(source: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let read = source.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((read as u64 <= MOST_BYTES).then_some(bytes))
}

fn too_long(name: &str) -> Failure {
    Failure::misuse(format_args!(
        "{name} is longer than 64 MiB, which no webhook is; name the file with the body"
    ))
}

/// The path for an error, unless it may be a secret that was typed in its place.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_path = text.contains('.') || text.starts_with('/');
    match is_path && !text.contains("whsec_") && !text.contains("whsk_") {
        true => format!("the file {}", text.escape_debug()),
        false => "the file that is named".to_owned(),
    }
}
