//! Every promise of `Store`, kept by every store: one suite, run on each.

pub mod access;
mod counts;
mod embedded;
mod photos;
mod postgis;
pub mod reports;
pub mod suite;
mod telling;

use crate::stores::TestStore;

/// Runs each promise on a fresh store of each kind. A promise takes the store; one that is about several processes takes what
/// opens it again.
macro_rules! on_both {
    ($($promise:ident),+ $(,)?; access: $($access:ident),+ $(,)?; reports: $($report:ident),+ $(,)?; photos: $($photo:ident),+ $(,)?; telling: $($telling:ident),+ $(,)?; again: $($again:ident),+ $(,)?) => {
        mod on_embedded {
            use super::*;
            $(#[tokio::test]
            async fn $promise() {
                keeps(TestStore::embedded(), async |store| suite::$promise(store).await).await;
            })+
            $(#[tokio::test]
            async fn $access() {
                keeps(TestStore::embedded(), async |store| access::$access(store).await).await;
            })+
            $(#[tokio::test]
            async fn $report() {
                keeps(TestStore::embedded(), async |store| reports::$report(store).await).await;
            })+
            $(#[tokio::test]
            async fn $photo() {
                keeps(TestStore::embedded(), async |store| photos::$photo(store).await).await;
            })+
            $(#[tokio::test]
            async fn $telling() {
                keeps(TestStore::embedded(), async |store| telling::$telling(store).await).await;
            })+
            $(#[tokio::test]
            async fn $again() {
                suite::$again(&TestStore::embedded()).await;
            })+
        }

        mod on_postgis {
            use super::*;
            $(#[tokio::test]
            async fn $promise() {
                keeps(TestStore::postgis(), async |store| suite::$promise(store).await).await;
            })+
            $(#[tokio::test]
            async fn $access() {
                keeps(TestStore::postgis(), async |store| access::$access(store).await).await;
            })+
            $(#[tokio::test]
            async fn $report() {
                keeps(TestStore::postgis(), async |store| reports::$report(store).await).await;
            })+
            $(#[tokio::test]
            async fn $photo() {
                keeps(TestStore::postgis(), async |store| photos::$photo(store).await).await;
            })+
            $(#[tokio::test]
            async fn $telling() {
                keeps(TestStore::postgis(), async |store| telling::$telling(store).await).await;
            })+
            $(#[tokio::test]
            async fn $again() {
                suite::$again(&TestStore::postgis()).await;
            })+
        }
    };
}

async fn keeps(test: TestStore, promise: impl AsyncFnOnce(&dyn gridward::store::Store)) {
    let store = test.open().await;
    promise(&*store).await;
    store.close().await;
}

on_both!(
    a_draft_comes_back_as_it_was_read,
    a_name_is_taken_once,
    a_published_edition_comes_back_and_is_never_changed,
    only_what_is_published_can_be_in_force,
    publications_come_in_the_order_they_were_recorded,
    rosters_keep_their_history,
    every_write_raises_the_revision,
    unknown_editions_are_named,
    readers_see_a_publication_whole_or_not_at_all,
    a_refused_publication_leaves_the_draft,
    a_publication_that_was_overtaken_is_refused,
    grids_come_by_tier_and_code,
    a_grid_without_a_shape_is_kept,
    a_hundred_thousand_grids_in_seconds,
    deputies_terms_and_the_order_of_people_come_back,
    codes_that_changed_are_kept_with_their_edition,
    a_draft_is_forgotten_and_an_edition_is_not,
    keys_are_kept_and_revoked_once,
    jobs_go_on_and_are_asked_to_end,
    a_text_with_nul_is_refused_and_named;
    access: a_grid_is_known_once_it_was_published,
    accounts_are_kept_and_disabled_once,
    sessions_end_with_their_account_and_password,
    every_write_is_in_the_audit_log,
    what_is_refused_is_not_in_the_audit_log,
    the_audit_log_is_searched_from_its_end;
    reports: reports_come_back_with_their_history_and_events,
    what_is_sent_twice_is_kept_once,
    what_is_merged_is_merged_into_what_stays_open,
    reports_are_found_by_place_time_and_state,
    reports_of_many_months,
    places_of_reports_come_from_the_last_on,
    kept_counts_are_those_of_counting,
    rules_are_kept_in_revisions,
    one_bad_report_keeps_nothing_of_its_batch;
    photos: photos_come_back_in_their_order_and_are_told_of,
    a_photo_sent_twice_is_kept_once_and_nine_are_all,
    a_photo_is_told_to_those_who_have_the_report_now;
    telling: editions_are_told_of_in_their_own_transaction,
    webhooks_are_kept_and_forgotten_with_their_deliveries,
    deliveries_of_a_report_come_one_after_the_other,
    deliveries_are_made_once_and_replayed,
    old_deliveries_are_forgotten,
    a_lease_is_held_by_one_at_a_time;
    again: another_process_sees_the_revision_rise,
    two_processes_write_in_turn,
    what_begins_now_begins_in_the_order_of_the_records,
    several_processes_make_one_new_store,
    a_copy_that_breaks_off_leaves_the_store_empty,
);

#[tokio::test]
async fn a_copy_to_postgis_and_back_has_everything() {
    suite::a_copy_has_everything(&TestStore::embedded(), &TestStore::postgis(), &TestStore::embedded()).await;
}

#[tokio::test]
async fn a_copy_from_postgis_and_back_has_everything() {
    suite::a_copy_has_everything(&TestStore::postgis(), &TestStore::embedded(), &TestStore::postgis()).await;
}
