//! Whether a branch or an address depends on the bytes of a secret, by valgrind: the bytes are marked as undefined, and
//! memcheck reports every jump and every access that depends on undefined bits (Langley's ctgrind). Run it under valgrind
//! with the suppressions of `public.supp`, which names what is public: see there.
//!
//! `poison --list` prints the checks; `poison SCHEME CHECK` makes one.
//!
//! Valgrind offers no SHA-NI, so the portable SHA-256 is checked; dudect times the one with SHA-NI.

use std::hint::black_box;
use std::process::ExitCode;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use webhook_timing::{Named, Request, all, body, named};
use webhook_verify::{Secret, SecretSet, Verifier};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--list"] => {
            for scheme in all() {
                for check in ["accepted", "refused", "streamed"] {
                    println!("{} {check}", scheme.scheme.name());
                }
            }
            println!("stripe control");
            ExitCode::SUCCESS
        }
        [scheme, check] => match named(scheme) {
            Some(scheme) if valgrind::is_running() => run(&scheme, check),
            Some(_) => {
                eprintln!("run this under valgrind: without it nothing is checked");
                ExitCode::FAILURE
            }
            None => ExitCode::FAILURE,
        },
        _ => ExitCode::FAILURE,
    }
}

fn run(scheme: &Named, check: &str) -> ExitCode {
    let good = Request::signed(scheme, 2).expect("a scheme that can be signed");
    let bad = good.with(&[vec![7; good.tag().len()]], "");
    let (verdict, expected) = match check {
        "accepted" => (verify(scheme, &good), true),
        "refused" => (verify(scheme, &bad), false),
        "streamed" => (stream(scheme, &good), true),
        "control" => (early_exit(scheme, &bad), false),
        _ => return ExitCode::FAILURE,
    };
    match verdict == expected {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// A secret's text with all bytes undefined but the ten at its start and the four at its end: those are compared with
/// `whsec_`, `-----BEGIN` and white space, which says nothing about the key, and with the padding of base64.
fn poisoned(text: &str) -> Box<[u8]> {
    let bytes: Box<[u8]> = text.as_bytes().into();
    valgrind::make_undefined(&bytes[10..bytes.len() - 4]);
    bytes
}

/// Parsing the secrets and making the keys happen here as well, out of undefined bytes.
fn verifier(scheme: &Named) -> Verifier {
    let secret = |index: usize| Secret::new(poisoned(scheme.secrets[index])).expect("a secret");
    let set = SecretSet::new("0", secret(0))
        .and("1", secret(1))
        .expect("labels");
    let set = set.and("2", secret(2)).expect("labels");
    scheme.verifier(set).build().expect("a verifier")
}

fn verify(scheme: &Named, request: &Request) -> bool {
    let body = body();
    let verdict = verifier(scheme)
        .verify_at(request.pairs(), &body[..], Request::NOW)
        .is_ok();
    black_box(verdict)
}

fn stream(scheme: &Named, request: &Request) -> bool {
    let verifier = verifier(scheme);
    let mut verification = verifier
        .begin_at(request.pairs(), Request::NOW)
        .expect("a head");
    for chunk in body().chunks(100) {
        verification.update(chunk).expect("a body within the limit");
    }
    black_box(verification.finish().is_ok())
}

/// What a verification must not be: it stops comparing at the first difference.
#[inline(never)]
fn early_exit(scheme: &Named, request: &Request) -> bool {
    let key = poisoned(scheme.secrets[0]);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes any key");
    mac.update(&body());
    let ours = mac.finalize().into_bytes();
    let mut equal = true;
    for (ours, theirs) in ours.iter().zip(&request.tag()) {
        if ours != theirs {
            equal = false;
            break;
        }
    }
    black_box(equal)
}

/// Valgrind's client requests without its C header: a sequence of instructions that does nothing on a processor, and that
/// valgrind recognises (valgrind.h, `__SPECIAL_INSTRUCTION_PREAMBLE` for amd64).
mod valgrind {
    const RUNNING_ON_VALGRIND: usize = 0x1001;
    const MAKE_MEM_UNDEFINED: usize = 0x4d43_0001;

    pub(crate) fn is_running() -> bool {
        request(RUNNING_ON_VALGRIND, &[]) != 0
    }

    pub(crate) fn make_undefined(bytes: &[u8]) {
        request(MAKE_MEM_UNDEFINED, bytes);
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    fn request(code: usize, bytes: &[u8]) -> usize {
        let arguments = [code, bytes.as_ptr().addr(), bytes.len(), 0, 0, 0];
        let mut answer = 0_usize;
        // SAFETY: the four rotations bring rdi back to what it was, and exchanging rbx with itself changes nothing; the
        // rotations change flags, which asm! takes as changed. Valgrind reads the six words at rax, which live in
        // `arguments`, and writes rdx. The requests above change what valgrind knows about memory and not the memory.
        unsafe {
            std::arch::asm!(
                "rol rdi, 3",
                "rol rdi, 13",
                "rol rdi, 61",
                "rol rdi, 51",
                "xchg rbx, rbx",
                inout("rdx") answer,
                in("rax") arguments.as_ptr(),
                options(nostack),
            );
        }
        answer
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn request(_: usize, _: &[u8]) -> usize {
        0
    }
}
