//! Taking over the content of another store, in one transaction.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::PgPool;
use time::OffsetDateTime;

use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use super::{access, arrays, photos, write};
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

/// With the months whose partitions are made.
pub(super) struct PostgisFilling(Session, Vec<String>);

/// The revision is raised first here: whoever else wants to write to a store that is being filled is told to wait.
pub(super) async fn begin(pool: &PgPool) -> StoreResult<PostgisFilling> {
    let mut session = Session::long_write(pool).await?;
    let outcome = async {
        session.row(sqlx::query(sql::LONG_FILL)).await?;
        write::raise_revision(&mut session).await?;
        let row = session.row(sqlx::query(sql::IS_EMPTY)).await?;
        let is_empty = row.map(|row| row.try_get::<bool, _>(0)).transpose()?;
        if is_empty == Some(true) { Ok(()) } else { Err(StoreError::NotEmpty) }
    };
    match outcome.await {
        Ok(()) => Ok(PostgisFilling(session, Vec::new())),
        Err(error) => session.end(Err(error)).await,
    }
}

#[async_trait]
impl Filling for PostgisFilling {
    async fn edition(&mut self, info: &EditionInfo, report: &CheckReport, content: &EditionContent) -> StoreResult<()> {
        let session = &mut self.0;
        let [west, south, east, north] = info.bounds.map_or([None; 4], |bounds| bounds.map(Some));
        let insert = sqlx::query(sql::FILL_EDITION)
            .bind(info.id.0)
            .bind(&info.name)
            .bind(&info.source)
            .bind(micros(info.created_at))
            .bind(to_json(report))
            .bind(i64::from(info.counts[Tier::One]))
            .bind(i64::from(info.counts[Tier::Two]))
            .bind(i64::from(info.counts[Tier::Three]))
            .bind(west)
            .bind(south)
            .bind(east)
            .bind(north);
        session.execute(insert).await?;
        match content {
            EditionContent::Draft(features) => write::insert_draft_features(session, info.id.0, features).await,
            EditionContent::Published(grids) => {
                write::insert_grids(session, info.id.0, grids).await?;
                let publish = sqlx::query(sql::PUBLISH_EDITION)
                    .bind(info.id.0)
                    .bind(to_json(&info.accepted))
                    .bind(to_json(report))
                    .bind(i64::from(info.counts[Tier::One]))
                    .bind(i64::from(info.counts[Tier::Two]))
                    .bind(i64::from(info.counts[Tier::Three]))
                    .bind(west)
                    .bind(south)
                    .bind(east)
                    .bind(north);
                session.execute(publish).await.map(|_| ())
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
        access::insert_account(&mut self.0, account).await
    }

    async fn webhook(&mut self, webhook: &Webhook) -> StoreResult<()> {
        let fill = super::hooks::bound(sqlx::query(sql::FILL_WEBHOOK), webhook).bind(webhook.told);
        self.0.execute(fill).await.map(|_| ())
    }

    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()> {
        access::insert_audit(&mut self.0, entry).await
    }

    async fn photo(&mut self, photo: &KeptPhoto) -> StoreResult<()> {
        photos::insert(&mut self.0, photo).await
    }

    async fn pepper(&mut self, pepper: &[u8; 32]) -> StoreResult<()> {
        self.0.execute(sqlx::query(sql::SET_PEPPER).bind(pepper.as_slice())).await.map(|_| ())
    }

    async fn rules(&mut self, kept: &KeptRules, recorded_at: OffsetDateTime) -> StoreResult<()> {
        let insert = sqlx::query(sql::INSERT_RULES).bind(kept.revision - 1).bind(micros(recorded_at));
        self.0.execute(insert.bind(to_json(&kept.rules))).await.map(|_| ())
    }

    async fn reports(&mut self, reports: &[(Report, Vec<Step>)]) -> StoreResult<()> {
        // Nobody else writes to a store that is being filled: making a month's partitions holds nobody up.
        for (report, _) in reports {
            let (first_day, next_month) = rows::month_of(&report.id)?;
            if !self.1.contains(&first_day) {
                let make = sqlx::query(sql::MAKE_REPORT_MONTH).bind(&first_day).bind(next_month);
                self.0.execute(make).await?;
                self.1.push(first_day);
            }
        }
        let all: Vec<&Report> = reports.iter().map(|(report, _)| report).collect();
        arrays::insert_reports(&mut self.0, &all).await?;
        let steps = reports.iter().flat_map(|(report, steps)| steps.iter().map(move |step| (report, step)));
        let steps: Vec<(&Report, &Step)> = steps.collect();
        arrays::insert_steps(&mut self.0, &steps).await
    }

    async fn sender_keys(&mut self, keys: &[HeldKey]) -> StoreResult<()> {
        self.0.execute(sqlx::query(sql::INSERT_REPORT_KEYS).bind(rows::held_keys_json(keys))).await.map(|_| ())
    }

    async fn events(&mut self, events: &[Event]) -> StoreResult<()> {
        let insert = sqlx::query(sql::INSERT_EVENTS).bind(rows::kept_events_json(events)?).bind(0i64);
        self.0.execute(insert).await?;
        self.0.row(sqlx::query(sql::COUNT_EVENTS).bind(events.len() as i64)).await.map(|_| ())
    }

    async fn deliveries(&mut self, deliveries: &[Delivery]) -> StoreResult<()> {
        self.0.execute(sqlx::query(sql::FILL_DELIVERIES).bind(deliveries_json(deliveries))).await.map(|_| ())
    }

    async fn finish(mut self: Box<Self>) -> StoreResult<()> {
        let outcome = self.0.row(sqlx::query(sql::GO_ON_COUNTING)).await.map(|_| ());
        self.0.end(outcome).await
    }
}
