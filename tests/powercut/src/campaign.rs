//! One recording, many cuts.

use std::error::Error;
use std::path::Path;
use std::process::Command;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::disk::Disk;
use crate::tape::{self, Op};
use crate::verdict::{Told, judge};
use crate::workload::Workload;

/// What to record and how often to cut.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Who writes.
    pub workload: Workload,
    /// Rounds of one recording, each with at least one commit.
    pub commits: u32,
    /// Power cuts, at random places of the tape.
    pub cuts: u32,
    /// What the randomness starts from.
    pub seed: u64,
    /// What fails while recording, as `recorder.c` reads it.
    pub fail: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Power cuts.
    pub cuts: u32,
    /// Promises that stood at those cuts, added up.
    pub promises: u64,
    /// Syncs on the tape.
    pub syncs: u64,
    /// What was wrong, a sentence each.
    pub wrong: Vec<String>,
}

impl Campaign {
    /// Records with `writer`, this package's program, and cuts.
    ///
    /// # Errors
    /// If recording, playing or looking fails; what is lost is in the report.
    pub async fn run(&self, writer: &Path) -> Result<Report, Box<dyn Error + Send + Sync>> {
        let ops = self.record(writer)?;
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut places: Vec<usize> = (0..self.cuts)
            .map(|_| random.random_range(0..=ops.len()))
            .collect();
        places.sort_unstable();

        let (mut disk, mut told, mut report) =
            (Disk::default(), Told::default(), Report::default());
        let mut places = places.into_iter().peekable();
        for at in 0..=ops.len() {
            while places.next_if_eq(&at).is_some() {
                let left = tempfile::tempdir()?;
                disk.cut(left.path(), &mut random)?;
                report.cuts += 1;
                report.promises += u64::try_from(told.puts.len() + told.effects.len())?;
                let wrong = judge(self.workload, left.path(), &told).await?;
                let place = |wrong| format!("seed {}, cut at {at}: {wrong}", self.seed);
                report.wrong.extend(wrong.into_iter().map(place));
            }
            match ops.get(at) {
                Some(Op::Ack(lines)) => told.hear(lines),
                Some(op) => {
                    report.syncs +=
                        u64::from(matches!(op, Op::Sync { .. } | Op::FailedSync { .. }));
                    disk.play(op);
                }
                None => {}
            }
        }
        Ok(report)
    }

    fn record(&self, writer: &Path) -> Result<Vec<Op>, Box<dyn Error + Send + Sync>> {
        let folder = tempfile::tempdir()?;
        let recorded = folder.path().canonicalize()?.join("recorded");
        std::fs::create_dir(&recorded)?;
        let tape = folder.path().join("tape");
        let mut command = Command::new(writer);
        command
            .arg("write")
            .arg(&recorded)
            .args(["--commits", &self.commits.to_string()])
            .args(["--workload", self.workload.name()])
            .env("LD_PRELOAD", env!("RECORDER"))
            .env("RECORD_DIR", &recorded)
            .env("RECORD_TAPE", &tape);
        if let Some(fail) = &self.fail {
            command.env("RECORD_FAIL", fail);
        }
        let status = command.status()?;
        // With a fault the program may well end in an error; what it promised until then stands.
        if !status.success() && self.fail.is_none() {
            return Err(format!("the recorded program ended with {status}").into());
        }
        tape::read(&tape)
    }
}
