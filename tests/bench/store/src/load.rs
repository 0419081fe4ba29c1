//! Callers, and how long they waited.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::contender::Contender;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// A body that is 1 KiB and not the same twice.
fn body(id: &str) -> Bytes {
    let mut body = vec![b'x'; 1024];
    body[..id.len()].copy_from_slice(id.as_bytes());
    body.into()
}

async fn one(contender: &dyn Contender, id: String) {
    let body = body(&id);
    assert!(contender.put(id, body).await, "every key is new");
}

/// So many callers, each with one put at a time.
pub(crate) async fn closed(
    contender: Arc<dyn Contender>,
    callers: usize,
    length: Duration,
) -> Measured {
    warm(&contender).await;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let contender = Arc::clone(&contender);
        tasks.spawn(async move {
            let mut took = Vec::new();
            while began.elapsed() < length {
                let start = Instant::now();
                one(&*contender, format!("evt_{caller}_{}", took.len())).await;
                took.push(start.elapsed().as_secs_f64());
            }
            took
        });
    }
    let took = tasks.join_all().await.concat();
    measured(took, began.elapsed())
}

/// Puts that begin at their time whether or not the earlier ones are through. Waiting is counted from that time.
pub(crate) async fn open(contender: Arc<dyn Contender>, rate: f64, length: Duration) -> Measured {
    warm(&contender).await;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    let count = (rate * length.as_secs_f64()) as usize;
    for at in 0..count {
        let due = began + Duration::from_secs_f64(at as f64 / rate);
        tokio::time::sleep_until(due.into()).await;
        let contender = Arc::clone(&contender);
        tasks.spawn(async move {
            one(&*contender, format!("evt_{at}")).await;
            due.elapsed().as_secs_f64()
        });
    }
    let took = tasks.join_all().await;
    measured(took, began.elapsed())
}

async fn warm(contender: &Arc<dyn Contender>) {
    for at in 0..20 {
        one(&**contender, format!("warm_{at}")).await;
    }
}

fn measured(mut took: Vec<f64>, length: Duration) -> Measured {
    took.sort_by(f64::total_cmp);
    Measured {
        per_second: took.len() as f64 / length.as_secs_f64(),
        p50: took[took.len() / 2],
        p99: took[took.len() * 99 / 100],
    }
}
