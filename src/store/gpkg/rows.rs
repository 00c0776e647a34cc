//! Rows to what they stand for.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::times;
use crate::domain::edition::{EditionId, EditionInfo, EditionState, Publication};
use crate::domain::grid::Grid;
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
