//! Keys, accounts, sessions and the audit log in the file.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};
use time::OffsetDateTime;

use super::statements as sql;
use super::{GpkgStore, times, write};
use crate::domain::account::{KeptAccount, Session};
use crate::domain::audit::{self, AuditEntry, AuditFilter, Deed};
use crate::domain::caller::Caller;
use crate::domain::key::KeptKey;
use crate::store::{AccessStore, Store, StoreError, StoreResult, rows, written};

#[async_trait]
impl AccessStore for GpkgStore {
    fn acting_for(&self, caller: &Caller) -> Arc<dyn Store> {
        Arc::new(GpkgStore {
            path: self.path.clone(),
            readers: self.readers.clone(),
            writer: self.writer.acting_for(caller),
            told: self.told.clone(),
            jobs: self.jobs.clone(),
        })
    }

    fn acts_for(&self) -> &Caller {
        &self.writer.caller
    }

    async fn has_grid(&self, code: &str) -> StoreResult<bool> {
        Ok(sqlx::query(sql::HAS_GRID).bind(code).fetch_one(&self.readers).await?.try_get(0)?)
    }

    async fn add_key(&self, kept: &KeptKey) -> StoreResult<()> {
        let mut tx = write::begin(&self.writer).await?;
        insert_key(&mut tx, kept).await?;
        record(&mut tx, self.acts_for(), &written::key_created(&kept.key)).await?;
        write::commit(tx).await
    }

    async fn keys(&self) -> StoreResult<Vec<KeptKey>> {
        let rows = sqlx::query(sql::KEYS).fetch_all(&self.readers).await?;
        rows.iter().map(rows::key).collect()
    }

    async fn key(&self, id: &str) -> StoreResult<Option<KeptKey>> {
        let row = sqlx::query(sql::KEY_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::key).transpose()
    }

    async fn revoke_key(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool> {
        let mut tx = write::begin(&self.writer).await?;
        let revoked = sqlx::query(sql::REVOKE_KEY).bind(id).bind(times::to_text(at)).execute(&mut *tx).await?;
        if revoked.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, self.acts_for(), &Deed::new(audit::KEY_REVOKED, id)).await?;
        write::commit(tx).await?;
        Ok(true)
    }

    async fn pepper(&self) -> StoreResult<[u8; 32]> {
        rows::bytes32(sqlx::query(sql::PEPPER).fetch_one(&self.readers).await?.try_get(0)?)
    }

    async fn add_account(&self, kept: &KeptAccount) -> StoreResult<()> {
        let mut tx = write::begin(&self.writer).await?;
        match insert_account(&mut tx, kept).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Err(StoreError::SignInTaken(kept.account.sign_in.clone()));
            }
            other => other?,
        }
        record(&mut tx, self.acts_for(), &written::account_created(&kept.account)).await?;
        write::commit(tx).await
    }

    async fn accounts(&self) -> StoreResult<Vec<KeptAccount>> {
        let rows = sqlx::query(sql::ACCOUNTS).fetch_all(&self.readers).await?;
        rows.iter().map(rows::account).collect()
    }

    async fn account(&self, id: &str) -> StoreResult<Option<KeptAccount>> {
        let row = sqlx::query(sql::ACCOUNT_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::account).transpose()
    }

    async fn account_by_sign_in(&self, sign_in: &str) -> StoreResult<Option<KeptAccount>> {
        let row = sqlx::query(sql::ACCOUNT_BY_SIGN_IN).bind(sign_in).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::account).transpose()
    }

    async fn disable_account(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool> {
        let mut tx = write::begin(&self.writer).await?;
        let disabled = sqlx::query(sql::DISABLE_ACCOUNT).bind(id).bind(times::to_text(at)).execute(&mut *tx).await?;
        if disabled.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(sql::END_SESSIONS).bind(id).execute(&mut *tx).await?;
        record(&mut tx, self.acts_for(), &Deed::new(audit::ACCOUNT_DISABLED, id)).await?;
        write::commit(tx).await?;
        Ok(true)
    }

    async fn set_password(&self, id: &str, password: &str, at: OffsetDateTime) -> StoreResult<bool> {
        let mut tx = write::begin(&self.writer).await?;
        let set = sqlx::query(sql::SET_PASSWORD).bind(id).bind(password).bind(times::to_text(at));
        if set.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(sql::END_SESSIONS).bind(id).execute(&mut *tx).await?;
        record(&mut tx, self.acts_for(), &Deed::new(audit::PASSWORD_SET, id)).await?;
        write::commit(tx).await?;
        Ok(true)
    }

    async fn add_session(&self, session: &Session) -> StoreResult<()> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        sqlx::query(sql::INSERT_SESSION)
            .bind(session.hash.as_slice())
            .bind(&session.account)
            .bind(times::to_text(session.created_at))
            .bind(times::to_text(session.seen_at))
            .bind(times::to_text(session.ends_at))
            .execute(&mut *tx)
            .await?;
        record(&mut tx, self.acts_for(), &Deed::new(audit::SIGNED_IN, &session.account)).await?;
        Ok(tx.commit().await?)
    }

    async fn session(&self, hash: &[u8; 32]) -> StoreResult<Option<Session>> {
        let row = sqlx::query(sql::SESSION_BY_HASH).bind(hash.as_slice()).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::session).transpose()
    }

    async fn session_seen(&self, hash: &[u8; 32], at: OffsetDateTime) -> StoreResult<()> {
        let seen = sqlx::query(sql::SESSION_SEEN).bind(hash.as_slice()).bind(times::to_text(at));
        seen.execute(&self.writer.pool).await?;
        Ok(())
    }

    async fn end_session(&self, hash: &[u8; 32]) -> StoreResult<bool> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let ended = sqlx::query(sql::END_SESSION).bind(hash.as_slice()).execute(&mut *tx).await?;
        if ended.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, self.acts_for(), &Deed::new(audit::SIGNED_OUT, &self.acts_for().id)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn forget_sessions(&self, now: OffsetDateTime, idle: OffsetDateTime) -> StoreResult<()> {
        let forget = sqlx::query(sql::FORGET_SESSIONS).bind(times::to_text(now)).bind(times::to_text(idle));
        forget.execute(&self.writer.pool).await?;
        Ok(())
    }

    async fn record(&self, deed: &Deed) -> StoreResult<()> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        record(&mut tx, self.acts_for(), deed).await?;
        Ok(tx.commit().await?)
    }

    async fn audit_log(&self, filter: &AuditFilter, limit: u32) -> StoreResult<Vec<AuditEntry>> {
        let rows = sqlx::query(sql::AUDIT_LOG)
            .bind(filter.before)
            .bind(filter.since.map(times::to_text))
            .bind(&filter.actor)
            .bind(&filter.action)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(rows::audit_entry).collect()
    }

    async fn audit_after(&self, number: i64, limit: u32) -> StoreResult<Vec<AuditEntry>> {
        let rows = sqlx::query(sql::AUDIT_AFTER).bind(number).bind(limit).fetch_all(&self.readers).await?;
        rows.iter().map(rows::audit_entry).collect()
    }
}

/// Writes down, within a write, what it does and for whom.
pub(super) async fn record(tx: &mut Transaction<'static, Sqlite>, caller: &Caller, deed: &Deed) -> StoreResult<()> {
    sqlx::query(sql::RECORD)
        .bind(times::to_text(OffsetDateTime::now_utc()))
        .bind(caller.via.as_str())
        .bind(&caller.id)
        .bind(&caller.name)
        .bind(caller.address.map(|address| address.to_string()))
        .bind(deed.action)
        .bind(&deed.subject)
        .bind(&deed.details)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) async fn insert_key(tx: &mut Transaction<'static, Sqlite>, kept: &KeptKey) -> StoreResult<()> {
    sqlx::query(sql::INSERT_KEY)
        .bind(&kept.key.id)
        .bind(&kept.key.name)
        .bind(kept.key.role.as_str())
        .bind(&kept.key.grid)
        .bind(kept.hash.as_slice())
        .bind(times::to_text(kept.key.created_at))
        .bind(kept.key.revoked_at.map(times::to_text))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(super) async fn insert_account(
    tx: &mut Transaction<'static, Sqlite>,
    kept: &KeptAccount,
) -> Result<(), sqlx::Error> {
    let account = &kept.account;
    sqlx::query(sql::INSERT_ACCOUNT)
        .bind(&account.id)
        .bind(&account.sign_in)
        .bind(&account.name)
        .bind(account.role.as_str())
        .bind(&account.grid)
        .bind(&kept.password)
        .bind(times::to_text(account.created_at))
        .bind(times::to_text(account.password_at))
        .bind(account.disabled_at.map(times::to_text))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A row of another store's log.
pub(super) async fn insert_audit(tx: &mut Transaction<'static, Sqlite>, entry: &AuditEntry) -> StoreResult<()> {
    sqlx::query(sql::FILL_AUDIT)
        .bind(entry.number)
        .bind(times::to_text(entry.at))
        .bind(&entry.via)
        .bind(&entry.actor)
        .bind(&entry.name)
        .bind(&entry.address)
        .bind(&entry.action)
        .bind(&entry.subject)
        .bind(&entry.details)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
