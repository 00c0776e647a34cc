//! Reports, steps and events as rows: written as JSON, which both databases take apart themselves, and read by column.

use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::tally::Tally;
use super::{Count, HeldKey, NewReport, ReportChange, ReportFilter, ReportPlace, SenderKey};
use crate::domain::assignment::Assignment;
use crate::domain::caller::Via;
use crate::domain::level::Level;
use crate::domain::report::{Action, Actor, Event, Report, Reporter, Status, Step, day_of};
use crate::domain::roster::CHINA;
use crate::domain::rules::KeptRules;
use crate::domain::tier::Tier;
use crate::store::gpkg::times::to_text;
use crate::store::rows::{Columns, json};
use crate::store::{StoreError, StoreResult};

/// A row of `reports`. The names are those of the columns.
#[derive(Serialize)]
struct ReportRow<'a> {
    id: &'a str,
    created_at: String,
    updated_at: String,
    version: i64,
    status: Status,
    level: Level,
    grid: Option<&'a str>,
    category: &'a str,
    description: &'a str,
    occurred_at: Option<String>,
    reporter_name: Option<&'a str>,
    reporter_phone: Option<&'a str>,
    origin: &'a str,
    external_id: Option<&'a str>,
    lon: f64,
    lat: f64,
    tier1: Option<&'a str>,
    tier2: Option<&'a str>,
    tier3: Option<&'a str>,
    assignment: &'a Assignment,
    due_at: Option<String>,
    warned_at: Option<String>,
    overdue_since: Option<String>,
    settled_level: Option<Level>,
    settled_at: Option<String>,
    merged_into: Option<&'a str>,
}

impl<'a> ReportRow<'a> {
    fn of(report: &'a Report) -> ReportRow<'a> {
        let assignment = &report.assignment;
        ReportRow {
            id: &report.id,
            created_at: to_text(report.created_at),
            updated_at: to_text(report.updated_at),
            version: report.version,
            status: report.status,
            level: report.level,
            grid: report.grid.as_deref(),
            category: &report.category,
            description: &report.description,
            occurred_at: report.occurred_at.map(to_text),
            reporter_name: report.reporter.name.as_deref(),
            reporter_phone: report.reporter.phone.as_deref(),
            origin: &report.origin,
            external_id: report.external_id.as_deref(),
            lon: assignment.wgs84[0],
            lat: assignment.wgs84[1],
            tier1: assignment.code_of(Tier::One),
            tier2: assignment.code_of(Tier::Two),
            tier3: assignment.code_of(Tier::Three),
            assignment,
            due_at: report.due_at.map(to_text),
            warned_at: report.warned_at.map(to_text),
            overdue_since: report.overdue_since.map(to_text),
            settled_level: report.settled_level,
            settled_at: report.settled_at.map(to_text),
            merged_into: report.merged_into.as_deref(),
        }
    }
}

/// A row of `report_steps`.
#[derive(Serialize)]
struct StepRow<'a> {
    report: &'a str,
    number: i64,
    at: String,
    action: Action,
    actor_via: &'static str,
    actor_id: &'a str,
    actor_name: &'a str,
    note: Option<&'a str>,
    status: Status,
    level: Level,
    grid: Option<&'a str>,
    due_at: Option<String>,
    assignment: Option<&'a Assignment>,
}

impl<'a> StepRow<'a> {
    fn of(report: &'a str, step: &'a Step) -> StepRow<'a> {
        StepRow {
            report,
            number: step.number,
            at: to_text(step.at),
            action: step.action,
            actor_via: step.actor.via.as_str(),
            actor_id: &step.actor.id,
            actor_name: &step.actor.name,
            note: step.note.as_deref(),
            status: step.status,
            level: step.level,
            grid: step.grid.as_deref(),
            due_at: step.due_at.map(to_text),
            assignment: step.assignment.as_ref(),
        }
    }
}

/// A row of `events` but for its number, which is `after` the last one so far.
#[derive(Serialize)]
struct EventRow<'a> {
    after: usize,
    at: String,
    kind: &'a str,
    report: &'a str,
    step: i64,
    grids: Vec<&'a str>,
    origin: &'a str,
    data: &'a RawValue,
}

#[derive(Serialize)]
struct KeyRow<'a> {
    kind: &'static str,
    origin: &'a str,
    key: &'a str,
    report: &'a str,
    body_hash: String,
}

fn as_json(rows: &[impl Serialize]) -> String {
    serde_json::to_string(rows).expect("rows have only text keys and finite numbers")
}

pub(in crate::store) fn reports_json<'a>(reports: impl Iterator<Item = &'a Report>) -> String {
    as_json(&reports.map(ReportRow::of).collect::<Vec<_>>())
}

pub(in crate::store) fn report_json(change: &ReportChange) -> String {
    serde_json::to_string(&ReportRow::of(&change.report)).expect("rows have only text keys and finite numbers")
}

/// The first step of each report among them: a second one cannot be of the version that the first left.
pub(in crate::store) fn first_of_each(changes: &[ReportChange]) -> Vec<&ReportChange> {
    let mut ids = std::collections::BTreeSet::new();
    changes.iter().filter(|change| ids.insert(&*change.report.id)).collect()
}

/// The report that a step merges another one into.
pub(in crate::store) fn merged_into(change: &ReportChange) -> Option<&str> {
    change.report.merged_into.as_deref().filter(|_| change.step.action == Action::Merge)
}

/// Whether the report of a row can be merged into.
pub(in crate::store) fn is_open(row: &impl Columns) -> StoreResult<bool> {
    Ok(word(row, "status", &Status::ALL, Status::as_str)?.is_open())
}

/// Of each of them whether it is one of those that were kept.
pub(in crate::store) fn were_kept(changes: &[ReportChange], kept: &[&ReportChange]) -> Vec<bool> {
    changes.iter().map(|change| kept.iter().any(|kept| std::ptr::eq(*kept, change))).collect()
}

/// Steps with the reports they are of.
pub(in crate::store) fn steps_json<'a>(steps: impl Iterator<Item = (&'a Report, &'a Step)>) -> String {
    as_json(&steps.map(|(report, step)| StepRow::of(&report.id, step)).collect::<Vec<_>>())
}

/// The events of steps, numbered from 1 on after the last one so far.
pub(in crate::store) fn events_json<'a>(
    told: impl Iterator<Item = (&'a Report, &'a Step, &'a super::NewEvent)>,
) -> StoreResult<String> {
    let row = |(i, (report, step, event)): (usize, (&'a Report, &'a Step, &'a super::NewEvent))| {
        let now_in = report.assignment.grids.iter().map(|grid| grid.code.as_str());
        let grids: Vec<&str> = now_in.chain(event.left.iter().map(String::as_str)).collect();
        let data =
            serde_json::from_str(&event.data).map_err(|_| StoreError::Refused("an event that is no JSON".into()))?;
        Ok(EventRow {
            after: i + 1,
            at: to_text(step.at),
            kind: &event.kind,
            report: &report.id,
            step: step.number,
            grids,
            origin: &report.origin,
            data,
        })
    };
    Ok(as_json(&told.enumerate().map(row).collect::<StoreResult<Vec<_>>>()?))
}

/// The event of an edition, which is about no report, as [`events_json`] has those of steps.
pub(in crate::store) fn edition_event_json(kind: &str, at: OffsetDateTime, data: &serde_json::Value) -> String {
    let data = serde_json::value::to_raw_value(data).expect("a value has only text keys");
    let grids = Vec::new();
    as_json(&[EventRow { after: 1, at: to_text(at), kind, report: "", step: 0, grids, origin: "", data: &data }])
}

/// All keys of new reports, sorted: two transactions that meet in several wait for each other in one order.
pub(in crate::store) fn keys_json(new: &[NewReport]) -> String {
    let mut keys: Vec<(&SenderKey, &str)> =
        new.iter().flat_map(|new| new.keys.iter().map(|key| (key, &*new.report.id))).collect();
    // Stable: of two reports of one batch under the same key the first has it.
    keys.sort_by(|(a, _), (b, _)| (a.kind, &a.origin, &a.key).cmp(&(b.kind, &b.origin, &b.key)));
    as_json(&keys.into_iter().map(|(key, report)| key_row(key, report)).collect::<Vec<_>>())
}

/// A key, to be looked up.
pub(in crate::store) fn key_json(key: &SenderKey) -> String {
    as_json(&[key_row(key, "")])
}

fn key_row<'a>(key: &'a SenderKey, report: &'a str) -> KeyRow<'a> {
    let SenderKey { kind, origin, key, body_hash } = key;
    KeyRow { kind: kind.as_str(), origin, key, report, body_hash: hex(body_hash) }
}

/// Events that have their numbers already.
pub(in crate::store) fn kept_events_json(events: &[Event]) -> StoreResult<String> {
    let row = |event: &'_ Event| -> StoreResult<serde_json::Value> {
        let data: &RawValue = serde_json::from_str(&event.data).map_err(|_| damaged_event(event))?;
        Ok(serde_json::json!({
            "after": event.number, "at": to_text(event.at), "kind": event.kind, "report": event.report,
            "step": event.step, "grids": event.grids, "origin": event.origin, "data": data,
        }))
    };
    Ok(as_json(&events.iter().map(row).collect::<StoreResult<Vec<_>>>()?))
}

fn damaged_event(event: &Event) -> StoreError {
    StoreError::Damaged(format!("event {} is no JSON", event.number))
}

pub(in crate::store) fn held_keys_json(keys: &[HeldKey]) -> String {
    as_json(keys)
}

pub(in crate::store) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What sorts behind every id.
pub(in crate::store) const AFTER_ALL_IDS: &str = "~";

/// What the statement finds of a filter's lists: JSON arrays, and `NULL` for those that ask for all.
pub(in crate::store) struct FilterLists {
    pub levels: Option<String>,
    pub statuses: Option<String>,
    pub categories: Option<String>,
    pub ids: Option<String>,
    /// The ids that can come in between `since` and `until`: by them a store skips whole months.
    pub first_id: String,
    pub last_id: String,
}

impl FilterLists {
    pub(in crate::store) fn of(filter: &ReportFilter) -> FilterLists {
        fn list<T: Serialize>(items: &[T]) -> Option<String> {
            (!items.is_empty()).then(|| as_json(items))
        }
        FilterLists {
            levels: list(&filter.levels),
            statuses: list(&filter.statuses),
            categories: list(&filter.categories),
            ids: list(&filter.ids),
            first_id: filter.since.map(first_id).unwrap_or_default(),
            last_id: filter.until.map_or_else(|| AFTER_ALL_IDS.into(), |until| format!("{}~", first_id(until))),
        }
    }
}

/// What the ids of a moment's day begin with. Before 2000 and after 2099 there are none.
pub(in crate::store) fn first_id(at: OffsetDateTime) -> String {
    let day = at.to_offset(CHINA).date();
    match day.year() {
        2000..=2099 => format!("{:02}{:02}{:02}", day.year() - 2000, u8::from(day.month()), day.day()),
        ..2000 => String::new(),
        _ => AFTER_ALL_IDS.into(),
    }
}

/// The first day of the month of an id, and of the month after, as ids begin: `261101`, `261201`.
pub(in crate::store) fn month_of(id: &str) -> StoreResult<(String, String)> {
    let day = day_of(id).ok_or_else(|| StoreError::Refused(format!("`{id}` is no id of a report")))?;
    let (year, month) = (day.year() - 2000, u8::from(day.month()));
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Ok((format!("{year:02}{month:02}01"), format!("{next_year:02}{next_month:02}01")))
}

fn word<T: Copy>(row: &impl Columns, column: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> StoreResult<T> {
    let text = row.text(column)?;
    let found = all.iter().copied().find(|&known| as_str(known) == text);
    found.ok_or_else(|| StoreError::Damaged(format!("a report whose {column} is `{text}`")))
}

fn level(text: &str) -> StoreResult<Level> {
    text.parse().map_err(StoreError::Damaged)
}

pub(in crate::store) fn report(row: &impl Columns) -> StoreResult<Report> {
    Ok(Report {
        id: row.text("id")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.integer("version")?,
        status: word(row, "status", &Status::ALL, Status::as_str)?,
        level: level(&row.text("level")?)?,
        grid: row.maybe_text("grid")?,
        category: row.text("category")?,
        description: row.text("description")?,
        occurred_at: row.maybe_time("occurred_at")?,
        reporter: Reporter { name: row.maybe_text("reporter_name")?, phone: row.maybe_text("reporter_phone")? },
        origin: row.text("origin")?,
        external_id: row.maybe_text("external_id")?,
        assignment: json(&row.text("assignment")?, "assignment")?,
        due_at: row.maybe_time("due_at")?,
        warned_at: row.maybe_time("warned_at")?,
        overdue_since: row.maybe_time("overdue_since")?,
        settled_level: row.maybe_text("settled_level")?.as_deref().map(level).transpose()?,
        settled_at: row.maybe_time("settled_at")?,
        merged_into: row.maybe_text("merged_into")?,
    })
}

pub(in crate::store) fn report_place(row: &impl Columns) -> StoreResult<ReportPlace> {
    Ok(ReportPlace {
        id: row.text("id")?,
        given: json(&row.text("given")?, "position")?,
        status: word(row, "status", &Status::ALL, Status::as_str)?,
        in_grid: row.flag("in_grid")?,
    })
}

pub(in crate::store) fn actor(row: &impl Columns) -> StoreResult<Actor> {
    Ok(Actor {
        via: word(row, "actor_via", &Via::ALL, Via::as_str)?,
        id: row.text("actor_id")?,
        name: row.text("actor_name")?,
        address: None,
    })
}

pub(in crate::store) fn step(row: &impl Columns) -> StoreResult<Step> {
    let assignment = row.maybe_text("assignment")?;
    Ok(Step {
        number: row.integer("number")?,
        at: row.time("at")?,
        action: word(row, "action", &Action::ALL, Action::as_str)?,
        actor: actor(row)?,
        note: row.maybe_text("note")?,
        status: word(row, "status", &Status::ALL, Status::as_str)?,
        level: level(&row.text("level")?)?,
        grid: row.maybe_text("grid")?,
        due_at: row.maybe_time("due_at")?,
        assignment: assignment.map(|text| json(&text, "assignment")).transpose()?,
    })
}

pub(in crate::store) fn event(row: &impl Columns) -> StoreResult<Event> {
    Ok(Event {
        number: row.integer("number")?,
        at: row.time("at")?,
        kind: row.text("kind")?,
        report: row.text("report")?,
        step: row.integer("step")?,
        grids: json(&row.text("grids")?, "list of codes")?,
        origin: row.text("origin")?,
        data: row.text("data")?,
    })
}

pub(in crate::store) fn count(row: &impl Columns) -> StoreResult<Count> {
    let about = row.maybe_text("about")?;
    if let Some(seconds) = row.maybe_real("median_seconds")? {
        return Ok(Count::Median { about, seconds });
    }
    let number = |column: &str| row.integer(column).map(|number| number.max(0) as u64);
    Ok(Count::Reports {
        about,
        status: word(row, "status", &Status::ALL, Status::as_str)?,
        settled_level: row.maybe_text("settled_level")?.as_deref().map(level).transpose()?,
        reports: number("reports")?,
        late: number("late")?,
    })
}

pub(in crate::store) fn tally(row: &impl Columns) -> StoreResult<Tally> {
    Ok(Tally {
        about: row.maybe_text("about")?,
        status: row.maybe_text("status")?.map(|_| word(row, "status", &Status::ALL, Status::as_str)).transpose()?,
        settled_level: row.maybe_text("settled_level")?.as_deref().map(level).transpose()?,
        late: row.integer("late")? == 1,
        from_seconds: row.maybe_integer("from_seconds")?,
        reports: row.integer("reports")?.max(0) as u64,
    })
}

pub(in crate::store) fn rules(row: &impl Columns) -> StoreResult<KeptRules> {
    Ok(KeptRules { revision: row.integer("revision")?, rules: json(&row.text("rules")?, "revision of the rules")? })
}

pub(in crate::store) fn held_key(row: &impl Columns) -> StoreResult<HeldKey> {
    Ok(HeldKey {
        kind: row.text("kind")?,
        origin: row.text("origin")?,
        key: row.text("key")?,
        report: row.text("report")?,
        body_hash: row.text("body_hash")?,
    })
}

/// What becomes of new reports where their keys belong to those `holders`: each key's report is the one that had it first.
pub(in crate::store) fn judge(new: &[NewReport], holders: &[HeldKey]) -> Vec<super::Added> {
    use super::Added;
    let holder = |key: &SenderKey| {
        let is_it =
            |taken: &&HeldKey| taken.kind == key.kind.as_str() && taken.origin == key.origin && taken.key == key.key;
        holders.iter().find(is_it)
    };
    let mut fates: Vec<Added> = Vec::with_capacity(new.len());
    for one in new {
        let foreign = |key: &&SenderKey| holder(key).is_some_and(|taken| taken.report != one.report.id);
        let fate = match one.keys.iter().find(foreign).and_then(|key| Some((key, holder(key)?))) {
            None => Added::Kept,
            Some((key, taken)) if !taken.is_same_as(key) => Added::KeyTaken(key.kind, taken.report.clone()),
            // The same comes twice at once: where another key forbade the first, nothing is there under this one.
            Some((_, taken)) => match new.iter().zip(&fates).find(|(first, _)| first.report.id == taken.report) {
                Some((_, fate)) if *fate != Added::Kept => fate.clone(),
                _ => Added::Replayed(taken.report.clone()),
            },
        };
        fates.push(fate);
    }
    fates
}

/// The new reports that are kept.
pub(in crate::store) fn kept<'a>(new: &'a [NewReport], fates: &[super::Added]) -> Vec<&'a NewReport> {
    new.iter().zip(fates).filter(|(_, fate)| **fate == super::Added::Kept).map(|(new, _)| new).collect()
}

/// The ids of reports that are not kept and hold a key all the same, which has to be free again.
pub(in crate::store) fn hold_for_nothing<'a>(
    new: &'a [NewReport],
    fates: &[super::Added],
    holders: &[HeldKey],
) -> Vec<&'a str> {
    let refused =
        new.iter().zip(fates).filter(|(_, fate)| **fate != super::Added::Kept).map(|(new, _)| &*new.report.id);
    refused.filter(|id| holders.iter().any(|held| held.report == *id)).collect()
}
