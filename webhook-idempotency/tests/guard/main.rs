//! The guard of handlers that run inside the request, over the memory store and over SQLite.
// A helper that fails should fail its test, and clippy knows tests only by their attribute.
#![allow(clippy::panic, clippy::unwrap_used)]

mod broken;
mod claims;
mod outages;
#[allow(dead_code)]
#[path = "../sqlite/harness.rs"]
mod sqlite;
mod support;
mod time;

/// The same claims over both stores, each with a clock that only the test moves.
macro_rules! over_both {
    ($($claim:ident)+) => {
        mod over_memory {
            $(#[tokio::test]
            async fn $claim() {
                crate::claims::$claim(crate::support::Stage::memory()).await;
            })+
        }
        mod over_sqlite {
            $(#[tokio::test]
            async fn $claim() {
                crate::claims::$claim(crate::support::Stage::sqlite().await).await;
            })+
        }
    };
}

over_both! {
    a_repetition_is_answered_with_the_response_and_runs_nothing
    a_response_keeps_only_headers_that_are_no_clients_own
    a_response_over_64_kib_is_repeated_as_a_bare_status
    a_repetition_during_the_first_run_is_refused_with_a_status_its_peer_retries
    only_2xx_completes_and_anything_else_runs_again
    a_guard_may_say_which_statuses_complete
    an_attempt_that_is_released_runs_again_at_once
    an_attempt_that_is_dropped_or_panics_runs_again_without_waiting_for_its_lease
    an_attempt_whose_process_died_runs_again_when_its_lease_has_lapsed
    a_late_attempt_cannot_overwrite_the_one_that_took_over
    a_client_that_reuses_a_key_for_another_request_is_refused
    a_delivery_with_another_body_is_a_repetition_unless_configured
    one_key_of_two_clients_or_at_two_endpoints_is_two_requests
    a_beginning_that_is_dropped_at_any_point_holds_nothing
    an_end_that_is_dropped_at_any_point_is_stored_all_the_same
    of_sixty_four_concurrent_repetitions_one_runs
}
