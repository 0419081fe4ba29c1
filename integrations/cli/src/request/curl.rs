//! The request that a curl command would send.

use std::path::Path;

use base64ct::{Base64, Encoding as _};

use super::{Captured, is_token, target_of};
use crate::body;
use crate::failure::Failure;

/// What an option of curl means for the request.
#[derive(Clone, Copy)]
enum Meaning {
    Cookie,
    /// The body, and how it is to be read.
    Data(Data),
    /// Takes a value that has no part in the request.
    Ignored,
    Head,
    Header,
    Json,
    Method,
    /// Takes no value, and has no part in the request.
    Nothing,
    Referer,
    Url,
    User,
    UserAgent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    /// `@FILE` is read as it is.
    Binary,
    /// `@` has no meaning.
    Raw,
    /// `@FILE` is read without its line breaks.
    Text,
}

/// The options that appear in commands that people copy. Others are refused, since they may change the request.
#[rustfmt::skip]
const OPTIONS: [(&str, Meaning); 61] = [
    ("-0", Meaning::Nothing), ("--http1.0", Meaning::Nothing), ("--http1.1", Meaning::Nothing),
    ("--http2", Meaning::Nothing), ("--http2-prior-knowledge", Meaning::Nothing), ("--http3", Meaning::Nothing),
    ("-#", Meaning::Nothing), ("--progress-bar", Meaning::Nothing), ("--no-progress-meter", Meaning::Nothing),
    ("-4", Meaning::Nothing), ("-6", Meaning::Nothing), ("--compressed", Meaning::Nothing),
    ("-f", Meaning::Nothing), ("--fail", Meaning::Nothing), ("--fail-with-body", Meaning::Nothing),
    ("-g", Meaning::Nothing), ("--globoff", Meaning::Nothing),
    ("-i", Meaning::Nothing), ("--include", Meaning::Nothing), ("-k", Meaning::Nothing), ("--insecure", Meaning::Nothing),
    ("-L", Meaning::Nothing), ("--location", Meaning::Nothing), ("-N", Meaning::Nothing), ("--no-buffer", Meaning::Nothing),
    ("-s", Meaning::Nothing), ("--silent", Meaning::Nothing), ("-S", Meaning::Nothing), ("--show-error", Meaning::Nothing),
    ("-v", Meaning::Nothing), ("--verbose", Meaning::Nothing), ("--path-as-is", Meaning::Nothing),
    ("-o", Meaning::Ignored), ("--output", Meaning::Ignored), ("-w", Meaning::Ignored), ("--write-out", Meaning::Ignored),
    ("-m", Meaning::Ignored), ("--max-time", Meaning::Ignored), ("--connect-timeout", Meaning::Ignored),
    ("--retry", Meaning::Ignored), ("-x", Meaning::Ignored), ("--proxy", Meaning::Ignored),
    ("--cacert", Meaning::Ignored), ("--resolve", Meaning::Ignored), ("-D", Meaning::Ignored),
    ("-b", Meaning::Cookie), ("--cookie", Meaning::Cookie),
    ("-d", Meaning::Data(Data::Text)), ("--data", Meaning::Data(Data::Text)), ("--data-ascii", Meaning::Data(Data::Text)),
    ("--data-binary", Meaning::Data(Data::Binary)), ("--data-raw", Meaning::Data(Data::Raw)),
    ("-I", Meaning::Head), ("-H", Meaning::Header), ("--header", Meaning::Header), ("--json", Meaning::Json),
    ("-X", Meaning::Method), ("--request", Meaning::Method),
    ("-e", Meaning::Referer), ("--url", Meaning::Url), ("-u", Meaning::User),
];

const MORE: [(&str, Meaning); 4] = [
    ("--head", Meaning::Head),
    ("--referer", Meaning::Referer),
    ("--user", Meaning::User),
    ("--user-agent", Meaning::UserAgent),
];

#[derive(Default)]
struct Command {
    captured: Captured,
    data: Option<Vec<u8>>,
    head: bool,
    json: bool,
}

/// Reads the words of a command that begins with `curl`.
pub(super) fn read(words: Vec<Vec<u8>>) -> Result<Captured, Failure> {
    let mut words = words.into_iter();
    if !words
        .next()
        .is_some_and(|word| word == b"curl" || word.ends_with(b"/curl"))
    {
        return Err(Failure::misuse(
            "behind -- stands a curl command, beginning with curl",
        ));
    }
    let mut command = Command::default();
    while let Some(word) = words.next() {
        let text = String::from_utf8_lossy(&word).into_owned();
        if text.starts_with("--") {
            command.take(&text, meaning(&text)?, || words.next())?;
        } else if text.starts_with('-') && text.len() > 1 {
            command.short_options(&word, &mut words)?;
        } else {
            command.url(&word)?;
        }
    }
    command.finish()
}

fn meaning(option: &str) -> Result<Meaning, Failure> {
    let mut known = OPTIONS.iter().chain(&MORE);
    if option == "-A" {
        return Ok(Meaning::UserAgent);
    }
    known
        .find(|(name, _)| *name == option)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| {
            let option: String = option.escape_debug().take(30).collect();
            Failure::misuse(format_args!(
                "curl's {option} is not understood here; leave it out, or give the request as --header and FILE"
            ))
        })
}

impl Command {
    /// `-sSd value`, `-XPOST`.
    fn short_options(
        &mut self,
        word: &[u8],
        words: &mut impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), Failure> {
        let mut rest = word.get(1..).unwrap_or_default();
        while let [letter, behind @ ..] = rest {
            let option = format!("-{}", char::from(*letter));
            let meaning = meaning(&option)?;
            let takes_value = !matches!(meaning, Meaning::Nothing | Meaning::Head);
            let attached = (takes_value && !behind.is_empty()).then(|| behind.to_vec());
            let value = || attached.clone().or_else(|| words.next());
            self.take(&option, meaning, value)?;
            if takes_value {
                return Ok(());
            }
            rest = behind;
        }
        Ok(())
    }

    fn take(
        &mut self,
        option: &str,
        meaning: Meaning,
        value: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Result<(), Failure> {
        let value = || {
            value().ok_or_else(|| {
                Failure::misuse(format_args!(
                    "curl's {option} has no value; copy the whole command"
                ))
            })
        };
        match meaning {
            Meaning::Nothing => {}
            Meaning::Head => self.head = true,
            Meaning::Ignored => drop(value()?),
            Meaning::Header => self.header(&value()?)?,
            Meaning::Method => self.captured.method = Some(text(&value()?)),
            Meaning::Url => self.url(&value()?)?,
            Meaning::UserAgent => self.push("User-Agent", value()?),
            Meaning::Referer => self.push("Referer", value()?),
            Meaning::Cookie => self.push("Cookie", value()?),
            Meaning::User => {
                let credentials = Base64::encode_string(&value()?);
                self.push("Authorization", format!("Basic {credentials}").into_bytes());
            }
            Meaning::Json => {
                self.json = true;
                self.data(Data::Binary, value()?, b"")?;
            }
            Meaning::Data(how) => self.data(how, value()?, b"&")?,
        }
        Ok(())
    }

    fn url(&mut self, word: &[u8]) -> Result<(), Failure> {
        if self.captured.url.is_some() {
            return Err(Failure::misuse(
                "the curl command has two URLs; leave one request in it",
            ));
        }
        let url = text(word);
        // curl takes a URL without a scheme for http.
        let url = if url.contains("://") {
            url
        } else {
            format!("http://{url}")
        };
        self.captured.target = target_of(&url);
        self.captured.url = Some(url);
        Ok(())
    }

    fn push(&mut self, name: &str, value: Vec<u8>) {
        self.captured.headers.push((name.to_owned(), value));
    }

    /// `Name: value`; `Name;` is a header without a value, `Name:` takes one of curl's own away.
    fn header(&mut self, word: &[u8]) -> Result<(), Failure> {
        let malformed =
            || Failure::misuse("a -H of the curl command is not of the form 'Name: value'");
        let at = word.iter().position(|byte| matches!(byte, b':' | b';'));
        let (name, value) = word.split_at(at.ok_or_else(malformed)?);
        if name.is_empty() || !name.iter().all(is_token) {
            return Err(malformed());
        }
        let (is_empty, value) = match value {
            [b';', rest @ ..] => (rest.is_empty(), &b""[..]),
            [_, rest @ ..] => (!rest.trim_ascii().is_empty(), rest.trim_ascii()),
            [] => (false, &b""[..]),
        };
        if is_empty {
            self.push(&text(name), value.to_vec());
        }
        Ok(())
    }

    fn data(&mut self, how: Data, value: Vec<u8>, glue: &[u8]) -> Result<(), Failure> {
        let bytes = match value.strip_prefix(b"@") {
            Some(path) if how != Data::Raw => {
                let mut bytes = body::read(Some(Path::new(&text(path))))?;
                if how == Data::Text {
                    bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | b'\0'));
                }
                bytes
            }
            _ => value,
        };
        match &mut self.data {
            Some(data) => {
                data.extend_from_slice(glue);
                data.extend_from_slice(&bytes);
            }
            None => self.data = Some(bytes),
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Captured, Failure> {
        if self.captured.url.is_none() {
            return Err(Failure::misuse(
                "the curl command has no URL; copy the whole command",
            ));
        }
        let method = match (&self.data, self.head) {
            (Some(_), _) => "POST",
            (None, true) => "HEAD",
            (None, false) => "GET",
        };
        self.captured
            .method
            .get_or_insert_with(|| method.to_owned());
        let has_type = self
            .captured
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if self.data.is_some() && !has_type {
            let content_type = match self.json {
                true => "application/json",
                false => "application/x-www-form-urlencoded",
            };
            self.push("Content-Type", content_type.as_bytes().to_vec());
        }
        self.captured.body = self.data.unwrap_or_default();
        Ok(self.captured)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::shell;
    use super::*;

    fn command(text: &str) -> Captured {
        read(shell::words(text.as_bytes()).unwrap()).unwrap()
    }

    fn sentence(text: &str) -> String {
        match read(shell::words(text.as_bytes()).unwrap()) {
            Err(Failure::Misuse(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_options_that_people_copy_make_the_request_that_curl_sends() {
        let captured = command(
            "curl -sSi -XPUT 'https://a.example/h?x=1' -H 'X-A: 1' --header 'X-B;' -H 'Accept:' -A me -u a:b \
             --compressed -o /dev/null --data-raw '@{\"a\":1}'",
        );
        assert_eq!(captured.method.as_deref(), Some("PUT"));
        assert_eq!(captured.url.as_deref(), Some("https://a.example/h?x=1"));
        assert_eq!(captured.target.as_deref(), Some("/h?x=1"));
        assert_eq!(captured.body, b"@{\"a\":1}");
        let headers: Vec<(&str, &[u8])> = captured
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
        assert_eq!(
            headers,
            [
                ("X-A", &b"1"[..]),
                ("X-B", b""),
                ("User-Agent", b"me"),
                ("Authorization", b"Basic YTpi"),
                ("Content-Type", b"application/x-www-form-urlencoded"),
            ]
        );
    }

    #[test]
    fn data_makes_a_post_and_pieces_are_joined() {
        let captured = command("curl a.example -d a=1 -db=2");
        assert_eq!(captured.method.as_deref(), Some("POST"));
        assert_eq!(captured.url.as_deref(), Some("http://a.example"));
        assert_eq!(captured.target.as_deref(), Some("/"));
        assert_eq!(captured.body, b"a=1&b=2");
        assert_eq!(command("curl a.example --json {} --json {}").body, b"{}{}");
        assert_eq!(command("curl -I a.example").method.as_deref(), Some("HEAD"));
        assert_eq!(command("curl a.example").method.as_deref(), Some("GET"));
    }

    #[test]
    fn what_would_change_the_request_and_is_not_understood_is_refused() {
        assert_eq!(
            sentence("curl a.example -F a=b"),
            "curl's -F is not understood here; leave it out, or give the request as --header and FILE"
        );
        assert_eq!(
            sentence("curl"),
            "the curl command has no URL; copy the whole command"
        );
        assert_eq!(
            sentence("curl a b"),
            "the curl command has two URLs; leave one request in it"
        );
        assert_eq!(
            sentence("curl a -d"),
            "curl's -d has no value; copy the whole command"
        );
        assert_eq!(
            sentence("wget a"),
            "behind -- stands a curl command, beginning with curl"
        );
    }

    #[test]
    fn files_are_read_as_the_option_says() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"{\r\n}\n").unwrap();
        let path = file.path().display();
        assert_eq!(command(&format!("curl a -d @{path}")).body, b"{}");
        assert_eq!(
            command(&format!("curl a --data-binary @{path}")).body,
            b"{\r\n}\n"
        );
    }
}
