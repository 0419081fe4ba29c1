//! What was acknowledged survives power cuts, and the tool finds it if it does not.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use webhook_powercut::campaign::{Campaign, Report};
use webhook_powercut::workload::Workload;

fn campaign(workload: Workload, cuts: u32, seed: u64) -> Campaign {
    Campaign {
        workload,
        commits: 300,
        cuts,
        seed,
        fail: None,
    }
}

async fn run(campaign: &Campaign) -> Report {
    let writer = Path::new(env!("CARGO_BIN_EXE_powercut"));
    campaign.run(writer).await.unwrap()
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_no_effect_is_doubled_in_five_hundred_power_cuts() {
    let (mut cuts, mut promises) = (0, 0);
    for seed in 1..=10 {
        let report = run(&campaign(Workload::Store, 50, seed)).await;
        assert_eq!(report.wrong, Vec::<String>::new());
        cuts += report.cuts;
        promises += report.promises;
    }
    assert_eq!(cuts, 500);
    assert!(promises > 100_000, "{promises}");
}

#[tokio::test]
async fn a_database_that_does_not_sync_at_commit_is_caught() {
    let normal = run(&campaign(Workload::PlainNormal, 50, 1)).await;
    assert!(
        normal
            .wrong
            .iter()
            .any(|wrong| wrong.ends_with("was acknowledged and is lost"))
    );
    let full = run(&campaign(Workload::PlainFull, 50, 1)).await;
    assert_eq!(full.wrong, Vec::<String>::new());
}

#[tokio::test]
async fn an_acknowledgement_before_the_commit_is_caught() {
    let report = run(&campaign(Workload::StoreTellsEarly, 50, 1)).await;
    assert!(
        report
            .wrong
            .iter()
            .any(|wrong| wrong.ends_with("was acknowledged and is lost"))
    );
}

/// The power is cut after the fault, too: what was told on the ground of pages that never reached the disk is lost then.
async fn with_each_fault(kind: &str, places: impl Iterator<Item = u32>) {
    for place in places {
        let mut campaign = campaign(Workload::Store, 6, u64::from(place));
        campaign.commits = 40;
        campaign.fail = Some(format!("{kind}:{place}"));
        let report = run(&campaign).await;
        assert_eq!(report.wrong, Vec::<String>::new(), "{kind}:{place}");
    }
}

#[tokio::test]
async fn a_sync_that_fails_is_followed_by_no_promise_on_its_ground() {
    with_each_fault("sync", (1..=100).step_by(3)).await;
}

#[tokio::test]
async fn a_write_that_fails_loses_nothing_that_was_acknowledged() {
    with_each_fault("write", (1..=200).step_by(7)).await;
}

#[tokio::test]
async fn a_disk_that_is_full_loses_nothing_that_was_acknowledged() {
    with_each_fault("full", (1..=200).step_by(7)).await;
}

#[tokio::test]
async fn half_a_write_loses_nothing_that_was_acknowledged() {
    with_each_fault("short", (1..=200).step_by(7)).await;
}
