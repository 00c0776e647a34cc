//! Taking over the content of another store, in one transaction.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};
use time::OffsetDateTime;

use super::statements as sql;
use super::{Writer, access, photos, times, write};
use crate::domain::account::KeptAccount;
use crate::domain::audit::AuditEntry;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, Publication};
use crate::domain::key::KeptKey;
use crate::domain::problem::CheckReport;
use crate::domain::report::{Event, Report, Step};
use crate::domain::roster::RosterEntry;
use crate::domain::rules::KeptRules;
use crate::domain::tier::Tier;
use crate::domain::webhook::{Delivery, Webhook};
use crate::store::hooks::deliveries_json;
use crate::store::photos::KeptPhoto;
use crate::store::reports::{HeldKey, rows};
use crate::store::written::to_json;
use crate::store::{EditionContent, Filling, KeptRoster, StoreError, StoreResult};

pub(super) struct GpkgFilling(Transaction<'static, Sqlite>);

pub(super) async fn begin(writer: &Writer) -> StoreResult<GpkgFilling> {
    let mut tx = write::begin(writer).await?;
    if sqlx::query(sql::IS_EMPTY).fetch_one(&mut *tx).await?.try_get(0)? {
        Ok(GpkgFilling(tx))
    } else {
        Err(StoreError::NotEmpty)
    }
}

#[async_trait]
impl Filling for GpkgFilling {
    async fn edition(&mut self, info: &EditionInfo, report: &CheckReport, content: &EditionContent) -> StoreResult<()> {
        let tx = &mut self.0;
        let [west, south, east, north] = info.bounds.map_or([None; 4], |bounds| bounds.map(Some));
        sqlx::query(sql::FILL_EDITION)
            .bind(info.id.0)
            .bind(&info.name)
            .bind(&info.source)
            .bind(times::to_text(info.created_at))
            .bind(to_json(report))
            .bind(info.counts[Tier::One])
            .bind(info.counts[Tier::Two])
            .bind(info.counts[Tier::Three])
            .bind(west)
            .bind(south)
            .bind(east)
            .bind(north)
            .execute(&mut **tx)
            .await?;
        match content {
            EditionContent::Draft(features) => write::insert_draft_features(tx, info.id.0, features).await,
            EditionContent::Published(grids) => {
                write::insert_grids(tx, info.id.0, grids).await?;
                sqlx::query(sql::PUBLISH_EDITION)
                    .bind(info.id.0)
                    .bind(to_json(&info.accepted))
                    .bind(to_json(report))
                    .bind(info.counts[Tier::One])
                    .bind(info.counts[Tier::Two])
                    .bind(info.counts[Tier::Three])
                    .bind(west)
                    .bind(south)
                    .bind(east)
                    .bind(north)
                    .execute(&mut **tx)
                    .await?;
                Ok(())
            }
        }
    }

    async fn code_changes(&mut self, edition: EditionId, changes: &[CodeChange]) -> StoreResult<()> {
        write::insert_code_changes(&mut self.0, edition.0, changes).await
    }

    async fn publication(&mut self, kept: &Publication) -> StoreResult<()> {
        write::insert_publication(&mut self.0, kept).await
    }

    async fn roster(&mut self, kept: &KeptRoster, entries: &[RosterEntry]) -> StoreResult<()> {
        write::insert_roster(&mut self.0, Some(kept.number), entries, kept.in_force_from, kept.recorded_at).await
    }

    async fn key(&mut self, key: &KeptKey) -> StoreResult<()> {
        access::insert_key(&mut self.0, key).await
    }

    async fn account(&mut self, account: &KeptAccount) -> StoreResult<()> {
        access::insert_account(&mut self.0, account).await.map_err(Into::into)
    }

    async fn webhook(&mut self, webhook: &Webhook) -> StoreResult<()> {
        let fill = super::hooks::bound(sqlx::query(sql::FILL_WEBHOOK), webhook).bind(webhook.told);
        fill.execute(&mut *self.0).await?;
        Ok(())
    }

    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()> {
        access::insert_audit(&mut self.0, entry).await
    }

    async fn photo(&mut self, photo: &KeptPhoto) -> StoreResult<()> {
        photos::insert(&mut self.0, photo).await
    }

    async fn pepper(&mut self, pepper: &[u8; 32]) -> StoreResult<()> {
        sqlx::query(sql::SET_PEPPER).bind(pepper.as_slice()).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn rules(&mut self, kept: &KeptRules, recorded_at: OffsetDateTime) -> StoreResult<()> {
        let insert = sqlx::query(sql::INSERT_RULES).bind(kept.revision - 1).bind(times::to_text(recorded_at));
        insert.bind(to_json(&kept.rules)).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn reports(&mut self, reports: &[(Report, Vec<Step>)]) -> StoreResult<()> {
        let rows = rows::reports_json(reports.iter().map(|(report, _)| report));
        sqlx::query(sql::INSERT_REPORTS).bind(rows).execute(&mut *self.0).await?;
        let steps = reports.iter().flat_map(|(report, steps)| steps.iter().map(move |step| (report, step)));
        sqlx::query(sql::INSERT_STEPS).bind(rows::steps_json(steps)).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn sender_keys(&mut self, keys: &[HeldKey]) -> StoreResult<()> {
        sqlx::query(sql::INSERT_REPORT_KEYS).bind(rows::held_keys_json(keys)).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn events(&mut self, events: &[Event]) -> StoreResult<()> {
        let rows = rows::kept_events_json(events)?;
        sqlx::query(sql::INSERT_EVENTS).bind(rows).bind(0).execute(&mut *self.0).await?;
        sqlx::query(sql::COUNT_EVENTS).bind(events.len() as i64).fetch_one(&mut *self.0).await?;
        Ok(())
    }

    async fn deliveries(&mut self, deliveries: &[Delivery]) -> StoreResult<()> {
        sqlx::query(sql::FILL_DELIVERIES).bind(deliveries_json(deliveries)).execute(&mut *self.0).await?;
        Ok(())
    }

    async fn finish(self: Box<Self>) -> StoreResult<()> {
        write::commit(self.0).await
    }
}
