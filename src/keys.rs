//! WHO MAY: keys (密钥) made, listed, revoked and recognised. May use: domain, store. Crates: `getrandom`, `hmac`, `sha2`,
//! `subtle`.
//!
//! A key is `gw_<id>_<secret>`: the id is public, the secret is 32 random bytes of the operating system that are shown
//! once. The store has only HMAC-SHA-256 of the secret under its own pepper. Every request that brings a key asks the
//! store for it, so that a revocation holds from the next request on, in every process.

use std::fmt::Write;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use crate::domain::caller::Caller;
use crate::domain::key::{ApiKey, KeptKey, KeyRole, Scope};
use crate::store::{Store, StoreError, StoreResult};

const PREFIX: &str = "gw_";
const ID_BYTES: usize = 6;
const SECRET_BYTES: usize = 32;
/// Characters of 32 bytes in base64url without padding.
const SECRET_CHARS: usize = 43;
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
    /// Never changes, so that it is asked for once.
    pepper: Arc<OnceCell<[u8; 32]>>,
}

impl Keys {
    pub fn new(store: Arc<dyn Store>) -> Keys {
        Keys { store, pepper: Arc::default() }
    }

    /// The same keys; what is made and revoked is that caller's doing in the audit log.
    pub fn acting_for(&self, caller: &Caller) -> Keys {
        Keys { store: self.store.acting_for(caller), pepper: self.pepper.clone() }
    }

    /// Makes a key and keeps it. A grid is the code of one of any tier, where the role goes with one.
    pub async fn create(&self, role: KeyRole, name: &str, grid: Option<&str>) -> Result<NewKey, CreateError> {
        let name = name.trim();
        if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            return Err(CreateError::Name);
        }
        self.check_scope(role, grid).await?;
        let id = hex(&random::<ID_BYTES>()?);
        let secret = base64url(&random::<SECRET_BYTES>()?);
        let grid = grid.map(Into::into);
        let key = ApiKey { id, name: name.to_owned(), role, grid, created_at: now(), revoked_at: None };
        let hash = self.hash(&secret).await?.finalize().into_bytes().into();
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
        let hash: [u8; 32] = self.hash(secret).await?.finalize().into_bytes().into();
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

    /// Whether a grid may, or has to, go with a role, and whether there is or was such a grid.
    async fn check_scope(&self, role: KeyRole, grid: Option<&str>) -> Result<(), CreateError> {
        match (role.scope(), grid) {
            (Scope::Required, None) => Err(CreateError::GridMissing),
            (Scope::None, Some(_)) => Err(CreateError::GridUnwanted(role)),
            (_, Some(code)) if !self.store.has_grid(code).await? => {
                Err(CreateError::NoSuchGrid(code.chars().take(MAX_NAME_CHARS).collect()))
            }
            _ => Ok(()),
        }
    }

    /// A text that only this store can make for a subject, and makes again whenever it is asked: 26 digits and small letters.
    pub async fn token(&self, purpose: &str, subject: &str) -> StoreResult<String> {
        let hash = self.hash(&format!("{purpose}\n{subject}")).await?.finalize().into_bytes();
        Ok(hash.iter().take(26).map(|byte| char::from(TOKEN_LETTERS[usize::from(byte & 31)])).collect())
    }

    /// 32 bytes that only this store can make for a subject, and makes again whenever it is asked, so that nothing keeps them.
    pub async fn signing_secret(&self, subject: &str) -> StoreResult<[u8; 32]> {
        Ok(self.hash(&format!("signing\n{subject}")).await?.finalize().into_bytes().into())
    }

    async fn hash(&self, secret: &str) -> StoreResult<Hmac<Sha256>> {
        let pepper = self.pepper.get_or_try_init(|| self.store.pepper()).await?;
        let mut hash = Hmac::<Sha256>::new_from_slice(pepper).expect("HMAC takes keys of any length");
        hash.update(secret.as_bytes());
        Ok(hash)
    }
}

/// The id and the secret of a text that is a key by its form.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    let id_fits = id.len() == 2 * ID_BYTES && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let secret_fits = secret.len() == SECRET_CHARS && secret.bytes().all(|b| ALPHABET.contains(&b));
    (id_fits && secret_fits).then_some((id, secret))
}

/// A name that nobody can guess: 32 hexadecimal digits.
pub fn random_name() -> String {
    hex(&random::<16>().expect("the operating system gives random bytes"))
}

/// To the second, which every store keeps as it is.
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).expect("0 is a nanosecond")
}

fn random<const N: usize>() -> Result<[u8; N], CreateError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(CreateError::NoRandomness)?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text is written to memory");
        text
    })
}

/// The alphabet of RFC 4648, section 5.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Without padding.
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - three.len()));
        let digits = (0..=three.len()).map(|at| ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]);
        text.extend(digits.map(char::from));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_as_the_rfc_has_it() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff, 0xfe]), "-__-");
        assert_eq!(base64url(&[7; SECRET_BYTES]).len(), SECRET_CHARS);
    }

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
