//! A person of the staff (工作人员) who signs in with a name and a password, and the sessions that come of it. Neither
//! passwords nor the secrets of sessions are in here.

use time::OffsetDateTime;

use super::key::KeyRole;

/// What is known of somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Public: by which it is listed and disabled.
    pub id: String,
    /// What the person types to sign in, in small letters.
    pub sign_in: String,
    /// The person's name.
    pub name: String,
    pub role: KeyRole,
    /// Code of the grid, of any tier, that the person acts on with what is below; `None` is everywhere.
    pub grid: Option<String>,
    pub created_at: OffsetDateTime,
    /// When the password was set the last time.
    pub password_at: OffsetDateTime,
    pub disabled_at: Option<OffsetDateTime>,
}

/// An account as a store keeps it: with the hash of its password.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAccount {
    pub account: Account,
    /// Argon2id, in the PHC string format.
    pub password: String,
}

impl std::fmt::Debug for KeptAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptAccount").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Somebody who is signed in. Whoever holds the secret is that person, so a store has only its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// HMAC-SHA-256 of the secret under the store's own pepper.
    pub hash: [u8; 32],
    /// Id of the account.
    pub account: String,
    pub created_at: OffsetDateTime,
    /// When it was used the last time, within a minute.
    pub seen_at: OffsetDateTime,
    /// After this it is worth nothing, however much it is used.
    pub ends_at: OffsetDateTime,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}
