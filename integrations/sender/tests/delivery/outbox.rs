use webhook_sender::{EnqueueError, Enqueued, OutgoingEvent};

use super::support::{Receiver, Running, World, begin, event};

#[tokio::test]
async fn an_event_is_sent_if_its_transaction_commits_and_only_then() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["200 OK"]).await;
    let running = Running::start(world.sender(&receiver));
    let mut connection = world.connection().await;
    sqlx::query("CREATE TABLE orders (id TEXT) STRICT")
        .execute(&mut connection)
        .await
        .unwrap();

    let mut transaction = begin(&mut connection).await;
    sqlx::query("INSERT INTO orders VALUES ('lost')")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let enqueued = world
        .outbox
        .enqueue_in(&mut transaction, "shop", event("evt_lost"))
        .await;
    assert_eq!(enqueued.unwrap(), Enqueued::New);
    transaction.rollback().await.unwrap();

    let mut transaction = begin(&mut connection).await;
    sqlx::query("INSERT INTO orders VALUES ('kept')")
        .execute(&mut *transaction)
        .await
        .unwrap();
    world
        .outbox
        .enqueue_in(&mut transaction, "shop", event("evt_kept"))
        .await
        .unwrap();
    // The sender polls all the while, and must not see it yet.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(receiver.requests().len(), 0);
    transaction.commit().await.unwrap();
    world.outbox.wake();

    receiver.wait_for_requests(1).await;
    running.stop().await;
    let ids: Vec<_> = receiver
        .requests()
        .iter()
        .map(|request| request.verified_id())
        .collect();
    assert_eq!(ids, ["evt_kept"]);
    assert_eq!(
        (world.stats().await.total(), world.stats().await.done),
        (1, 1)
    );
}

#[tokio::test]
async fn the_payload_arrives_byte_for_byte() {
    let world = World::new().await;
    let receiver = Receiver::answering(&world.clock, &["204 No Content"]).await;
    // What a parser and a serialiser would not give back: order, spacing, numbers, duplicates, and no text at all.
    let payloads: [&[u8]; 5] = [
        b"{ \"b\":1.0,\r\n\"a\" : 1e2, \"a\":\"\\u00e9\" }\n",
        b"",
        b"\xff\xfe\0\x80",
        b"not json",
        b"\xef\xbb\xbf{}",
    ];
    for (number, payload) in payloads.iter().enumerate() {
        let event = OutgoingEvent::new(format!("evt_{number}"), "t", payload.to_vec()).unwrap();
        world.outbox.enqueue("shop", event).await.unwrap();
    }
    let running = Running::start(world.sender(&receiver).concurrency(1));
    receiver.wait_for_requests(5).await;
    running.stop().await;
    for (request, payload) in receiver.requests().iter().zip(payloads) {
        assert_eq!(request.body, payload);
        assert_eq!(request.header("content-type"), "application/json");
        request.verified_id();
    }
}

#[tokio::test]
async fn an_event_goes_to_an_endpoint_once_and_to_another_one_too() {
    let world = World::new().await;
    assert_eq!(
        world.outbox.enqueue("shop", event("evt_1")).await.unwrap(),
        Enqueued::New
    );
    assert_eq!(
        world.outbox.enqueue("shop", event("evt_1")).await.unwrap(),
        Enqueued::Duplicate
    );
    assert_eq!(
        world.outbox.enqueue("other", event("evt_1")).await.unwrap(),
        Enqueued::New
    );
    assert_eq!(world.stats().await.total(), 2);
}

#[tokio::test]
async fn an_id_with_another_payload_is_a_conflict_and_the_transaction_lives_on() {
    let world = World::new().await;
    let mut connection = world.connection().await;
    let mut transaction = begin(&mut connection).await;
    world
        .outbox
        .enqueue_in(&mut transaction, "shop", event("evt_1"))
        .await
        .unwrap();
    let other = OutgoingEvent::new("evt_1", "invoice.paid", "other").unwrap();
    let error = world
        .outbox
        .enqueue_in(&mut transaction, "shop", other)
        .await
        .unwrap_err();
    assert!(matches!(error, EnqueueError::Conflict), "{error:?}");
    transaction.commit().await.unwrap();
    assert_eq!(world.records().await[0].payload, event("evt_1").payload());
}

#[tokio::test]
async fn a_name_that_no_endpoint_can_have_is_refused() {
    let world = World::new().await;
    for name in ["", "Shop", "a b", "é", &"a".repeat(65)] {
        let error = world
            .outbox
            .enqueue(name, event("evt_1"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, EnqueueError::Endpoint(_)),
            "{name:?}: {error:?}"
        );
    }
    assert_eq!(world.stats().await.total(), 0);
}
