//! Webhooks and their deliveries in the database.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use time::OffsetDateTime;

use super::access::record;
use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use super::{PostgisStore, cannot_be_there};
use crate::domain::audit::{self, Deed};
use crate::domain::webhook::{Delivery, DeliveryCounts, Tried, Webhook};
use crate::store::hooks::{self, DeliveryFilter, HookStore};
use crate::store::written::{self, to_json};
use crate::store::{StoreError, StoreResult};

#[async_trait]
impl HookStore for PostgisStore {
    async fn add_webhook(&self, webhook: &Webhook, told: Option<i64>) -> StoreResult<Webhook> {
        written::refuse_nul_in_webhook(webhook)?;
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            let insert = bound(sqlx::query(sql::INSERT_WEBHOOK), webhook).bind(told);
            let row = session.row(insert).await?;
            let told = row.ok_or_else(|| StoreError::Damaged("a new webhook has no place".into()))?.try_get(0)?;
            record(&mut session, &self.caller, &written::webhook_created(webhook)).await?;
            Ok(Webhook { told, ..webhook.clone() })
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn webhooks(&self) -> StoreResult<Vec<Webhook>> {
        self.rows(sqlx::query(sql::WEBHOOKS)).await?.iter().map(hooks::webhook).collect()
    }

    async fn webhook(&self, id: &str) -> StoreResult<Option<Webhook>> {
        if cannot_be_there(id) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::WEBHOOK_BY_ID).bind(id)).await?.as_ref().map(hooks::webhook).transpose()
    }

    async fn remove_webhook(&self, id: &str) -> StoreResult<bool> {
        if cannot_be_there(id) {
            return Ok(false);
        }
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            if session.execute(sqlx::query(sql::DELETE_WEBHOOK).bind(id)).await? == 0 {
                return Ok(false);
            }
            session.execute(sqlx::query(sql::DELETE_DELIVERIES).bind(id)).await?;
            record(&mut session, &self.caller, &Deed::new(audit::WEBHOOK_REMOVED, id)).await?;
            Ok(true)
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn add_deliveries(
        &self,
        webhook: &Webhook,
        to: i64,
        events: &[(i64, &str)],
        now: OffsetDateTime,
    ) -> StoreResult<bool> {
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            let moved = sqlx::query(sql::MOVE_WEBHOOK).bind(&webhook.id).bind(webhook.told).bind(to);
            if session.execute(moved).await? == 0 {
                return Ok(false);
            }
            if !events.is_empty() {
                let insert = sqlx::query(sql::INSERT_DELIVERIES).bind(&webhook.id).bind(micros(now));
                session.execute(insert.bind(to_json(&events))).await?;
            }
            Ok(true)
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn due_deliveries(&self, webhook: &str, now: OffsetDateTime, limit: u32) -> StoreResult<Vec<Delivery>> {
        let due = sqlx::query(sql::DUE_DELIVERIES).bind(webhook).bind(micros(now)).bind(i64::from(limit));
        self.rows(due).await?.iter().map(hooks::delivery).collect()
    }

    async fn settle_deliveries(&self, tried: &[Tried]) -> StoreResult<()> {
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            let tried = hooks::tried_json(tried);
            session.execute(sqlx::query(sql::SETTLE_DELIVERIES).bind(&tried)).await?;
            session.execute(sqlx::query(sql::WAKE_LATER_DELIVERIES).bind(&tried)).await?;
            Ok(())
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn deliveries(&self, webhook: &str, filter: DeliveryFilter, limit: u32) -> StoreResult<Vec<Delivery>> {
        if cannot_be_there(webhook) {
            return Ok(Vec::new());
        }
        let state = filter.state.map(|state| state.as_str());
        let list = sqlx::query(sql::DELIVERIES).bind(webhook).bind(state).bind(filter.before).bind(i64::from(limit));
        self.rows(list).await?.iter().map(hooks::delivery).collect()
    }

    async fn delivery(&self, webhook: &str, event: i64) -> StoreResult<Option<Delivery>> {
        if cannot_be_there(webhook) {
            return Ok(None);
        }
        let row = self.row(sqlx::query(sql::DELIVERY).bind(webhook).bind(event)).await?;
        row.as_ref().map(hooks::delivery).transpose()
    }

    async fn replay_delivery(&self, webhook: &str, event: i64, now: OffsetDateTime) -> StoreResult<bool> {
        if cannot_be_there(webhook) {
            return Ok(false);
        }
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = async {
            let replay = sqlx::query(sql::REPLAY_DELIVERY).bind(webhook).bind(event).bind(micros(now));
            if session.execute(replay).await? == 0 {
                return Ok(false);
            }
            record(&mut session, &self.caller, &written::delivery_replayed(webhook, event)).await?;
            Ok(true)
        };
        let outcome = outcome.await;
        session.end(outcome).await
    }

    async fn count_deliveries(&self, webhook: &str) -> StoreResult<DeliveryCounts> {
        let row = self.row(sqlx::query(sql::COUNT_DELIVERIES).bind(webhook)).await?;
        row.as_ref().map_or(Ok(DeliveryCounts::default()), hooks::counts)
    }

    async fn forget_deliveries(&self, before: OffsetDateTime, limit: u32) -> StoreResult<u64> {
        self.write(sqlx::query(sql::FORGET_DELIVERIES).bind(micros(before)).bind(i64::from(limit))).await
    }

    async fn take_lease(&self, name: &str, holder: &str, seconds: u32) -> StoreResult<bool> {
        let take = sqlx::query(sql::TAKE_LEASE).bind(name).bind(holder).bind(f64::from(seconds));
        Ok(self.write(take).await? > 0)
    }

    async fn end_lease(&self, name: &str, holder: &str) -> StoreResult<()> {
        self.write(sqlx::query(sql::END_LEASE).bind(name).bind(holder)).await.map(|_| ())
    }
}

impl PostgisStore {
    /// One statement that is a transaction by itself; how many rows it changed.
    async fn write(&self, statement: Query<'_, sqlx::Postgres, PgArguments>) -> StoreResult<u64> {
        let mut session = Session::take(self.pool().await?).await?;
        let changed = session.execute(statement).await?;
        session.give_back();
        Ok(changed)
    }
}

/// With all that a webhook is but the number that it was told up to.
pub(super) fn bound<'q>(
    query: Query<'q, sqlx::Postgres, PgArguments>,
    webhook: &'q Webhook,
) -> Query<'q, sqlx::Postgres, PgArguments> {
    query
        .bind(&webhook.id)
        .bind(&webhook.name)
        .bind(&webhook.url)
        .bind(webhook.format.as_str())
        .bind(to_json(&webhook.kinds))
        .bind(&webhook.grid)
        .bind(&webhook.secret)
        .bind(micros(webhook.created_at))
}
