//! Counts the instructions of one check by running it under valgrind's callgrind, twice with different repeats, and
//! dividing the difference: start-up falls out, and the counts do not depend on what else the machine does.
//!
//! `cargo run --release --bin instructions [-- part of a title]`
//!
//! Valgrind offers its programs no SHA-NI, so both the floor and ours are counted with the portable SHA-256. What is
//! compared is the work around the hash, which is the same on every processor.

use std::process::{Command, ExitCode};

use webhook_bench::{Contender, FLOOR, OURS, each};

const REPEATS: [u64; 2] = [4, 20];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match &arguments[..] {
        [_, run, title, name, repeats] if run == "--run" => {
            repeat(title, name, repeats.parse().expect("a number of repeats"));
            ExitCode::SUCCESS
        }
        [program, filter @ ..] => table(program, filter.first().map_or("", String::as_str)),
        [] => ExitCode::FAILURE,
    }
}

fn repeat(title: &str, name: &str, repeats: u64) {
    each(title, |row| {
        if row.title != title {
            return;
        }
        for contender in row
            .contenders
            .iter()
            .filter(|contender| contender.name == name)
        {
            (0..repeats).for_each(|_| contender.run());
        }
    });
}

fn table(program: &str, filter: &str) -> ExitCode {
    println!("instructions for one check, portable SHA-256 (valgrind has no SHA-NI)");
    let mut complete = true;
    each(filter, |row| {
        println!(
            "\n{}\n  {:<26} {:>12} {:>12}",
            row.title, "", "count", "over floor"
        );
        let mut floor = None;
        // The peers hash with other crates; their counts would say which hash valgrind suits.
        let comparable = |contender: &&Contender| {
            contender.name.starts_with(FLOOR) || contender.name.starts_with(OURS)
        };
        for contender in row.contenders.iter().filter(comparable) {
            let Some(count) = count(program, &row.title, contender.name) else {
                eprintln!("valgrind did not run: apt-get install valgrind");
                complete = false;
                return;
            };
            if contender.name == FLOOR {
                floor = Some(count);
            }
            let over = count - floor.unwrap_or(count);
            println!("  {:<26} {count:>12} {over:>+12}", contender.name);
        }
    });
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn count(program: &str, title: &str, name: &str) -> Option<i64> {
    let [few, many] = REPEATS.map(|repeats| collected(program, title, name, repeats));
    let span = i64::try_from(REPEATS[1] - REPEATS[0]).ok()?;
    Some((many? - few?) / span)
}

/// The instructions of a whole run, out of the line `Collected : 123`.
fn collected(program: &str, title: &str, name: &str, repeats: u64) -> Option<i64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            program,
            "--run",
            title,
            name,
        ])
        .arg(repeats.to_string())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"))?;
    line.rsplit(' ').next()?.parse().ok()
}
