//! Whether the time of a verification depends on what it must not depend on, by the statistics of dudect (Reparaz,
//! Balasch, Verbauwhede: "dude, is my code constant time?", 2017).
//!
//! `dudect --list` prints the measurements, `dudect --left-out` the rows that have none; `dudect SCHEME MEASUREMENT` makes one
//! and prints its t. Each gets a process, so that none finds the caches and the heap of another.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::OnceLock;

use dudect_bencher::ctbench::{BenchMetadata, BenchName, BenchOpts, run_benches_console};
use dudect_bencher::rand::RngExt;
use dudect_bencher::{BenchRng, Class, CtRunner};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use webhook_timing::{Named, Request, all, body, left_out, named};

const SAMPLES: usize = 1_100_000;
/// Prepared together and then measured together: what is prepared stays in the cache, and preparing is not measured.
const BATCH: usize = 500;

/// A pair of requests for each class; which pair is drawn says nothing about the class.
struct Measurement {
    name: &'static str,
    list: bool,
    requests: fn(&Named) -> [Request; 2],
    early_exit: bool,
}

const MEASUREMENTS: [Measurement; 6] = [
    // Refused both times: the first byte of the signature is wrong, or the last.
    Measurement {
        name: "byte",
        list: false,
        requests: first_or_last_byte,
        early_exit: false,
    },
    // Accepted both times: the signature is of the first secret, or of the last.
    Measurement {
        name: "secret",
        list: false,
        requests: first_or_last_secret,
        early_exit: false,
    },
    // Accepted both times: the good one is the first of four signatures, or the last.
    Measurement {
        name: "candidate",
        list: true,
        requests: first_or_last_candidate,
        early_exit: false,
    },
    // Accepted both times: one secret matches, or all three.
    Measurement {
        name: "matches",
        list: true,
        requests: one_or_all_match,
        early_exit: false,
    },
    // The control. Refused both times: the first byte is wrong, or the second, and the comparison stops at the first
    // difference. What leaks is one step of one loop.
    Measurement {
        name: "control",
        list: false,
        requests: first_or_second_byte,
        early_exit: true,
    },
    // The second control: the same for the first and the last byte.
    Measurement {
        name: "control-31",
        list: false,
        requests: first_or_last_byte,
        early_exit: true,
    },
];

impl Measurement {
    fn is_for(&self, scheme: &Named) -> bool {
        // One scheme in hex and one in base64 are enough to say that the machine is quiet enough.
        let controlled = ["stripe", "standard-webhooks"].contains(&scheme.scheme.name());
        (!self.list || scheme.list.is_some()) && (!self.early_exit || controlled)
    }
}

static CHOSEN: OnceLock<(Named, &'static Measurement)> = OnceLock::new();

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => {
            for scheme in all() {
                let measured = MEASUREMENTS
                    .iter()
                    .filter(|measurement| measurement.is_for(&scheme));
                measured.for_each(|m| println!("{} {}", scheme.scheme.name(), m.name));
            }
            ExitCode::SUCCESS
        }
        ["--left-out"] => {
            println!("{}", left_out().join(" "));
            ExitCode::SUCCESS
        }
        [scheme, measurement] => {
            let found = MEASUREMENTS.iter().find(|known| known.name == *measurement);
            let (Some(scheme), Some(measurement)) = (named(scheme), found) else {
                return ExitCode::FAILURE;
            };
            CHOSEN.get_or_init(|| (scheme, measurement));
            let bench = BenchMetadata {
                name: BenchName(measurement.name),
                seed: None,
                benchfn: measure,
            };
            match run_benches_console(BenchOpts::default(), vec![bench]) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        _ => ExitCode::FAILURE,
    }
}

fn measure(runner: &mut CtRunner, rng: &mut BenchRng) {
    let (scheme, measurement) = CHOSEN.get().expect("chosen before");
    let requests = (measurement.requests)(scheme);
    let body = body();
    let verifier = scheme
        .verifier(scheme.set(&scheme.secrets))
        .build()
        .expect("a verifier");
    let early_exit = EarlyExit::new(signed(scheme, 0).tag());
    for _ in 0..SAMPLES / BATCH {
        // Copies at addresses of their own: with two fixed buffers the class could show in which cache line is read.
        let batch: Vec<(Class, Request)> = (0..BATCH)
            .map(|_| match rng.random::<bool>() {
                true => (Class::Left, requests[0].clone()),
                false => (Class::Right, requests[1].clone()),
            })
            .collect();
        for (class, request) in &batch {
            if measurement.early_exit {
                runner.run_one(*class, || early_exit.verify(black_box(request), &body));
            } else {
                runner.run_one(*class, || {
                    verifier
                        .verify_at(black_box(request).pairs(), &body[..], Request::NOW)
                        .is_ok()
                });
            }
        }
    }
}

fn signed(scheme: &Named, secret: usize) -> Request {
    Request::signed(scheme, secret).expect("a scheme that can be signed")
}

fn wrong_at(scheme: &Named, at: usize) -> Request {
    let request = signed(scheme, 0);
    let mut tag = request.tag();
    tag[at] ^= 0x5a;
    request.with(&[tag], "")
}

fn first_or_last_byte(scheme: &Named) -> [Request; 2] {
    let last = signed(scheme, 0).tag().len() - 1;
    [wrong_at(scheme, 0), wrong_at(scheme, last)]
}

fn first_or_second_byte(scheme: &Named) -> [Request; 2] {
    [wrong_at(scheme, 0), wrong_at(scheme, 1)]
}

fn first_or_last_secret(scheme: &Named) -> [Request; 2] {
    [signed(scheme, 0), signed(scheme, 2)]
}

fn candidates(scheme: &Named, tags: &[Vec<u8>]) -> Request {
    signed(scheme, 0).with(tags, scheme.list.as_deref().expect("a list"))
}

fn first_or_last_candidate(scheme: &Named) -> [Request; 2] {
    let good = signed(scheme, 0).tag();
    let bad = |byte: u8| vec![byte; good.len()];
    [
        candidates(scheme, &[good.clone(), bad(1), bad(2), bad(3)]),
        candidates(scheme, &[bad(1), bad(2), bad(3), good.clone()]),
    ]
}

fn one_or_all_match(scheme: &Named) -> [Request; 2] {
    let tags: Vec<Vec<u8>> = (0..3).map(|secret| signed(scheme, secret).tag()).collect();
    let bad = |byte: u8| vec![byte; tags[0].len()];
    [
        candidates(scheme, &[tags[0].clone(), bad(1), bad(2)]),
        candidates(scheme, &tags),
    ]
}

/// What a verification must not be: it hashes as much, decodes, and compares up to the first difference.
struct EarlyExit {
    keyed: Hmac<Sha256>,
    expected: Vec<u8>,
}

impl EarlyExit {
    fn new(expected: Vec<u8>) -> Self {
        let keyed = Hmac::new_from_slice(b"not a real secret").expect("HMAC takes any key");
        Self { keyed, expected }
    }

    #[inline(never)]
    fn verify(&self, request: &Request, body: &[u8]) -> bool {
        // Three secrets, as ours has: the noise of the hash is part of what the leak has to show through.
        for _ in 0..3 {
            let mut mac = self.keyed.clone();
            mac.update(body);
            black_box(mac.finalize());
        }
        for (theirs, expected) in request.tag().iter().zip(black_box(&self.expected)) {
            if black_box(theirs) != expected {
                return false;
            }
        }
        true
    }
}
