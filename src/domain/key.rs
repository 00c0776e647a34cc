//! A key (密钥) of the HTTP service, the roles (角色), and what each may do. The secret itself is nowhere in here.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a key or an account is for, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyRole {
    /// 公众: what needs no key.
    Viewer,
    /// 上报系统: another system, which reports and looks up in bulk.
    Reporter,
    /// 网格长: acts on its grid and what is below it, and sees full phones there.
    Leader,
    /// 调度员: acts on all reports, and sees full phones.
    Dispatcher,
    /// 管理员: everything, editions, rosters, keys and accounts among it.
    Admin,
}

impl KeyRole {
    pub const ALL: [KeyRole; 5] =
        [KeyRole::Viewer, KeyRole::Reporter, KeyRole::Leader, KeyRole::Dispatcher, KeyRole::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            KeyRole::Viewer => "viewer",
            KeyRole::Reporter => "reporter",
            KeyRole::Leader => "leader",
            KeyRole::Dispatcher => "dispatcher",
            KeyRole::Admin => "admin",
        }
    }

    /// Whether a grid goes with the role: a leader leads one, others may be bound to one.
    pub fn scope(self) -> Scope {
        match self {
            KeyRole::Leader => Scope::Required,
            KeyRole::Reporter | KeyRole::Dispatcher => Scope::Optional,
            KeyRole::Viewer | KeyRole::Admin => Scope::None,
        }
    }

    /// Whether a role may do something at all; where, is for the caller's grid to say.
    pub fn may(self, right: Right) -> bool {
        RIGHTS.iter().any(|(known, rights)| *known == self && rights.contains(&right))
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

/// Whether a role goes with a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    None,
    Optional,
    Required,
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Send reports of any source, with an id of its own.
    Report,
    /// Look up rows of places without the bounds of the public.
    Bulk,
    /// Read reports as the office has them, with who reported.
    ReadReports,
    /// Act on reports: accept, resolve, pass up and the rest.
    ActOnReports,
    /// See whole phone numbers.
    Phones,
    /// Place what was not assigned, and decide about what may be one report.
    Dispatch,
    /// See drafts and their reports; import, repair, publish, discard and roll back; see and end jobs; replace rosters.
    Editions,
    /// Make, list and revoke keys and accounts.
    Access,
    /// Read the audit log.
    Audit,
}

/// What each role may do. `docs/access.md` has the same table.
const RIGHTS: [(KeyRole, &[Right]); 5] = [
    (KeyRole::Viewer, &[]),
    (KeyRole::Reporter, &[Right::Report, Right::Bulk]),
    (KeyRole::Leader, &[Right::Report, Right::ReadReports, Right::ActOnReports, Right::Phones]),
    (
        KeyRole::Dispatcher,
        &[Right::Report, Right::Bulk, Right::ReadReports, Right::ActOnReports, Right::Phones, Right::Dispatch],
    ),
    (
        KeyRole::Admin,
        &[
            Right::Report,
            Right::Bulk,
            Right::ReadReports,
            Right::ActOnReports,
            Right::Phones,
            Right::Dispatch,
            Right::Editions,
            Right::Access,
            Right::Audit,
        ],
    ),
];

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Public part, by which it is listed and revoked.
    pub id: String,
    /// Whose it is, for people.
    pub name: String,
    pub role: KeyRole,
    /// Code of the grid, of any tier, that it acts on with what is below; `None` is everywhere.
    pub grid: Option<String>,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_role_may_all_that_a_lower_one_may_but_for_bulk() {
        for pair in KeyRole::ALL.windows(2) {
            assert!(pair[0] < pair[1]);
            let rights = |role: KeyRole| RIGHTS.iter().find(|(known, _)| *known == role).unwrap().1;
            // Leaders are people, and look up one place after the other.
            let lost = rights(pair[0]).iter().filter(|right| !pair[1].may(**right));
            assert!(lost.clone().all(|right| *right == Right::Bulk), "{pair:?}");
        }
    }

    #[test]
    fn names_come_back() {
        for role in KeyRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("owner".parse::<KeyRole>().unwrap_err().contains("viewer, reporter, leader, dispatcher, admin"));
    }
}
