//! Two editions of the store side by side, and what differs, as text for people.

use std::io::{self, Write};
use std::sync::Arc;

use time::OffsetDateTime;

use super::{Context, Failure};
use crate::assign::compare::{Answering, Comparison, PlaceChanges, ReportChanges};
use crate::domain::edition::{EditionInfo, in_force};
use crate::domain::grid::{Grid, GridId};
use crate::domain::shown::shown;
use crate::domain::tier::Tier;
use crate::http::diff::{Summary, km2};
use crate::live::Live;
use crate::planar::build::Built;
use crate::planar::diff::Difference;
use crate::planar::map::PlanarMap;
use crate::store::Store;

/// Lines of one kind before the rest is only counted.
const MAX_LINES: usize = 50;

/// Drafts are built in memory as publishing would build them.
pub(super) async fn of_editions(
    context: &Context,
    store: &Arc<dyn Store>,
    old: &str,
    new: &str,
) -> Result<Comparison, Failure> {
    // A name that is not there is refused with those that are.
    context.edition(&**store, old).await?;
    context.edition(&**store, new).await?;
    let live = Live::open(store.clone()).await?;
    let sides = [live.side(old).await?, live.side(new).await?];
    let [Some(old), Some(new)] = sides else {
        return Err(Failure::refused("an edition was discarded just now; `gridward editions` lists what there is"));
    };
    Ok(Comparison::of(old, new))
}

fn print_counts(old: &str, new: &str, summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let Summary { added, removed, recoded, renamed, reparented, moved, changed_km2, .. } = summary;
    writeln!(
        out,
        "{old} → {new}: 新增 {added} added, 撤销 {removed} removed, 改编码 {recoded} recoded, 改名 {renamed} renamed, \
         改隶属 {reparented} re-parented, 边界变动 {moved} moved"
    )?;
    writeln!(
        out,
        "易主 changes hands: tier 1 {} km², tier 2 {} km², tier 3 {} km²",
        changed_km2.tier1, changed_km2.tier2, changed_km2.tier3
    )
}

/// What a draft would change in what is in force before it; nothing where nothing is.
pub(super) async fn print_before_publishing(
    store: &dyn Store,
    draft: &EditionInfo,
    built: &Built,
    from: Option<OffsetDateTime>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let at = from.unwrap_or_else(OffsetDateTime::now_utc);
    let Some(before) = in_force(&store.publications().await?, at) else { return Ok(()) };
    let name = store.editions().await?.into_iter().find(|info| info.id == before).map(|info| info.name);
    let damaged = |error| Failure::refused(format!("the edition in force cannot be compared: {error}"));
    let old = PlanarMap::from_partition(store.grids(before).await?).map_err(damaged)?;
    let new = PlanarMap::from_partition(built.partition.clone()).map_err(damaged)?;
    let summary = Summary::of(&Difference::between(&old, &new), 0);
    print_counts(&name.unwrap_or_default(), &draft.name, &summary, out)?;
    writeln!(out, "`gridward diff` says which")?;
    Ok(())
}

/// Everything, the longest lists cut.
pub(super) fn print(comparison: &Comparison, out: &mut impl Write) -> io::Result<()> {
    let names = [&comparison.old, &comparison.new].map(|side| side.edition.info.name.as_str());
    print_counts(names[0], names[1], &Summary::of(&comparison.difference, 0), out)?;
    let (old, new) = (&comparison.old.edition.planar, &comparison.new.edition.planar);
    let fate = &comparison.difference.fate;
    let (before, after) = (|id: GridId| old.grid(id), |id: GridId| new.grid(id));
    let shares = |parts: &[(GridId, f64)], grid: &dyn Fn(GridId) -> String| {
        let parts: Vec<String> =
            parts.iter().take(5).map(|&(id, share)| format!("{} {:.1} %", grid(id), share * 100.0)).collect();
        if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") }
    };
    list("撤销 removed", &fate.removed, out, |removed| {
        let into = shares(&removed.into, &|id| named(after(id)));
        format!("{} ({} km²) → {into}", tiered(before(removed.grid)), km2(removed.area_m2))
    })?;
    list("新增 added", &fate.added, out, |added| {
        let out_of = shares(&added.out_of, &|id| named(before(id)));
        format!("{} ({} km²) ← {out_of}", tiered(after(added.grid)), km2(added.area_m2))
    })?;
    list("改编码 recoded", &fate.recoded, out, |&(a, b)| format!("{} → {}", tiered(before(a)), named(after(b))))?;
    list("改名 renamed", &fate.renamed, out, |&(a, b)| format!("{} → {}", tiered(before(a)), after(b).name))?;
    list("改隶属 re-parented", &fate.reparented, out, |&(a, b)| {
        let parent = |grid: &Grid| grid.parent.clone().unwrap_or_else(|| "nobody".to_owned());
        format!("{}: {} → {}", tiered(after(b)), parent(before(a)), parent(after(b)))
    })?;
    let mut moved: Vec<_> = fate.moved.iter().collect();
    moved.sort_by(|a, b| (b.gained_m2 + b.lost_m2).total_cmp(&(a.gained_m2 + a.lost_m2)));
    list("边界变动 moved", &moved, out, |moved| {
        let part = |sign: char, part_m2: f64| {
            let percent = 100.0 * part_m2 / moved.old_area_m2.max(1e-6);
            (part_m2 >= 0.5).then(|| format!("{sign}{} km² ({percent:.2} %)", km2(part_m2)))
        };
        let parts: Vec<String> = [part('+', moved.gained_m2), part('-', moved.lost_m2)].into_iter().flatten().collect();
        let parts = if parts.is_empty() { "by less than 1 m²".to_owned() } else { parts.join(", ") };
        format!("{}: {parts}", tiered(after(moved.new)))
    })?;
    list("换人负责 others answer", &comparison.hand_overs(), out, |over| {
        format!("{} → {}: {} km²", people(over.from.as_ref()), people(over.to.as_ref()), km2(over.area_m2))
    })
}

pub(super) fn print_places(places: &PlaceChanges, out: &mut impl Write) -> io::Result<()> {
    let PlaceChanges { rows, errors, changed_in_any, handed_over, changed, .. } = places;
    let [one, two, three] = changed.0;
    writeln!(
        out,
        "地址 places: {changed_in_any} of {rows} change hands (tier 1 {one}, tier 2 {two}, tier 3 {three}); \
         for {handed_over} others answer; {errors} unreadable"
    )?;
    if let Some(error) = &places.first_error {
        writeln!(out, "  {error}")?;
    }
    for place in places.places.iter().take(MAX_LINES) {
        let changes = Tier::ALL.into_iter().filter(|&tier| place.from[tier] != place.to[tier]).map(|tier| {
            let code = |code: &Option<String>| code.clone().unwrap_or_else(|| "nobody".to_owned());
            format!("tier {tier} {} → {}", code(&place.from[tier]), code(&place.to[tier]))
        });
        let label = place.label.clone().unwrap_or_else(|| format!("{}, {}", place.lon, place.lat));
        writeln!(out, "  row {}: {label}: {}", place.row, changes.collect::<Vec<_>>().join("; "))?;
    }
    let hidden = (*changed_in_any as usize).saturating_sub(MAX_LINES.min(places.places.len()));
    if hidden > 0 {
        writeln!(out, "  … and {hidden} more; --format json names up to 10,000")?;
    }
    Ok(())
}

/// How many known reports would lie in another grid, and from which to which.
pub(super) fn print_reports(comparison: &Comparison, found: &ReportChanges, out: &mut impl Write) -> io::Result<()> {
    let ReportChanges { looked_at, another_grid, recoded, handed_over, without_position, outside, .. } = found;
    if looked_at.all == 0 {
        return writeln!(out, "上报 reports: 没有 none are known");
    }
    let [one, two, three] = found.changed.0.map(|count| count.all);
    writeln!(
        out,
        "上报 reports: {} of {} go to another grid (tier 1 {one}, tier 2 {two}, tier 3 {three}), {} of them under a new code only; \
         for {} others answer; {} have no position to decide from, {} lie outside",
        another_grid.all, looked_at.all, recoded.all, handed_over.all, without_position.all, outside.all
    )?;
    writeln!(
        out,
        "在办 open reports: {} of {} go to another grid, {} of them under a new code only; for {} others answer",
        another_grid.open, looked_at.open, recoded.open, handed_over.open
    )?;
    let (old, new) = (&comparison.old.edition.planar, &comparison.new.edition.planar);
    let grid = |grid: Option<&Grid>| grid.map_or_else(|| "outside".to_owned(), tiered);
    list("上报换网格 reports by grid", &found.pairs, out, |pair| {
        let (from, to) = (pair.from.map(|id| old.grid(id)), pair.to.map(|id| new.grid(id)));
        format!("{} → {}: {}, 在办 open {}", grid(from), grid(to), pair.reports.all, pair.reports.open)
    })
}

fn list<T>(title: &str, rows: &[T], out: &mut impl Write, line: impl Fn(&T) -> String) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title} ({})", rows.len())?;
    for row in rows.iter().take(MAX_LINES) {
        writeln!(out, "  {}", shown(&line(row)))?;
    }
    if rows.len() > MAX_LINES {
        writeln!(out, "  … and {} more; --format json lists them", rows.len() - MAX_LINES)?;
    }
    Ok(())
}

fn named(grid: &Grid) -> String {
    if grid.name == grid.code { grid.code.clone() } else { format!("{} {}", grid.code, grid.name) }
}

fn tiered(grid: &Grid) -> String {
    format!("tier {} {}", grid.tier, named(grid))
}

fn people(who: Option<&Answering>) -> String {
    let Some(who) = who else { return "nobody".to_owned() };
    let known = [who.party_group.as_deref(), who.leader.as_deref()];
    let known: Vec<&str> = known.into_iter().flatten().collect();
    if known.is_empty() { "a vacant post".to_owned() } else { known.join(" ") }
}
