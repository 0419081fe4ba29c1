//! One test for each claim.

/// Makes a `#[tokio::test]` of every claim in [`conformance`](crate::conformance), over a harness that the expression
/// makes anew for each of them.
///
/// Use it in a module of its own, so that a failure reads `module::claim`. The expression is evaluated inside an
/// `async fn` and may await. The crate that uses it needs `tokio` with the features `macros`, `rt` and `time` among its
/// development dependencies, and this crate with the feature `conformance`.
#[macro_export]
macro_rules! conformance_tests {
    ($harness:expr) => {
        $crate::claims_conformance_tests!($harness);
        $crate::claims_conformance_tests! {
            @each conformance $harness;
            put:
                putting_a_ready_record_is_a_duplicate
                putting_a_leased_record_is_a_duplicate_and_leaves_the_lease_alone
                putting_a_lapsed_record_is_a_duplicate_and_it_can_be_leased_again
                putting_a_done_record_is_a_duplicate_that_runs_nothing
                putting_a_dead_record_is_a_duplicate_that_runs_nothing
                putting_a_purged_record_is_new;
            lease:
                leasing_finds_no_absent_record
                leasing_a_ready_record_hands_it_out_and_counts_the_attempt
                leasing_passes_over_a_leased_record
                leasing_a_lapsed_record_hands_it_out_under_a_higher_fence
                leasing_passes_over_a_done_record
                leasing_passes_over_a_dead_record
                leasing_finds_no_purged_record;
            extend:
                extending_an_absent_record_says_the_lease_is_lost
                extending_a_ready_record_says_the_lease_is_lost
                extending_a_lease_moves_its_end_and_keeps_its_fence
                extending_a_lapsed_lease_that_nobody_took_over_revives_it
                extending_a_done_record_says_the_lease_is_lost
                extending_a_dead_record_says_the_lease_is_lost
                extending_a_purged_record_says_the_lease_is_lost;
            settle:
                settling_an_absent_record_says_the_lease_is_lost
                settling_a_ready_record_says_the_lease_is_lost
                settling_a_lease_applies_its_outcome
                settling_a_lapsed_lease_that_nobody_took_over_applies_its_outcome
                settling_a_done_record_again_changes_nothing
                settling_a_dead_record_again_changes_nothing
                settling_a_purged_record_says_the_lease_is_lost;
            get:
                getting_an_absent_record_finds_nothing
                getting_a_ready_record_shows_what_was_put
                getting_a_leased_record_shows_when_the_lease_ends
                getting_a_lapsed_record_shows_a_lease_that_has_ended
                getting_a_done_record_shows_when_it_was_settled
                getting_a_dead_record_shows_why_it_is_dead
                getting_a_purged_record_finds_nothing;
            list:
                listing_shows_no_absent_record
                listing_shows_a_ready_record_as_ready
                listing_shows_a_leased_record_as_leased
                listing_shows_a_lapsed_record_as_leased
                listing_shows_a_done_record_as_done
                listing_shows_a_dead_record_as_dead
                listing_shows_no_purged_record;
            replay:
                replaying_an_absent_record_finds_nothing
                replaying_a_ready_record_leaves_it_waiting
                replaying_a_leased_record_leaves_it_to_its_worker
                replaying_a_lapsed_record_keeps_its_attempts
                replaying_a_done_record_makes_it_ready_again
                replaying_a_dead_record_makes_it_ready_again
                replaying_a_purged_record_finds_nothing
                replaying_nothing_and_leasing_nothing_have_an_empty_answer;
            purge:
                purging_finds_no_absent_record
                purging_never_takes_a_ready_record
                purging_never_takes_a_leased_record
                purging_never_takes_a_lapsed_record
                purging_forgets_a_done_record
                purging_forgets_a_dead_record
                purging_finds_no_purged_record;
            stats:
                an_absent_record_is_not_counted
                a_ready_record_is_counted_and_grows_old
                a_leased_record_is_counted_as_leased_and_is_as_old_as_its_put
                a_lapsed_record_is_counted_as_leased
                a_done_record_is_counted_and_no_longer_pending
                a_dead_record_is_counted_and_no_longer_pending
                a_purged_record_is_not_counted
                a_key_that_is_put_often_is_counted_once;
            namespaces:
                leasing_from_a_guard_is_misuse
                no_call_reaches_into_another_namespace;
            fencing:
                fences_rise_with_every_lease_whatever_the_record
                fences_rise_across_restarts_and_purges
                a_late_worker_cannot_settle_a_lease_it_lost
                extending_after_a_takeover_is_refused_and_leaves_the_new_lease_alone
                a_repeated_settlement_is_recognised_until_the_record_is_leased_again
                an_old_settlement_does_not_end_a_replayed_record
                an_old_lease_does_not_reach_a_record_that_was_purged_and_put_again
                no_two_callers_hold_one_record
                a_batch_of_settlements_settles_what_it_can;
            attempts:
                an_attempt_is_counted_when_it_begins
                releasing_does_not_charge_the_attempt_and_makes_the_record_ready_now
                snoozing_does_not_charge_the_attempt_and_keeps_the_last_error
                retrying_charges_the_attempt_and_keeps_the_error
                finishing_clears_the_error_of_an_earlier_attempt
                replaying_counts_attempts_from_zero;
            timing:
                a_delayed_record_is_not_leased_before_its_time
                a_retried_record_is_not_leased_before_its_time
                a_lease_lapses_at_its_end_and_not_before
                the_oldest_due_are_leased_first_and_no_more_than_asked_for
                waiting_ends_at_its_limit;
            payloads:
                payload_bytes_reach_a_worker_exactly
                errors_and_reasons_come_back_exactly;
            paging:
                pages_follow_the_order_of_commits_and_show_each_record_once
                pages_of_one_state_show_only_that_state
                a_page_begun_before_a_put_shows_what_was_put_since;
            retention:
                retention_is_counted_from_the_settlement
                purging_takes_the_oldest_first_and_no_more_than_asked_for
                a_purged_key_is_forgotten_together_with_its_payload
                a_replayed_record_does_not_age;
            durability:
                what_was_put_is_there_after_a_restart
                what_was_settled_is_settled_after_a_restart
                a_lease_is_held_across_a_restart_and_then_lapses;
            cancellation:
                a_put_dropped_at_any_point_can_be_repeated
                a_lease_dropped_at_any_point_lapses
                an_extension_dropped_at_any_point_leaves_the_lease_to_its_holder
                a_settlement_dropped_at_any_point_can_be_repeated
                a_replay_or_a_purge_dropped_at_any_point_leaves_a_whole_record_or_none;
        }
    };
}

/// The same for a store that is no [`Queue`](crate::Queue), over a
/// [`ClaimsHarness`](crate::conformance::ClaimsHarness). [`conformance_tests!`] contains all of it.
#[macro_export]
macro_rules! claims_conformance_tests {
    ($harness:expr) => {
        $crate::claims_conformance_tests! {
            @each claims $harness;
            put:
                putting_an_absent_record_is_new_and_makes_it_ready
                putting_a_record_again_is_a_duplicate_and_changes_nothing;
            put_leased:
                beginning_an_absent_record_leases_it_to_the_caller
                beginning_a_released_record_takes_it_over
                beginning_a_record_that_waits_for_its_retry_is_in_flight
                beginning_a_leased_record_is_in_flight_until_the_lease_ends
                beginning_a_lapsed_record_takes_it_over_under_a_higher_fence
                beginning_a_done_record_answers_what_was_stored
                a_record_of_a_guard_cannot_be_settled_as_dead
                beginning_a_purged_record_runs_it_again;
            cells:
                extending_an_absent_guard_says_the_lease_is_lost
                extending_a_released_guard_says_the_lease_is_lost
                extending_a_held_guard_moves_its_end_and_keeps_its_fence
                extending_a_lapsed_guard_that_nobody_took_over_revives_it
                extending_a_done_guard_says_the_lease_is_lost
                extending_a_purged_guard_says_the_lease_is_lost
                settling_an_absent_guard_says_the_lease_is_lost
                settling_a_released_guard_again_changes_nothing
                settling_a_held_guard_applies_its_outcome
                settling_a_lapsed_guard_that_nobody_took_over_applies_its_outcome
                settling_a_done_guard_again_changes_nothing
                settling_a_purged_guard_says_the_lease_is_lost
                getting_an_absent_guard_finds_nothing
                getting_a_released_guard_shows_what_was_put
                getting_a_held_guard_shows_when_the_lease_ends
                getting_a_lapsed_guard_shows_a_lease_that_has_ended
                getting_a_done_guard_shows_its_output_and_when_it_was_settled
                getting_a_purged_guard_finds_nothing
                purging_finds_no_absent_guard
                purging_never_takes_a_released_guard
                purging_never_takes_a_held_guard
                purging_never_takes_a_lapsed_guard
                purging_forgets_a_done_guard
                purging_finds_no_purged_guard;
            dedupe:
                sixty_four_concurrent_puts_of_one_key_have_one_winner
                sixty_four_concurrent_leased_puts_of_one_key_have_one_winner
                equal_keys_in_one_batch_are_one_event
                equal_keys_in_one_leased_batch_are_one_request
                a_batch_is_answered_in_its_order
                an_empty_batch_has_an_empty_answer
                a_duplicate_with_another_payload_says_so_and_changes_nothing
                a_leased_put_with_another_payload_is_a_conflict;
            namespaces:
                putting_into_a_guard_is_misuse
                a_leased_put_into_a_queue_is_misuse
                a_batch_with_one_record_of_the_wrong_kind_stores_nothing
                one_id_in_two_namespaces_or_at_two_endpoints_is_two_records
                purging_a_guard_leaves_other_namespaces_alone;
            fencing:
                fences_of_a_guard_rise_with_every_lease
                fences_of_a_guard_rise_across_restarts_and_purges
                a_late_holder_cannot_settle_a_guard_it_lost
                extending_a_guard_after_a_takeover_is_refused
                a_repeated_settlement_of_a_guard_is_recognised_until_it_is_begun_again
                an_old_lease_does_not_reach_a_guard_that_was_purged_and_begun_again
                a_batch_of_settlements_of_guards_settles_what_it_can;
            attempts:
                an_attempt_at_a_guard_is_counted_when_it_begins
                a_guard_keeps_its_last_error_until_it_is_done;
            payloads:
                payload_bytes_come_back_exactly
                ids_and_types_come_back_exactly
                the_facts_of_a_verified_delivery_come_back_exactly
                the_output_of_a_guard_comes_back_exactly
                errors_of_a_guard_come_back_exactly;
            retention:
                retention_of_a_guard_is_counted_from_its_settlement
                purging_guards_takes_the_oldest_first_and_no_more_than_asked_for
                a_purged_guard_is_forgotten_together_with_its_payload_and_output;
            durability:
                what_was_put_is_a_duplicate_after_a_restart
                a_guard_that_was_done_is_done_after_a_restart
                a_guard_is_held_across_a_restart_and_then_lapses;
            cancellation:
                a_put_that_was_dropped_can_be_repeated_and_is_stored_once
                a_leased_put_dropped_at_any_point_holds_its_record_no_longer_than_the_lease
                an_extension_of_a_guard_dropped_at_any_point_leaves_it_to_its_holder
                a_settlement_of_a_guard_dropped_at_any_point_can_be_repeated
                a_purge_of_a_guard_dropped_at_any_point_leaves_a_whole_record_or_none;
        }
    };
    (@each conformance $harness:expr; $($module:ident: $($claim:ident)+;)+) => {
        $($(
            #[::tokio::test]
            async fn $claim() {
                let harness = $harness;
                $crate::conformance::$module::$claim(&harness).await;
            }
        )+)+
    };
    (@each claims $harness:expr; $($module:ident: $($claim:ident)+;)+) => {
        $($(
            #[::tokio::test]
            async fn $claim() {
                let harness = $harness;
                $crate::conformance::claims::$module::$claim(&harness).await;
            }
        )+)+
    };
}

#[cfg(test)]
mod every_claim {
    /// A claim that is not in the list above would be tested by nobody.
    #[test]
    fn is_a_test() {
        let list = include_str!("macros.rs");
        let sources = [
            include_str!("attempts.rs"),
            include_str!("cancellation.rs"),
            include_str!("claims/attempts.rs"),
            include_str!("claims/cancellation.rs"),
            include_str!("claims/cells.rs"),
            include_str!("claims/dedupe.rs"),
            include_str!("claims/durability.rs"),
            include_str!("claims/fencing.rs"),
            include_str!("claims/namespaces.rs"),
            include_str!("claims/payloads.rs"),
            include_str!("claims/put.rs"),
            include_str!("claims/put_leased.rs"),
            include_str!("claims/retention.rs"),
            include_str!("durability.rs"),
            include_str!("extend.rs"),
            include_str!("fencing.rs"),
            include_str!("get.rs"),
            include_str!("lease.rs"),
            include_str!("list.rs"),
            include_str!("namespaces.rs"),
            include_str!("paging.rs"),
            include_str!("payloads.rs"),
            include_str!("purge.rs"),
            include_str!("put.rs"),
            include_str!("replay.rs"),
            include_str!("retention.rs"),
            include_str!("settle.rs"),
            include_str!("stats.rs"),
            include_str!("timing.rs"),
        ];
        let claims: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next())
            .collect();
        let list: Vec<&str> = list
            .lines()
            .map(|line| line.trim().trim_end_matches(';'))
            .collect();
        let forgotten: Vec<_> = claims
            .iter()
            .filter(|claim| !list.contains(claim))
            .collect();
        assert!(
            forgotten.is_empty(),
            "not in the list of the macros: {forgotten:?}"
        );
        assert!(
            claims.len() > 100,
            "the claims were not found in their sources"
        );
    }
}
