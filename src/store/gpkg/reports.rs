//! Reports in the embedded store. Their writes leave the revision as it is: nothing that is served from memory depends on
//! reports.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};
use time::OffsetDateTime;

use super::statements as sql;
use super::times::to_text;
use super::{GpkgStore, write};
use crate::domain::report::{Event, Report, Step};
use crate::domain::rules::{KeptRules, Rules};
use crate::store::StoreResult;
use crate::store::reports::{
    Added, Count, CountBy, HeldKey, NewEvent, NewReport, ReportChange, ReportFilter, ReportStore, rows,
};
use crate::store::rows::Columns;
use crate::store::written::to_json;

#[async_trait]
impl ReportStore for GpkgStore {
    async fn add_reports(&self, new: &[NewReport]) -> StoreResult<Vec<Added>> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let keys = rows::keys_json(new);
        sqlx::query(sql::INSERT_REPORT_KEYS).bind(&keys).execute(&mut *tx).await?;
        let held = sqlx::query(sql::REPORT_KEY_HOLDERS).bind(&keys).fetch_all(&mut *tx).await?;
        let holders = held.iter().map(rows::held_key).collect::<StoreResult<Vec<_>>>()?;
        let fates = rows::judge(new, &holders);
        let kept: Vec<&NewReport> =
            new.iter().zip(&fates).filter(|(_, fate)| **fate == Added::Kept).map(|(new, _)| new).collect();
        let refused: Vec<&str> =
            new.iter().zip(&fates).filter(|(_, fate)| **fate != Added::Kept).map(|(new, _)| &*new.report.id).collect();
        if !refused.is_empty() {
            sqlx::query(sql::DROP_REPORT_KEYS).bind(to_json(&refused)).bind(&keys).execute(&mut *tx).await?;
        }
        if !kept.is_empty() {
            sqlx::query(sql::INSERT_REPORTS)
                .bind(rows::reports_json(kept.iter().map(|new| &new.report)))
                .execute(&mut *tx)
                .await?;
            write_steps(&mut tx, kept.iter().map(|new| (&new.report, &new.step, &new.event))).await?;
        }
        tx.commit().await?;
        self.told.notify_one();
        Ok(fates)
    }

    async fn change_report(&self, change: &ReportChange) -> StoreResult<bool> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let updated = sqlx::query(sql::UPDATE_REPORT).bind(rows::report_json(change)).execute(&mut *tx).await?;
        if updated.rows_affected() == 0 {
            return Ok(false);
        }
        write_steps(&mut tx, std::iter::once((&change.report, &change.step, &change.event))).await?;
        tx.commit().await?;
        self.told.notify_one();
        Ok(true)
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
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::report).collect()
    }

    async fn count_reports(&self, filter: &ReportFilter, by: &[CountBy]) -> StoreResult<Vec<Vec<Count>>> {
        let lists = rows::FilterLists::of(filter);
        let mut tx = self.readers.begin().await?;
        let mut all = Vec::with_capacity(by.len());
        for by in by {
            let counted = sqlx::query(sql::REPORT_COUNTS)
                .bind(by.as_str())
                .bind(&lists.first_id)
                .bind(&lists.last_id)
                .bind(filter.since.map(to_text))
                .bind(filter.until.map(to_text))
                .bind(&filter.grid)
                .bind(&filter.scope)
                .fetch_all(&mut *tx)
                .await?;
            all.push(counted.iter().map(rows::count).collect::<StoreResult<Vec<_>>>()?);
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

    async fn sender_keys_after(&self, after: Option<&HeldKey>, limit: u32) -> StoreResult<Vec<HeldKey>> {
        let [kind, origin, key] = after.map_or([""; 3], |key| [&key.kind, &key.origin, &key.key]);
        let some = sqlx::query(sql::REPORT_KEYS_AFTER).bind(kind).bind(origin).bind(key).bind(limit);
        some.fetch_all(&self.readers).await?.iter().map(rows::held_key).collect()
    }
}

/// Steps of the history with their events, numbered last of all.
async fn write_steps<'a>(
    tx: &mut Transaction<'static, Sqlite>,
    steps: impl Iterator<Item = (&'a Report, &'a Step, &'a NewEvent)> + Clone,
) -> StoreResult<()> {
    let events = rows::events_json(steps.clone())?;
    let count = steps.clone().count() as i64;
    let history = rows::steps_json(steps.map(|(report, step, _)| (report, step)));
    sqlx::query(sql::INSERT_STEPS).bind(history).execute(&mut **tx).await?;
    let last: i64 = sqlx::query(sql::COUNT_EVENTS).bind(count).fetch_one(&mut **tx).await?.try_get(0)?;
    sqlx::query(sql::INSERT_EVENTS).bind(events).bind(last).execute(&mut **tx).await?;
    Ok(())
}
