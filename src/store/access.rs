//! Who may do what, and who did what: keys, accounts, sessions and the audit log, as every store keeps them.

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Store, StoreResult};
use crate::domain::account::{KeptAccount, Session};
use crate::domain::audit::{AuditEntry, AuditFilter, Deed};
use crate::domain::caller::Caller;
use crate::domain::key::KeptKey;

/// The part of [`Store`] that is about people and keys. Every write of a store is in its audit log, in the transaction of
/// the write itself, under the name of whoever the store acts for.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// The same store, whose writes are that caller's in the audit log. A store that was just opened acts for the program.
    fn acting_for(&self, caller: &Caller) -> Arc<dyn Store>;

    /// Whoever the store acts for.
    fn acts_for(&self) -> &Caller;

    /// Whether an edition that was published, whenever, has a grid of that code.
    async fn has_grid(&self, code: &str) -> StoreResult<bool>;

    /// Keeps a new key.
    async fn add_key(&self, key: &KeptKey) -> StoreResult<()>;

    /// All keys, oldest first, revoked ones among them.
    async fn keys(&self) -> StoreResult<Vec<KeptKey>>;

    /// The key of that id; `None` when there is none.
    async fn key(&self, id: &str) -> StoreResult<Option<KeptKey>>;

    /// Revokes a key from that time on; whether there is such a key. One that is revoked already stays as it was.
    async fn revoke_key(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool>;

    /// 32 random bytes under which the hashes of secrets are made; the same for every process, for ever.
    async fn pepper(&self) -> StoreResult<[u8; 32]>;

    /// Keeps a new account; [`super::StoreError::SignInTaken`] where somebody signs in by that name already.
    async fn add_account(&self, account: &KeptAccount) -> StoreResult<()>;

    /// All accounts, oldest first, disabled ones among them.
    async fn accounts(&self) -> StoreResult<Vec<KeptAccount>>;

    /// The account of that id; `None` when there is none.
    async fn account(&self, id: &str) -> StoreResult<Option<KeptAccount>>;

    /// The account of whoever signs in by that name.
    async fn account_by_sign_in(&self, sign_in: &str) -> StoreResult<Option<KeptAccount>>;

    /// Disables an account from that time on and ends its sessions; whether there is such an account. One that is disabled
    /// already stays as it was.
    async fn disable_account(&self, id: &str, at: OffsetDateTime) -> StoreResult<bool>;

    /// Sets the hash of another password and ends the account's sessions; whether there is such an account.
    async fn set_password(&self, id: &str, password: &str, at: OffsetDateTime) -> StoreResult<bool>;

    /// Keeps a new session. Sessions do not raise the revision.
    async fn add_session(&self, session: &Session) -> StoreResult<()>;

    /// The session of a secret with that hash, and its account; `None` when there is none, or it has ended.
    async fn session(&self, hash: &[u8; 32]) -> StoreResult<Option<Session>>;

    /// Notes that a session was used.
    async fn session_seen(&self, hash: &[u8; 32], at: OffsetDateTime) -> StoreResult<()>;

    /// Ends a session; whether there was one.
    async fn end_session(&self, hash: &[u8; 32]) -> StoreResult<bool>;

    /// Forgets the sessions that ended before `now`, or were not used since `idle`.
    async fn forget_sessions(&self, now: OffsetDateTime, idle: OffsetDateTime) -> StoreResult<()>;

    /// Writes down what was done that is no write of the store itself. The log does not raise the revision.
    async fn record(&self, deed: &Deed) -> StoreResult<()>;

    /// Rows of the audit log, the latest first, at most so many.
    async fn audit_log(&self, filter: &AuditFilter, limit: u32) -> StoreResult<Vec<AuditEntry>>;

    /// Rows of the audit log in their order, after that number, at most so many.
    async fn audit_after(&self, number: i64, limit: u32) -> StoreResult<Vec<AuditEntry>>;
}
