//! Accounts (账号) of the staff: made, listed, disabled; signing in, and the sessions that come of it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::{OnceCell, Semaphore};

use super::password::{self, WeakPassword};
use super::secrets::{Hashes, hex, is_secret, now, random, secret};
use super::slowing::Slowing;
use super::{CreateError, ScopeError, check_scope, is_name};
use crate::domain::account::{Account, KeptAccount, Session};
use crate::domain::audit::{self, Deed};
use crate::domain::caller::{Caller, Via};
use crate::domain::key::KeyRole;
use crate::store::{Store, StoreError, StoreResult};

const MAX_SIGN_IN_CHARS: usize = 64;
/// Passwords that are hashed at the same time: each takes a processor, and 19 MiB.
const MAX_HASHING: usize = 2;
/// For one's turn to have a password hashed.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);
/// A session is written down as used this often at most.
const SEEN_EVERY: time::Duration = time::Duration::minutes(1);

/// How long a session lasts at most, and how long without being used. Who can do much signs in every day; a leader's phone
/// stays signed in while it is used.
fn lasts(role: KeyRole) -> (time::Duration, time::Duration) {
    match role {
        KeyRole::Admin | KeyRole::Dispatcher => (time::Duration::hours(12), time::Duration::hours(2)),
        KeyRole::Leader | KeyRole::Reporter | KeyRole::Viewer => (time::Duration::days(30), time::Duration::days(7)),
    }
}

/// Why no account was made, or no password set.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    NoRandomness(CreateError),
    #[error("a sign-in name has 2 to {MAX_SIGN_IN_CHARS} letters, digits, or . _ - @")]
    SignIn,
    #[error("a person has a name, of at most 100 characters and without line breaks")]
    Name,
    #[error(transparent)]
    Password(#[from] WeakPassword),
    #[error(transparent)]
    Scope(ScopeError),
}

impl From<CreateError> for AccountError {
    fn from(error: CreateError) -> AccountError {
        match error {
            CreateError::Store(error) => AccountError::Store(error),
            other => AccountError::NoRandomness(other),
        }
    }
}

impl From<ScopeError> for AccountError {
    fn from(error: ScopeError) -> AccountError {
        match error {
            ScopeError::Store(error) => AccountError::Store(error),
            other => AccountError::Scope(other),
        }
    }
}

/// An account just made, with the password that was made for it and is shown this once; `None` where one was given.
pub struct NewAccount {
    pub account: Account,
    pub password: Option<String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// Which of both is not told, nor whether the account is disabled.
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many sign-ins failed; try again in {} s", .0.as_secs().max(1))]
    TooOften(Duration),
    #[error("too many people sign in at the moment")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why somebody's own password is what it was.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// About the password so far.
    #[error(transparent)]
    Current(#[from] SignInRefused),
    /// About the new one.
    #[error(transparent)]
    New(#[from] AccountError),
}

/// Somebody who has just signed in.
pub struct SignedIn {
    /// What the browser keeps; nobody else does.
    pub secret: String,
    pub session: Session,
    pub caller: Caller,
}

/// The accounts of a store.
#[derive(Clone, Debug)]
pub struct Accounts {
    store: Arc<dyn Store>,
    hashes: Hashes,
    slowing: Arc<Slowing>,
    turns: Arc<Semaphore>,
    /// A hash of no password, which stands in where there is no account: guessing names takes as long as passwords.
    nobody: Arc<OnceCell<String>>,
}

impl Accounts {
    pub fn new(store: Arc<dyn Store>) -> Accounts {
        Accounts {
            hashes: Hashes::new(store.clone()),
            store,
            slowing: Arc::default(),
            turns: Arc::new(Semaphore::new(MAX_HASHING)),
            nobody: Arc::default(),
        }
    }

    /// The same accounts; what is changed is that caller's doing in the audit log.
    pub fn acting_for(&self, caller: &Caller) -> Accounts {
        Accounts { store: self.store.acting_for(caller), ..self.clone() }
    }

    /// Makes an account. Without a password one is made, and shown this once.
    pub async fn create(
        &self,
        sign_in: &str,
        name: &str,
        role: KeyRole,
        grid: Option<&str>,
        password: Option<&str>,
    ) -> Result<NewAccount, AccountError> {
        let sign_in = plain(sign_in).ok_or(AccountError::SignIn)?;
        let name = name.trim();
        if name.is_empty() || !is_name(name) {
            return Err(AccountError::Name);
        }
        check_scope(&*self.store, role, grid).await?;
        let (hash, made) = self.new_hash(password, &sign_in).await?;
        let account = Account {
            id: format!("a{}", hex(&random::<6>()?)),
            sign_in,
            name: name.to_owned(),
            role,
            grid: grid.map(Into::into),
            created_at: now(),
            password_at: now(),
            disabled_at: None,
        };
        self.store.add_account(&KeptAccount { account: account.clone(), password: hash }).await?;
        Ok(NewAccount { account, password: made })
    }

    /// All accounts, oldest first, disabled ones among them.
    pub async fn list(&self) -> StoreResult<Vec<Account>> {
        Ok(self.store.accounts().await?.into_iter().map(|kept| kept.account).collect())
    }

    /// The account of that id or sign-in name.
    pub async fn find(&self, which: &str) -> StoreResult<Option<Account>> {
        let by_id = self.store.account(which).await?;
        let found = match (by_id, plain(which)) {
            (None, Some(sign_in)) => self.store.account_by_sign_in(&sign_in).await?,
            (by_id, _) => by_id,
        };
        Ok(found.map(|kept| kept.account))
    }

    /// Disables the account of that id or sign-in name and ends its sessions; `None` when there is none.
    pub async fn disable(&self, which: &str) -> StoreResult<Option<Account>> {
        let Some(account) = self.find(which).await? else { return Ok(None) };
        self.store.disable_account(&account.id, now()).await?;
        self.find(&account.id).await
    }

    /// Sets another password and ends the account's sessions; `None` when there is no such account. Without a password one
    /// is made, and shown this once.
    pub async fn set_password(&self, which: &str, password: Option<&str>) -> Result<Option<NewAccount>, AccountError> {
        let Some(account) = self.find(which).await? else { return Ok(None) };
        let (hash, made) = self.new_hash(password, &account.sign_in).await?;
        self.store.set_password(&account.id, &hash, now()).await?;
        Ok(self.find(&account.id).await?.map(|account| NewAccount { account, password: made }))
    }

    async fn new_hash(&self, given: Option<&str>, sign_in: &str) -> Result<(String, Option<String>), AccountError> {
        let made = match given {
            Some(password) => {
                password::check(password, sign_in)?;
                None
            }
            None => Some(password::generate()?),
        };
        let password = made.as_deref().or(given).unwrap_or_default().to_owned();
        let hash = in_background(move || password::hash(&password)).await??;
        Ok((hash, made))
    }

    /// Signs somebody in.
    pub async fn sign_in(
        &self,
        sign_in: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, SignInRefused> {
        let sign_in = plain(sign_in).unwrap_or_default();
        self.slowing.attempt(&sign_in, address, Instant::now()).map_err(SignInRefused::TooOften)?;
        let found = self.store.account_by_sign_in(&sign_in).await?;
        let open = found.clone().filter(|kept| kept.account.disabled_at.is_none());
        let hash = match &open {
            Some(kept) => kept.password.clone(),
            None => self.nobody.get_or_try_init(nobodys_hash).await?.clone(),
        };
        let is_right = self.is_right(password, hash).await?;
        let Some(kept) = open.filter(|_| is_right) else {
            // Never what was typed where it is nobody's name: people type passwords there.
            let whose = found.map(|kept| kept.account.id).unwrap_or_default();
            let store = self.store.acting_for(&Caller::nobody(address));
            store.record(&Deed::new(audit::SIGN_IN_REFUSED, &whose)).await?;
            return Err(SignInRefused::Wrong);
        };
        self.slowing.succeeded(&sign_in, address);
        self.begin_session(kept.account, address).await
    }

    async fn is_right(&self, password: &str, hash: String) -> Result<bool, SignInRefused> {
        let _turn = tokio::time::timeout(TURN_TIMEOUT, self.turns.acquire()).await.map_err(|_| SignInRefused::Busy)?;
        let given = password.chars().take(password::MAX_BYTES + 1).collect::<String>();
        let is_right = in_background(move || password::verify(&given, &hash)).await?;
        Ok(is_right && password.len() <= password::MAX_BYTES)
    }

    /// Sets the password of somebody who is signed in and knows the one so far. All sessions of the account end, and a new
    /// one begins for whoever asks. Guessing is slowed as it is for signing in.
    pub async fn change_own_password(&self, who: &Caller, current: &str, new: &str) -> Result<SignedIn, NotChanged> {
        let kept = self.store.account(&who.id).await.map_err(SignInRefused::Store)?;
        let Some(kept) = kept.filter(|kept| kept.account.disabled_at.is_none() && who.via == Via::Session) else {
            return Err(SignInRefused::Wrong.into());
        };
        let account = kept.account;
        password::check(new, &account.sign_in).map_err(AccountError::Password)?;
        let slowed = self.slowing.attempt(&account.sign_in, who.address, Instant::now());
        slowed.map_err(SignInRefused::TooOften)?;
        let store = self.store.acting_for(who);
        if !self.is_right(current, kept.password).await? {
            let refused = Deed::new(audit::SIGN_IN_REFUSED, &account.id);
            store.record(&refused).await.map_err(SignInRefused::Store)?;
            return Err(SignInRefused::Wrong.into());
        }
        self.slowing.succeeded(&account.sign_in, who.address);
        let (hash, _) = self.new_hash(Some(new), &account.sign_in).await?;
        store.set_password(&account.id, &hash, now()).await.map_err(AccountError::Store)?;
        Ok(self.begin_session(account, who.address).await?)
    }

    async fn begin_session(&self, account: Account, address: Option<IpAddr>) -> Result<SignedIn, SignInRefused> {
        let secret = secret().map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let now = now();
        let session = Session {
            hash: self.hashes.of(&named(&secret)).await?,
            account: account.id.clone(),
            created_at: now,
            seen_at: now,
            ends_at: now + lasts(account.role).0,
        };
        let caller = caller(account, address);
        // Longer than any session may be idle.
        self.store.forget_sessions(now, now - lasts(KeyRole::Leader).1).await?;
        self.store.acting_for(&caller).add_session(&session).await?;
        Ok(SignedIn { secret, session, caller })
    }

    /// Who is signed in by a secret, as long as that holds.
    pub async fn recognise(&self, secret: &str, address: Option<IpAddr>) -> StoreResult<Option<(Caller, Session)>> {
        if !is_secret(secret) {
            return Ok(None);
        }
        let hash = self.hashes.of(&named(secret)).await?;
        let Some(session) = self.store.session(&hash).await? else { return Ok(None) };
        let Some(kept) = self.store.account(&session.account).await? else { return Ok(None) };
        let now = OffsetDateTime::now_utc();
        let idle = lasts(kept.account.role).1;
        if kept.account.disabled_at.is_some() || now >= session.ends_at || now >= session.seen_at + idle {
            return Ok(None);
        }
        if now >= session.seen_at + SEEN_EVERY {
            self.store.session_seen(&hash, now).await?;
        }
        Ok(Some((caller(kept.account, address), session)))
    }

    /// Ends a session.
    pub async fn sign_out(&self, caller: &Caller, session: &Session) -> StoreResult<()> {
        self.store.acting_for(caller).end_session(&session.hash).await.map(|_| ())
    }
}

/// Secrets of keys are hashed as they are, so no secret of a session can be taken for one.
fn named(secret: &str) -> String {
    format!("session {secret}")
}

/// A sign-in name as it is kept: in small letters; `None` where it can be nobody's.
fn plain(sign_in: &str) -> Option<String> {
    let sign_in = sign_in.trim().to_lowercase();
    let fits = sign_in.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c));
    (fits && (2..=MAX_SIGN_IN_CHARS).contains(&sign_in.chars().count())).then_some(sign_in)
}

fn caller(account: Account, address: Option<IpAddr>) -> Caller {
    let Account { id, name, role, grid, .. } = account;
    Caller { via: Via::Session, id, name, role, grid, address }
}

async fn nobodys_hash() -> StoreResult<String> {
    in_background(|| password::hash("nobody's")).await?.map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// Hashing takes a processor for a while.
async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> StoreResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn accounts() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("town.gpkg").display());
        (folder, Accounts::new(crate::store::open(&url).await.unwrap()))
    }

    const PASSWORD: &str = "a long password 7";

    #[tokio::test]
    async fn who_has_an_account_signs_in_until_it_is_disabled() {
        let (folder, accounts) = accounts().await;
        let made = accounts.create(" Wang ", "王某", KeyRole::Dispatcher, None, Some(PASSWORD)).await.unwrap();
        assert_eq!((made.account.sign_in.as_str(), made.password), ("wang", None));
        let address = Some("192.0.2.1".parse().unwrap());
        let signed = accounts.sign_in("WANG", PASSWORD, address).await.unwrap();
        let (caller, session) = accounts.recognise(&signed.secret, address).await.unwrap().unwrap();
        assert_eq!((&caller, &session), (&signed.caller, &signed.session));
        assert_eq!((caller.via, caller.name.as_str(), caller.role), (Via::Session, "王某", KeyRole::Dispatcher));
        for wrong in ["", "x", &signed.secret[1..], &"A".repeat(43)] {
            assert!(accounts.recognise(wrong, address).await.unwrap().is_none(), "{wrong}");
        }
        for (name, password) in [("wang", "another password 7"), ("li", PASSWORD), ("wang", ""), ("\0", "\0")] {
            assert!(matches!(accounts.sign_in(name, password, address).await, Err(SignInRefused::Wrong)), "{name}");
        }
        let log = std::fs::read(folder.path().join("town.gpkg-wal")).unwrap();
        for secret in [PASSWORD, &signed.secret] {
            assert!(!log.windows(secret.len()).any(|part| part == secret.as_bytes()), "a secret is in the store");
        }
        let another = accounts.set_password("wang", None).await.unwrap().unwrap().password.unwrap();
        assert!(accounts.recognise(&signed.secret, address).await.unwrap().is_none(), "a new password ends sessions");
        let signed = accounts.sign_in("wang", &another, address).await.unwrap();
        let disabled = accounts.disable("wang").await.unwrap().unwrap();
        assert!(disabled.disabled_at.is_some());
        assert!(accounts.recognise(&signed.secret, address).await.unwrap().is_none());
        assert!(matches!(accounts.sign_in("wang", &another, address).await, Err(SignInRefused::Wrong)));
        assert!(accounts.disable("li").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn guessing_is_slowed_and_does_not_lock_others_out() {
        let (_folder, accounts) = accounts().await;
        accounts.create("wang", "王某", KeyRole::Admin, None, Some(PASSWORD)).await.unwrap();
        let at = |text: &str| Some(text.parse().unwrap());
        // Hashing may take longer than the first waits.
        let (mut guesses, mut tries) = (0, 0);
        loop {
            let asked = Instant::now();
            match accounts.sign_in("wang", "a wrong password", at("192.0.2.1")).await {
                Err(SignInRefused::Wrong) => guesses += 1,
                Err(SignInRefused::TooOften(wait)) => {
                    assert!(guesses >= 5, "{guesses}");
                    let answer = accounts.sign_in("wang", PASSWORD, at("192.0.2.1")).await;
                    if matches!(answer, Err(SignInRefused::TooOften(_))) {
                        break;
                    }
                    assert!(asked.elapsed() >= wait, "the right one comes too early as well");
                    // The wait was over, and whoever signs in begins anew.
                    (guesses, tries) = (0, tries + 1);
                }
                _ => panic!("a wrong password is none"),
            }
            assert!(guesses < 20 && tries < 5, "{guesses} guesses");
        }
        assert!(accounts.sign_in("wang", PASSWORD, at("192.0.2.2")).await.is_ok());
    }

    #[tokio::test]
    async fn what_cannot_be_an_account_is_none() {
        let (_folder, accounts) = accounts().await;
        let create = async |sign_in: &str, name: &str, role, grid, password| {
            accounts.create(sign_in, name, role, grid, password).await.err().expect("it is refused")
        };
        let admin = KeyRole::Admin;
        assert!(matches!(create("a b", "x", admin, None, None).await, AccountError::SignIn));
        assert!(matches!(create("ab", " ", admin, None, None).await, AccountError::Name));
        assert!(matches!(create("ab", "x", admin, None, Some("short")).await, AccountError::Password(_)));
        assert!(matches!(create("ab", "x", KeyRole::Leader, None, None).await, AccountError::Scope(_)));
        assert!(matches!(create("ab", "x", KeyRole::Leader, Some("7"), None).await, AccountError::Scope(_)));
        accounts.create("王某", "王某", admin, None, None).await.unwrap();
        let taken = create("王某", "王某", admin, None, None).await;
        assert!(matches!(taken, AccountError::Store(StoreError::SignInTaken(_))), "{taken}");
    }
}
