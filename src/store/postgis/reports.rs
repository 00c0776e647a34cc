//! Reports in the shared store. Each month has its partitions, made when the first report of the month comes in.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::Row;
use time::OffsetDateTime;

use super::access::record;
use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use super::{PostgisStore, arrays, cannot_be_there, write};
use crate::domain::report::{Event, Report, Step, new_id};
use crate::domain::rules::{KeptRules, Rules};
use crate::store::reports::tally::{Kind, Parts, Tallies, Times};
use crate::store::reports::{
    Added, Count, CountBy, HeldKey, NewEvent, NewReport, ReportChange, ReportFilter, ReportPlace, ReportStore,
    SenderKey, Written, rows,
};
use crate::store::rows::Columns;
use crate::store::written::{self, to_json};
use crate::store::{StoreError, StoreResult};

#[async_trait]
impl ReportStore for PostgisStore {
    async fn write_reports(&self, new: &[NewReport], changes: &[ReportChange]) -> StoreResult<Written> {
        self.make_months(new).await?;
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = write_all(&mut session, new, changes).await;
        session.end(outcome).await
    }

    async fn add_reports(&self, new: &[NewReport]) -> StoreResult<Vec<Added>> {
        Ok(self.write_reports(new, &[]).await?.added)
    }

    async fn change_report(&self, change: &ReportChange) -> StoreResult<bool> {
        Ok(self.write_reports(&[], std::slice::from_ref(change)).await?.changed == [true])
    }

    async fn key_holder(&self, key: &SenderKey) -> StoreResult<Option<HeldKey>> {
        if cannot_be_there(&key.key) {
            return Ok(None);
        }
        let held = self.row(sqlx::query(sql::REPORT_KEY_HOLDERS).bind(rows::key_json(key))).await?;
        held.as_ref().map(rows::held_key).transpose()
    }

    async fn report_by_id(&self, id: &str) -> StoreResult<Option<Report>> {
        if cannot_be_there(id) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::REPORT_BY_ID).bind(id)).await?.as_ref().map(rows::report).transpose()
    }

    async fn steps(&self, id: &str) -> StoreResult<Vec<Step>> {
        if cannot_be_there(id) {
            return Ok(Vec::new());
        }
        self.rows(sqlx::query(sql::STEPS).bind(id)).await?.iter().map(rows::step).collect()
    }

    async fn find_reports(&self, filter: &ReportFilter, limit: u32) -> StoreResult<Vec<Report>> {
        let words = [&filter.grid, &filter.scope, &filter.origin, &filter.text].into_iter().flatten();
        if words.chain(&filter.categories).chain(&filter.ids).any(|text| cannot_be_there(text)) {
            return Ok(Vec::new());
        }
        let lists = rows::FilterLists::of(filter);
        let [west, south, east, north] = filter.bbox.map_or([None; 4], |bounds| bounds.map(Some));
        let find = sqlx::query(sql::FIND_REPORTS)
            .bind(lists.first_id)
            .bind(lists.last_id)
            .bind(filter.since.map(micros))
            .bind(filter.until.map(micros))
            .bind(&filter.grid)
            .bind(&filter.scope)
            .bind(&filter.origin)
            .bind(lists.levels)
            .bind(lists.statuses)
            .bind(lists.categories)
            .bind(lists.ids)
            .bind(west)
            .bind(south)
            .bind(east)
            .bind(north)
            .bind(&filter.text)
            .bind(filter.overdue)
            .bind(filter.after.as_ref().map(|(at, _)| micros(*at)))
            .bind(filter.after.as_ref().map(|(_, id)| id))
            .bind(i64::from(limit))
            .bind(i64::from(filter.skip));
        self.rows(find).await?.iter().map(rows::report).collect()
    }

    async fn count_reports(
        &self,
        filter: &ReportFilter,
        by: &[CountBy],
        exact_up_to: u64,
    ) -> StoreResult<Vec<Vec<Count>>> {
        if [&filter.grid, &filter.scope].into_iter().flatten().any(|text| cannot_be_there(text)) {
            return Ok(vec![Vec::new(); by.len()]);
        }
        let mut session = Session::counting(self.pool().await?).await?;
        let counted = count_all(&mut session, filter, by, exact_up_to).await?;
        session.end_read().await;
        Ok(counted)
    }

    async fn due_reports(
        &self,
        warn_before: OffsetDateTime,
        at: OffsetDateTime,
        limit: u32,
    ) -> StoreResult<Vec<Report>> {
        let due = sqlx::query(sql::DUE_REPORTS).bind(micros(warn_before)).bind(micros(at)).bind(i64::from(limit));
        self.rows(due).await?.iter().map(rows::report).collect()
    }

    async fn make_room_for(&self, at: OffsetDateTime) -> StoreResult<()> {
        self.make_month(&new_id(at, 0)).await
    }

    async fn events(&self, after: i64, limit: u32) -> StoreResult<Vec<Event>> {
        let all = self.rows(sqlx::query(sql::EVENTS).bind(after).bind(i64::from(limit))).await?;
        all.iter().map(rows::event).collect()
    }

    async fn last_event(&self) -> StoreResult<i64> {
        let row = self.row(sqlx::query(sql::LAST_EVENT)).await?;
        Ok(row.ok_or_else(|| StoreError::Damaged("it counts no events".into()))?.try_get(0)?)
    }

    async fn rules(&self) -> StoreResult<Option<KeptRules>> {
        self.row(sqlx::query(sql::RULES)).await?.as_ref().map(rows::rules).transpose()
    }

    async fn rules_by_revision(&self, revision: i64) -> StoreResult<Option<KeptRules>> {
        let row = self.row(sqlx::query(sql::RULES_BY_REVISION).bind(revision)).await?;
        row.as_ref().map(rows::rules).transpose()
    }

    async fn add_rules(&self, rules: &Rules, after: i64) -> StoreResult<Option<i64>> {
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            let insert = sqlx::query(sql::INSERT_RULES).bind(after).bind(micros(OffsetDateTime::now_utc()));
            if session.execute(insert.bind(to_json(rules))).await? == 0 {
                return Ok(None);
            }
            record(&mut session, &self.caller, &written::rules_replaced(after + 1)).await?;
            // The rules are served from memory, so the revision rises.
            write::raise_revision(&mut session).await?;
            Ok(Some(after + 1))
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn all_rules(&self) -> StoreResult<Vec<(KeptRules, OffsetDateTime)>> {
        let all = self.rows(sqlx::query(sql::ALL_RULES)).await?;
        all.iter().map(|row| Ok((rows::rules(row)?, row.time("recorded_at")?))).collect()
    }

    async fn reports_after(&self, id: &str, limit: u32) -> StoreResult<Vec<Report>> {
        let some = sqlx::query(sql::REPORTS_AFTER).bind(id).bind(i64::from(limit));
        self.rows(some).await?.iter().map(rows::report).collect()
    }

    async fn report_places(
        &self,
        before: Option<&str>,
        grid: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<ReportPlace>> {
        // No id can hold what a database cannot, and no grid.
        if [before, grid].into_iter().flatten().any(cannot_be_there) {
            return Ok(Vec::new());
        }
        let some = sqlx::query(sql::REPORT_PLACES)
            .bind(before.unwrap_or(rows::AFTER_ALL_IDS))
            .bind(grid)
            .bind(i64::from(limit));
        self.rows(some).await?.iter().map(rows::report_place).collect()
    }

    async fn sender_keys_after(&self, after: Option<&HeldKey>, limit: u32) -> StoreResult<Vec<HeldKey>> {
        let [kind, origin, key] = after.map_or([""; 3], |key| [&key.kind, &key.origin, &key.key]);
        let some = sqlx::query(sql::REPORT_KEYS_AFTER).bind(kind).bind(origin).bind(key).bind(i64::from(limit));
        self.rows(some).await?.iter().map(rows::held_key).collect()
    }
}

impl PostgisStore {
    /// Makes the partitions of months that were not seen yet, before and not in the transaction that needs them: making a
    /// partition locks the whole table.
    async fn make_months(&self, new: &[NewReport]) -> StoreResult<()> {
        for new in new {
            self.make_month(&new.report.id).await?;
        }
        Ok(())
    }

    /// Makes the partitions of the month in which the report of that id came in.
    async fn make_month(&self, id: &str) -> StoreResult<()> {
        let (first_day, next_month) = rows::month_of(id)?;
        let months = || self.shared.report_months.lock().expect("nothing panics while it holds this lock");
        if months().contains(&first_day) {
            return Ok(());
        }
        let mut session = Session::short_write(self.pool().await?).await?;
        let make = sqlx::query(sql::MAKE_REPORT_MONTH).bind(&first_day).bind(next_month);
        let outcome = session.execute(make).await.map(|_| ());
        session.end(outcome).await?;
        months().push(first_day);
        Ok(())
    }
}

/// Keys are taken first, then reports are held, then the events; each in an order, so that two writes wait for each other and
/// never in a ring. Whoever holds the events holds up the others until the commit.
async fn write_all(session: &mut Session, new: &[NewReport], changes: &[ReportChange]) -> StoreResult<Written> {
    let added = claim_keys(session, new).await?;
    let kept = rows::kept(new, &added);
    let mut done = rows::first_of_each(changes);
    hold(session, &mut done).await?;
    let ids: Vec<&str> = done.iter().map(|change| &*change.report.id).collect();
    if kept.is_empty() && done.is_empty() {
        return Ok(Written { added, changed: vec![false; changes.len()] });
    }
    session.row(sqlx::query(sql::HOLD_EVENTS)).await?;
    if !kept.is_empty() {
        let reports: Vec<&Report> = kept.iter().map(|new| &new.report).collect();
        arrays::insert_reports(session, &reports).await?;
    }
    if !done.is_empty() {
        let rows = rows::reports_json(done.iter().map(|change| &change.report));
        let updated = session.rows(sqlx::query(sql::UPDATE_REPORTS).bind(rows).bind(&ids)).await?;
        let updated = updated.iter().map(|row| row.text("id")).collect::<StoreResult<Vec<_>>>()?;
        done.retain(|change| updated.contains(&change.report.id));
    }
    let changed = rows::were_kept(changes, &done);
    let steps = kept.iter().map(|new| (&new.report, &new.step, &new.event));
    let steps = steps.chain(done.iter().map(|change| (&change.report, &change.step, &change.event)));
    if steps.clone().next().is_some() {
        write_steps(session, steps).await?;
    }
    Ok(Written { added, changed })
}

/// Holds the reports that are changed and those that others are merged into. Only into open ones can be merged: a step whose other
/// report is closed, or is by a step before it, is left out, and whoever wants it looks again.
async fn hold(session: &mut Session, done: &mut Vec<&ReportChange>) -> StoreResult<()> {
    let into = done.iter().filter_map(|change| rows::merged_into(change));
    let wanted: Vec<&str> = done.iter().map(|change| &*change.report.id).chain(into).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut open = BTreeSet::new();
    for row in session.rows(sqlx::query(sql::HOLD_REPORTS).bind(&wanted)).await? {
        if rows::is_open(&row)? {
            open.insert(row.text("id")?);
        }
    }
    done.retain(|change| {
        let stays = rows::merged_into(change).is_none_or(|into| open.contains(into));
        if stays && !change.report.status.is_open() {
            open.remove(&change.report.id);
        }
        stays
    });
    Ok(())
}

/// Takes the keys of new reports; what becomes of each report by whom its keys belong to.
async fn claim_keys(session: &mut Session, new: &[NewReport]) -> StoreResult<Vec<Added>> {
    let wanted: usize = new.iter().map(|new| new.keys.len()).sum();
    if wanted == 0 {
        return Ok(vec![Added::Kept; new.len()]);
    }
    let keys = rows::keys_json(new);
    let got = session.execute(sqlx::query(sql::INSERT_REPORT_KEYS).bind(&keys)).await?;
    if got == wanted as u64 {
        return Ok(vec![Added::Kept; new.len()]);
    }
    let held = session.rows(sqlx::query(sql::REPORT_KEY_HOLDERS).bind(&keys)).await?;
    let holders = held.iter().map(rows::held_key).collect::<StoreResult<Vec<_>>>()?;
    let fates = rows::judge(new, &holders);
    let needless = rows::hold_for_nothing(new, &fates, &holders);
    if !needless.is_empty() {
        session.execute(sqlx::query(sql::DROP_REPORT_KEYS).bind(to_json(&needless)).bind(&keys)).await?;
    }
    Ok(fates)
}

async fn count_all(
    session: &mut Session,
    filter: &ReportFilter,
    by: &[CountBy],
    exact_up_to: u64,
) -> StoreResult<Vec<Vec<Count>>> {
    let (grid, also) = filter.places();
    let kind = if grid.is_some() { Kind::Place } else { Kind::Day };
    let (from, to) = kind.touched(filter);
    let about = sqlx::query(sql::COUNT_ABOUT).bind(kind.as_str()).bind(from).bind(to).bind(grid);
    let about = session.row(about).await?.as_ref().map_or(Ok(0), |row| row.integer("reports"))?;
    let ids = rows::FilterLists::of(filter);
    // Each report that came in at those times, by one of the two statements that read them so.
    let each = |statement: &'static str, by: CountBy, (since, until): Times| {
        sqlx::query(statement)
            .bind(by.as_str())
            .bind(&ids.first_id)
            .bind(&ids.last_id)
            .bind(since.map(micros))
            .bind(until.map(micros))
            .bind(grid)
            .bind(also)
    };
    let mut all = Vec::with_capacity(by.len());
    if about.max(0) as u64 <= exact_up_to {
        for &by in by {
            let count = each(sql::REPORT_COUNTS, by, (filter.since, filter.until));
            all.push(session.collect(count, rows::count).await?);
        }
        return Ok(all);
    }
    let bins = session.collect(sqlx::query(sql::SETTLING_BINS), |row| row.integer("from_seconds")).await?;
    // Where nothing came in later, the month under way is as good as a whole one.
    let mut filter = filter.clone();
    if let Some(until) = filter.until {
        let later = sqlx::query(sql::COMES_LATER).bind(micros(until)).bind(rows::first_id(until));
        let is_there = session.row(later).await?.as_ref().map_or(Ok(true), |row| row.flag("is_there"))?;
        filter.until = filter.until.filter(|_| is_there);
    }
    for &by in by {
        let (parts, mut tallies) = (Parts::of(&filter, by), Tallies::default());
        for (kind, from, to) in parts.kept {
            let kept = sqlx::query(sql::KEPT_TALLIES).bind(by.as_str()).bind(kind.as_str()).bind(from).bind(to);
            session
                .collect(kept.bind(grid).bind(also), rows::tally)
                .await?
                .into_iter()
                .for_each(|one| tallies.add(one));
        }
        for times in parts.rest {
            let rest = session.collect(each(sql::REPORT_TALLIES, by, times), rows::tally).await?;
            rest.into_iter().for_each(|one| tallies.add(one));
        }
        all.push(tallies.counts(&bins));
    }
    Ok(all)
}

/// Steps of the history with their events. The events are counted last of all: whoever counts holds up the others until
/// the commit.
async fn write_steps<'a>(
    session: &mut Session,
    steps: impl Iterator<Item = (&'a Report, &'a Step, &'a NewEvent)> + Clone,
) -> StoreResult<()> {
    let events = rows::events_json(steps.clone())?;
    let count = steps.clone().count() as i64;
    let history: Vec<(&Report, &Step)> = steps.map(|(report, step, _)| (report, step)).collect();
    arrays::insert_steps(session, &history).await?;
    arrays::record_steps(session, &history).await?;
    let last = session.row(sqlx::query(sql::COUNT_EVENTS).bind(count)).await?;
    let last: i64 = last.ok_or_else(|| StoreError::Damaged("it counts no events".into()))?.try_get(0)?;
    session.execute(sqlx::query(sql::INSERT_EVENTS).bind(events).bind(last)).await?;
    Ok(())
}
