//! Reports in the embedded store. Their writes leave the revision as it is: nothing that is served from memory depends on
//! reports.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};
use time::OffsetDateTime;

use super::access::record;
use super::statements as sql;
use super::times::to_text;
use super::{GpkgStore, write};
use crate::domain::report::{Event, Report, Step};
use crate::domain::rules::{KeptRules, Rules};
use crate::store::reports::tally::{Kind, Parts, Tallies, Times};
use crate::store::reports::{
    Added, Count, CountBy, HeldKey, NewEvent, NewReport, ReportChange, ReportFilter, ReportPlace, ReportStore,
    SenderKey, Written, rows,
};
use crate::store::rows::Columns;
use crate::store::written::{self, to_json};
use crate::store::{AccessStore, StoreResult};

#[async_trait]
impl ReportStore for GpkgStore {
    async fn write_reports(&self, new: &[NewReport], changes: &[ReportChange]) -> StoreResult<Written> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let added = claim_keys(&mut tx, new).await?;
        let kept = rows::kept(new, &added);
        if !kept.is_empty() {
            let rows = rows::reports_json(kept.iter().map(|new| &new.report));
            sqlx::query(sql::INSERT_REPORTS).bind(rows).execute(&mut *tx).await?;
        }
        let mut done = Vec::with_capacity(changes.len());
        for change in rows::first_of_each(changes) {
            if let Some(into) = rows::merged_into(change) {
                let other = sqlx::query(sql::REPORT_STATE).bind(into).fetch_optional(&mut *tx).await?;
                if !other.as_ref().map_or(Ok(false), rows::is_open)? {
                    continue;
                }
            }
            let update = sqlx::query(sql::UPDATE_REPORT).bind(rows::report_json(change));
            if update.execute(&mut *tx).await?.rows_affected() > 0 {
                done.push(change);
            }
        }
        let changed = rows::were_kept(changes, &done);
        let steps = kept.iter().map(|new| (&new.report, &new.step, &new.event));
        let steps = steps.chain(done.iter().map(|change| (&change.report, &change.step, &change.event)));
        if steps.clone().next().is_none() {
            return Ok(Written { added, changed });
        }
        write_steps(&mut tx, steps).await?;
        tx.commit().await?;
        self.told.notify_one();
        Ok(Written { added, changed })
    }

    async fn add_reports(&self, new: &[NewReport]) -> StoreResult<Vec<Added>> {
        Ok(self.write_reports(new, &[]).await?.added)
    }

    async fn change_report(&self, change: &ReportChange) -> StoreResult<bool> {
        Ok(self.write_reports(&[], std::slice::from_ref(change)).await?.changed == [true])
    }

    async fn key_holder(&self, key: &SenderKey) -> StoreResult<Option<HeldKey>> {
        let held = sqlx::query(sql::REPORT_KEY_HOLDERS).bind(rows::key_json(key)).fetch_optional(&self.readers).await?;
        held.as_ref().map(rows::held_key).transpose()
    }

    async fn report_by_id(&self, id: &str) -> StoreResult<Option<Report>> {
        let row = sqlx::query(sql::REPORT_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::report).transpose()
    }

    async fn steps(&self, id: &str) -> StoreResult<Vec<Step>> {
        let all = sqlx::query(sql::STEPS).bind(id).fetch_all(&self.readers).await?;
        all.iter().map(rows::step).collect()
    }

    async fn find_reports(&self, filter: &ReportFilter, limit: u32) -> StoreResult<Vec<Report>> {
        let lists = rows::FilterLists::of(filter);
        let [west, south, east, north] = filter.bbox.map_or([None; 4], |bounds| bounds.map(Some));
        let found = sqlx::query(sql::FIND_REPORTS)
            .bind(lists.first_id)
            .bind(lists.last_id)
            .bind(filter.since.map(to_text))
            .bind(filter.until.map(to_text))
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
            .bind(filter.after.as_ref().map(|(at, _)| to_text(*at)))
            .bind(filter.after.as_ref().map(|(_, id)| id))
            .bind(limit)
            .bind(filter.skip)
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::report).collect()
    }

    async fn count_reports(
        &self,
        filter: &ReportFilter,
        by: &[CountBy],
        exact_up_to: u64,
    ) -> StoreResult<Vec<Vec<Count>>> {
        let (grid, also) = filter.places();
        // All of one moment: that of the first statement.
        let mut tx = self.readers.begin().await?;
        let kind = if grid.is_some() { Kind::Place } else { Kind::Day };
        let (from, to) = kind.touched(filter);
        let about = sqlx::query(sql::COUNT_ABOUT).bind(kind.as_str()).bind(from).bind(to).bind(grid);
        let about: i64 = about.fetch_one(&mut *tx).await?.try_get(0)?;
        let times = |(since, until): Times| (since.map(to_text), until.map(to_text));
        let mut all = Vec::with_capacity(by.len());
        if about.max(0) as u64 <= exact_up_to {
            let (since, until) = times((filter.since, filter.until));
            for by in by {
                let count = sqlx::query(sql::REPORT_COUNTS).bind(by.as_str()).bind(&since).bind(&until);
                let counted = count.bind(grid).bind(also).fetch_all(&mut *tx).await?;
                all.push(counted.iter().map(rows::count).collect::<StoreResult<Vec<_>>>()?);
            }
            return Ok(all);
        }
        let bins = sqlx::query(sql::SETTLING_BINS).fetch_all(&mut *tx).await?;
        let bins = bins.iter().map(|row| row.integer("from_seconds")).collect::<StoreResult<Vec<_>>>()?;
        // Where nothing came in later, the month under way is as good as a whole one.
        let mut told = filter.clone();
        if let Some(until) = filter.until {
            let later = sqlx::query(sql::COMES_LATER).bind(to_text(until)).fetch_one(&mut *tx).await?;
            let is_there = later.flag("is_there")?;
            told.until = told.until.filter(|_| is_there);
        }
        for &by in by {
            let (parts, mut tallies) = (Parts::of(&told, by), Tallies::default());
            for (kind, from, to) in parts.kept {
                let kept = sqlx::query(sql::KEPT_TALLIES).bind(by.as_str()).bind(kind.as_str()).bind(from).bind(to);
                for row in kept.bind(grid).bind(also).fetch_all(&mut *tx).await? {
                    tallies.add(rows::tally(&row)?);
                }
            }
            for (since, until) in parts.rest.into_iter().map(times) {
                let rest = sqlx::query(sql::REPORT_TALLIES).bind(by.as_str()).bind(since).bind(until);
                for row in rest.bind(grid).bind(also).fetch_all(&mut *tx).await? {
                    tallies.add(rows::tally(&row)?);
                }
            }
            all.push(tallies.counts(&bins));
        }
        Ok(all)
    }

    async fn due_reports(
        &self,
        warn_before: OffsetDateTime,
        at: OffsetDateTime,
        limit: u32,
    ) -> StoreResult<Vec<Report>> {
        let due = sqlx::query(sql::DUE_REPORTS).bind(to_text(warn_before)).bind(to_text(at)).bind(limit);
        due.fetch_all(&self.readers).await?.iter().map(rows::report).collect()
    }

    async fn make_room_for(&self, _: OffsetDateTime) -> StoreResult<()> {
        Ok(())
    }

    async fn events(&self, after: i64, limit: u32) -> StoreResult<Vec<Event>> {
        let all = sqlx::query(sql::EVENTS).bind(after).bind(limit).fetch_all(&self.readers).await?;
        all.iter().map(rows::event).collect()
    }

    async fn last_event(&self) -> StoreResult<i64> {
        Ok(sqlx::query(sql::LAST_EVENT).fetch_one(&self.readers).await?.try_get(0)?)
    }

    async fn rules(&self) -> StoreResult<Option<KeptRules>> {
        sqlx::query(sql::RULES).fetch_optional(&self.readers).await?.as_ref().map(rows::rules).transpose()
    }

    async fn rules_by_revision(&self, revision: i64) -> StoreResult<Option<KeptRules>> {
        let row = sqlx::query(sql::RULES_BY_REVISION).bind(revision).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::rules).transpose()
    }

    async fn add_rules(&self, rules: &Rules, after: i64) -> StoreResult<Option<i64>> {
        // The rules are served from memory, so the revision rises.
        let mut tx = write::begin(&self.writer).await?;
        let insert = sqlx::query(sql::INSERT_RULES).bind(after).bind(to_text(OffsetDateTime::now_utc()));
        if insert.bind(to_json(rules)).execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(None);
        }
        record(&mut tx, self.acts_for(), &written::rules_replaced(after + 1)).await?;
        write::commit(tx).await?;
        Ok(Some(after + 1))
    }

    async fn all_rules(&self) -> StoreResult<Vec<(KeptRules, OffsetDateTime)>> {
        let all = sqlx::query(sql::ALL_RULES).fetch_all(&self.readers).await?;
        all.iter().map(|row| Ok((rows::rules(row)?, row.time("recorded_at")?))).collect()
    }

    async fn reports_after(&self, id: &str, limit: u32) -> StoreResult<Vec<Report>> {
        let some = sqlx::query(sql::REPORTS_AFTER).bind(id).bind(limit).fetch_all(&self.readers).await?;
        some.iter().map(rows::report).collect()
    }

    async fn report_places(
        &self,
        before: Option<&str>,
        grid: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<ReportPlace>> {
        let some = sqlx::query(sql::REPORT_PLACES).bind(before.unwrap_or(rows::AFTER_ALL_IDS)).bind(grid).bind(limit);
        some.fetch_all(&self.readers).await?.iter().map(rows::report_place).collect()
    }

    async fn sender_keys_after(&self, after: Option<&HeldKey>, limit: u32) -> StoreResult<Vec<HeldKey>> {
        let [kind, origin, key] = after.map_or([""; 3], |key| [&key.kind, &key.origin, &key.key]);
        let some = sqlx::query(sql::REPORT_KEYS_AFTER).bind(kind).bind(origin).bind(key).bind(limit);
        some.fetch_all(&self.readers).await?.iter().map(rows::held_key).collect()
    }
}

/// Takes the keys of new reports; what becomes of each report by whom its keys belong to.
async fn claim_keys(tx: &mut Transaction<'static, Sqlite>, new: &[NewReport]) -> StoreResult<Vec<Added>> {
    let keys = rows::keys_json(new);
    let wanted: usize = new.iter().map(|new| new.keys.len()).sum();
    let got = sqlx::query(sql::INSERT_REPORT_KEYS).bind(&keys).execute(&mut **tx).await?.rows_affected();
    if got == wanted as u64 {
        return Ok(vec![Added::Kept; new.len()]);
    }
    let held = sqlx::query(sql::REPORT_KEY_HOLDERS).bind(&keys).fetch_all(&mut **tx).await?;
    let holders = held.iter().map(rows::held_key).collect::<StoreResult<Vec<_>>>()?;
    let fates = rows::judge(new, &holders);
    let needless = rows::hold_for_nothing(new, &fates, &holders);
    if !needless.is_empty() {
        sqlx::query(sql::DROP_REPORT_KEYS).bind(to_json(&needless)).bind(&keys).execute(&mut **tx).await?;
    }
    Ok(fates)
}

/// Steps of the history with their events, numbered last of all.
async fn write_steps<'a>(
    tx: &mut Transaction<'static, Sqlite>,
    steps: impl Iterator<Item = (&'a Report, &'a Step, &'a NewEvent)> + Clone,
) -> StoreResult<()> {
    let events = rows::events_json(steps.clone())?;
    let count = steps.clone().count() as i64;
    let steps = steps.map(|(report, step, _)| (report, step));
    sqlx::query(sql::RECORD_STEPS).bind(written::steps_taken(steps.clone())).execute(&mut **tx).await?;
    sqlx::query(sql::INSERT_STEPS).bind(rows::steps_json(steps)).execute(&mut **tx).await?;
    let last: i64 = sqlx::query(sql::COUNT_EVENTS).bind(count).fetch_one(&mut **tx).await?.try_get(0)?;
    sqlx::query(sql::INSERT_EVENTS).bind(events).bind(last).execute(&mut **tx).await?;
    Ok(())
}
