//! Webhooks and their deliveries in the file.

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row, Sqlite};
use time::{Duration, OffsetDateTime};

use super::access::record;
use super::statements as sql;
use super::times::to_text;
use super::{GpkgStore, write};
use crate::domain::audit::{self, Deed};
use crate::domain::webhook::{Delivery, DeliveryCounts, Tried, Webhook};
use crate::store::hooks::{self, DeliveryFilter, HookStore};
use crate::store::written::{self, to_json};
use crate::store::{AccessStore, StoreResult};

#[async_trait]
impl HookStore for GpkgStore {
    async fn add_webhook(&self, webhook: &Webhook, told: Option<i64>) -> StoreResult<Webhook> {
        written::refuse_nul_in_webhook(webhook)?;
        let mut tx = write::begin_quietly(&self.writer).await?;
        let insert = bound(sqlx::query(sql::INSERT_WEBHOOK), webhook).bind(told);
        let told = insert.fetch_one(&mut *tx).await?.try_get(0)?;
        record(&mut tx, self.acts_for(), &written::webhook_created(webhook)).await?;
        tx.commit().await?;
        Ok(Webhook { told, ..webhook.clone() })
    }

    async fn webhooks(&self) -> StoreResult<Vec<Webhook>> {
        let all = sqlx::query(sql::WEBHOOKS).fetch_all(&self.readers).await?;
        all.iter().map(hooks::webhook).collect()
    }

    async fn webhook(&self, id: &str) -> StoreResult<Option<Webhook>> {
        let row = sqlx::query(sql::WEBHOOK_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(hooks::webhook).transpose()
    }

    async fn remove_webhook(&self, id: &str) -> StoreResult<bool> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        if sqlx::query(sql::DELETE_WEBHOOK).bind(id).execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(sql::DELETE_DELIVERIES).bind(id).execute(&mut *tx).await?;
        record(&mut tx, self.acts_for(), &Deed::new(audit::WEBHOOK_REMOVED, id)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn add_deliveries(
        &self,
        webhook: &Webhook,
        to: i64,
        events: &[(i64, &str)],
        now: OffsetDateTime,
    ) -> StoreResult<bool> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let moved = sqlx::query(sql::MOVE_WEBHOOK).bind(&webhook.id).bind(webhook.told).bind(to);
        if moved.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        if !events.is_empty() {
            let insert = sqlx::query(sql::INSERT_DELIVERIES).bind(&webhook.id).bind(to_text(now));
            insert.bind(to_json(&events)).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn due_deliveries(&self, webhook: &str, now: OffsetDateTime, limit: u32) -> StoreResult<Vec<Delivery>> {
        let due = sqlx::query(sql::DUE_DELIVERIES).bind(webhook).bind(to_text(now)).bind(limit);
        due.fetch_all(&self.readers).await?.iter().map(hooks::delivery).collect()
    }

    async fn settle_deliveries(&self, tried: &[Tried]) -> StoreResult<()> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let tried = hooks::tried_json(tried);
        sqlx::query(sql::SETTLE_DELIVERIES).bind(&tried).execute(&mut *tx).await?;
        sqlx::query(sql::WAKE_LATER_DELIVERIES).bind(&tried).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn deliveries(&self, webhook: &str, filter: DeliveryFilter, limit: u32) -> StoreResult<Vec<Delivery>> {
        let state = filter.state.map(|state| state.as_str());
        let list = sqlx::query(sql::DELIVERIES).bind(webhook).bind(state).bind(filter.before).bind(limit);
        list.fetch_all(&self.readers).await?.iter().map(hooks::delivery).collect()
    }

    async fn delivery(&self, webhook: &str, event: i64) -> StoreResult<Option<Delivery>> {
        let row = sqlx::query(sql::DELIVERY).bind(webhook).bind(event).fetch_optional(&self.readers).await?;
        row.as_ref().map(hooks::delivery).transpose()
    }

    async fn replay_delivery(&self, webhook: &str, event: i64, now: OffsetDateTime) -> StoreResult<bool> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let replay = sqlx::query(sql::REPLAY_DELIVERY).bind(webhook).bind(event).bind(to_text(now));
        if replay.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, self.acts_for(), &written::delivery_replayed(webhook, event)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn count_deliveries(&self, webhook: &str) -> StoreResult<DeliveryCounts> {
        hooks::counts(&sqlx::query(sql::COUNT_DELIVERIES).bind(webhook).fetch_one(&self.readers).await?)
    }

    async fn forget_deliveries(&self, before: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        let forget = sqlx::query(sql::FORGET_DELIVERIES).bind(to_text(before)).bind(limit);
        Ok(forget.execute(&self.writer.pool).await?.rows_affected())
    }

    async fn take_lease(&self, name: &str, holder: &str, seconds: u32) -> StoreResult<bool> {
        let now = OffsetDateTime::now_utc();
        let until = now + Duration::seconds(i64::from(seconds));
        let take = sqlx::query(sql::TAKE_LEASE).bind(name).bind(holder).bind(to_text(now)).bind(to_text(until));
        Ok(take.execute(&self.writer.pool).await?.rows_affected() > 0)
    }

    async fn end_lease(&self, name: &str, holder: &str) -> StoreResult<()> {
        sqlx::query(sql::END_LEASE).bind(name).bind(holder).execute(&self.writer.pool).await?;
        Ok(())
    }
}

/// With all that a webhook is but the number that it was told up to.
pub(super) fn bound<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    webhook: &'q Webhook,
) -> Query<'q, Sqlite, SqliteArguments> {
    query
        .bind(&webhook.id)
        .bind(&webhook.name)
        .bind(&webhook.url)
        .bind(webhook.format.as_str())
        .bind(to_json(&webhook.kinds))
        .bind(&webhook.grid)
        .bind(&webhook.secret)
        .bind(to_text(webhook.created_at))
}
