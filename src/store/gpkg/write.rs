//! The writes, each one transaction.

use sqlx::{Executor, Row, Sqlite, SqlitePool, Transaction};
use time::OffsetDateTime;

use super::statements as sql;
use super::{rows, times};
use crate::domain::edition::{EditionId, EditionInfo, EditionState};
use crate::domain::roster::RosterEntry;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::point::{IntBox, Point};
use crate::geometry::wkb;
use crate::store::{NewDraft, NewPublication, StoreError, StoreResult};

pub(super) async fn save_draft(writer: &SqlitePool, draft: &NewDraft) -> StoreResult<EditionInfo> {
    let mut tx = begin(writer).await?;
    let mut counts = PerTier([0u32; 3]);
    for tier in draft.features.iter().filter_map(|feature| feature.tier) {
        counts[tier] += 1;
    }
    let bounds = bounds(draft.features.iter().flat_map(|f| f.polygons.iter().flatten().flatten()));
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
    for (position, feature) in (0i64..).zip(&draft.features) {
        sqlx::query(sql::INSERT_DRAFT_FEATURE)
            .bind(id)
            .bind(position)
            .bind(&feature.code)
            .bind(&feature.name)
            .bind(feature.tier.map(|tier| i64::from(tier.number())))
            .bind(&feature.parent)
            .bind(wkb::raw_to_bytes(&feature.polygons))
            .bind(&feature.source)
            .bind(to_json(&feature.out_of_range))
            .execute(&mut *tx)
            .await?;
    }
    commit_with(tx, EditionId(id)).await
}

pub(super) async fn publish(
    writer: &SqlitePool,
    edition: EditionId,
    publication: &NewPublication,
) -> StoreResult<EditionInfo> {
    let mut tx = begin(writer).await?;
    let mut counts = PerTier([0u32; 3]);
    for feature in &publication.features {
        counts[feature.grid.tier] += 1;
    }
    let bounds = bounds(publication.features.iter().flat_map(|f| &f.shape).flat_map(|polygon| &polygon.shell));
    let updated = sqlx::query(sql::PUBLISH_EDITION)
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
    if updated.rows_affected() == 0 {
        let info = edition_info(&mut tx, edition).await?;
        return Err(StoreError::AlreadyPublished(info.name));
    }
    sqlx::query(sql::DELETE_DRAFT_FEATURES).bind(edition.0).execute(&mut *tx).await?;
    for feature in &publication.features {
        sqlx::query(sql::INSERT_GRID)
            .bind(edition.0)
            .bind(i64::from(feature.grid.tier.number()))
            .bind(&feature.grid.code)
            .bind(&feature.grid.name)
            .bind(&feature.grid.parent)
            .bind(wkb::to_gpkg(&feature.shape))
            .execute(&mut *tx)
            .await?;
    }
    insert_publication(&mut tx, edition, publication.in_force_from).await?;
    fill_layers(&mut tx).await?;
    commit_with(tx, edition).await
}

pub(super) async fn put_in_force(writer: &SqlitePool, edition: EditionId, from: OffsetDateTime) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let info = edition_info(&mut tx, edition).await?;
    if info.state != EditionState::Published {
        return Err(StoreError::NotPublished(info.name));
    }
    insert_publication(&mut tx, edition, from).await?;
    fill_layers(&mut tx).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn replace_roster(
    writer: &SqlitePool,
    entries: &[RosterEntry],
    from: OffsetDateTime,
) -> StoreResult<()> {
    let mut tx = begin(writer).await?;
    let roster: i64 = sqlx::query(sql::INSERT_ROSTER)
        .bind(times::to_text(from))
        .bind(times::to_text(OffsetDateTime::now_utc()))
        .fetch_one(&mut *tx)
        .await?
        .try_get(0)?;
    for entry in entries {
        sqlx::query(sql::INSERT_ROSTER_ENTRY)
            .bind(roster)
            .bind(&entry.grid)
            .bind(&entry.party_group)
            .execute(&mut *tx)
            .await?;
        for (position, person) in (0i64..).zip(&entry.people) {
            sqlx::query(sql::INSERT_ROSTER_PERSON)
                .bind(roster)
                .bind(&entry.grid)
                .bind(position)
                .bind(person.role.as_str())
                .bind(&person.name)
                .bind(&person.phone)
                .execute(&mut *tx)
                .await?;
        }
    }
    fill_layers(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// A transaction that holds the write lock from the start, with the revision raised.
async fn begin(writer: &SqlitePool) -> StoreResult<Transaction<'static, Sqlite>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query(sql::RAISE_REVISION).execute(&mut *tx).await?;
    Ok(tx)
}

async fn commit_with(mut tx: Transaction<'static, Sqlite>, edition: EditionId) -> StoreResult<EditionInfo> {
    let info = edition_info(&mut tx, edition).await?;
    tx.commit().await?;
    Ok(info)
}

async fn edition_info(tx: &mut Transaction<'static, Sqlite>, edition: EditionId) -> StoreResult<EditionInfo> {
    match sqlx::query(sql::EDITION_BY_ID).bind(edition.0).fetch_optional(&mut **tx).await? {
        Some(row) => rows::edition(&row),
        None => Err(StoreError::NoSuchEdition(format!("number {}", edition.0))),
    }
}

async fn insert_publication(
    tx: &mut Transaction<'static, Sqlite>,
    edition: EditionId,
    from: OffsetDateTime,
) -> StoreResult<()> {
    sqlx::query(sql::INSERT_PUBLICATION)
        .bind(edition.0)
        .bind(times::to_text(from))
        .bind(times::to_text(OffsetDateTime::now_utc()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes the layers that people open anew. The moment goes in as text: a script of several statements takes no
/// parameters, and the text is ours.
async fn fill_layers(tx: &mut Transaction<'static, Sqlite>) -> StoreResult<()> {
    let now = times::to_text(OffsetDateTime::now_utc());
    tx.execute(sqlx::raw_sql(sql::LAYERS_CLEAR)).await?;
    tx.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql::LAYERS_FILL.replace(":now", &now)))).await?;
    Ok(())
}

/// West, south, east and north in degrees; nothing without points.
fn bounds<'a>(points: impl Iterator<Item = &'a Point>) -> [Option<f64>; 4] {
    match IntBox::around(points) {
        None => [None; 4],
        Some(found) => [found.min.lon(), found.min.lat(), found.max.lon(), found.max.lat()].map(Some),
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("reports and lists have only text keys")
}
