//! One event, however many receivers, processes and generations.

use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::task::JoinSet;
use webhook_idempotency::{
    Claims, Outcome, PostgresOptions, PostgresStore, Put, Queue, Settled, Settlement, State,
};

use crate::harness::{Database, LEASE, event, inbox, lease, server};

const KEYS: usize = 10_000;
const TASKS: usize = 64;
/// Of the tasks of each process, this many put each key.
const PUTS_OF_A_KEY: usize = 2;
const RACERS: usize = 3;
const RACER: &str = "WEBHOOK_RACER";
const NUMBER: &str = "WEBHOOK_RACER_NUMBER";

/// What each process does: all tasks at once, each with its share of the keys in an order of its own. Its exit status says
/// nothing; it prints how often it won.
async fn race(schema: &str, racer: usize) -> usize {
    let store = PostgresOptions::new(&server_url())
        .unwrap()
        .schema(schema)
        .migrate_at_start(false)
        .connections(16)
        .timeout(Duration::from_secs(120))
        .lock_timeout(Duration::from_secs(60))
        .open()
        .await
        .unwrap();
    let store = Arc::new(store);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let share = TASKS / PUTS_OF_A_KEY;
            let mut mine: Vec<usize> = (0..KEYS).filter(|key| (key + task) % share == 0).collect();
            // A step that shares no factor with the length visits each once, and no two tasks in one order.
            let length = mine.len();
            let step = (task * 2 + 1) * 7 + 3;
            let step = (step..).find(|step| gcd(*step, length) == 1).unwrap();
            // Each process begins elsewhere: one that comes a little later would find all of its keys taken.
            let begin = racer * length / RACERS;
            mine = (0..length)
                .map(|n| mine[(begin + n * step) % length])
                .collect();
            let mut won = 0;
            for batch in mine.chunks(50) {
                let records: Vec<_> = batch
                    .iter()
                    .map(|key| event(&format!("evt_{key}")))
                    .collect();
                let puts = store.put(&records).await.unwrap();
                won += puts.iter().filter(|put| **put == Put::New).count();
            }
            won
        });
    }
    tasks.join_all().await.into_iter().sum()
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn server_url() -> String {
    std::env::var("WEBHOOK_RACER_URL").unwrap_or_else(|_| server().url("postgres"))
}

/// This test is each of the processes too: the variable says which schema they race in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_in_each_of_three_processes_have_one_winner_for_each_of_ten_thousand_keys()
{
    if let Ok(schema) = std::env::var(RACER) {
        let number = std::env::var(NUMBER).unwrap().parse().unwrap();
        println!("won {}", race(&schema, number).await);
        return;
    }
    let database = Database::new();
    database.prepare().await;
    let racers: Vec<Child> = (0..RACERS)
        .map(|number| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--nocapture", "--test-threads=1"])
                .arg("races::sixty_four_tasks_in_each_of_three_processes_have_one_winner_for_each_of_ten_thousand_keys")
                .env(RACER, database.schema())
                .env(NUMBER, number.to_string())
                .env("WEBHOOK_RACER_URL", server().url("postgres"))
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut won = Vec::new();
    for racer in racers {
        let output = tokio::task::spawn_blocking(|| racer.wait_with_output())
            .await
            .unwrap()
            .unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        let line = output
            .lines()
            .find_map(|line| line.split("won ").nth(1))
            .unwrap_or_else(|| panic!("{output}"));
        won.push(line.trim().parse::<usize>().unwrap());
    }
    assert_eq!(won.iter().sum::<usize>(), KEYS, "{won:?}");
    assert!(won.iter().all(|won| *won > 0), "they did not race: {won:?}");
    assert_eq!(
        database.number("SELECT count(*) FROM {schema}.live").await,
        10_000
    );
    assert_eq!(
        database
            .number("SELECT count(*) FROM {schema}.payloads")
            .await,
        10_000
    );
    assert_eq!(
        database.number("SELECT count(*) FROM {schema}.keys").await,
        10_000
    );
}

async fn finish(store: &PostgresStore) {
    let outcome = Outcome::Done { output: None };
    let lease = lease(store).await;
    let settled = store
        .settle(&[Settlement { lease, outcome }])
        .await
        .unwrap();
    assert_eq!(settled, [Settled::Applied]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_receivers_racing_one_id_across_a_generation_roll_over_have_one_winner() {
    let database = Database::new();
    let stores = [database.open().await, database.open().await];
    for round in 0..8 {
        let record = [event(&format!("evt_{round}"))];
        let puts = (0..64).map(|n| stores[n % 2].put(&record));
        let rolls = async {
            for _ in 0..3 {
                database
                    .run("UPDATE {schema}.generation SET current = (current + 1) % 4")
                    .await;
            }
        };
        // A worker that is done before some have begun leaves only the key for them to find.
        let worker = async {
            while stores[1].stats(&inbox()).await.unwrap().done == round {
                let leased = stores[0].lease(&inbox(), 1, LEASE).await.unwrap();
                if let [leased] = &leased[..] {
                    let outcome = Outcome::Done { output: None };
                    let lease = leased.lease;
                    stores[0]
                        .settle(&[Settlement { lease, outcome }])
                        .await
                        .unwrap();
                }
            }
        };
        let (answers, (), ()) = tokio::join!(join_all(puts), rolls, worker);
        let new = answers
            .iter()
            .filter(|answer| answer.as_ref().unwrap()[0] == Put::New)
            .count();
        assert_eq!(new, 1, "round {round}");
        assert_eq!(stores[0].stats(&inbox()).await.unwrap().total(), round + 1);
    }
}

/// The narrowest way through: one receiver has looked and not yet claimed while another one's event is put, run and done, and
/// the generation is another one.
#[tokio::test]
async fn a_receiver_that_looked_before_the_event_was_put_and_done_elsewhere_finds_a_duplicate() {
    let database = Database::new();
    let store = database.open().await;
    database
        .run(
            "CREATE FUNCTION {schema}.hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_advisory_xact_lock_shared(78); RETURN NEW; END $$;
             CREATE TRIGGER hold_up BEFORE INSERT ON {schema}.live FOR EACH ROW
             WHEN (current_setting('application_name') = 'slow') EXECUTE FUNCTION {schema}.hold_up()",
        )
        .await;
    let slow = PostgresOptions::new(&format!(
        "{}?application_name=slow",
        server().url("postgres")
    ))
    .unwrap()
    .schema(database.schema())
    .timeout(Duration::from_secs(60))
    .lock_timeout(Duration::from_secs(60))
    .open()
    .await
    .unwrap();
    let mut gate = database.connection().await;
    sqlx::query("SELECT pg_advisory_lock(78)")
        .execute(&mut gate)
        .await
        .unwrap();
    let record = [event("evt_1")];
    let others = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = 78";
        while database.number(waiting).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(store.put(&record).await.unwrap(), [Put::New]);
        finish(&store).await;
        database
            .run("UPDATE {schema}.generation SET current = 1")
            .await;
        sqlx::query("SELECT pg_advisory_unlock(78)")
            .execute(&mut gate)
            .await
            .unwrap();
    };
    let (late, ()) = tokio::join!(slow.put(&record), others);
    assert_eq!(
        late.unwrap(),
        [Put::Duplicate {
            state: State::Done,
            same_payload: true
        }]
    );
    assert_eq!(
        database.number("SELECT count(*) FROM {schema}.live").await,
        0
    );
    assert_eq!(
        database
            .number("SELECT count(*) FROM {schema}.payloads")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_workers_get_no_record_twice_and_no_more_than_they_asked_for() {
    let database = Database::new();
    let stores = [database.open().await, database.open().await];
    for batch in 0..4 {
        let records: Vec<_> = (0..500)
            .map(|n| event(&format!("evt_{batch}_{n}")))
            .collect();
        stores[0].put(&records).await.unwrap();
    }
    let workers = (0..32).map(|n| {
        let store = &stores[n % 2];
        async move {
            let mut mine = Vec::new();
            loop {
                // No lease ends before the test does.
                let leased = store.lease(&inbox(), 7, 100 * LEASE).await.unwrap();
                assert!(leased.len() <= 7);
                if leased.is_empty() {
                    return mine;
                }
                mine.extend(leased.into_iter().map(|leased| leased.lease.key));
            }
        }
    });
    let mut all: Vec<_> = join_all(workers).await.into_iter().flatten().collect();
    assert_eq!(all.len(), 2_000);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 2_000);
}
