//! The writes, each one transaction.

use sqlx::{QueryBuilder, Row, Sqlite, Transaction};
use time::OffsetDateTime;

use super::access::record;
use super::statements as sql;
use super::{Writer, times};
use crate::domain::audit::{self, Deed};
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, EditionState, Publication};
use crate::domain::job::Job;
use crate::domain::report::{EDITION_PUBLISHED, EDITION_PUT_IN_FORCE, EDITION_WITHDRAWN};
use crate::domain::roster::{Person, RosterEntry};
use crate::domain::tier::Tier;
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::wkb;
use crate::store::written::{self, Extent, ROWS_PER_INSERT, to_json};
use crate::store::{NewDraft, NewPublication, StoreError, StoreResult, rows};

pub(super) async fn save_draft(writer: &Writer, draft: &NewDraft) -> StoreResult<EditionInfo> {
    written::refuse_nul(draft)?;
    let mut tx = begin(writer).await?;
    let Extent { counts, bounds } = Extent::of_draft(&draft.features);
    let inserted = sqlx::query(sql::INSERT_EDITION)
        .bind(&draft.name)
        .bind(&draft.source)
        .bind(times::to_text(OffsetDateTime::now_utc()))
        .bind(to_json(&draft.report))
        .bind(counts[Tier::One])
        .bind(counts[Tier::Two])
        .bind(counts[Tier::Three])
        .bind(bounds[0])
        .bind(bounds[1])
        .bind(bounds[2])
        .bind(bounds[3])
        .fetch_one(&mut *tx)
        .await;
    let id: i64 = match inserted {
        Ok(row) => row.try_get(0)?,
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            return Err(StoreError::NameTaken(draft.name.clone()));
        }
        Err(error) => return Err(error.into()),
    };
    insert_draft_features(&mut tx, id, &draft.features).await?;
    record(&mut tx, &writer.caller, &written::drafted(draft, &counts)).await?;
    commit_with(tx, EditionId(id)).await
}

pub(super) async fn publish(
    writer: &Writer,
    edition: EditionId,
    publication: &NewPublication,
) -> StoreResult<EditionInfo> {
    let mut tx = begin(writer).await?;
    let info = edition_info(&mut tx, edition).await?;
    if info.state == EditionState::Published {
        return Err(StoreError::AlreadyPublished(info.name));
    }
    let Extent { counts, bounds } = Extent::of_grids(&publication.features);
    insert_grids(&mut tx, edition.0, &publication.features).await?;
    sqlx::query(sql::DELETE_DRAFT_FEATURES).bind(edition.0).execute(&mut *tx).await?;
    // From here on triggers keep the edition as it is.
    sqlx::query(sql::PUBLISH_EDITION)
        .bind(edition.0)
        .bind(to_json(&publication.accepted))
        .bind(to_json(&publication.report))
        .bind(counts[Tier::One])
        .bind(counts[Tier::Two])
        .bind(counts[Tier::Three])
        .bind(bounds[0])
        .bind(bounds[1])
        .bind(bounds[2])
        .bind(bounds[3])
        .execute(&mut *tx)
        .await?;
    insert_code_changes(&mut tx, edition.0, &publication.code_changes).await?;
    let now = OffsetDateTime::now_utc();
    let from = publication.in_force_from.unwrap_or(now);
    let known = sqlx::query(sql::PUBLICATIONS).fetch_all(&mut *tx).await?;
    let known = known.iter().map(rows::publication).collect::<StoreResult<Vec<Publication>>>()?;
    written::refuse_overtaken(publication, from, &known)?;
    let begins = Publication { edition, in_force_from: from, recorded_at: now, withdraws: false };
    insert_publication(&mut tx, &begins).await?;
    record(&mut tx, &writer.caller, &written::published(&info.name, publication, now)).await?;
    tell(&mut tx, written::edition_event(EDITION_PUBLISHED, &info.name, from)).await?;
    commit_with(tx, edition).await
}

pub(super) async fn put_in_force(writer: &Writer, edition: EditionId, from: Option<OffsetDateTime>) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let info = edition_info(&mut tx, edition).await?;
    if info.state != EditionState::Published {
        return Err(StoreError::NotPublished(info.name));
    }
    let now = OffsetDateTime::now_utc();
    let from = from.unwrap_or(now);
    let begins = Publication { edition, in_force_from: from, recorded_at: now, withdraws: false };
    insert_publication(&mut tx, &begins).await?;
    record(&mut tx, &writer.caller, &written::put_in_force(&info.name, from)).await?;
    tell(&mut tx, written::edition_event(EDITION_PUT_IN_FORCE, &info.name, from)).await?;
    commit(tx).await
}

pub(super) async fn withdraw(writer: &Writer, edition: EditionId, moments: &[OffsetDateTime]) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let info = edition_info(&mut tx, edition).await?;
    let now = OffsetDateTime::now_utc();
    for &from in moments {
        let ends = Publication { edition, in_force_from: from, recorded_at: now, withdraws: true };
        insert_publication(&mut tx, &ends).await?;
        record(&mut tx, &writer.caller, &written::withdrawn(&info.name, from)).await?;
        tell(&mut tx, written::edition_event(EDITION_WITHDRAWN, &info.name, from)).await?;
    }
    commit(tx).await
}

/// One event more, last of all in its transaction.
async fn tell(tx: &mut Transaction<'static, Sqlite>, event: String) -> StoreResult<()> {
    let last: i64 = sqlx::query(sql::COUNT_EVENTS).bind(1).fetch_one(&mut **tx).await?.try_get(0)?;
    sqlx::query(sql::INSERT_EVENTS).bind(event).bind(last).execute(&mut **tx).await?;
    Ok(())
}

pub(super) async fn replace_roster(
    writer: &Writer,
    entries: &[RosterEntry],
    from: Option<OffsetDateTime>,
) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let now = OffsetDateTime::now_utc();
    insert_roster(&mut tx, None, entries, from.unwrap_or(now), now).await?;
    record(&mut tx, &writer.caller, &written::roster_replaced(entries, from.unwrap_or(now))).await?;
    commit(tx).await
}

pub(super) async fn discard_draft(writer: &Writer, edition: EditionId) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let info = edition_info(&mut tx, edition).await?;
    if info.state == EditionState::Published {
        return Err(StoreError::AlreadyPublished(info.name));
    }
    sqlx::query(sql::DELETE_DRAFT_FEATURES).bind(edition.0).execute(&mut *tx).await?;
    sqlx::query(sql::DELETE_DRAFT).bind(edition.0).execute(&mut *tx).await?;
    record(&mut tx, &writer.caller, &Deed::new(audit::EDITION_DISCARDED, &info.name)).await?;
    commit(tx).await
}

/// With what concerns sessions and the audit log, the only writes that leave the revision as it is: nothing that is served depends on jobs.
pub(super) async fn put_job(writer: &Writer, job: &Job) -> StoreResult<()> {
    sqlx::query(sql::PUT_JOB)
        .bind(&job.id)
        .bind(job.kind.as_str())
        .bind(job.state.as_str())
        .bind(&job.stage)
        .bind(job.progress)
        .bind(&job.edition)
        .bind(times::to_text(job.created_at))
        .bind(times::to_text(job.updated_at))
        .bind(job.cancel_requested)
        .bind(&job.outcome)
        .execute(&writer.pool)
        .await?;
    Ok(())
}

pub(super) async fn insert_draft_features(
    tx: &mut Transaction<'static, Sqlite>,
    edition: i64,
    features: &[DraftFeature],
) -> StoreResult<()> {
    let numbered: Vec<(i64, &DraftFeature)> = (0..).zip(features).collect();
    for some in written::draft_batches(&numbered) {
        let mut insert = QueryBuilder::<Sqlite>::new(sql::INSERT_DRAFT_FEATURES);
        insert.push_values(some, |mut row, (position, feature)| {
            row.push_bind(edition).push_bind(position).push_bind(&feature.code).push_bind(&feature.name);
            row.push_bind(feature.tier.map(|tier| i64::from(tier.number()))).push_bind(&feature.parent);
            row.push_bind(wkb::raw_to_bytes(&feature.polygons)).push_bind(&feature.source);
            row.push_bind(to_json(&feature.out_of_range)).push_bind(to_json(&feature.was));
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) async fn insert_grids(
    tx: &mut Transaction<'static, Sqlite>,
    edition: i64,
    features: &[GridFeature],
) -> StoreResult<()> {
    for some in written::grid_batches(&written::sorted(features)) {
        let mut insert = QueryBuilder::<Sqlite>::new(sql::INSERT_GRIDS);
        insert.push_values(some, |mut row, GridFeature { grid, shape }| {
            row.push_bind(edition).push_bind(i64::from(grid.tier.number())).push_bind(&grid.code);
            row.push_bind(&grid.name).push_bind(&grid.parent).push_bind(wkb::to_gpkg(shape));
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) async fn insert_code_changes(
    tx: &mut Transaction<'static, Sqlite>,
    edition: i64,
    changes: &[CodeChange],
) -> StoreResult<()> {
    let changes: Vec<(i64, &CodeChange)> = (0..).zip(changes).collect();
    for some in changes.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(sql::INSERT_CODE_CHANGES);
        insert.push_values(some, |mut row, (position, change)| {
            row.push_bind(edition).push_bind(*position).push_bind(&change.old).push_bind(&change.new);
            row.push_bind(change.share);
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

pub(super) async fn insert_roster(
    tx: &mut Transaction<'static, Sqlite>,
    number: Option<i64>,
    entries: &[RosterEntry],
    from: OffsetDateTime,
    recorded_at: OffsetDateTime,
) -> StoreResult<()> {
    let roster: i64 = sqlx::query(sql::INSERT_ROSTER)
        .bind(number)
        .bind(times::to_text(from))
        .bind(times::to_text(recorded_at))
        .fetch_one(&mut **tx)
        .await?
        .try_get(0)?;
    for some in entries.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(sql::INSERT_ROSTER_ENTRIES);
        insert.push_values(some, |mut row, entry| {
            row.push_bind(roster).push_bind(&entry.grid).push_bind(&entry.party_group);
        });
        insert.build().execute(&mut **tx).await?;
    }
    let people: Vec<(&RosterEntry, i64, &Person)> = entries
        .iter()
        .flat_map(|entry| (0..).zip(&entry.people).map(move |(at, person)| (entry, at, person)))
        .collect();
    for some in people.chunks(ROWS_PER_INSERT) {
        let mut insert = QueryBuilder::<Sqlite>::new(sql::INSERT_ROSTER_PEOPLE);
        insert.push_values(some, |mut row, (entry, position, person)| {
            row.push_bind(roster).push_bind(&entry.grid).push_bind(position);
            row.push_bind(person.role.as_str()).push_bind(&person.name).push_bind(&person.phone);
            row.push_bind(person.deputy).push_bind(person.serves_from.map(times::day_to_text));
            row.push_bind(person.serves_until.map(times::day_to_text));
        });
        insert.build().execute(&mut **tx).await?;
    }
    Ok(())
}

/// A transaction that holds the write lock from the start, with the revision raised.
pub(super) async fn begin(writer: &Writer) -> StoreResult<Transaction<'static, Sqlite>> {
    let mut tx = begin_quietly(writer).await?;
    sqlx::query(sql::RAISE_REVISION).execute(&mut *tx).await?;
    Ok(tx)
}

/// The same, with the revision as it is: for what is no content.
pub(super) async fn begin_quietly(writer: &Writer) -> StoreResult<Transaction<'static, Sqlite>> {
    Ok(writer.pool.begin_with("BEGIN IMMEDIATE").await?)
}

async fn commit_with(mut tx: Transaction<'static, Sqlite>, edition: EditionId) -> StoreResult<EditionInfo> {
    let info = edition_info(&mut tx, edition).await?;
    commit(tx).await?;
    Ok(info)
}

pub(super) async fn commit(mut tx: Transaction<'static, Sqlite>) -> StoreResult<()> {
    sqlx::query(sql::REFRESH_LAYERS).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn edition_info(tx: &mut Transaction<'static, Sqlite>, edition: EditionId) -> StoreResult<EditionInfo> {
    match sqlx::query(sql::EDITION_BY_ID).bind(edition.0).fetch_optional(&mut **tx).await? {
        Some(row) => rows::edition(&row),
        None => Err(StoreError::NoSuchEdition(format!("number {}", edition.0))),
    }
}

pub(super) async fn insert_publication(
    tx: &mut Transaction<'static, Sqlite>,
    publication: &Publication,
) -> StoreResult<()> {
    sqlx::query(sql::INSERT_PUBLICATION)
        .bind(publication.edition.0)
        .bind(times::to_text(publication.in_force_from))
        .bind(times::to_text(publication.recorded_at))
        .bind(publication.withdraws)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
