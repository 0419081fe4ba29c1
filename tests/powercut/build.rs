//! Builds the recorder, which has to be a shared object of its own to be loaded before the C library.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=src/recorder.c");
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let recorder = Path::new(&out).join("recorder.so");
    let status = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(&recorder)
        .args(["src/recorder.c", "-lpthread", "-ldl"])
        .status()
        .map_err(|error| format!("cannot run the C compiler `cc`: {error}"))?;
    if !status.success() {
        return Err(format!("cc src/recorder.c: {status}"));
    }
    println!("cargo::rustc-env=RECORDER={}", recorder.display());
    Ok(())
}
