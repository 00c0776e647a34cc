//! What a store keeps of webhooks: who is told, what became of each delivery, and whose turn it is to deliver.

use async_trait::async_trait;
use serde::Serialize;
use time::OffsetDateTime;

use super::gpkg::times::to_text;
use super::rows::{Columns, json};
use super::{StoreError, StoreResult, reports};
use crate::domain::webhook::{Delivery, DeliveryCounts, DeliveryState, HookFormat, Tried, Webhook};

/// Which deliveries are asked for, the latest event first. What is `None` asks for all.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryFilter {
    pub state: Option<DeliveryState>,
    /// Only of events with a smaller number.
    pub before: Option<i64>,
}

/// The part of a store that is about webhooks. Every write is one transaction, answered when it is durable; none raises the
/// revision.
#[async_trait]
pub trait HookStore {
    /// Keeps a new webhook, which is told of what comes after event `told`: after the last one so far without a number, and
    /// where it is greater than that. Answers it as it was kept.
    async fn add_webhook(&self, webhook: &Webhook, told: Option<i64>) -> StoreResult<Webhook>;

    /// All webhooks, oldest first.
    async fn webhooks(&self) -> StoreResult<Vec<Webhook>>;

    /// The webhook of that id; `None` when there is none.
    async fn webhook(&self, id: &str) -> StoreResult<Option<Webhook>>;

    /// Forgets a webhook with its deliveries; whether there was one.
    async fn remove_webhook(&self, id: &str) -> StoreResult<bool>;

    /// Keeps deliveries of these events, each a number and the report it tells of, from now on up to event `to`. `false` where
    /// the webhook is gone, or there are deliveries beyond those that it knew of; then nothing was kept.
    async fn add_deliveries(
        &self,
        webhook: &Webhook,
        to: i64,
        events: &[(i64, &str)],
        now: OffsetDateTime,
    ) -> StoreResult<bool>;

    /// What is to be tried by now, the longest waiting first: at most so many, and of each report only the earliest event
    /// that waits.
    async fn due_deliveries(&self, webhook: &str, now: OffsetDateTime, limit: u32) -> StoreResult<Vec<Delivery>>;

    /// Keeps what tries came to. Later events of the same reports wait for as long as those.
    async fn settle_deliveries(&self, tried: &[Tried]) -> StoreResult<()>;

    /// Deliveries of a webhook, the latest event first; at most so many.
    async fn deliveries(&self, webhook: &str, filter: DeliveryFilter, limit: u32) -> StoreResult<Vec<Delivery>>;

    /// The delivery of an event; `None` when there is none.
    async fn delivery(&self, webhook: &str, event: i64) -> StoreResult<Option<Delivery>>;

    /// Has a delivery tried again, done or given up as it may be; whether there is one.
    async fn replay_delivery(&self, webhook: &str, event: i64, now: OffsetDateTime) -> StoreResult<bool>;

    async fn count_deliveries(&self, webhook: &str) -> StoreResult<DeliveryCounts>;

    /// Forgets at most so many deliveries that were done before that time; how many.
    async fn forget_deliveries(&self, before: OffsetDateTime, limit: u32) -> StoreResult<u64>;

    /// Takes a lease for so many seconds from now, or prolongs it; `false` while another holds it.
    async fn take_lease(&self, name: &str, holder: &str, seconds: u32) -> StoreResult<bool>;

    /// Ends a lease before its time, where the holder has it.
    async fn end_lease(&self, name: &str, holder: &str) -> StoreResult<()>;
}

/// A row of `deliveries`.
#[derive(Serialize)]
struct DeliveryRow<'a> {
    webhook: &'a str,
    event: i64,
    report: &'a str,
    state: &'static str,
    tries: i64,
    next_at: Option<String>,
    last_at: Option<String>,
    last_status: Option<i64>,
    last_error: Option<&'a str>,
}

/// As tries leave them.
pub(super) fn tried_json(tried: &[Tried]) -> String {
    fn row(tried: &Tried) -> DeliveryRow<'_> {
        let Tried { webhook, event, report, state, tries, next_at, at, status, error } = tried;
        DeliveryRow {
            webhook,
            event: *event,
            report,
            state: state.as_str(),
            tries: *tries,
            next_at: next_at.map(to_text),
            last_at: Some(to_text(*at)),
            last_status: *status,
            last_error: error.as_deref(),
        }
    }
    super::written::to_json(&tried.iter().map(row).collect::<Vec<_>>())
}

/// As they stand.
pub(super) fn deliveries_json(deliveries: &[Delivery]) -> String {
    fn row(delivery: &Delivery) -> DeliveryRow<'_> {
        let Delivery { webhook, event, state, tries, next_at, last_at, last_status, last_error } = delivery;
        DeliveryRow {
            webhook,
            event: event.number,
            report: &event.report,
            state: state.as_str(),
            tries: *tries,
            next_at: next_at.map(to_text),
            last_at: last_at.map(to_text),
            last_status: *last_status,
            last_error: last_error.as_deref(),
        }
    }
    super::written::to_json(&deliveries.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn webhook(row: &impl Columns) -> StoreResult<Webhook> {
    let format = row.text("format")?;
    Ok(Webhook {
        id: row.text("id")?,
        name: row.text("name")?,
        url: row.text("url")?,
        format: HookFormat::ALL
            .into_iter()
            .find(|known| known.as_str() == format)
            .ok_or_else(|| StoreError::Damaged(format!("a webhook of the format `{format}`")))?,
        kinds: json(&row.text("kinds")?, "list of kinds")?,
        grid: row.maybe_text("grid")?,
        secret: row.maybe_text("secret")?,
        created_at: row.time("created_at")?,
        told: row.integer("told")?,
    })
}

pub(super) fn delivery(row: &impl Columns) -> StoreResult<Delivery> {
    let state = row.text("state")?;
    Ok(Delivery {
        webhook: row.text("webhook")?,
        event: reports::rows::event(row)?,
        state: DeliveryState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or_else(|| StoreError::Damaged(format!("a delivery that is `{state}`")))?,
        tries: row.integer("tries")?,
        next_at: row.maybe_time("next_at")?,
        last_at: row.maybe_time("last_at")?,
        last_status: row.maybe_integer("last_status")?,
        last_error: row.maybe_text("last_error")?,
    })
}

pub(super) fn counts(row: &impl Columns) -> StoreResult<DeliveryCounts> {
    Ok(DeliveryCounts { waiting: row.integer("waiting")?, dead: row.integer("dead")? })
}
