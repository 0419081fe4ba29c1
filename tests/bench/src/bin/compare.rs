//! Measures every row with its contenders interleaved, so that what else the machine does falls on all of them alike, and
//! prints medians and ratios.
//!
//! `cargo run --release -- [--rounds N] [part of a title]`
//!
//! In every round each contender runs for about two milliseconds, in an order that rotates. `over floor` and `x ours` are
//! medians of the differences and ratios within a round, not differences and ratios of medians: a slow round is slow for
//! everybody in it. `least` is the fastest round.

use std::time::{Duration, Instant};

use webhook_bench::{Contender, FLOOR, OURS, Row, each};

const SAMPLE: Duration = Duration::from_millis(2);

fn main() {
    let (mut rounds, mut filter) = (61, String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                let value = arguments.next().and_then(|text| text.parse().ok());
                rounds = value.expect("--rounds takes a number of at least one");
            }
            text => filter = text.to_owned(),
        }
    }
    println!("release profile of cargo, no flags; {rounds} rounds, ns for one check");
    println!("x ours: how many times as long as ours; over floor: in ns and percent of the floor");
    each(&filter, |row| print(&row, &measure(&row, rounds)));
}

/// Nanoseconds for one check, by contender and round.
fn measure(row: &Row, rounds: usize) -> Vec<Vec<f64>> {
    let repeats: Vec<u32> = row.contenders.iter().map(repeats).collect();
    let mut times = vec![Vec::with_capacity(rounds); row.contenders.len()];
    for round in 0..rounds {
        for turn in 0..row.contenders.len() {
            let index = (turn + round) % row.contenders.len();
            let time = time(&row.contenders[index], repeats[index]);
            times[index].push(time.as_nanos() as f64 / f64::from(repeats[index]));
        }
    }
    times
}

/// How often a contender must run to fill a sample.
fn repeats(contender: &Contender) -> u32 {
    let once = (0..5)
        .map(|_| time(contender, 20))
        .min()
        .unwrap_or_default()
        / 20;
    let repeats = SAMPLE.as_nanos() / once.as_nanos().max(1);
    u32::try_from(repeats).unwrap_or(u32::MAX).max(1)
}

fn time(contender: &Contender, repeats: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        contender.run();
    }
    start.elapsed()
}

fn print(row: &Row, times: &[Vec<f64>]) {
    let named = |name: &str| {
        let position = row
            .contenders
            .iter()
            .position(|contender| contender.name == name);
        &times[position.expect("every row has a floor and ours")]
    };
    let (floor, ours) = (named(FLOOR), named(OURS));
    println!("\n{}", row.title);
    println!(
        "  {:<26} {:>11} {:>11} {:>10} {:>8} {:>8}",
        "", "median", "least", "over floor", "", "x ours"
    );
    for (contender, times) in row.contenders.iter().zip(times) {
        let over = paired(times, floor, |time, floor| time - floor);
        let percent = paired(times, floor, |time, floor| 100.0 * (time - floor) / floor);
        let ratio = paired(times, ours, |time, ours| time / ours);
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        println!(
            "  {:<26} {:>11.0} {least:>11.0} {over:>+10.0} {percent:>+7.1}% {ratio:>8.2}",
            contender.name,
            median(times.clone()),
        );
    }
}

fn paired(one: &[f64], other: &[f64], compare: impl Fn(f64, f64) -> f64) -> f64 {
    median(
        one.iter()
            .zip(other)
            .map(|(one, other)| compare(*one, *other))
            .collect(),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
