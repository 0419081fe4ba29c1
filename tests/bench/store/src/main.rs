//! How many deliveries a store takes per second, beside the INSERT that one would write by hand, on the same disk in the
//! same run.
//!
//! `cargo run --release -- [--rounds N] [--seconds N] [--folder PATH]`
//!
//! Every contender is a fresh file. Within a round they take turns, so that what else the disk does falls on all of them
//! alike; the figures are medians over the rounds, and a ratio is the median of the ratios within a round.

mod contender;
mod load;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use contender::{ByHand, Contender, Grouped, Single};
use load::Measured;

const NAMES: [&str; 3] = ["by hand", "store", "grouped"];

struct Options {
    rounds: usize,
    seconds: f64,
    folder: PathBuf,
}

#[tokio::main]
async fn main() {
    let options = options();
    println!(
        "one INSERT .. ON CONFLICT per call by hand, one put per call for the others; 1 KiB bodies, new keys"
    );
    println!(
        "x: how many times the rate by hand; medians of {} rounds of {} s each",
        options.rounds, options.seconds
    );
    for callers in [1, 16, 64, 256] {
        closed(callers, &options).await;
    }
    open(&options).await;
}

fn options() -> Options {
    let mut options = Options {
        rounds: 5,
        seconds: 3.0,
        folder: std::env::temp_dir(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match argument.as_str() {
            "--rounds" => options.rounds = value.parse().expect("--rounds takes a whole number"),
            "--seconds" => options.seconds = value.parse().expect("--seconds takes a number"),
            "--folder" => options.folder = value.into(),
            _ => panic!("{argument} is no option; there are --rounds, --seconds and --folder"),
        }
    }
    options
}

async fn open_one(name: &str, folder: &Path) -> Box<dyn Contender> {
    match name {
        "by hand" => Box::new(ByHand::open(folder).await),
        "store" => Box::new(Single::open(folder).await),
        _ => Box::new(Grouped::open(folder).await),
    }
}

/// Every caller puts one record after the other.
async fn closed(callers: usize, options: &Options) {
    let mut results: Vec<Vec<Measured>> = NAMES.iter().map(|_| Vec::new()).collect();
    let mut syncs = Vec::new();
    for round in 0..options.rounds {
        let folder = tempfile::tempdir_in(&options.folder).expect("a folder for the files");
        syncs.push(sync_time(folder.path()));
        for turn in 0..NAMES.len() {
            let at = (turn + round) % NAMES.len();
            let contender = open_one(NAMES[at], folder.path()).await;
            let length = Duration::from_secs_f64(options.seconds);
            results[at].push(load::closed(contender.into(), callers, length).await);
        }
    }
    println!(
        "\n{callers} callers in a closed loop; appending 4 KiB and fsync {:.2} ms",
        median(syncs) * 1e3
    );
    table(&results);
}

/// Records arrive at 70 % of the rate that the INSERT by hand manages with 256 callers.
async fn open(options: &Options) {
    let mut results: Vec<Vec<Measured>> = NAMES.iter().map(|_| Vec::new()).collect();
    let mut rates = Vec::new();
    for round in 0..options.rounds {
        let folder = tempfile::tempdir_in(&options.folder).expect("a folder for the files");
        let length = Duration::from_secs_f64(options.seconds);
        let capacity =
            load::closed(open_one("by hand", folder.path()).await.into(), 256, length).await;
        let rate = capacity.per_second * 0.7;
        rates.push(rate);
        for turn in 0..NAMES.len() {
            let at = (turn + round) % NAMES.len();
            let folder = tempfile::tempdir_in(&options.folder).expect("a folder for the files");
            let contender = open_one(NAMES[at], folder.path()).await;
            results[at].push(load::open(contender.into(), rate, length).await);
        }
    }
    println!(
        "\nan open loop at 70 % of what the INSERT by hand manages: {:.0} a second",
        median(rates)
    );
    table(&results);
}

fn table(results: &[Vec<Measured>]) {
    println!(
        "  {:<10} {:>11} {:>7} {:>10} {:>10} {:>9}",
        "", "per second", "x", "p50 ms", "p99 ms", "x p50"
    );
    for (name, measured) in NAMES.iter().zip(results) {
        let of = |value: fn(&Measured) -> f64| median(measured.iter().map(value).collect());
        let times = |value: fn(&Measured) -> f64| {
            median(
                measured
                    .iter()
                    .zip(&results[0])
                    .map(|(one, hand)| value(one) / value(hand))
                    .collect(),
            )
        };
        println!(
            "  {name:<10} {:>11.0} {:>7.2} {:>10.3} {:>10.3} {:>9.2}",
            of(|one| one.per_second),
            times(|one| one.per_second),
            of(|one| one.p50 * 1e3),
            of(|one| one.p99 * 1e3),
            times(|one| one.p50),
        );
    }
}

/// What the disk takes for one append and fsync.
fn sync_time(folder: &Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("probe")).expect("a file");
    let mut times = Vec::new();
    for _ in 0..50 {
        file.write_all(&[7; 4096]).expect("room on the disk");
        let began = Instant::now();
        file.sync_all().expect("a disk that syncs");
        times.push(began.elapsed().as_secs_f64());
    }
    median(times)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
