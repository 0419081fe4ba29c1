use std::time::Duration;

use super::support::{Receiver, Running, World, event};
use webhook_sender::idempotency::{Record, RetryPolicy, State};

fn is_dead(record: &Record) -> bool {
    record.state == State::Dead
}

fn is_done(record: &Record) -> bool {
    record.state == State::Done
}

#[tokio::test]
async fn a_retry_carries_the_same_id_and_a_fresh_signature() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["500 Oops", "503 Busy", "200 OK"]).await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.sender(&receiver));
    for attempt in 1..=2 {
        let due = world.retry_behind(attempt).await;
        // Far beyond any receiver's tolerance: the signature of the attempt before would be stale.
        world
            .clock
            .set(due.saturating_add(Duration::from_secs(3600)));
    }
    world.wait_for(is_done).await;
    running.stop().await;
    let requests = receiver.requests();
    let ids: Vec<_> = requests
        .iter()
        .map(|request| request.verified_id())
        .collect();
    assert_eq!(ids, ["evt_1", "evt_1", "evt_1"]);
    for request in &requests {
        assert_eq!(
            request.header("webhook-timestamp"),
            request.at.as_secs().to_string()
        );
        assert_eq!(request.body, requests[0].body);
    }
    assert_ne!(
        requests[0].header("webhook-signature"),
        requests[1].header("webhook-signature")
    );
}

#[tokio::test]
async fn the_default_schedule_has_ten_attempts_over_three_days_and_ends_in_a_dead_letter() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["500 Oops"]).await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.sender(&receiver));
    for (attempt, nominal) in
        (1..).zip([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
    {
        let due = world.retry_behind(attempt).await;
        let wait = due.saturating_since(world.clock.now()).as_secs_f64();
        let nominal = f64::from(nominal);
        assert!(
            (nominal * 0.49..=nominal * 1.51).contains(&wait),
            "{attempt}: {wait} for {nominal}"
        );
        world.clock.set(due);
    }
    let record = world.wait_for(is_dead).await;
    running.stop().await;
    assert_eq!((receiver.requests().len(), record.attempts), (10, 10));
    assert_eq!(
        record.last_error.as_deref(),
        Some("given up after 10 attempts: the endpoint answered 500")
    );
}

#[tokio::test]
async fn gone_is_a_dead_letter_at_once() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["410 Gone"]).await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.sender(&receiver));
    let record = world.wait_for(is_dead).await;
    running.stop().await;
    assert_eq!(
        (receiver.requests().len(), record.last_error.as_deref()),
        (1, Some("gone"))
    );
}

#[tokio::test]
async fn a_wrong_answer_is_retried_for_a_while_only() {
    for answer in [
        "404 Not Found",
        "302 Found\r\nlocation: http://127.0.0.1:9/",
    ] {
        let world = World::new().await;
        let receiver = Receiver::answering(&world.clock, &[answer]).await;
        world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
        let running = Running::start(world.sender(&receiver));
        for attempt in 1..=3 {
            let due = world.retry_behind(attempt).await;
            world.clock.set(due);
        }
        let record = world.wait_for(is_dead).await;
        running.stop().await;
        let reason = format!(
            "given up after 4 attempts: the endpoint answered {}",
            &answer[..3]
        );
        assert_eq!(
            (receiver.requests().len(), record.last_error),
            (4, Some(reason))
        );
    }
}

#[tokio::test]
async fn a_wrong_answer_during_a_deployment_loses_nothing() {
    let world = World::new().await;
    let receiver = Receiver::answering(
        &world.clock,
        &["401 Unauthorized", "404 Not Found", "200 OK"],
    )
    .await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.sender(&receiver));
    for attempt in 1..=2 {
        let due = world.retry_behind(attempt).await;
        world.clock.set(due);
    }
    world.wait_for(is_done).await;
    running.stop().await;
    assert_eq!(receiver.requests().len(), 3);
}

#[tokio::test]
async fn retry_after_is_kept_to() {
    let world = World::new().await;
    let receiver =
        Receiver::answering(&world.clock, &["429 Slow\r\nretry-after: 7200", "200 OK"]).await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.sender(&receiver));
    let wait = world
        .retry_behind(1)
        .await
        .saturating_since(world.clock.now());
    running.stop().await;
    assert!((7200..=7920).contains(&wait.as_secs()), "{wait:?}");
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_retried_and_its_address_is_not_told() {
    let world = World::new().await;
    let down = Receiver::answering(&world.clock, &["200 OK"])
        .await
        .endpoint();
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.bare_sender().endpoint("shop", down));
    world.retry_behind(1).await;
    running.stop().await;
    let record = world.records().await.remove(0);
    assert_eq!(
        record.last_error.as_deref(),
        Some("the endpoint could not be reached")
    );
}

#[tokio::test]
async fn a_silent_endpoint_costs_its_timeout_and_lets_another_through() {
    let world = World::new().await;
    let silent = Receiver::start(&world.clock, &[None]).await;
    let receiver = Receiver::answering(&world.clock, &["200 OK"]).await;
    world
        .outbox
        .enqueue("silent", event("evt_1"))
        .await
        .unwrap();
    world.outbox.enqueue("shop", event("evt_2")).await.unwrap();
    let slow = silent.endpoint().timeout(Duration::from_secs(1));
    let running = Running::start(world.sender(&receiver).endpoint("silent", slow));
    let done = world.wait_for(is_done).await;
    assert_eq!(done.facts.endpoint, "shop");
    assert_eq!(world.stats().await.leased, 1);
    world.retry_behind(1).await;
    running.stop().await;
    let record = world.records().await.remove(0);
    assert_eq!(
        record.last_error.as_deref(),
        Some("the endpoint did not answer in time")
    );
}

#[tokio::test]
async fn an_event_for_an_unknown_endpoint_waits_uncharged_until_somebody_knows_it() {
    let world = World::new().await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let running = Running::start(world.bare_sender());
    for minutes in 1..=3 {
        let now = world.clock.now();
        let put_off = |record: &Record| matches!(record.state, State::Ready { at } if at > now);
        let record = world.wait_for(put_off).await;
        assert_eq!(
            (record.attempts, record.last_error.as_deref()),
            (0, None),
            "{minutes}"
        );
        world.clock.step(Duration::from_secs(61));
    }
    running.stop().await;
    let receiver = Receiver::answering(&world.clock, &["200 OK"]).await;
    world.clock.step(Duration::from_secs(3600));
    let running = Running::start(world.sender(&receiver));
    world.wait_for(is_done).await;
    running.stop().await;
    assert_eq!(receiver.requests()[0].verified_id(), "evt_1");
}

#[tokio::test]
async fn another_retry_policy_takes_the_place_of_the_default() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["500 Oops"]).await;
    world.outbox.enqueue("shop", event("evt_1")).await.unwrap();
    let policy = RetryPolicy::schedule(&[Duration::ZERO, Duration::ZERO]).unwrap();
    let running = Running::start(world.sender(&receiver).retry(policy));
    world.wait_for(is_dead).await;
    running.stop().await;
    assert_eq!(receiver.requests().len(), 3);
}
