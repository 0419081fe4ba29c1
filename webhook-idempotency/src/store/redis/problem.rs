//! What a server answers when it does not do as asked, and what is to be done about it.

use std::error::Error;
use std::fmt;

use redis::{RedisError, ServerError};

use crate::error::{StoreError, StoreErrorKind};

pub(super) const STORE: &str = "redis";

/// Why a call failed. Says nothing that was sent: not a password, not a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The connection could not be made, or broke.
    Connection(String),
    /// No reply came in time.
    TimedOut,
    /// The server answered with an error.
    Refused { code: String, detail: String },
    /// Fewer replicas than asked for have it.
    Unconfirmed { replicas: u64, asked: u32 },
    /// The reply is not what this command replies.
    Reply,
    /// No server of the cluster has the slot.
    Unassigned,
}

/// What to do about a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Nothing will help.
    None,
    /// The same again in a moment, on a new connection.
    Again,
    /// Another server has the slot. Where it is must be found out first, and it may not know yet.
    Elsewhere,
    /// This other server has what is asked for, for now.
    Ask(String, u16),
}

impl Problem {
    pub(super) fn of_server(error: &ServerError) -> Self {
        let detail = error.details().unwrap_or_default();
        // Before version 7 an error inside of a script has the code ERR, and its own inside of the text.
        let inner = ["OOM", "READONLY", "NOREPLICAS", "MISCONF"]
            .into_iter()
            .find(|code| error.code() == "ERR" && detail.contains(&format!("-{code} ")));
        Self::Refused {
            code: printable(inner.unwrap_or_else(|| error.code())),
            detail: printable(detail),
        }
    }

    /// A password may stand in what the client library says; it is taken out.
    pub(super) fn of_client(error: &RedisError, password: Option<&str>) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        if error.kind() == redis::ErrorKind::AuthenticationFailed {
            return Self::Refused {
                code: "AUTH".into(),
                detail: "the user or the password is wrong".into(),
            };
        }
        if let Some(code) = error.code() {
            return Self::Refused {
                code: printable(code),
                detail: printable(error.detail().unwrap_or_default()),
            };
        }
        let text = error.to_string();
        let text = match password {
            Some(password) if !password.is_empty() => text.replace(password, "[redacted]"),
            _ => text,
        };
        Self::Connection(printable(&text))
    }

    /// Whether the server may have done what it was asked, although it did not say so.
    pub(super) fn may_have_run(&self) -> bool {
        match self {
            Self::Connection(_) | Self::TimedOut | Self::Unconfirmed { .. } | Self::Reply => true,
            Self::Refused { code, .. } => code == "UNBLOCKED",
            Self::Unassigned => false,
        }
    }

    pub(super) fn remedy(&self) -> Remedy {
        match self {
            Self::Connection(_) | Self::TimedOut => Remedy::Again,
            Self::Refused { code, detail } => match &**code {
                "ASK" => address(detail)
                    .map_or(Remedy::Elsewhere, |(host, port)| Remedy::Ask(host, port)),
                "MOVED" | "CLUSTERDOWN" | "READONLY" | "MASTERDOWN" | "UNBLOCKED" => {
                    Remedy::Elsewhere
                }
                "TRYAGAIN" | "LOADING" | "BUSY" => Remedy::Again,
                _ => Remedy::None,
            },
            Self::Unassigned => Remedy::Elsewhere,
            Self::Unconfirmed { .. } | Self::Reply => Remedy::None,
        }
    }

    pub(super) fn into_error(self) -> StoreError {
        let kind = match &self {
            Self::Refused { code, .. } if code == "OOM" => StoreErrorKind::Full,
            Self::Refused { code, .. } if code == "BUSY" => StoreErrorKind::Busy,
            _ => StoreErrorKind::Unavailable,
        };
        StoreError::new(STORE, kind).with_source(self)
    }
}

/// `ASK 3999 127.0.0.1:6381`, without its first word.
fn address(detail: &str) -> Option<(String, u16)> {
    let (host, port) = detail.rsplit(' ').next()?.rsplit_once(':')?;
    Some((host.to_owned(), port.parse().ok()?))
}

/// One line of bounded length, without the arguments that a server quotes from the command that it did not like.
fn printable(text: &str) -> String {
    let text = text.split(", with args").next().unwrap_or_default();
    text.chars()
        .take(160)
        .flat_map(char::escape_debug)
        .collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(text) => write!(f, "no connection to the server: {text}"),
            Self::TimedOut => f.write_str("the server did not answer in time"),
            Self::Refused { code, detail } => {
                write!(f, "the server answered {code} {detail}")?;
                f.write_str(match &**code {
                    "NOREPLICAS" => "; too few replicas are connected",
                    "OOM" => "; raise maxmemory, or purge more often",
                    "MOVED" => "; it belongs to a cluster, open it with RedisOptions::cluster",
                    _ => "",
                })
            }
            Self::Unconfirmed { replicas, asked } => write!(
                f,
                "{replicas} of the {asked} replicas that min_replicas asks for have confirmed the write"
            ),
            Self::Reply => f.write_str("the server's reply is not the one of this command"),
            Self::Unassigned => f.write_str("no server of the cluster has the slot"),
        }
    }
}

impl Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, detail: &str) -> Problem {
        Problem::Refused {
            code: code.into(),
            detail: printable(detail),
        }
    }

    #[test]
    fn what_a_server_quotes_of_a_command_is_not_repeated() {
        let quoted = refused(
            "ERR",
            "unknown command 'EVALSHA', with args beginning with: 'payload'",
        );
        assert_eq!(
            quoted.to_string(),
            "the server answered ERR unknown command 'EVALSHA'".replace('\'', "\\'")
        );
        assert_eq!(printable("a\r\n\u{1b}[2J"), "a\\r\\n\\u{1b}[2J");
    }

    #[test]
    fn a_redirection_names_the_server_to_ask() {
        assert_eq!(
            refused("ASK", "3999 127.0.0.1:6381").remedy(),
            Remedy::Ask("127.0.0.1".into(), 6381)
        );
        assert_eq!(
            refused("ASK", "3999 ::1:6381").remedy(),
            Remedy::Ask("::1".into(), 6381)
        );
        assert_eq!(
            refused("MOVED", "3999 127.0.0.1:6381").remedy(),
            Remedy::Elsewhere
        );
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        for code in ["OOM", "NOPERM", "NOREPLICAS", "MISCONF", "ERR", "WRONGPASS"] {
            assert_eq!(refused(code, "").remedy(), Remedy::None, "{code}");
        }
        for code in ["LOADING", "TRYAGAIN", "BUSY"] {
            assert_eq!(refused(code, "").remedy(), Remedy::Again, "{code}");
        }
        for code in ["CLUSTERDOWN", "READONLY", "MASTERDOWN", "UNBLOCKED"] {
            assert_eq!(refused(code, "").remedy(), Remedy::Elsewhere, "{code}");
        }
    }
}
