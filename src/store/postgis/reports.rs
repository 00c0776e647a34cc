//! Reports in the shared store. Each month has its partitions, made when the first report of the month comes in.

use async_trait::async_trait;
use sqlx::Row;
use time::OffsetDateTime;

use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use super::{PostgisStore, cannot_be_there, write};
use crate::domain::report::{Event, Report, Step};
use crate::domain::rules::{KeptRules, Rules};
use crate::store::reports::{
    Added, Count, CountBy, HeldKey, NewEvent, NewReport, ReportChange, ReportFilter, ReportStore, rows,
};
use crate::store::rows::Columns;
use crate::store::written::to_json;
use crate::store::{StoreError, StoreResult};

#[async_trait]
impl ReportStore for PostgisStore {
    async fn add_reports(&self, new: &[NewReport]) -> StoreResult<Vec<Added>> {
        self.make_months(new).await?;
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = add(&mut session, new).await;
        session.end(outcome).await
    }

    async fn change_report(&self, change: &ReportChange) -> StoreResult<bool> {
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = change_one(&mut session, change).await;
        session.end(outcome).await
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
            .bind(i64::from(limit));
        self.rows(find).await?.iter().map(rows::report).collect()
    }

    async fn count_reports(&self, filter: &ReportFilter, by: &[CountBy]) -> StoreResult<Vec<Vec<Count>>> {
        if [&filter.grid, &filter.scope].into_iter().flatten().any(|text| cannot_be_there(text)) {
            return Ok(vec![Vec::new(); by.len()]);
        }
        let lists = rows::FilterLists::of(filter);
        // Of a nation's years this takes seconds.
        let mut session = Session::long_read(self.pool().await?).await?;
        let mut all = Vec::with_capacity(by.len());
        for by in by {
            let count = sqlx::query(sql::REPORT_COUNTS)
                .bind(by.as_str())
                .bind(&lists.first_id)
                .bind(&lists.last_id)
                .bind(filter.since.map(micros))
                .bind(filter.until.map(micros))
                .bind(&filter.grid)
                .bind(&filter.scope);
            all.push(session.collect(count, rows::count).await?);
        }
        session.end_read().await;
        Ok(all)
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
        let insert = sqlx::query(sql::INSERT_RULES).bind(after).bind(micros(OffsetDateTime::now_utc()));
        let outcome = match session.execute(insert.bind(to_json(rules))).await {
            Ok(0) => Ok(None),
            // The rules are served from memory, so the revision rises.
            Ok(_) => write::raise_revision(&mut session).await.map(|_| Some(after + 1)),
            Err(error) => Err(error),
        };
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
            let (first_day, next_month) = rows::month_of(&new.report.id)?;
            let known = |months: &[String]| months.contains(&first_day);
            if known(&self.shared.report_months.lock().expect("nothing panics while it holds this lock")) {
                continue;
            }
            let mut session = Session::short_write(self.pool().await?).await?;
            let make = sqlx::query(sql::MAKE_REPORT_MONTH).bind(&first_day).bind(next_month);
            let outcome = session.execute(make).await.map(|_| ());
            session.end(outcome).await?;
            self.shared.report_months.lock().expect("nothing panics while it holds this lock").push(first_day);
        }
        Ok(())
    }
}

async fn add(session: &mut Session, new: &[NewReport]) -> StoreResult<Vec<Added>> {
    let has_keys = new.iter().any(|new| !new.keys.is_empty());
    let mut fates = vec![Added::Kept; new.len()];
    if has_keys {
        let keys = rows::keys_json(new);
        session.execute(sqlx::query(sql::INSERT_REPORT_KEYS).bind(&keys)).await?;
        let held = session.rows(sqlx::query(sql::REPORT_KEY_HOLDERS).bind(&keys)).await?;
        fates = rows::judge(new, &held.iter().map(rows::held_key).collect::<StoreResult<Vec<_>>>()?);
        let refused: Vec<&str> =
            new.iter().zip(&fates).filter(|(_, fate)| **fate != Added::Kept).map(|(new, _)| &*new.report.id).collect();
        if !refused.is_empty() {
            session.execute(sqlx::query(sql::DROP_REPORT_KEYS).bind(to_json(&refused)).bind(&keys)).await?;
        }
    }
    let kept: Vec<&NewReport> =
        new.iter().zip(&fates).filter(|(_, fate)| **fate == Added::Kept).map(|(new, _)| new).collect();
    if !kept.is_empty() {
        session
            .execute(sqlx::query(sql::INSERT_REPORTS).bind(rows::reports_json(kept.iter().map(|new| &new.report))))
            .await?;
        write_steps(session, kept.iter().map(|new| (&new.report, &new.step, &new.event))).await?;
    }
    Ok(fates)
}

async fn change_one(session: &mut Session, change: &ReportChange) -> StoreResult<bool> {
    let update = sqlx::query(sql::UPDATE_REPORT).bind(rows::report_json(change)).bind(&change.report.id);
    if session.execute(update).await? == 0 {
        return Ok(false);
    }
    write_steps(session, std::iter::once((&change.report, &change.step, &change.event))).await?;
    Ok(true)
}

/// Steps of the history with their events. The events are counted last of all: whoever counts holds up the others until
/// the commit.
async fn write_steps<'a>(
    session: &mut Session,
    steps: impl Iterator<Item = (&'a Report, &'a Step, &'a NewEvent)> + Clone,
) -> StoreResult<()> {
    let events = rows::events_json(steps.clone())?;
    let count = steps.clone().count() as i64;
    let history = rows::steps_json(steps.map(|(report, step, _)| (report, step)));
    session.execute(sqlx::query(sql::INSERT_STEPS).bind(history)).await?;
    let last = session.row(sqlx::query(sql::COUNT_EVENTS).bind(count)).await?;
    let last: i64 = last.ok_or_else(|| StoreError::Damaged("it counts no events".into()))?.try_get(0)?;
    session.execute(sqlx::query(sql::INSERT_EVENTS).bind(events).bind(last)).await?;
    Ok(())
}
