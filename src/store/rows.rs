//! Rows to what they stand for, the same for every store: a store says how it reads a column, and no more.

use time::{Date, OffsetDateTime};

use super::{KeptRoster, StoreError, StoreResult};
use crate::domain::account::{Account, KeptAccount, Session};
use crate::domain::audit::AuditEntry;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, EditionState, Publication};
use crate::domain::grid::Grid;
use crate::domain::job::{Job, JobKind, JobState};
use crate::domain::key::{ApiKey, KeptKey};
use crate::domain::roster::{Person, Role, RosterEntry};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::point::MultiPolygon;
use crate::geometry::wkb;

/// The columns of a row by name, each read as what it is kept as.
pub(super) trait Columns {
    fn integer(&self, column: &str) -> StoreResult<i64>;
    fn maybe_integer(&self, column: &str) -> StoreResult<Option<i64>>;
    fn real(&self, column: &str) -> StoreResult<f64>;
    fn maybe_real(&self, column: &str) -> StoreResult<Option<f64>>;
    fn flag(&self, column: &str) -> StoreResult<bool>;
    fn text(&self, column: &str) -> StoreResult<String>;
    fn maybe_text(&self, column: &str) -> StoreResult<Option<String>>;
    fn bytes(&self, column: &str) -> StoreResult<&[u8]>;
    fn time(&self, column: &str) -> StoreResult<OffsetDateTime>;
    fn maybe_time(&self, column: &str) -> StoreResult<Option<OffsetDateTime>>;
    fn maybe_day(&self, column: &str) -> StoreResult<Option<Date>>;
    /// The bytes of a shape, read as this store writes them.
    fn shape(&self, column: &str) -> StoreResult<Result<MultiPolygon, wkb::NotAShape>>;
}

fn damaged(what: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(what.to_string())
}

pub(super) fn json<T: serde::de::DeserializeOwned>(text: &str, what: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a {what}: {error}")))
}

pub(super) fn edition(row: &impl Columns) -> StoreResult<EditionInfo> {
    let count = |column: &str| -> StoreResult<u32> { u32::try_from(row.integer(column)?).map_err(damaged) };
    let bound = |column: &str| row.maybe_real(column);
    let bounds = match (bound("west")?, bound("south")?, bound("east")?, bound("north")?) {
        (Some(west), Some(south), Some(east), Some(north)) => Some([west, south, east, north]),
        _ => None,
    };
    Ok(EditionInfo {
        id: EditionId(row.integer("id")?),
        name: row.text("name")?,
        state: match row.text("state")?.as_str() {
            "draft" => EditionState::Draft,
            "published" => EditionState::Published,
            other => return Err(StoreError::Damaged(format!("an edition that is `{other}`"))),
        },
        source: row.text("source")?,
        created_at: row.time("created_at")?,
        accepted: json(&row.text("accepted")?, "list of problem codes")?,
        counts: PerTier([count("tier1_grids")?, count("tier2_grids")?, count("tier3_grids")?]),
        bounds,
    })
}

pub(super) fn draft_feature(row: &impl Columns) -> StoreResult<DraftFeature> {
    Ok(DraftFeature {
        code: row.maybe_text("code")?,
        name: row.maybe_text("name")?,
        tier: row.maybe_integer("tier")?.map(Tier::try_from).transpose().map_err(damaged)?,
        parent: row.maybe_text("parent")?,
        polygons: wkb::raw_from_bytes(row.bytes("polygons")?).map_err(damaged)?,
        was: json(&row.text("was")?, "list of codes")?,
        source: row.text("source")?,
        out_of_range: json(&row.text("out_of_range")?, "list of positions")?,
    })
}

pub(super) fn grid(row: &impl Columns) -> StoreResult<GridFeature> {
    let code = row.text("code")?;
    let shape = row.shape("geom")?.map_err(|error| damaged(format!("grid `{code}`: {error}")))?;
    Ok(GridFeature {
        grid: Grid {
            name: row.text("name")?,
            tier: Tier::try_from(row.integer("tier")?).map_err(damaged)?,
            parent: row.maybe_text("parent")?,
            code,
        },
        shape,
    })
}

pub(super) fn publication(row: &impl Columns) -> StoreResult<Publication> {
    Ok(Publication {
        edition: EditionId(row.integer("edition")?),
        in_force_from: row.time("in_force_from")?,
        recorded_at: row.time("recorded_at")?,
        withdraws: row.flag("withdraws")?,
    })
}

pub(super) fn kept_roster(row: &impl Columns) -> StoreResult<KeptRoster> {
    Ok(KeptRoster {
        number: row.integer("id")?,
        in_force_from: row.time("in_force_from")?,
        recorded_at: row.time("recorded_at")?,
    })
}

/// A roster from the rows of its entries and of its people, both by grid.
pub(super) fn roster<R: Columns>(entries: &[R], people: &[R]) -> StoreResult<Vec<RosterEntry>> {
    let entry = |row: &R| -> StoreResult<RosterEntry> {
        Ok(RosterEntry { grid: row.text("grid")?, party_group: row.maybe_text("party_group")?, people: Vec::new() })
    };
    let mut entries = entries.iter().map(entry).collect::<StoreResult<Vec<RosterEntry>>>()?;
    for row in people {
        let grid = row.text("grid")?;
        let at = entries.binary_search_by(|entry| entry.grid.cmp(&grid));
        let at = at.map_err(|_| damaged(format!("a person of `{grid}`, which is not in the roster")))?;
        entries[at].people.push(person(row)?);
    }
    Ok(entries)
}

fn person(row: &impl Columns) -> StoreResult<Person> {
    let role = row.text("role")?;
    Ok(Person {
        role: Role::parse(&role).ok_or_else(|| damaged(format!("a role called `{role}`")))?,
        name: row.text("name")?,
        phone: row.maybe_text("phone")?,
        deputy: row.flag("deputy")?,
        serves_from: row.maybe_day("serves_from")?,
        serves_until: row.maybe_day("serves_until")?,
    })
}

pub(super) fn code_change(row: &impl Columns) -> StoreResult<(EditionId, CodeChange)> {
    let change = CodeChange { old: row.text("old_code")?, new: row.text("new_code")?, share: row.real("share")? };
    Ok((EditionId(row.integer("edition")?), change))
}

pub(super) fn key(row: &impl Columns) -> StoreResult<KeptKey> {
    let key = ApiKey {
        id: row.text("id")?,
        name: row.text("name")?,
        role: row.text("role")?.parse().map_err(StoreError::Damaged)?,
        grid: row.maybe_text("grid")?,
        created_at: row.time("created_at")?,
        revoked_at: row.maybe_time("revoked_at")?,
    };
    Ok(KeptKey { key, hash: bytes32(row.bytes("hash")?)? })
}

pub(super) fn account(row: &impl Columns) -> StoreResult<KeptAccount> {
    let account = Account {
        id: row.text("id")?,
        sign_in: row.text("sign_in")?,
        name: row.text("name")?,
        role: row.text("role")?.parse().map_err(StoreError::Damaged)?,
        grid: row.maybe_text("grid")?,
        created_at: row.time("created_at")?,
        password_at: row.time("password_at")?,
        disabled_at: row.maybe_time("disabled_at")?,
    };
    Ok(KeptAccount { account, password: row.text("password")? })
}

pub(super) fn session(row: &impl Columns) -> StoreResult<Session> {
    Ok(Session {
        hash: bytes32(row.bytes("hash")?)?,
        account: row.text("account")?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
        ends_at: row.time("ends_at")?,
    })
}

pub(super) fn audit_entry(row: &impl Columns) -> StoreResult<AuditEntry> {
    Ok(AuditEntry {
        number: row.integer("id")?,
        at: row.time("at")?,
        via: row.text("via")?,
        actor: row.text("actor")?,
        name: row.text("name")?,
        address: row.maybe_text("address")?,
        action: row.text("action")?,
        subject: row.text("subject")?,
        details: row.text("details")?,
    })
}

pub(super) fn bytes32(bytes: &[u8]) -> StoreResult<[u8; 32]> {
    bytes.try_into().map_err(|_| damaged(format!("{} bytes where 32 are kept", bytes.len())))
}

pub(super) fn job(row: &impl Columns) -> StoreResult<Job> {
    let (state, kind) = (row.text("state")?, row.text("kind")?);
    let unknown = |what: &str| damaged(format!("a job that is `{what}`"));
    Ok(Job {
        id: row.text("id")?,
        kind: JobKind::ALL.into_iter().find(|known| known.as_str() == kind).ok_or_else(|| unknown(&kind))?,
        state: JobState::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(|| unknown(&state))?,
        stage: row.text("stage")?,
        progress: row.real("progress")?,
        edition: row.maybe_text("edition")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        cancel_requested: row.flag("cancel_requested")?,
        outcome: row.maybe_text("outcome")?,
    })
}
