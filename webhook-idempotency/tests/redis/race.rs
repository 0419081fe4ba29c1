//! Many callers, one winner for each key.

use std::sync::Arc;

use tokio::task::JoinSet;
use webhook_idempotency::{Begun, Claims, NewRecord};

use crate::harness::{LEASE, Shared, guarded};

async fn winners(shared: Shared, keys: usize) -> Vec<u32> {
    let records: Arc<Vec<NewRecord>> =
        Arc::new((0..keys).map(|n| guarded(&format!("evt_{n}"))).collect());
    let mut stores = Vec::new();
    for _ in 0..3 {
        stores.push(Arc::new(shared.open().await));
    }
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let (store, records) = (Arc::clone(&stores[task % 3]), Arc::clone(&records));
        tasks.spawn(async move {
            let mut won = vec![0; records.len()];
            for (part, won) in records.chunks(100).zip(won.chunks_mut(100)) {
                let begun = store.put_leased(part, LEASE).await.unwrap();
                for (begun, won) in begun.iter().zip(won) {
                    *won += u32::from(matches!(begun, Begun::Began(_)));
                }
            }
            won
        });
    }
    let mut sum = vec![0; keys];
    while let Some(won) = tasks.join_next().await {
        for (sum, won) in sum.iter_mut().zip(won.unwrap()) {
            *sum += won;
        }
    }
    sum
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_callers_over_three_stores_make_ten_thousand_winners_of_ten_thousand_keys() {
    assert_eq!(winners(Shared::single(), 10_000).await, vec![1; 10_000]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_in_a_cluster_make_one_winner_of_each_key() {
    assert_eq!(winners(Shared::cluster(), 1000).await, vec![1; 1000]);
}
