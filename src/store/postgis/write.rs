//! The writes, each one transaction. The rows come first and the revision is raised last: whoever raised it holds it until
//! it commits, so that a long write keeps nobody waiting for more than a moment, and what is recorded after the rise is
//! recorded in the order of the revisions, with the moment of the rise by the one clock that all have: the database's.

use sqlx::Row;
use sqlx::postgres::PgPool;
use time::{Date, OffsetDateTime};

use super::access::record;
use super::columns::micros;
use super::fault::is_taken;
use super::session::Session;
use super::statements as sql;
use crate::domain::audit::{self, Deed};
use crate::domain::caller::Caller;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, EditionState, Publication};
use crate::domain::job::Job;
use crate::domain::report::{EDITION_PUBLISHED, EDITION_PUT_IN_FORCE, EDITION_WITHDRAWN};
use crate::domain::roster::{Person, RosterEntry};
use crate::domain::tier::Tier;
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::wkb;
use crate::store::written::{self, Extent, ROWS_PER_INSERT, to_json};
use crate::store::{NewDraft, NewPublication, StoreError, StoreResult, rows};

pub(super) async fn save_draft(pool: &PgPool, caller: &Caller, draft: &NewDraft) -> StoreResult<EditionInfo> {
    written::refuse_nul(draft)?;
    let mut session = Session::long_write(pool).await?;
    let outcome = keep_draft(&mut session, caller, draft).await;
    session.end(outcome).await
}

async fn keep_draft(session: &mut Session, caller: &Caller, draft: &NewDraft) -> StoreResult<EditionInfo> {
    let Extent { counts, bounds } = Extent::of_draft(&draft.features);
    let inserted = sqlx::query(sql::INSERT_EDITION)
        .bind(&draft.name)
        .bind(&draft.source)
        .bind(micros(OffsetDateTime::now_utc()))
        .bind(to_json(&draft.report))
        .bind(i64::from(counts[Tier::One]))
        .bind(i64::from(counts[Tier::Two]))
        .bind(i64::from(counts[Tier::Three]))
        .bind(bounds[0])
        .bind(bounds[1])
        .bind(bounds[2])
        .bind(bounds[3]);
    let id: i64 = match session.try_row(inserted).await? {
        Ok(row) => row.try_get(0)?,
        Err(error) if is_taken(&error) => return Err(StoreError::NameTaken(draft.name.clone())),
        Err(error) => return Err(error.into()),
    };
    insert_draft_features(session, id, &draft.features).await?;
    record(session, caller, &written::drafted(draft, &counts)).await?;
    raise_revision(session).await?;
    edition_info(session, sql::EDITION_BY_ID, EditionId(id)).await
}

pub(super) async fn insert_draft_features(
    session: &mut Session,
    edition: i64,
    features: &[DraftFeature],
) -> StoreResult<()> {
    let numbered: Vec<(i64, &DraftFeature)> = (0..).zip(features).collect();
    for some in written::draft_batches(&numbered) {
        let column = |of: fn(&DraftFeature) -> Option<&str>| some.iter().map(|(_, f)| of(f)).collect::<Vec<_>>();
        let tiers: Vec<Option<i16>> = some.iter().map(|(_, f)| f.tier.map(|tier| tier.number().into())).collect();
        let insert = sqlx::query(sql::INSERT_DRAFT_FEATURES)
            .bind(edition)
            .bind(some.iter().map(|(position, _)| *position).collect::<Vec<i64>>())
            .bind(column(|f| f.code.as_deref()))
            .bind(column(|f| f.name.as_deref()))
            .bind(tiers)
            .bind(column(|f| f.parent.as_deref()))
            .bind(some.iter().map(|(_, f)| wkb::raw_to_bytes(&f.polygons)).collect::<Vec<_>>())
            .bind(column(|f| Some(&f.source)))
            .bind(some.iter().map(|(_, f)| to_json(&f.out_of_range)).collect::<Vec<_>>())
            .bind(some.iter().map(|(_, f)| to_json(&f.was)).collect::<Vec<_>>());
        session.execute(insert).await?;
    }
    Ok(())
}

pub(super) async fn insert_grids(session: &mut Session, edition: i64, features: &[GridFeature]) -> StoreResult<()> {
    for some in written::grid_batches(&written::sorted(features)) {
        let column = |of: fn(&GridFeature) -> Option<&str>| some.iter().map(|f| of(f)).collect::<Vec<_>>();
        let insert = sqlx::query(sql::INSERT_GRIDS)
            .bind(edition)
            .bind(some.iter().map(|f| i16::from(f.grid.tier.number())).collect::<Vec<i16>>())
            .bind(column(|f| Some(&f.grid.code)))
            .bind(column(|f| Some(&f.grid.name)))
            .bind(column(|f| f.grid.parent.as_deref()))
            .bind(some.iter().map(|f| wkb::to_wkb(&f.shape)).collect::<Vec<_>>());
        session.execute(insert).await?;
    }
    Ok(())
}

pub(super) async fn insert_code_changes(
    session: &mut Session,
    edition: i64,
    changes: &[CodeChange],
) -> StoreResult<()> {
    let changes: Vec<_> = (0i64..).zip(changes).collect();
    for some in changes.chunks(ROWS_PER_INSERT) {
        let insert = sqlx::query(sql::INSERT_CODE_CHANGES)
            .bind(edition)
            .bind(some.iter().map(|(position, _)| *position).collect::<Vec<i64>>())
            .bind(some.iter().map(|(_, change)| change.old.as_str()).collect::<Vec<_>>())
            .bind(some.iter().map(|(_, change)| change.new.as_str()).collect::<Vec<_>>())
            .bind(some.iter().map(|(_, change)| change.share).collect::<Vec<f64>>());
        session.execute(insert).await?;
    }
    Ok(())
}

pub(super) async fn publish(
    pool: &PgPool,
    caller: &Caller,
    edition: EditionId,
    publication: &NewPublication,
) -> StoreResult<EditionInfo> {
    let mut session = Session::long_write(pool).await?;
    let outcome = publish_draft(&mut session, caller, edition, publication).await;
    session.end(outcome).await
}

async fn publish_draft(
    session: &mut Session,
    caller: &Caller,
    edition: EditionId,
    publication: &NewPublication,
) -> StoreResult<EditionInfo> {
    let info = edition_info(session, sql::EDITION_FOR_UPDATE, edition).await?;
    if info.state == EditionState::Published {
        return Err(StoreError::AlreadyPublished(info.name));
    }
    let Extent { counts, bounds } = Extent::of_grids(&publication.features);
    insert_grids(session, edition.0, &publication.features).await?;
    session.execute(sqlx::query(sql::DELETE_DRAFT_FEATURES).bind(edition.0)).await?;
    insert_code_changes(session, edition.0, &publication.code_changes).await?;
    // From here on triggers keep the edition as it is.
    let publish = sqlx::query(sql::PUBLISH_EDITION)
        .bind(edition.0)
        .bind(to_json(&publication.accepted))
        .bind(to_json(&publication.report))
        .bind(i64::from(counts[Tier::One]))
        .bind(i64::from(counts[Tier::Two]))
        .bind(i64::from(counts[Tier::Three]))
        .bind(bounds[0])
        .bind(bounds[1])
        .bind(bounds[2])
        .bind(bounds[3]);
    session.execute(publish).await?;
    let now = raise_revision(session).await?;
    let from = publication.in_force_from.unwrap_or(now);
    let known = session.rows(sqlx::query(sql::PUBLICATIONS)).await?;
    let known = known.iter().map(rows::publication).collect::<StoreResult<Vec<Publication>>>()?;
    written::refuse_overtaken(publication, from, &known)?;
    let begins = Publication { edition, in_force_from: from, recorded_at: now, withdraws: false };
    insert_publication(session, &begins).await?;
    record(session, caller, &written::published(&info.name, publication, now)).await?;
    tell(session, written::edition_event(EDITION_PUBLISHED, &info.name, from)).await?;
    edition_info(session, sql::EDITION_BY_ID, edition).await
}

/// One event more, last of all in its transaction: whoever counts events holds up the others until the commit.
async fn tell(session: &mut Session, event: String) -> StoreResult<()> {
    let last = session.row(sqlx::query(sql::COUNT_EVENTS).bind(1i64)).await?;
    let last: i64 = last.ok_or_else(|| StoreError::Damaged("it counts no events".into()))?.try_get(0)?;
    session.execute(sqlx::query(sql::INSERT_EVENTS).bind(event).bind(last)).await.map(|_| ())
}

pub(super) async fn put_in_force(
    pool: &PgPool,
    caller: &Caller,
    edition: EditionId,
    from: Option<OffsetDateTime>,
) -> StoreResult<()> {
    let mut session = Session::short_write(pool).await?;
    let outcome = async {
        let info = edition_info(&mut session, sql::EDITION_BY_ID, edition).await?;
        if info.state != EditionState::Published {
            return Err(StoreError::NotPublished(info.name));
        }
        let now = raise_revision(&mut session).await?;
        let from = from.unwrap_or(now);
        let begins = Publication { edition, in_force_from: from, recorded_at: now, withdraws: false };
        insert_publication(&mut session, &begins).await?;
        record(&mut session, caller, &written::put_in_force(&info.name, from)).await?;
        tell(&mut session, written::edition_event(EDITION_PUT_IN_FORCE, &info.name, from)).await
    };
    let outcome = outcome.await;
    session.end(outcome).await
}

pub(super) async fn withdraw(
    pool: &PgPool,
    caller: &Caller,
    edition: EditionId,
    moments: &[OffsetDateTime],
) -> StoreResult<()> {
    let mut session = Session::short_write(pool).await?;
    let outcome = async {
        let info = edition_info(&mut session, sql::EDITION_BY_ID, edition).await?;
        let now = raise_revision(&mut session).await?;
        for &from in moments {
            let ends = Publication { edition, in_force_from: from, recorded_at: now, withdraws: true };
            insert_publication(&mut session, &ends).await?;
            record(&mut session, caller, &written::withdrawn(&info.name, from)).await?;
        }
        // Last of all: whoever counts events holds up the others.
        for &from in moments {
            tell(&mut session, written::edition_event(EDITION_WITHDRAWN, &info.name, from)).await?;
        }
        Ok(())
    };
    let outcome = outcome.await;
    session.end(outcome).await
}

pub(super) async fn replace_roster(
    pool: &PgPool,
    caller: &Caller,
    entries: &[RosterEntry],
    from: Option<OffsetDateTime>,
) -> StoreResult<()> {
    let mut session = Session::long_write(pool).await?;
    let outcome = async {
        // First, for of two rosters from the same moment the last recorded counts.
        let now = raise_revision(&mut session).await?;
        insert_roster(&mut session, None, entries, from.unwrap_or(now), now).await?;
        record(&mut session, caller, &written::roster_replaced(entries, from.unwrap_or(now))).await
    };
    let outcome = outcome.await;
    session.end(outcome).await
}

pub(super) async fn insert_roster(
    session: &mut Session,
    number: Option<i64>,
    entries: &[RosterEntry],
    from: OffsetDateTime,
    recorded_at: OffsetDateTime,
) -> StoreResult<()> {
    let insert = sqlx::query(sql::INSERT_ROSTER).bind(number).bind(micros(from)).bind(micros(recorded_at));
    let roster: i64 = match session.row(insert).await? {
        Some(row) => row.try_get(0)?,
        None => return Err(StoreError::Damaged("a new roster has no number".into())),
    };
    for some in entries.chunks(ROWS_PER_INSERT) {
        let insert = sqlx::query(sql::INSERT_ROSTER_ENTRIES)
            .bind(roster)
            .bind(some.iter().map(|entry| entry.grid.as_str()).collect::<Vec<_>>())
            .bind(some.iter().map(|entry| entry.party_group.as_deref()).collect::<Vec<_>>());
        session.execute(insert).await?;
    }
    let people: Vec<(&str, i64, &Person)> = entries
        .iter()
        .flat_map(|entry| (0..).zip(&entry.people).map(|(at, person)| (entry.grid.as_str(), at, person)))
        .collect();
    for some in people.chunks(ROWS_PER_INSERT) {
        let column = |of: fn(&Person) -> Option<&str>| some.iter().map(|(.., p)| of(p)).collect::<Vec<_>>();
        let day = |of: fn(&Person) -> Option<Date>| some.iter().map(|(.., p)| of(p)).collect::<Vec<_>>();
        let insert = sqlx::query(sql::INSERT_ROSTER_PEOPLE)
            .bind(roster)
            .bind(some.iter().map(|(grid, ..)| *grid).collect::<Vec<_>>())
            .bind(some.iter().map(|(_, position, _)| *position).collect::<Vec<i64>>())
            .bind(column(|p| Some(p.role.as_str())))
            .bind(column(|p| Some(&p.name)))
            .bind(column(|p| p.phone.as_deref()))
            .bind(some.iter().map(|(.., p)| p.deputy).collect::<Vec<bool>>())
            .bind(day(|p| p.serves_from))
            .bind(day(|p| p.serves_until));
        session.execute(insert).await?;
    }
    Ok(())
}

pub(super) async fn discard_draft(pool: &PgPool, caller: &Caller, edition: EditionId) -> StoreResult<()> {
    let mut session = Session::long_write(pool).await?;
    let outcome = async {
        let info = edition_info(&mut session, sql::EDITION_FOR_UPDATE, edition).await?;
        if info.state == EditionState::Published {
            return Err(StoreError::AlreadyPublished(info.name));
        }
        session.execute(sqlx::query(sql::DELETE_DRAFT_FEATURES).bind(edition.0)).await?;
        session.execute(sqlx::query(sql::DELETE_DRAFT).bind(edition.0)).await?;
        record(&mut session, caller, &Deed::new(audit::EDITION_DISCARDED, &info.name)).await?;
        raise_revision(&mut session).await.map(|_| ())
    };
    let outcome = outcome.await;
    session.end(outcome).await
}

/// With the next, and what concerns sessions and the audit log, the only writes that leave the revision as it is: nothing that is served depends on jobs.
pub(super) async fn put_job(pool: &PgPool, job: &Job) -> StoreResult<()> {
    let put = sqlx::query(sql::PUT_JOB)
        .bind(&job.id)
        .bind(job.kind.as_str())
        .bind(job.state.as_str())
        .bind(&job.stage)
        .bind(job.progress)
        .bind(&job.edition)
        .bind(micros(job.created_at))
        .bind(micros(job.updated_at))
        .bind(job.cancel_requested)
        .bind(&job.outcome);
    let mut session = Session::take(pool).await?;
    session.execute(put).await?;
    session.give_back();
    Ok(())
}

pub(super) async fn request_cancel(pool: &PgPool, id: &str) -> StoreResult<bool> {
    let mut session = Session::take(pool).await?;
    let asked = session.execute(sqlx::query(sql::REQUEST_CANCEL).bind(id)).await?;
    session.give_back();
    Ok(asked > 0)
}

/// Answers when it was raised.
pub(super) async fn raise_revision(session: &mut Session) -> StoreResult<OffsetDateTime> {
    let row = session.row(sqlx::query(sql::RAISE_REVISION)).await?;
    Ok(row.ok_or_else(|| StoreError::Damaged("it has no revision".into()))?.try_get(0)?)
}

async fn edition_info(session: &mut Session, statement: &'static str, edition: EditionId) -> StoreResult<EditionInfo> {
    match session.row(sqlx::query(statement).bind(edition.0)).await? {
        Some(row) => rows::edition(&row),
        None => Err(StoreError::NoSuchEdition(format!("number {}", edition.0))),
    }
}

pub(super) async fn insert_publication(session: &mut Session, publication: &Publication) -> StoreResult<()> {
    let insert = sqlx::query(sql::INSERT_PUBLICATION)
        .bind(publication.edition.0)
        .bind(micros(publication.in_force_from))
        .bind(micros(publication.recorded_at))
        .bind(publication.withdraws);
    session.execute(insert).await.map(|_| ())
}
