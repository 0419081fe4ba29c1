use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn policy() -> RetryPolicy {
    RetryPolicy::exponential(SECOND, 60 * SECOND).unwrap()
}

#[test]
fn the_upper_end_doubles_up_to_the_cap() {
    let ends: Vec<u64> = (1..=9)
        .map(|attempt| policy().delay(attempt).unwrap().end().as_secs())
        .collect();
    assert_eq!(ends, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn the_last_attempt_has_no_delay_behind_it() {
    let policy = policy().max_attempts(3).unwrap();
    assert!(policy.delay(2).is_some());
    assert_eq!(policy.delay(3), None);
    let mut rng = StdRng::seed_from_u64(1);
    assert_eq!(
        policy.next(3, Duration::ZERO, None, &mut rng),
        Err(Exhausted::Attempts(3))
    );
    assert!(policy.may_start(3));
    assert!(!policy.may_start(4));
}

#[test]
fn a_schedule_gives_its_delays_in_order_and_then_gives_up() {
    let policy = RetryPolicy::schedule(&[4 * SECOND, 10 * SECOND]).unwrap();
    assert_eq!(policy.delay(1), Some(2 * SECOND..=6 * SECOND));
    assert_eq!(policy.delay(2), Some(5 * SECOND..=15 * SECOND));
    assert_eq!(policy.delay(3), None);
    assert_eq!(
        policy.max_attempts(9).unwrap().delay(8),
        Some(5 * SECOND..=15 * SECOND)
    );
}

#[test]
fn an_event_is_given_up_when_it_would_be_too_old_at_the_next_attempt() {
    let policy = policy().max_age(100 * SECOND).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let asked = Some(40 * SECOND);
    assert!(policy.next(1, 50 * SECOND, asked, &mut rng).is_ok());
    assert_eq!(
        policy.next(1, 61 * SECOND, asked, &mut rng),
        Err(Exhausted::Age(100 * SECOND))
    );
    assert_eq!(policy.put_off(99 * SECOND, SECOND), Ok(SECOND));
    assert_eq!(
        policy.put_off(99 * SECOND, 2 * SECOND),
        Err(Exhausted::Age(100 * SECOND))
    );
}

#[test]
fn one_seed_gives_one_sequence_of_waits() {
    let waits = |seed| {
        let mut rng = StdRng::seed_from_u64(seed);
        (1..20)
            .map(|attempt| policy().next(attempt, SECOND, None, &mut rng).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
}

#[test]
fn ten_thousand_events_that_failed_together_come_back_apart() {
    let mut rng = StdRng::seed_from_u64(3);
    for asked in [None, Some(600 * SECOND)] {
        let mut seconds = [0_u32; 60];
        for _ in 0..10_000 {
            let delay = policy().next(10, Duration::ZERO, asked, &mut rng).unwrap();
            seconds[usize::try_from(delay.as_secs() % 60).unwrap()] += 1;
        }
        // The mean of a second is 167.
        assert!(
            seconds.iter().all(|count| *count < 334),
            "{asked:?}: {seconds:?}"
        );
    }
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    let texts = [
        RetryPolicy::exponential(Duration::ZERO, SECOND).unwrap_err(),
        RetryPolicy::exponential(2 * SECOND, SECOND).unwrap_err(),
        RetryPolicy::exponential(SECOND, 366 * 86_400 * SECOND).unwrap_err(),
        RetryPolicy::schedule(&[]).unwrap_err(),
        RetryPolicy::schedule(&[Duration::MAX]).unwrap_err(),
        policy().max_attempts(0).unwrap_err(),
        policy().max_age(Duration::ZERO).unwrap_err(),
    ]
    .map(|error| error.to_string());
    let expected = [
        "the base of the retry policy must be longer than zero",
        "the cap of the retry policy must not be shorter than its base",
        "the cap of the retry policy must not be longer than a year",
        "the retry schedule must have at least one delay",
        "a delay of the retry schedule must not be longer than 240 days",
        "the maximum of attempts must be at least 1",
        "the maximum age must be longer than zero",
    ];
    assert_eq!(texts, expected);
}

proptest! {
    #[test]
    fn every_wait_is_within_its_range_and_no_shorter_than_asked(
        base in 1_u64..10_000, factor in 1_u64..10_000, attempt in 0_u32..u32::MAX, asked in prop::option::of(any::<u64>()),
        seed in any::<u64>(),
    ) {
        let base = Duration::from_millis(base);
        let cap = base * u32::try_from(factor).unwrap();
        let policy = RetryPolicy::exponential(base, cap).unwrap().max_attempts(u32::MAX).unwrap();
        let asked = asked.map(Duration::from_millis);
        let wait = policy.next(attempt, Duration::ZERO, asked, &mut StdRng::seed_from_u64(seed)).unwrap();
        let floor = asked.unwrap_or_default().min(LONGEST);
        prop_assert!(wait >= floor);
        prop_assert!(wait <= cap.max((floor + floor / 10).min(LONGEST)));
    }

    #[test]
    fn no_retry_starts_beyond_the_maximum_age(
        age in 0_u64..200_000, max_age in 1_u64..200_000, attempt in 1_u32..24, seed in any::<u64>(),
    ) {
        let age = Duration::from_millis(age);
        let max_age = Duration::from_millis(max_age);
        let policy = policy().max_age(max_age).unwrap();
        if let Ok(delay) = policy.next(attempt, age, None, &mut StdRng::seed_from_u64(seed)) {
            prop_assert!(age + delay <= max_age);
        }
    }
}
