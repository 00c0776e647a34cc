//! A key (密钥) of the HTTP service: who may do what. The secret itself is nowhere in here.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What the holder of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// 管理员: everything, editions and rosters among it.
    Admin,
}

impl KeyRole {
    pub const ALL: [KeyRole; 1] = [KeyRole::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            KeyRole::Admin => "admin",
        }
    }
}

impl std::str::FromStr for KeyRole {
    type Err = String;

    fn from_str(text: &str) -> Result<KeyRole, String> {
        let known = || KeyRole::ALL.map(KeyRole::as_str).join(", ");
        KeyRole::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("no role is called `{text}`; the roles are: {}", known()))
    }
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Public part, by which it is listed and revoked.
    pub id: String,
    /// Whose it is, for people.
    pub name: String,
    pub role: KeyRole,
    pub created_at: OffsetDateTime,
    pub revoked_at: Option<OffsetDateTime>,
}

/// A key as a store keeps it: with a keyed hash of its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptKey {
    pub key: ApiKey,
    /// HMAC-SHA-256 of the secret under the store's own pepper.
    pub hash: [u8; 32],
}

impl std::fmt::Debug for KeptKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptKey").field("key", &self.key).finish_non_exhaustive()
    }
}
