//! The promises about keys, accounts, sessions and the audit log. Each takes an empty store.

use gridward::domain::account::{Account, KeptAccount, Session};
use gridward::domain::audit::{self, AuditEntry, AuditFilter, Deed};
use gridward::domain::caller::{Caller, Via};
use gridward::domain::key::KeyRole;
use gridward::store::{Store, StoreError};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::suite::{draft_only, key, publish, replace_roster};

pub fn account(id: &str, sign_in: &str) -> KeptAccount {
    let at = datetime!(2026-11-25 8:00:00.000007 +8);
    let account = Account {
        id: id.into(),
        sign_in: sign_in.into(),
        name: "王某".into(),
        role: KeyRole::Leader,
        grid: Some("00001".into()),
        created_at: at,
        password_at: at,
        disabled_at: None,
    };
    KeptAccount { account, password: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".into() }
}

pub fn session(number: u8, account: &str) -> Session {
    let created_at = datetime!(2026-11-25 0:00 UTC);
    let ends_at = created_at + Duration::hours(12);
    Session { hash: [number; 32], account: account.into(), created_at, seen_at: created_at, ends_at }
}

pub fn somebody() -> Caller {
    Caller {
        via: Via::Session,
        id: "a1".into(),
        name: "王某".into(),
        address: Some("2001:db8::7".parse().unwrap()),
        ..Caller::program()
    }
}

async fn log(store: &dyn Store) -> Vec<AuditEntry> {
    store.audit_after(0, 100).await.unwrap()
}

pub async fn a_grid_is_known_once_it_was_published(store: &dyn Store) {
    draft_only(store, "a").await;
    assert!(!store.has_grid("00000").await.unwrap(), "a draft is no edition yet");
    publish(store, "b", 2).await;
    publish(store, "c", 1).await;
    assert!(store.has_grid("00000").await.unwrap());
    assert!(store.has_grid("00001").await.unwrap(), "an edition that is not in force any more counts too");
    assert!(!store.has_grid("00002").await.unwrap() && !store.has_grid("\0").await.unwrap());
}

pub async fn accounts_are_kept_and_disabled_once(store: &dyn Store) {
    let (a, b) = (account("a", "wang"), account("b", "李四"));
    store.add_account(&b).await.unwrap();
    store.add_account(&a).await.unwrap();
    assert_eq!(store.accounts().await.unwrap(), [a.clone(), b.clone()]);
    assert_eq!(store.account("a").await.unwrap(), Some(a));
    assert_eq!(store.account_by_sign_in("李四").await.unwrap(), Some(b));
    for nothing in ["c", "\0", ""] {
        assert_eq!(store.account(nothing).await.unwrap(), None);
        assert_eq!(store.account_by_sign_in(nothing).await.unwrap(), None);
        assert!(!store.disable_account(nothing, OffsetDateTime::now_utc()).await.unwrap());
        assert!(!store.set_password(nothing, "x", OffsetDateTime::now_utc()).await.unwrap());
    }
    let taken = store.add_account(&account("c", "wang")).await.unwrap_err();
    assert!(matches!(&taken, StoreError::SignInTaken(name) if name == "wang"), "{taken}");
    let (first, later) = (datetime!(2026-12-01 0:00 UTC), datetime!(2026-12-02 0:00 UTC));
    assert!(store.disable_account("a", first).await.unwrap());
    assert!(store.disable_account("a", later).await.unwrap());
    assert_eq!(store.account("a").await.unwrap().unwrap().account.disabled_at, Some(first));
    assert!(store.set_password("b", "another", later).await.unwrap());
    let b = store.account("b").await.unwrap().unwrap();
    assert_eq!((b.password.as_str(), b.account.password_at), ("another", later));
    assert_eq!(store.accounts().await.unwrap().len(), 2);
}

pub async fn sessions_end_with_their_account_and_password(store: &dyn Store) {
    for (id, sign_in) in [("a", "wang"), ("b", "li"), ("c", "zhao")] {
        store.add_account(&account(id, sign_in)).await.unwrap();
    }
    let revision = store.revision().await.unwrap();
    for (number, account) in [(1, "a"), (2, "a"), (3, "b"), (4, "c"), (5, "c"), (6, "c")] {
        store.add_session(&session(number, account)).await.unwrap();
    }
    let at = async |number: u8| store.session(&[number; 32]).await.unwrap();
    assert_eq!(at(1).await, Some(session(1, "a")));
    assert_eq!(at(7).await, None);
    assert!(store.add_session(&session(8, "nobody")).await.is_err(), "a session is an account's");

    let seen = datetime!(2026-11-25 1:00 UTC);
    store.session_seen(&[1; 32], seen).await.unwrap();
    store.session_seen(&[1; 32], seen - Duration::minutes(5)).await.unwrap();
    assert_eq!(at(1).await.unwrap().seen_at, seen, "time goes on only");
    assert!(store.end_session(&[2; 32]).await.unwrap());
    assert!(!store.end_session(&[2; 32]).await.unwrap());
    assert_eq!(store.revision().await.unwrap(), revision, "nothing that is served depends on sessions");

    store.set_password("b", "another", seen).await.unwrap();
    assert_eq!(at(3).await, None);
    store.disable_account("a", seen).await.unwrap();
    assert_eq!(at(1).await, None);

    // Of the last account: one goes on, one is idle, one has ended.
    store.session_seen(&[4; 32], seen).await.unwrap();
    let late = session(5, "c").ends_at;
    store.forget_sessions(late - Duration::SECOND, seen - Duration::SECOND).await.unwrap();
    assert!(at(4).await.is_some() && at(5).await.is_none() && at(6).await.is_none());
    store.forget_sessions(late, seen - Duration::SECOND).await.unwrap();
    assert!(at(4).await.is_none());
}

pub async fn every_write_is_in_the_audit_log(store: &dyn Store) {
    let by = store.acting_for(&somebody());
    let by = &*by;
    let gone = draft_only(by, "gone").await;
    by.discard_draft(gone).await.unwrap();
    let id = publish(by, "spring", 2).await;
    by.put_in_force(id, None).await.unwrap();
    replace_roster(by).await;
    by.add_key(&key("k")).await.unwrap();
    by.revoke_key("k", OffsetDateTime::now_utc()).await.unwrap();
    by.add_account(&account("a", "wang")).await.unwrap();
    by.set_password("a", "another", OffsetDateTime::now_utc()).await.unwrap();
    by.add_session(&session(1, "a")).await.unwrap();
    by.end_session(&[1; 32]).await.unwrap();
    by.disable_account("a", OffsetDateTime::now_utc()).await.unwrap();
    let rules = gridward::assign::rules::standard();
    by.add_rules(&rules, 0).await.unwrap();
    let report = super::reports::new(1, "aaa", &[]);
    by.add_reports(std::slice::from_ref(&report)).await.unwrap();
    let accepted = super::reports::accepted(&report.report);
    by.change_report(&accepted).await.unwrap();
    by.add_photo(&super::photos::photo(&accepted.report, 1)).await.unwrap();
    let rows = log(store).await;
    let did: Vec<(&str, &str)> = rows.iter().map(|row| (row.action.as_str(), row.subject.as_str())).collect();
    assert_eq!(
        did,
        [
            ("edition.draft", "gone"),
            ("edition.discard", "gone"),
            ("edition.draft", "spring"),
            ("edition.publish", "spring"),
            ("edition.put_in_force", "spring"),
            ("roster.replace", "roster"),
            ("key.create", "k"),
            ("key.revoke", "k"),
            ("account.create", "a"),
            ("account.password", "a"),
            ("session.begin", "a"),
            ("session.end", "a1"),
            ("account.disable", "a"),
            ("rules.replace", "1"),
            ("report.report", &*report.report.id),
            ("report.accept", &*report.report.id),
            ("report.photo", &*report.report.id),
        ]
    );
    // Of a step the one who took it: the store keeps those of several people together.
    let is_step = |row: &AuditEntry| row.details.contains("\"step\"");
    let steps: Vec<&AuditEntry> = rows.iter().filter(|row| is_step(row)).collect();
    for (row, step) in steps.iter().zip([&report.step, &accepted.step]) {
        let address = step.actor.address.map(|address| address.to_string());
        assert_eq!(
            (row.via.as_str(), &row.actor, &row.name, row.at),
            (step.actor.via.as_str(), &step.actor.id, &step.actor.name, step.at)
        );
        assert_eq!(row.address, address);
        let details: serde_json::Value = serde_json::from_str(&row.details).unwrap();
        assert_eq!((&details["step"], &details["grid"]), (&step.number.into(), &"aaa".into()), "{details}");
    }
    assert_eq!(steps.len(), 2);
    for row in rows.iter().filter(|row| !is_step(row)) {
        let who = (row.via.as_str(), row.actor.as_str(), row.name.as_str(), row.address.as_deref());
        assert_eq!(who, ("session", "a1", "王某", Some("2001:db8::7")));
        assert!((OffsetDateTime::now_utc() - row.at).abs() < Duration::minutes(5));
        let details: serde_json::Value = serde_json::from_str(&row.details).unwrap();
        assert!(details.is_object());
        assert!(!row.details.contains("王某") && !row.details.contains("138"), "{}", row.details);
    }
    let taken = by.add_account(&account("b", "wang")).await.unwrap_err();
    assert!(matches!(taken, StoreError::SignInTaken(_)), "the name of who is disabled stays taken");
}

pub async fn what_is_refused_is_not_in_the_audit_log(store: &dyn Store) {
    store.add_account(&account("a", "wang")).await.unwrap();
    store.add_key(&key("k")).await.unwrap();
    let before = log(store).await.len();
    assert!(store.add_account(&account("b", "wang")).await.is_err());
    assert!(store.add_key(&key("k")).await.is_err());
    assert!(!store.revoke_key("x", OffsetDateTime::now_utc()).await.unwrap());
    assert!(!store.disable_account("x", OffsetDateTime::now_utc()).await.unwrap());
    assert!(!store.end_session(&[9; 32]).await.unwrap());
    let report = super::reports::new(1, "aaa", &[]).report;
    assert!(!store.change_report(&super::reports::accepted(&report)).await.unwrap(), "there is no such report");
    assert_eq!(store.add_rules(&gridward::assign::rules::standard(), 7).await.unwrap(), None);
    assert_eq!(log(store).await.len(), before);
    let row = &log(store).await[0];
    assert_eq!((row.via.as_str(), row.actor.as_str(), row.address.as_deref()), ("program", "", None));
}

pub async fn the_audit_log_is_searched_from_its_end(store: &dyn Store) {
    let li = Caller { id: "a2".into(), name: "李某".into(), ..somebody() };
    let revision = store.revision().await.unwrap();
    for (who, action, subject) in [
        (somebody(), audit::PHONES_REVEALED, "1"),
        (li.clone(), audit::PHONES_REVEALED, "2\0"),
        (li, audit::SIGN_IN_REFUSED, "3"),
        (somebody(), audit::SIGNED_OUT, "4"),
    ] {
        let deed = Deed::new(action, subject).with(r#"{"role":"leader","text":"网格"}"#);
        store.acting_for(&who).record(&deed).await.unwrap();
    }
    assert_eq!(store.revision().await.unwrap(), revision);
    let found = async |filter: AuditFilter, limit| -> String {
        let rows = store.audit_log(&filter, limit).await.unwrap();
        rows.iter().map(|row| row.subject.as_str()).collect()
    };
    let all = AuditFilter::default();
    assert_eq!(found(all.clone(), 10).await, "4321");
    assert_eq!(found(all.clone(), 2).await, "43");
    let third = store.audit_log(&all, 2).await.unwrap()[1].number;
    assert_eq!(found(AuditFilter { before: Some(third), ..all.clone() }, 10).await, "21");
    let action = |text: &str| AuditFilter { action: Some(text.into()), ..AuditFilter::default() };
    assert_eq!(found(action("phone.reveal"), 10).await, "21");
    assert_eq!(found(action("session"), 10).await, "43");
    assert_eq!(found(action("sess"), 10).await, "");
    assert_eq!(found(action("%"), 10).await, "");
    for actor in ["a2", "李某"] {
        assert_eq!(found(AuditFilter { actor: Some(actor.into()), ..all.clone() }, 10).await, "32");
    }
    let later = OffsetDateTime::now_utc() + Duration::hours(1);
    assert_eq!(found(AuditFilter { since: Some(later), ..all.clone() }, 10).await, "");
    let earlier = later - Duration::hours(2);
    assert_eq!(found(AuditFilter { since: Some(earlier), ..all.clone() }, 10).await, "4321");
    let first = &log(store).await[0];
    assert_eq!(first.details, r#"{"role":"leader","text":"网格"}"#);
}
