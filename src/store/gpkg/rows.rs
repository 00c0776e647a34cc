//! Rows to what they stand for.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::times;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, EditionState, Publication};
use crate::domain::grid::Grid;
use crate::domain::job::{Job, JobKind, JobState};
use crate::domain::key::{ApiKey, KeptKey};
use crate::domain::roster::{Person, Role};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::wkb;
use crate::store::{StoreError, StoreResult};

pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a {what}: {error}")))
}

pub(super) fn edition(row: &SqliteRow) -> StoreResult<EditionInfo> {
    let state: &str = row.try_get("state")?;
    let count = |column: &str| -> StoreResult<u32> { Ok(row.try_get::<u32, _>(column)?) };
    let bound = |column: &str| -> StoreResult<Option<f64>> { Ok(row.try_get(column)?) };
    let bounds = match (bound("west")?, bound("south")?, bound("east")?, bound("north")?) {
        (Some(west), Some(south), Some(east), Some(north)) => Some([west, south, east, north]),
        _ => None,
    };
    Ok(EditionInfo {
        id: EditionId(row.try_get("id")?),
        name: row.try_get("name")?,
        state: match state {
            "draft" => EditionState::Draft,
            "published" => EditionState::Published,
            other => return Err(StoreError::Damaged(format!("an edition that is `{other}`"))),
        },
        source: row.try_get("source")?,
        created_at: times::from_text(row.try_get("created_at")?)?,
        accepted: json(row.try_get("accepted")?, "list of problem codes")?,
        counts: PerTier([count("tier1_grids")?, count("tier2_grids")?, count("tier3_grids")?]),
        bounds,
    })
}

pub(super) fn draft_feature(row: &SqliteRow) -> StoreResult<DraftFeature> {
    let tier: Option<i64> = row.try_get("tier")?;
    Ok(DraftFeature {
        code: row.try_get("code")?,
        name: row.try_get("name")?,
        tier: tier.map(Tier::try_from).transpose().map_err(|error| StoreError::Damaged(error.to_string()))?,
        parent: row.try_get("parent")?,
        polygons: wkb::raw_from_bytes(row.try_get("polygons")?)
            .map_err(|error| StoreError::Damaged(error.to_string()))?,
        was: json(row.try_get("was")?, "list of codes")?,
        source: row.try_get("source")?,
        out_of_range: json(row.try_get("out_of_range")?, "list of positions")?,
    })
}

pub(super) fn grid(row: &SqliteRow) -> StoreResult<GridFeature> {
    let damaged = |error: String| StoreError::Damaged(error);
    let code: String = row.try_get("code")?;
    let tier: i64 = row.try_get("tier")?;
    let shape = wkb::from_gpkg(row.try_get("geom")?).map_err(|error| damaged(format!("grid `{code}`: {error}")))?;
    Ok(GridFeature {
        grid: Grid {
            name: row.try_get("name")?,
            tier: Tier::try_from(tier).map_err(|error| damaged(error.to_string()))?,
            parent: row.try_get("parent")?,
            code,
        },
        shape,
    })
}

pub(super) fn publication(row: &SqliteRow) -> StoreResult<Publication> {
    Ok(Publication {
        edition: EditionId(row.try_get("edition")?),
        in_force_from: times::from_text(row.try_get("in_force_from")?)?,
        recorded_at: times::from_text(row.try_get("recorded_at")?)?,
    })
}

pub(super) fn person(row: &SqliteRow) -> StoreResult<Person> {
    let role: &str = row.try_get("role")?;
    let day = |column: &str| -> StoreResult<Option<time::Date>> {
        row.try_get::<Option<&str>, _>(column)?.map(times::day_from_text).transpose()
    };
    Ok(Person {
        role: Role::parse(role).ok_or_else(|| StoreError::Damaged(format!("a role called `{role}`")))?,
        name: row.try_get("name")?,
        phone: row.try_get("phone")?,
        deputy: row.try_get("deputy")?,
        serves_from: day("serves_from")?,
        serves_until: day("serves_until")?,
    })
}

pub(super) fn code_change(row: &SqliteRow) -> StoreResult<(EditionId, CodeChange)> {
    let change =
        CodeChange { old: row.try_get("old_code")?, new: row.try_get("new_code")?, share: row.try_get("share")? };
    Ok((EditionId(row.try_get("edition")?), change))
}

pub(super) fn key(row: &SqliteRow) -> StoreResult<KeptKey> {
    let hash: &[u8] = row.try_get("hash")?;
    let revoked_at: Option<&str> = row.try_get("revoked_at")?;
    let key = ApiKey {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get::<&str, _>("role")?.parse().map_err(StoreError::Damaged)?,
        created_at: times::from_text(row.try_get("created_at")?)?,
        revoked_at: revoked_at.map(times::from_text).transpose()?,
    };
    Ok(KeptKey { key, hash: bytes32(hash)? })
}

pub(super) fn bytes32(bytes: &[u8]) -> StoreResult<[u8; 32]> {
    bytes.try_into().map_err(|_| StoreError::Damaged(format!("{} bytes where 32 are kept", bytes.len())))
}

pub(super) fn job(row: &SqliteRow) -> StoreResult<Job> {
    let state: &str = row.try_get("state")?;
    let kind: &str = row.try_get("kind")?;
    let damaged = |what: &str| StoreError::Damaged(format!("a job that is `{what}`"));
    Ok(Job {
        id: row.try_get("id")?,
        kind: JobKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| damaged(kind))?,
        state: JobState::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(|| damaged(state))?,
        stage: row.try_get("stage")?,
        progress: row.try_get("progress")?,
        edition: row.try_get("edition")?,
        created_at: times::from_text(row.try_get("created_at")?)?,
        updated_at: times::from_text(row.try_get("updated_at")?)?,
        cancel_requested: row.try_get("cancel_requested")?,
        outcome: row.try_get("outcome")?,
    })
}
