//! One process each for Node.js and Python, which asks the SDKs.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64ct::{Base64, Encoding as _};
use serde_json::{Map, Value, json};
use webhook_verify::UnixTime;

use crate::corpus::Message;
use crate::request::Request;
use crate::schemes::{Row, Runtime, Sdk};

/// A running SDK host. It answers one request at a time.
#[derive(Debug)]
pub struct Oracle {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The request that was answered last, to keep it if the answer was wrong.
    last: String,
}

/// Both runtimes.
#[derive(Debug)]
pub struct Oracles {
    node: Oracle,
    python: Oracle,
}

fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop")
}

impl Oracles {
    /// Starts both processes.
    #[must_use]
    pub fn start() -> Self {
        let installed = installed();
        for stamp in ["node.stamp", "python.stamp"] {
            assert!(
                installed.join(stamp).exists(),
                "the SDKs are not installed; run tests/interop/install"
            );
        }
        // Node.js looks for packages beside the script, not beside the working directory.
        let script = installed.join("oracle.mjs");
        fs::write(&script, include_str!("../oracle.mjs")).unwrap();
        let _ = fs::remove_file(installed.join("disagreements.jsonl"));
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            node: Oracle::start(&installed.join("node"), &script),
            python: Oracle::start(&installed.join("venv/bin/python"), &here.join("oracle.py")),
        }
    }

    fn of(&mut self, sdk: &Sdk) -> &mut Oracle {
        match sdk.runtime {
            Runtime::Npm => &mut self.node,
            Runtime::PyPi => &mut self.python,
        }
    }

    /// The verdict of an SDK: `accept`, `refuse`, or the name of the error by which it gave up.
    pub fn verify(&mut self, row: &Row, sdk: &Sdk, request: &Request) -> String {
        let answer = self.of(sdk).ask(&json!({
            "do": "verify",
            "scheme": row.name,
            "sdk": sdk.package,
            "secret": request.secret,
            "url": row.url,
            "headers": joined(&request.headers),
            "body": Base64::encode_string(&request.body),
            "now": request.now.as_secs(),
        }));
        answer["verdict"].as_str().unwrap().to_owned()
    }

    /// The headers by which an SDK signs a message.
    ///
    /// # Errors
    /// The name of the error, if the SDK cannot sign the message.
    pub fn sign(
        &mut self,
        row: &Row,
        sdk: &Sdk,
        message: &Message,
        at: UnixTime,
    ) -> Result<Vec<(String, String)>, String> {
        let answer = self.of(sdk).ask(&json!({
            "do": "sign",
            "scheme": row.name,
            "sdk": sdk.package,
            "secret": message.secrets.signing,
            "url": row.url,
            "id": message.id,
            "type": message.event_type,
            "at": at.as_secs(),
            "body": Base64::encode_string(&message.body.bytes),
        }));
        let Some(headers) = answer["headers"].as_object() else {
            return Err(answer["verdict"].as_str().unwrap().to_owned());
        };
        let owned =
            |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
        Ok(headers.iter().map(owned).collect())
    }

    /// The version of an SDK that is installed.
    pub fn version(&mut self, sdk: &Sdk) -> String {
        let answer = self
            .of(sdk)
            .ask(&json!({ "do": "version", "sdk": sdk.package }));
        answer["version"].as_str().unwrap().to_owned()
    }

    /// Keeps the last request to an SDK in `target/interop/disagreements.jsonl`, as the script there takes it.
    pub fn keep_last(&mut self, sdk: &Sdk) {
        let file = installed().join("disagreements.jsonl");
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(file)
            .unwrap();
        file.write_all(self.of(sdk).last.as_bytes()).unwrap();
    }
}

impl Oracle {
    fn start(program: &Path, script: &Path) -> Self {
        let mut child = Command::new(program)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        Self {
            requests: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()),
            child,
            last: String::new(),
        }
    }

    fn ask(&mut self, request: &Value) -> Value {
        self.last = format!("{request}\n");
        self.requests.write_all(self.last.as_bytes()).unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        if answer.is_empty() {
            let status = self.child.wait().unwrap();
            panic!("the SDK host ended with {status}; its own message is above");
        }
        serde_json::from_str(&answer).unwrap()
    }
}

/// Headers as servers hand them to programs in both languages: names in lower case, repeats joined by a comma.
fn joined(headers: &[(String, String)]) -> Map<String, Value> {
    let mut joined: Map<String, Value> = Map::new();
    for (name, value) in headers {
        let name = name.to_ascii_lowercase();
        let value = match joined.get(&name) {
            Some(before) => format!("{}, {value}", before.as_str().unwrap()),
            None => value.clone(),
        };
        joined.insert(name, Value::String(value));
    }
    joined
}
