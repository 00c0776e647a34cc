//! WHO MAY: keys (密钥) made, listed, revoked and recognised; accounts (账号) of the staff and their sessions. May use:
//! domain, store. Crates: `argon2`, `getrandom`, `hmac`, `sha2`, `subtle`.
//!
//! A key is `gw_<id>_<secret>`: the id is public, the secret is 32 random bytes of the operating system that are shown
//! once. The store has only HMAC-SHA-256 of the secret under its own pepper. Every request that brings a key asks the
//! store for it, so that a revocation holds from the next request on, in every process.

mod accounts;
mod password;
mod secrets;
mod slowing;

pub use accounts::{AccountError, Accounts, NewAccount, NotChanged, SignInRefused, SignedIn};
pub use password::WeakPassword;
pub use secrets::random_name;
pub(crate) use slowing::network;

use std::sync::Arc;

use subtle::ConstantTimeEq;

use self::secrets::{Hashes, hex, is_secret, now, random, secret};
use crate::domain::caller::Caller;
use crate::domain::key::{ApiKey, KeptKey, KeyRole, Scope};
use crate::store::{Store, StoreError, StoreResult};

const PREFIX: &str = "gw_";
const ID_BYTES: usize = 6;
/// Characters of a name, for people.
const MAX_NAME_CHARS: usize = 100;

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the operating system gives no random bytes: {0}")]
    NoRandomness(getrandom::Error),
    #[error("a name has at most {MAX_NAME_CHARS} characters, and no line breaks or other control characters")]
    Name,
    #[error(transparent)]
    Scope(#[from] ScopeError),
}

/// Why a role and a grid do not go together.
#[derive(Debug, thiserror::Error)]
pub enum ScopeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a leader leads a grid: say which, by its code")]
    GridMissing,
    #[error("the role {} goes with no grid", .0.as_str())]
    GridUnwanted(KeyRole),
    #[error("no edition that was published has a grid with the code `{0}`")]
    NoSuchGrid(String),
}

/// Why a key opens nothing. The ids are public; the secrets are never repeated.
#[derive(Debug, thiserror::Error)]
pub enum KeyRefused {
    #[error("this is no key; a key is gw_, its id, _ and its secret")]
    Malformed,
    #[error("there is no such key in the store that is served here; `gridward key create` has to name that store")]
    Unknown,
    #[error("the key has been revoked")]
    Revoked,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A key just made, with the text that is shown this once.
pub struct NewKey {
    pub key: ApiKey,
    pub text: String,
}

/// What tokens are made of: 32 that nobody reads for one another.
const TOKEN_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The keys of a store.
#[derive(Clone, Debug)]
pub struct Keys {
    store: Arc<dyn Store>,
    hashes: Hashes,
}

impl Keys {
    pub fn new(store: Arc<dyn Store>) -> Keys {
        Keys { hashes: Hashes::new(store.clone()), store }
    }

    /// The same keys; what is made and revoked is that caller's doing in the audit log.
    pub fn acting_for(&self, caller: &Caller) -> Keys {
        Keys { store: self.store.acting_for(caller), hashes: self.hashes.clone() }
    }

    /// Makes a key and keeps it. A grid is the code of one of any tier, where the role goes with one.
    pub async fn create(&self, role: KeyRole, name: &str, grid: Option<&str>) -> Result<NewKey, CreateError> {
        let name = name.trim();
        if !is_name(name) {
            return Err(CreateError::Name);
        }
        check_scope(&*self.store, role, grid).await?;
        let id = hex(&random::<ID_BYTES>()?);
        let secret = secret()?;
        let grid = grid.map(Into::into);
        let key = ApiKey { id, name: name.to_owned(), role, grid, created_at: now(), revoked_at: None };
        let hash = self.hashes.of(&secret).await?;
        self.store.add_key(&KeptKey { key: key.clone(), hash }).await?;
        let text = format!("{PREFIX}{}_{secret}", key.id);
        Ok(NewKey { key, text })
    }

    /// All keys, oldest first, revoked ones among them.
    pub async fn list(&self) -> StoreResult<Vec<ApiKey>> {
        Ok(self.store.keys().await?.into_iter().map(|kept| kept.key).collect())
    }

    /// Revokes a key from now on; `None` when there is no such key. One that was revoked already stays as it was.
    pub async fn revoke(&self, id: &str) -> StoreResult<Option<ApiKey>> {
        self.store.revoke_key(id, now()).await?;
        Ok(self.store.key(id).await?.map(|kept| kept.key))
    }

    /// The key that a text is, as long as it holds.
    pub async fn recognise(&self, text: &str) -> Result<ApiKey, KeyRefused> {
        let (id, secret) = parts(text).ok_or(KeyRefused::Malformed)?;
        let Some(kept) = self.store.key(id).await? else {
            tracing::warn!(key = id, "a key that is not there was tried");
            return Err(KeyRefused::Unknown);
        };
        let hash = self.hashes.of(secret).await?;
        if !bool::from(hash.ct_eq(&kept.hash)) {
            tracing::warn!(key = id, "a key was tried with a wrong secret");
            return Err(KeyRefused::Unknown);
        }
        if kept.key.revoked_at.is_some() {
            tracing::warn!(key = id, "a revoked key was tried");
            return Err(KeyRefused::Revoked);
        }
        Ok(kept.key)
    }

    /// A text that only this store can make for a subject, and makes again whenever it is asked: 26 digits and small letters.
    pub async fn token(&self, purpose: &str, subject: &str) -> StoreResult<String> {
        let hash = self.hashes.of(&format!("{purpose}\n{subject}")).await?;
        Ok(hash.iter().take(26).map(|byte| char::from(TOKEN_LETTERS[usize::from(byte & 31)])).collect())
    }

    /// Whether it is that text; how long this takes tells nothing of it.
    pub async fn is_token(&self, purpose: &str, subject: &str, given: &str) -> StoreResult<bool> {
        Ok(self.token(purpose, subject).await?.as_bytes().ct_eq(given.as_bytes()).into())
    }

    /// 32 bytes that only this store can make for a subject, and makes again whenever it is asked, so that nothing keeps them.
    pub async fn signing_secret(&self, subject: &str) -> StoreResult<[u8; 32]> {
        self.hashes.of(&format!("signing\n{subject}")).await
    }
}

/// Whether a name can stand in a list, for people.
fn is_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(char::is_control)
}

/// Whether a grid may, or has to, go with a role, and whether there is or was such a grid.
async fn check_scope(store: &dyn Store, role: KeyRole, grid: Option<&str>) -> Result<(), ScopeError> {
    match (role.scope(), grid) {
        (Scope::Required, None) => Err(ScopeError::GridMissing),
        (Scope::None, Some(_)) => Err(ScopeError::GridUnwanted(role)),
        (_, Some(code)) if !store.has_grid(code).await? => {
            Err(ScopeError::NoSuchGrid(code.chars().take(MAX_NAME_CHARS).collect()))
        }
        _ => Ok(()),
    }
}

/// The id and the secret of a text that is a key by its form.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let id_fits = id.len() == 2 * ID_BYTES && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (id_fits && is_secret(secret)).then_some((id, secret))
}

#[cfg(test)]
mod tests {
    use super::secrets::SECRET_CHARS;
    use super::*;

    #[test]
    fn a_secret_may_hold_what_separates() {
        let secret = "_".repeat(SECRET_CHARS);
        assert_eq!(parts(&format!("gw_0123456789ab_{secret}")), Some(("0123456789ab", secret.as_str())));
        for text in ["", "gw_", "gw_0123456789ab", "gw_0123456789ab_x", &format!("gw_0123456789AB_{secret}")] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn a_key_opens_until_it_is_revoked() {
        let folder = tempfile::tempdir().unwrap();
        let store = crate::store::open(&format!("sqlite:{}", folder.path().join("town.gpkg").display())).await.unwrap();
        let keys = Keys::new(store.clone());
        let made = keys.create(KeyRole::Admin, " 张三 ", None).await.unwrap();
        assert_eq!((made.key.name.as_str(), made.key.role), ("张三", KeyRole::Admin));
        assert_eq!(keys.recognise(&made.text).await.unwrap(), made.key);
        let other = keys.create(KeyRole::Admin, "", None).await.unwrap();
        assert_ne!(other.text, made.text);
        // One key's id with another's secret, and one letter changed.
        let mixed = format!("gw_{}_{}", made.key.id, parts(&other.text).unwrap().1);
        let changed = format!("{}{}", &made.text[..58], if made.text.ends_with('A') { 'B' } else { 'A' });
        for wrong in [mixed, changed] {
            assert!(matches!(keys.recognise(&wrong).await, Err(KeyRefused::Unknown)), "{wrong}");
        }
        let secret = parts(&made.text).unwrap().1;
        let file = std::fs::read(folder.path().join("town.gpkg-wal")).unwrap();
        assert!(!file.windows(secret.len()).any(|part| part == secret.as_bytes()), "the secret is in the store");
        let another = Keys::new(store);
        assert_eq!(another.revoke(&made.key.id).await.unwrap().map(|key| key.revoked_at.is_some()), Some(true));
        assert!(matches!(keys.recognise(&made.text).await, Err(KeyRefused::Revoked)));
        assert_eq!(keys.revoke("nobody").await.unwrap(), None);
        assert_eq!(keys.list().await.unwrap().len(), 2);
        assert!(matches!(keys.create(KeyRole::Admin, "a\nb", None).await, Err(CreateError::Name)));
    }
}
