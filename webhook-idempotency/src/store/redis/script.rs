//! The scripts, and how a server is asked to run one that it may have forgotten.

use std::fmt::Write;
use std::sync::LazyLock;

use redis::Cmd;
use sha1::{Digest, Sha1};

macro_rules! script {
    ($file:literal) => {
        LazyLock::new(|| {
            Script::new(concat!(
                include_str!("lua/clock.lua"),
                include_str!(concat!("lua/", $file))
            ))
        })
    };
}

pub(super) static PUT: LazyLock<Script> = script!("put.lua");
pub(super) static BEGIN: LazyLock<Script> = script!("begin.lua");
pub(super) static EXTEND: LazyLock<Script> = script!("extend.lua");
pub(super) static SETTLE: LazyLock<Script> = script!("settle.lua");
pub(super) static DUE: LazyLock<Script> = script!("due.lua");
pub(super) static FORGET: LazyLock<Script> = script!("forget.lua");

/// A script and the name that a server knows it by.
#[derive(Debug)]
pub(super) struct Script {
    text: &'static str,
    sha1: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        let sha1 = Sha1::digest(text);
        let sha1 = sha1.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self { text, sha1 }
    }
}

/// One run of a script. Every key that it touches is in `keys`, and all of them are in one slot.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) script: &'static Script,
    pub(super) keys: Vec<String>,
    pub(super) arguments: Vec<Vec<u8>>,
    /// Whether running it once more changes nothing and answers the same, so that a lost reply can be asked for again.
    pub(super) repeatable: bool,
}

impl Run {
    /// `EVALSHA`, or `EVAL` with the text for a server that does not know it.
    pub(super) fn command(&self, with_text: bool) -> Cmd {
        let mut command = Cmd::new();
        if with_text {
            command.arg("EVAL").arg(self.script.text);
        } else {
            command.arg("EVALSHA").arg(&self.script.sha1);
        }
        command.arg(self.keys.len());
        for key in &self.keys {
            command.arg(key);
        }
        for argument in &self.arguments {
            command.arg(&argument[..]);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    const SOURCES: [&str; 7] = [
        include_str!("lua/clock.lua"),
        include_str!("lua/put.lua"),
        include_str!("lua/begin.lua"),
        include_str!("lua/extend.lua"),
        include_str!("lua/settle.lua"),
        include_str!("lua/due.lua"),
        include_str!("lua/forget.lua"),
    ];

    /// A key that a script makes up is not where the cluster looks for it.
    #[test]
    fn scripts_touch_only_keys_that_they_declare() {
        let mut calls = 0;
        for source in SOURCES {
            for call in source.split("redis.call(").skip(1) {
                let mut arguments = call.split([',', ')']);
                let command = arguments.next().unwrap_or_default().trim();
                if command == "'TIME'" {
                    continue;
                }
                let key = arguments.next().unwrap_or_default().trim();
                assert!(
                    ["KEYS[1]", "record", "index"].contains(&key),
                    "{command} {key}"
                );
                calls += 1;
            }
            for line in source.lines().filter(|line| line.contains("local ")) {
                let names = line.trim().trim_start_matches("local ");
                let Some((names, values)) = names.split_once(" = ") else {
                    continue;
                };
                for (name, value) in names.split(", ").zip(values.split(", ")) {
                    if ["record", "index"].contains(&name) {
                        assert!(value.starts_with("KEYS["), "{line}");
                    }
                }
            }
        }
        assert_eq!(calls, 26);
    }
}
