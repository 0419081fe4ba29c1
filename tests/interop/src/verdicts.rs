//! The table of odd requests, and `VERDICTS.md`, which is rendered from it.

use std::fmt::Write as _;

use crate::corpus::Kind;
use crate::oracle::Oracles;
use crate::request::Request;
use crate::schemes::{Row, SCHEMES, Sdk};

/// The verdict of whoever accepts.
pub const ACCEPT: &str = "accept";
/// The verdict of an SDK that refuses as it is documented to.
pub const REFUSE: &str = "refuse";

/// What the difference between the verdicts is, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// All accept or all refuse, by whatever error.
    MustAgree,
    /// At least one SDK accepts what we refuse, for this reason.
    Stricter(&'static str),
    /// At least one SDK refuses what we accept, for this reason; the signature is good for these very bytes.
    Wider(&'static str),
}

/// An odd request and what becomes of it.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What is odd about it.
    pub name: &'static str,
    /// Makes it for the scheme's row, anew at each call because it holds the time.
    pub request: fn(&Row) -> Request,
    /// Whether the verdicts differ.
    pub class: Class,
    /// Our verdict, as [`Request::our_verdict`] gives it.
    pub ours: &'static str,
    /// Those of the SDKs, in the order of [`Row::sdks`].
    pub theirs: &'static [&'static str],
}

impl Case {
    /// Whether the verdicts fit the class.
    #[must_use]
    pub fn is_coherent(&self) -> bool {
        let ours = self.ours == ACCEPT;
        let mut differ = self.theirs.iter().map(|theirs| (*theirs == ACCEPT) != ours);
        match self.class {
            Class::MustAgree => !differ.any(|differs| differs),
            Class::Stricter(_) => !ours && differ.any(|differs| differs),
            Class::Wider(_) => ours && differ.any(|differs| differs),
        }
    }
}

/// The text of `VERDICTS.md`.
#[must_use]
pub fn render(oracles: &mut Oracles) -> String {
    let mut text = String::from(
        "# Verdicts of the official SDKs and ours\n\n\
         Rendered by `tests/interop`; each verdict in it was checked in the same run. `MUST AGREE`: all accept or all \
         refuse.\n`WE ARE STRICTER`: an SDK accepts what we refuse. `WE ARE WIDER`: an SDK refuses what we accept, and \
         the signature is\ngood for these very bytes. Whatever is neither `accept` nor `refuse` is the reason of our \
         refusal, or the name of the\nerror by which an SDK gave up.\n",
    );
    for row in SCHEMES {
        render_scheme(&mut text, row, oracles);
    }
    text
}

fn render_scheme(text: &mut String, row: &Row, oracles: &mut Oracles) {
    let columns: Vec<String> = row
        .sdks
        .iter()
        .map(|sdk| format!("{sdk} {}", oracles.version(sdk)))
        .collect();
    let line = |text: &mut String, cells: &[&str]| writeln!(text, "| {} |", cells.join(" | "));
    let rule = |text: &mut String, columns| writeln!(text, "|{}", "---|".repeat(columns));

    writeln!(text, "\n## {}\n", row.name).unwrap();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    line(text, &[&["a body that is", "ours"], &*columns].concat()).unwrap();
    rule(text, columns.len() + 2).unwrap();
    for kind in row.bodies {
        let theirs = row.sdks.iter().map(|sdk| capability(sdk, *kind));
        let cells = [kind_name(*kind), "signs, verifies"].into_iter();
        line(text, &cells.chain(theirs).collect::<Vec<_>>()).unwrap();
    }

    writeln!(text).unwrap();
    let before = ["a request with", "class", "ours"];
    line(text, &[&before, &*columns, &["because"]].concat()).unwrap();
    rule(text, columns.len() + 4).unwrap();
    for case in (row.cases)() {
        let (class, because) = match case.class {
            Class::MustAgree => ("MUST AGREE", ""),
            Class::Stricter(why) => ("WE ARE STRICTER", why),
            Class::Wider(why) => ("WE ARE WIDER", why),
        };
        let before = [case.name, class, case.ours];
        line(text, &[&before, case.theirs, &[because]].concat()).unwrap();
    }
}

fn capability(sdk: &Sdk, kind: Kind) -> &'static str {
    match (sdk.signs.contains(&kind), sdk.verifies.contains(&kind)) {
        (true, true) => "signs, verifies",
        (true, false) => "signs",
        (false, true) => "verifies",
        (false, false) => "neither",
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Empty => "empty",
        Kind::Json => "JSON",
        Kind::Form => "a form",
        Kind::Text => "other UTF-8",
        Kind::Bom => "UTF-8 with a byte order mark",
        Kind::Binary => "not UTF-8",
    }
}
