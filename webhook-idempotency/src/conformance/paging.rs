//! Reading a namespace page by page.

use super::Harness;
use super::case::{Case, LEASE, done, event, inbox, settle};
use crate::claims::Settled;
use crate::queue::{ListRequest, StateKind};

async fn pages(case: &Case<'_>, only: Option<StateKind>, limit: u32) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut request = ListRequest::new(inbox()).limit(limit);
    request.only = only;
    loop {
        let page = case.other.list(&request).await.unwrap();
        let Some(last) = page.last() else {
            return pages;
        };
        request = request.after(last.sequence);
        pages.push(
            page.into_iter()
                .map(|record| record.facts.id.unwrap().value)
                .collect(),
        );
    }
}

async fn put(case: &Case<'_>, ids: &[&str]) {
    let batch: Vec<_> = ids.iter().map(|id| event(id)).collect();
    case.one.put(&batch).await.unwrap();
}

/// Every record once, in the order of commits.
pub async fn pages_follow_the_order_of_commits_and_show_each_record_once(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    put(&case, &["e", "d"]).await;
    put(&case, &["a", "d", "c"]).await;
    put(&case, &["b"]).await;
    assert_eq!(
        pages(&case, None, 2).await,
        [vec!["e", "d"], vec!["a", "c"], vec!["b"]]
    );
    assert!(
        case.one
            .list(&ListRequest::new(inbox()).limit(0))
            .await
            .unwrap()
            .is_empty()
    );
}

/// Only what was asked for.
pub async fn pages_of_one_state_show_only_that_state(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    put(&case, &["a", "b", "c", "d", "e", "f"]).await;
    for leased in case.one.lease(&inbox(), 4, LEASE).await.unwrap() {
        if leased.record.facts.id.as_ref().unwrap().value != "b" {
            assert_eq!(
                settle(&*case.other, leased.lease, done()).await,
                Settled::Applied
            );
        }
    }
    assert_eq!(
        pages(&case, Some(StateKind::Done), 2).await,
        [vec!["a", "c"], vec!["d"]]
    );
    assert_eq!(pages(&case, Some(StateKind::Leased), 2).await, [vec!["b"]]);
    assert_eq!(
        pages(&case, Some(StateKind::Ready), 1).await,
        [vec!["e"], vec!["f"]]
    );
    assert_eq!(
        pages(&case, Some(StateKind::Dead), 2).await,
        Vec::<Vec<&str>>::new()
    );
    assert_eq!(
        pages(&case, None, 10).await,
        [vec!["a", "b", "c", "d", "e", "f"]]
    );
}

/// A reader that comes back later misses nothing that was committed since.
pub async fn a_page_begun_before_a_put_shows_what_was_put_since(harness: &dyn Harness) {
    let case = Case::absent(harness).await;
    put(&case, &["a", "b"]).await;
    let page = case.other.list(&ListRequest::new(inbox())).await.unwrap();
    put(&case, &["c"]).await;
    let next = ListRequest::new(inbox()).after(page.last().unwrap().sequence);
    let page = case.other.list(&next).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].key, event("c").key());
}
