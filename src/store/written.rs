//! What every store works out of what it is given to write: counts, bounds, JSON, and pieces of a bounded size.

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::gpkg::times::to_text;
use super::{Before, NewDraft, NewPublication, StoreError, StoreResult};
use crate::domain::account::Account;
use crate::domain::audit::{self, Deed};
use crate::domain::edition::{Publication, in_force};
use crate::domain::key::ApiKey;
use crate::domain::report::{Report, Step};
use crate::domain::roster::RosterEntry;
use crate::domain::tier::{PerTier, Tier};
use crate::domain::webhook::Webhook;
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::geometry::point::{IntBox, Point};

/// Rows put into one INSERT: so many that the way to the database costs little, with fewer than SQLite's 32,766 parameters.
pub(super) const ROWS_PER_INSERT: usize = 500;
/// Bytes of shapes put into one INSERT: they wait in memory for it.
const SHAPE_BYTES_PER_INSERT: usize = 4 << 20;
const BYTES_PER_POINT: usize = 16;

/// Number of grids in each tier and the range of their coordinates.
pub(super) struct Extent {
    pub counts: PerTier<u32>,
    /// West, south, east and north in degrees; nothing without points.
    pub bounds: [Option<f64>; 4],
}

impl Extent {
    pub(super) fn of_draft(features: &[DraftFeature]) -> Extent {
        let tiers = features.iter().filter_map(|feature| feature.tier);
        Extent::new(tiers, features.iter().flat_map(|feature| feature.polygons.iter().flatten().flatten()))
    }

    pub(super) fn of_grids(features: &[GridFeature]) -> Extent {
        let shells = features.iter().flat_map(|feature| &feature.shape).flat_map(|polygon| &polygon.shell);
        Extent::new(features.iter().map(|feature| feature.grid.tier), shells)
    }

    fn new<'a>(tiers: impl Iterator<Item = Tier>, points: impl Iterator<Item = &'a Point>) -> Extent {
        let mut counts = PerTier([0u32; 3]);
        tiers.for_each(|tier| counts[tier] += 1);
        let bounds = match IntBox::around(points) {
            None => [None; 4],
            Some(found) => [found.min.lon(), found.min.lat(), found.max.lon(), found.max.lat()].map(Some),
        };
        Extent { counts, bounds }
    }
}

/// Grids by (tier, code), as they are kept.
pub(super) fn sorted(features: &[GridFeature]) -> Vec<&GridFeature> {
    let mut sorted: Vec<&GridFeature> = features.iter().collect();
    sorted.sort_unstable_by(|a, b| (a.grid.tier, &a.grid.code).cmp(&(b.grid.tier, &b.grid.code)));
    sorted
}

/// Features of a draft with their positions, in pieces for one INSERT each.
pub(super) fn draft_batches<'a>(
    numbered: &'a [(i64, &'a DraftFeature)],
) -> impl Iterator<Item = &'a [(i64, &'a DraftFeature)]> {
    batches(numbered, |(_, feature)| feature.polygons.iter().flatten().map(Vec::len).sum())
}

/// Grids in pieces for one INSERT each.
pub(super) fn grid_batches<'a>(grids: &'a [&'a GridFeature]) -> impl Iterator<Item = &'a [&'a GridFeature]> {
    batches(grids, |grid| grid.shape.iter().flat_map(|polygon| polygon.rings()).map(Vec::len).sum())
}

/// Bounded in rows and in bytes of shapes; `points` counts an item's points.
fn batches<T>(mut items: &[T], points: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let some = items.iter().take(ROWS_PER_INSERT).take_while(|item| {
            let room = bytes < SHAPE_BYTES_PER_INSERT;
            bytes += points(item) * BYTES_PER_POINT;
            room
        });
        let (batch, rest) = items.split_at(some.count());
        items = rest;
        (!batch.is_empty()).then_some(batch)
    })
}

pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("reports and lists have only text keys")
}

/// What the audit log says of a new draft: whence, and how much.
pub(super) fn drafted(draft: &NewDraft, counts: &PerTier<u32>) -> Deed {
    Deed::new(audit::EDITION_DRAFTED, &draft.name).with(json!({"source": draft.source, "grids": counts.0}))
}

pub(super) fn published(name: &str, publication: &NewPublication, now: OffsetDateTime) -> Deed {
    let from = publication.in_force_from.unwrap_or(now);
    Deed::new(audit::EDITION_PUBLISHED, name)
        .with(json!({"in_force_from": moment(from), "accepted": publication.accepted}))
}

pub(super) fn put_in_force(name: &str, from: OffsetDateTime) -> Deed {
    Deed::new(audit::EDITION_PUT_IN_FORCE, name).with(json!({"in_force_from": moment(from)}))
}

pub(super) fn withdrawn(name: &str, from: OffsetDateTime) -> Deed {
    Deed::new(audit::EDITION_WITHDRAWN, name).with(json!({"in_force_from": moment(from)}))
}

/// Names nobody: who serves where is in the roster itself.
pub(super) fn roster_replaced(entries: &[RosterEntry], from: OffsetDateTime) -> Deed {
    let people: usize = entries.iter().map(|entry| entry.people.len()).sum();
    Deed::new(audit::ROSTER_REPLACED, "roster")
        .with(json!({"in_force_from": moment(from), "grids": entries.len(), "people": people}))
}

pub(super) fn key_created(key: &ApiKey) -> Deed {
    Deed::new(audit::KEY_CREATED, &key.id).with(json!({"name": key.name, "role": key.role, "grid": key.grid}))
}

/// The person is known by the id.
pub(super) fn account_created(account: &Account) -> Deed {
    Deed::new(audit::ACCOUNT_CREATED, &account.id).with(json!({"role": account.role, "grid": account.grid}))
}

/// Without the address: a robot's opens its chat.
pub(super) fn webhook_created(webhook: &Webhook) -> Deed {
    let Webhook { name, format, kinds, grid, .. } = webhook;
    Deed::new(audit::WEBHOOK_CREATED, &webhook.id)
        .with(json!({"name": name, "format": format.as_str(), "kinds": kinds, "grid": grid}))
}

pub(super) fn delivery_replayed(webhook: &str, event: i64) -> Deed {
    Deed::new(audit::DELIVERY_REPLAYED, webhook).with(json!({"event": event}))
}

/// Rows of the audit log for steps, as a JSON array: who took each is in the step, since steps of several people are kept together.
pub(super) fn steps_taken<'a>(steps: impl Iterator<Item = (&'a Report, &'a Step)>) -> String {
    let row = |(report, step): (&Report, &Step)| {
        let actor = &step.actor;
        json!({
            "at": to_text(step.at), "via": actor.via.as_str(), "actor": actor.id, "name": actor.name,
            "address": actor.address, "action": audit::step(step.action), "subject": report.id,
            "details": step_details(report, step),
        })
    };
    to_json(&steps.map(row).collect::<Vec<_>>())
}

/// Without notes and descriptions, which may tell of people; the history has them.
pub(super) fn step_details(report: &Report, step: &Step) -> serde_json::Value {
    json!({
        "step": step.number, "status": step.status, "level": step.level, "grid": step.grid,
        "merged_into": report.merged_into,
    })
}

pub(super) fn photo_added(report: &str, number: i64) -> Deed {
    Deed::new(audit::PHOTO_ADDED, report).with(json!({"photo": number}))
}

/// The subject is the revision: what it says is kept under it.
pub(super) fn rules_replaced(revision: i64) -> Deed {
    Deed::new(audit::RULES_REPLACED, &revision.to_string())
}

/// The event of an edition that is put in force from a time on: its kind, and what is told.
pub(super) fn edition_event(kind: &str, name: &str, from: OffsetDateTime) -> String {
    let data = json!({"edition": name, "in_force_from": moment(from)});
    super::reports::rows::edition_event_json(kind, OffsetDateTime::now_utc(), &data)
}

/// To the second.
fn moment(at: OffsetDateTime) -> Option<String> {
    at.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}

/// Whether the edition before is still the one that the publication is about; `publications` are read in its transaction.
pub(super) fn refuse_overtaken(
    publication: &NewPublication,
    from: OffsetDateTime,
    publications: &[Publication],
) -> StoreResult<()> {
    match publication.before {
        Before::Exactly(before) if in_force(publications, from) != before => Err(StoreError::Overtaken),
        _ => Ok(()),
    }
}

/// The same of a webhook as of a draft.
pub(super) fn refuse_nul_in_webhook(webhook: &Webhook) -> StoreResult<()> {
    let Webhook { id, name, url, kinds, grid, secret, .. } = webhook;
    let texts = [id, name, url].into_iter().chain(kinds).chain(grid).chain(secret);
    if texts.into_iter().any(|text| text.contains('\0')) {
        return Err(StoreError::Refused("a webhook holds the character U+0000; remove it".into()));
    }
    Ok(())
}

/// PostgreSQL keeps no U+0000 in a text, so no store does: what one store takes, every store takes.
pub(super) fn refuse_nul(draft: &NewDraft) -> StoreResult<()> {
    let refused = |what: &str| Err(StoreError::Refused(format!("{what} holds the character U+0000; remove it")));
    if draft.name.contains('\0') || draft.source.contains('\0') {
        return refused("the edition's name or its file's name");
    }
    for feature in &draft.features {
        let texts = [("code", &feature.code), ("name", &feature.name), ("parent", &feature.parent)];
        let bad = texts.into_iter().find(|(_, text)| text.as_ref().is_some_and(|text| text.contains('\0')));
        if let Some((field, _)) = bad {
            return refused(&format!("{}: `{field}`", feature.source));
        }
        if feature.source.contains('\0') || feature.was.iter().any(|code| code.contains('\0')) {
            return refused("the source or an earlier code of a feature");
        }
    }
    Ok(())
}
