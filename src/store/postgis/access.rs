//! Keys, accounts, sessions and the audit log in the database.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;
use time::OffsetDateTime;

use super::columns::micros;
use super::fault::is_taken;
use super::session::Session as Connection;
use super::statements as sql;
use super::write::raise_revision;
use super::{PostgisStore, cannot_be_there};
use crate::domain::account::{KeptAccount, Session};
use crate::domain::audit::{self, AuditEntry, AuditFilter, Deed};
use crate::domain::caller::Caller;
use crate::domain::key::KeptKey;
use crate::store::{AccessStore, Store, StoreError, StoreResult, rows, written};

type PgQuery<'q> = Query<'q, sqlx::Postgres, PgArguments>;

#[async_trait]
impl AccessStore for PostgisStore {
    fn acting_for(&self, caller: &Caller) -> Arc<dyn Store> {
        Arc::new(PostgisStore { shared: self.shared.clone(), caller: Arc::new(caller.clone()) })
    }

    fn acts_for(&self) -> &Caller {
        &self.caller
    }

    async fn has_grid(&self, code: &str) -> StoreResult<bool> {
        if cannot_be_there(code) {
            return Ok(false);
        }
        let row = self.row(sqlx::query(sql::HAS_GRID).bind(code)).await?;
        row.map_or(Ok(false), |row| Ok(row.try_get(0)?))
    }

    async fn add_key(&self, kept: &KeptKey) -> StoreResult<()> {
        let mut connection = Connection::short_write(self.pool().await?).await?;
        let outcome = async {
            insert_key(&mut connection, kept).await?;
            record(&mut connection, &self.caller, &written::key_created(&kept.key)).await?;
            raise_revision(&mut connection).await.map(|_| ())
        };
        let outcome = outcome.await;
        connection.end(outcome).await
    }

    async fn keys(&self) -> StoreResult<Vec<KeptKey>> {
        self.rows(sqlx::query(sql::KEYS)).await?.iter().map(rows::key).collect()
    }

    async fn key(&self, id: &str) -> StoreResult<Option<KeptKey>> {
        if cannot_be_there(id) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::KEY_BY_ID).bind(id)).await?.as_ref().map(rows::key).transpose()
    }

    async fn revoke_key(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool> {
        if cannot_be_there(id) {
            return Ok(false);
        }
        let revoke = sqlx::query(sql::REVOKE_KEY).bind(id).bind(micros(at));
        change(self.pool().await?, &self.caller, &Deed::new(audit::KEY_REVOKED, id), revoke, None).await
    }

    async fn pepper(&self) -> StoreResult<[u8; 32]> {
        let row = self.row(sqlx::query(sql::PEPPER)).await?;
        rows::bytes32(row.ok_or_else(|| StoreError::Damaged("it has no pepper".into()))?.try_get(0)?)
    }

    async fn add_account(&self, kept: &KeptAccount) -> StoreResult<()> {
        let mut connection = Connection::short_write(self.pool().await?).await?;
        let outcome = async {
            if let Err(error) = connection.try_row(account_inserted(kept)).await? {
                return Err(match is_taken(&error) {
                    true => StoreError::SignInTaken(kept.account.sign_in.clone()),
                    false => error.into(),
                });
            }
            record(&mut connection, &self.caller, &written::account_created(&kept.account)).await?;
            raise_revision(&mut connection).await.map(|_| ())
        };
        let outcome = outcome.await;
        connection.end(outcome).await
    }

    async fn accounts(&self) -> StoreResult<Vec<KeptAccount>> {
        self.rows(sqlx::query(sql::ACCOUNTS)).await?.iter().map(rows::account).collect()
    }

    async fn account(&self, id: &str) -> StoreResult<Option<KeptAccount>> {
        if cannot_be_there(id) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::ACCOUNT_BY_ID).bind(id)).await?.as_ref().map(rows::account).transpose()
    }

    async fn account_by_sign_in(&self, sign_in: &str) -> StoreResult<Option<KeptAccount>> {
        if cannot_be_there(sign_in) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::ACCOUNT_BY_SIGN_IN).bind(sign_in)).await?.as_ref().map(rows::account).transpose()
    }

    async fn disable_account(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool> {
        if cannot_be_there(id) {
            return Ok(false);
        }
        let disable = sqlx::query(sql::DISABLE_ACCOUNT).bind(id).bind(micros(at));
        let end = sqlx::query(sql::END_SESSIONS).bind(id);
        change(self.pool().await?, &self.caller, &Deed::new(audit::ACCOUNT_DISABLED, id), disable, Some(end)).await
    }

    async fn set_password(&self, id: &str, password: &str, at: OffsetDateTime) -> StoreResult<bool> {
        if cannot_be_there(id) {
            return Ok(false);
        }
        let set = sqlx::query(sql::SET_PASSWORD).bind(id).bind(password).bind(micros(at));
        let end = sqlx::query(sql::END_SESSIONS).bind(id);
        change(self.pool().await?, &self.caller, &Deed::new(audit::PASSWORD_SET, id), set, Some(end)).await
    }

    async fn add_session(&self, session: &Session) -> StoreResult<()> {
        let insert = sqlx::query(sql::INSERT_SESSION)
            .bind(session.hash.as_slice())
            .bind(&session.account)
            .bind(micros(session.created_at))
            .bind(micros(session.seen_at))
            .bind(micros(session.ends_at));
        let mut connection = Connection::short_write(self.pool().await?).await?;
        let outcome = async {
            connection.execute(insert).await?;
            record(&mut connection, &self.caller, &Deed::new(audit::SIGNED_IN, &session.account)).await
        };
        let outcome = outcome.await;
        connection.end(outcome).await
    }

    async fn session(&self, hash: &[u8; 32]) -> StoreResult<Option<Session>> {
        let row = self.row(sqlx::query(sql::SESSION_BY_HASH).bind(hash.as_slice())).await?;
        row.as_ref().map(rows::session).transpose()
    }

    async fn session_seen(&self, hash: &[u8; 32], at: OffsetDateTime) -> StoreResult<()> {
        self.quietly(sqlx::query(sql::SESSION_SEEN).bind(hash.as_slice()).bind(micros(at))).await
    }

    async fn end_session(&self, hash: &[u8; 32]) -> StoreResult<bool> {
        let mut connection = Connection::short_write(self.pool().await?).await?;
        let outcome = async {
            let ended = connection.execute(sqlx::query(sql::END_SESSION).bind(hash.as_slice())).await?;
            if ended > 0 {
                record(&mut connection, &self.caller, &Deed::new(audit::SIGNED_OUT, &self.caller.id)).await?;
            }
            Ok(ended > 0)
        };
        let outcome = outcome.await;
        connection.end(outcome).await
    }

    async fn forget_sessions(&self, now: OffsetDateTime, idle: OffsetDateTime) -> StoreResult<()> {
        self.quietly(sqlx::query(sql::FORGET_SESSIONS).bind(micros(now)).bind(micros(idle))).await
    }

    async fn record(&self, deed: &Deed) -> StoreResult<()> {
        let mut connection = Connection::take(self.pool().await?).await?;
        record(&mut connection, &self.caller, deed).await?;
        connection.give_back();
        Ok(())
    }

    async fn audit_log(&self, filter: &AuditFilter, limit: u32) -> StoreResult<Vec<AuditEntry>> {
        if [&filter.actor, &filter.action].into_iter().flatten().any(|text| cannot_be_there(text)) {
            return Ok(Vec::new());
        }
        let query = sqlx::query(sql::AUDIT_LOG)
            .bind(filter.before)
            .bind(filter.since.map(micros))
            .bind(&filter.actor)
            .bind(&filter.action)
            .bind(i64::from(limit));
        self.rows(query).await?.iter().map(rows::audit_entry).collect()
    }

    async fn audit_after(&self, number: i64, limit: u32) -> StoreResult<Vec<AuditEntry>> {
        let query = sqlx::query(sql::AUDIT_AFTER).bind(number).bind(i64::from(limit));
        self.rows(query).await?.iter().map(rows::audit_entry).collect()
    }
}

impl PostgisStore {
    /// One statement that leaves the revision as it is.
    async fn quietly(&self, statement: PgQuery<'_>) -> StoreResult<()> {
        let mut connection = Connection::take(self.pool().await?).await?;
        connection.execute(statement).await?;
        connection.give_back();
        Ok(())
    }
}

/// Changes one row, and then something else with it; whether there is such a row.
async fn change(
    pool: &PgPool,
    caller: &Caller,
    deed: &Deed,
    first: PgQuery<'_>,
    then: Option<PgQuery<'_>>,
) -> StoreResult<bool> {
    let mut connection = Connection::short_write(pool).await?;
    let outcome = async {
        if connection.execute(first).await? == 0 {
            return Ok(false);
        }
        if let Some(then) = then {
            connection.execute(then).await?;
        }
        record(&mut connection, caller, deed).await?;
        raise_revision(&mut connection).await?;
        Ok(true)
    };
    let outcome = outcome.await;
    connection.end(outcome).await
}

/// Writes down, within a write, what it does and for whom.
pub(super) async fn record(connection: &mut Connection, caller: &Caller, deed: &Deed) -> StoreResult<()> {
    let insert = sqlx::query(sql::RECORD)
        .bind(micros(OffsetDateTime::now_utc()))
        .bind(caller.via.as_str())
        .bind(&caller.id)
        .bind(&caller.name)
        .bind(caller.address.map(|address| address.to_string()))
        .bind(deed.action)
        .bind(&deed.subject)
        .bind(&deed.details);
    connection.execute(insert).await.map(|_| ())
}

pub(super) async fn insert_key(connection: &mut Connection, kept: &KeptKey) -> StoreResult<()> {
    let insert = sqlx::query(sql::INSERT_KEY)
        .bind(&kept.key.id)
        .bind(&kept.key.name)
        .bind(kept.key.role.as_str())
        .bind(&kept.key.grid)
        .bind(kept.hash.as_slice())
        .bind(micros(kept.key.created_at))
        .bind(kept.key.revoked_at.map(micros));
    connection.execute(insert).await.map(|_| ())
}

/// The statement answers with the id, so that [`Connection::try_row`] can tell which rule was broken.
fn account_inserted(kept: &KeptAccount) -> PgQuery<'_> {
    let account = &kept.account;
    sqlx::query(sql::INSERT_ACCOUNT)
        .bind(&account.id)
        .bind(&account.sign_in)
        .bind(&account.name)
        .bind(account.role.as_str())
        .bind(&account.grid)
        .bind(&kept.password)
        .bind(micros(account.created_at))
        .bind(micros(account.password_at))
        .bind(account.disabled_at.map(micros))
}

pub(super) async fn insert_account(connection: &mut Connection, kept: &KeptAccount) -> StoreResult<()> {
    connection.execute(account_inserted(kept)).await.map(|_| ())
}

/// A row of another store's log.
pub(super) async fn insert_audit(connection: &mut Connection, entry: &AuditEntry) -> StoreResult<()> {
    let insert = sqlx::query(sql::FILL_AUDIT)
        .bind(entry.number)
        .bind(micros(entry.at))
        .bind(&entry.via)
        .bind(&entry.actor)
        .bind(&entry.name)
        .bind(&entry.address)
        .bind(&entry.action)
        .bind(&entry.subject)
        .bind(&entry.details);
    connection.execute(insert).await.map(|_| ())
}
