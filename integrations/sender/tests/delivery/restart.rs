use std::time::Duration;

use webhook_sender::idempotency::State;

use super::support::{Receiver, Running, World, event};

#[test]
fn a_delivery_that_was_cut_off_by_a_crash_goes_out_again_under_its_id() {
    let outer = tokio::runtime::Runtime::new().unwrap();
    let world = outer.block_on(World::new());
    let receiver = outer.block_on(Receiver::start(&world.clock, &[None, Some("200 OK")]));

    // Everything of the first process runs in here, and is gone without a word when the runtime is.
    let crashing = tokio::runtime::Runtime::new().unwrap();
    crashing.block_on(async {
        let world = world.reopened().await;
        world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
        let running = Running::start(world.sender(&receiver));
        receiver.wait_for_requests(1).await;
        drop(running);
    });
    crashing.shutdown_background();

    outer.block_on(async {
        let record = world.records().await.remove(0);
        let until = world.clock.now().saturating_add(Duration::from_secs(30));
        assert_eq!(record.state, State::Leased { until });
        let running = Running::start(world.sender(&receiver));
        // The lease of the dead process has to lapse first, and until then nobody else may send.
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(receiver.requests().len(), 1);
        world.clock.step(Duration::from_secs(31));
        let record = world.wait_for(|record| record.state == State::Done).await;
        running.stop().await;
        let ids: Vec<_> = receiver
            .requests()
            .iter()
            .map(|request| request.verified_id())
            .collect();
        assert_eq!(
            (ids, record.attempts),
            (vec!["evt_1".to_owned(), "evt_1".to_owned()], 2)
        );
    });
}

#[tokio::test]
async fn a_delivery_that_ends_during_shutdown_is_written_down() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["200 OK"]).await;
    for number in 0..20 {
        world
            .outbox
            .enqueue("shop", event(&format!("evt_{number}")))
            .await
            .unwrap();
    }
    let running = Running::start(world.sender(&receiver).concurrency(2));
    receiver.wait_for_requests(1).await;
    running.stop().await;
    let stats = world.stats().await;
    assert_eq!(stats.leased, 0);
    assert_eq!(
        usize::try_from(stats.done).unwrap(),
        receiver.requests().len()
    );
}
