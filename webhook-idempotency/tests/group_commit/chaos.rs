//! Everything at once, from a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use webhook_idempotency::{Claims, Put, StoreErrorKind};

use crate::scripted::{Scripted, event};

/// Callers that leave, keys that are bad or held for a while, keys that many ask for.
async fn run(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut script = Scripted::new();
    script.takes = Duration::from_millis(3);
    script.lock_timeout = Duration::from_millis(250);
    let (script, store) = script.grouped();
    let bad: BTreeSet<u32> = (0..3).map(|_| rng.random_range(0..200)).collect();
    for at in &bad {
        let key = event(&format!("evt_{at}")).key();
        script
            .bad
            .lock()
            .unwrap()
            .insert(key, StoreErrorKind::Rejected);
    }
    let mut callers = Vec::new();
    for _ in 0..1_500 {
        if rng.random_bool(0.02) {
            let key = event(&format!("evt_{}", rng.random_range(0..200_u32))).key();
            let mut locked = script.locked.lock().unwrap();
            if locked.len() < 3 {
                locked.insert(key);
            } else {
                locked.clear();
            }
        }
        let ids: Vec<u32> = (0..rng.random_range(1..4))
            .map(|_| rng.random_range(0..200))
            .collect();
        let patience = Duration::from_millis(rng.random_range(0..2_000));
        let store = Arc::clone(&store);
        callers.push(tokio::spawn(async move {
            let records: Vec<_> = ids.iter().map(|id| event(&format!("evt_{id}"))).collect();
            let answered = tokio::time::timeout(patience, store.put(&records)).await;
            (ids, answered.ok())
        }));
        if rng.random_bool(0.3) {
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..10))).await;
        }
    }
    let mut news: BTreeMap<u32, u32> = BTreeMap::new();
    for caller in callers {
        let (ids, answered) = caller.await.unwrap();
        let Some(answered) = answered else { continue };
        match answered {
            Ok(puts) => {
                assert_eq!(puts.len(), ids.len());
                for (id, put) in ids.iter().zip(puts) {
                    assert!(!bad.contains(id), "seed {seed}");
                    assert!(script.holds(&format!("evt_{id}")).await, "seed {seed}");
                    *news.entry(*id).or_default() += u32::from(put == Put::New);
                }
            }
            Err(error) => match error.kind() {
                StoreErrorKind::Rejected => {
                    assert!(ids.iter().any(|id| bad.contains(id)), "seed {seed}");
                }
                StoreErrorKind::Locked => {}
                other => panic!("{other:?}, seed {seed}"),
            },
        }
    }
    assert!(news.values().all(|count| *count <= 1), "seed {seed}");
    // Nothing is left behind: every key can be put again at once.
    script.locked.lock().unwrap().clear();
    for id in (0..200).filter(|id| !bad.contains(id)) {
        let record = [event(&format!("evt_{id}"))];
        let put = tokio::time::timeout(Duration::from_secs(60), store.put(&record)).await;
        assert!(put.unwrap().is_ok(), "seed {seed}, key {id}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_answers_are_true_and_nobody_is_left_waiting() {
    for seed in 0..8 {
        run(seed).await;
    }
}
