//! Who may do what: every operation of the description, called by everybody there is, and what each write leaves in the
//! audit log. `docs/access.md` has the same table for readers.

mod calls;

use axum::http::Method;
use gridward::domain::key::KeyRole;
use gridward::http::Settings;
use gridward::keys::{Accounts, Keys};

use self::calls::World;
use super::office::Office;
use super::town::{Answer, ask, get, run, somewhere, town_store};

/// Who may do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anybody,
    /// Whoever sent the report, by its key or its token; leaders where it lies; dispatchers and administrators.
    Sender,
    /// Leaders where it lies, dispatchers and administrators.
    LeaderThere,
    /// Other systems and above, each with what is theirs.
    Reporter,
    /// Leaders and above, each with what is theirs.
    Leader,
    /// With an account, not with a key.
    SignedIn,
    Admin,
}

/// What a caller is answered; `Yes` is no error at all.
use Fate::{No, Yes};
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Yes,
    No(u16),
}

impl Who {
    /// In the order of [`CALLERS`].
    fn fates(self) -> [Fate; 7] {
        match self {
            Who::Anybody => [Yes; 7],
            Who::Sender => [No(401), No(404), No(404), Yes, No(404), Yes, Yes],
            Who::LeaderThere => [No(401), No(403), No(403), Yes, No(404), Yes, Yes],
            Who::Reporter => [No(401), No(403), Yes, Yes, Yes, Yes, Yes],
            Who::Leader => [No(401), No(403), No(403), Yes, Yes, Yes, Yes],
            Who::SignedIn => [No(401), No(403), No(403), No(403), No(403), No(403), No(403)],
            Who::Admin => [No(401), No(403), No(403), No(403), No(403), No(403), Yes],
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Who::Anybody => "anybody",
            Who::Sender => "whoever sent it; `leader` there",
            Who::LeaderThere => "`leader` there",
            Who::Reporter => "`reporter`",
            Who::Leader => "`leader`",
            Who::SignedIn => "whoever is signed in",
            Who::Admin => "`admin`",
        }
    }
}

const CALLERS: [&str; 7] =
    ["nobody", "viewer", "reporter", "leader there", "leader elsewhere", "dispatcher", "administrator"];

/// An operation, who may do it, and the rows that it leaves in the audit log when an administrator does it (of what is for
/// whoever is signed in, such a one).
type Row = (&'static str, &'static str, Who, &'static [&'static str]);

const TABLE: &[Row] = &[
    ("get", "/", Who::Anybody, &[]),
    ("get", "/healthz", Who::Anybody, &[]),
    ("get", "/login", Who::Anybody, &[]),
    ("get", "/m", Who::Anybody, &[]),
    ("get", "/metrics", Who::Anybody, &[]),
    ("get", "/open311/v2/discovery.{format}", Who::Anybody, &[]),
    ("get", "/open311/v2/requests.{format}", Who::Anybody, &[]),
    ("post", "/open311/v2/requests.{format}", Who::Anybody, &["report.report"]),
    ("get", "/open311/v2/requests/{id}.{format}", Who::Anybody, &[]),
    ("get", "/open311/v2/services.{format}", Who::Anybody, &[]),
    ("get", "/open311/v2/services/{code}.{format}", Who::Anybody, &[]),
    ("get", "/open311/v2/tokens/{token}.{format}", Who::Anybody, &[]),
    ("get", "/overview", Who::Anybody, &[]),
    ("get", "/readyz", Who::Anybody, &[]),
    ("get", "/style.json", Who::Anybody, &[]),
    ("get", "/tiles/grids.json", Who::Anybody, &[]),
    ("get", "/tiles/grids/{z}/{x}/{y}.mvt", Who::Anybody, &[]),
    ("get", "/tiles/{edition}/grids.json", Who::Anybody, &[]),
    ("get", "/tiles/{edition}/grids/{z}/{x}/{y}.mvt", Who::Anybody, &[]),
    ("get", "/v1/accounts", Who::Admin, &[]),
    ("post", "/v1/accounts", Who::Admin, &["account.create"]),
    ("delete", "/v1/accounts/{id}", Who::Admin, &["account.disable"]),
    ("post", "/v1/accounts/{id}/password", Who::Admin, &["account.password"]),
    ("post", "/v1/assign", Who::Anybody, &[]),
    ("get", "/v1/audit", Who::Admin, &[]),
    ("get", "/v1/categories", Who::Anybody, &[]),
    ("get", "/v1/editions", Who::Anybody, &[]),
    ("post", "/v1/editions", Who::Admin, &["edition.draft"]),
    ("delete", "/v1/editions/{edition}", Who::Admin, &["edition.discard"]),
    ("get", "/v1/editions/{edition}", Who::Anybody, &[]),
    ("post", "/v1/editions/{edition}/publish", Who::Admin, &["edition.publish"]),
    ("post", "/v1/editions/{edition}/repair", Who::Admin, &["edition.draft"]),
    ("get", "/v1/editions/{edition}/report", Who::Anybody, &[]),
    ("post", "/v1/editions/{edition}/withdraw", Who::Admin, &["edition.withdraw"]),
    ("get", "/v1/editions/{old}/diff/{new}", Who::Anybody, &[]),
    ("post", "/v1/editions/{old}/diff/{new}", Who::Anybody, &[]),
    ("get", "/v1/editions/{old}/diff/{new}/reports", Who::Leader, &[]),
    ("get", "/v1/editions/{old}/diff/{new}/tiles", Who::Anybody, &[]),
    ("get", "/v1/events", Who::Anybody, &[]),
    ("get", "/v1/grids", Who::Anybody, &[]),
    ("get", "/v1/grids/{code}", Who::Anybody, &["phone.reveal"]),
    ("get", "/v1/grids/{code}/children", Who::Anybody, &[]),
    ("get", "/v1/grids/{code}/neighbors", Who::Anybody, &[]),
    ("get", "/v1/jobs", Who::Admin, &[]),
    ("delete", "/v1/jobs/{id}", Who::Admin, &["job.cancel"]),
    ("get", "/v1/jobs/{id}", Who::Admin, &[]),
    ("get", "/v1/keys", Who::Admin, &[]),
    ("post", "/v1/keys", Who::Admin, &["key.create"]),
    ("delete", "/v1/keys/{id}", Who::Admin, &["key.revoke"]),
    ("get", "/v1/locate", Who::Anybody, &["phone.reveal"]),
    ("post", "/v1/locate", Who::Anybody, &[]),
    ("get", "/v1/reports", Who::Reporter, &[]),
    ("post", "/v1/reports", Who::Anybody, &["report.report"]),
    ("get", "/v1/reports/{id}", Who::Sender, &["phone.reveal"]),
    ("get", "/v1/reports/{id}/duplicates", Who::LeaderThere, &[]),
    ("get", "/v1/reports/{id}/explain", Who::Sender, &[]),
    ("get", "/v1/reports/{id}/photos", Who::Sender, &[]),
    ("post", "/v1/reports/{id}/photos", Who::Sender, &["report.photo"]),
    ("get", "/v1/reports/{id}/photos/{number}", Who::Sender, &[]),
    ("get", "/v1/reports/{id}/photos/{number}/thumbnail", Who::Sender, &[]),
    ("post", "/v1/reports/{id}/{action}", Who::LeaderThere, &["report.accept", "phone.reveal"]),
    ("post", "/v1/reports:batch", Who::Reporter, &["report.report"]),
    ("post", "/v1/rollback", Who::Admin, &["edition.put_in_force"]),
    ("get", "/v1/rules", Who::Admin, &[]),
    ("put", "/v1/rules", Who::Admin, &["rules.replace"]),
    ("delete", "/v1/session", Who::Anybody, &["session.end"]),
    ("get", "/v1/session", Who::Anybody, &[]),
    ("post", "/v1/session", Who::Anybody, &["session.begin"]),
    ("post", "/v1/session/password", Who::SignedIn, &["account.password", "session.begin"]),
    ("get", "/v1/stats", Who::Leader, &[]),
    ("get", "/v1/webhooks", Who::Admin, &[]),
    ("post", "/v1/webhooks", Who::Admin, &["webhook.create"]),
    ("delete", "/v1/webhooks/{id}", Who::Admin, &["webhook.remove"]),
    ("get", "/v1/webhooks/{id}", Who::Admin, &[]),
    ("get", "/v1/webhooks/{id}/deliveries", Who::Admin, &[]),
    ("post", "/v1/webhooks/{id}/deliveries/{event}/replay", Who::Admin, &["webhook.replay"]),
    ("post", "/v1/webhooks/{id}/test", Who::Admin, &[]),
];

/// The operations that a role is always refused, as `GET /v1/keys`.
pub fn forbidden_to(role: KeyRole) -> Vec<String> {
    let at = match role {
        KeyRole::Viewer => 1,
        KeyRole::Reporter => 2,
        KeyRole::Leader => 3,
        KeyRole::Dispatcher => 5,
        KeyRole::Admin => 6,
    };
    let is_refused = |who: Who| matches!(who.fates()[at], No(401 | 403));
    let refused = TABLE.iter().filter(|(.., who, _)| is_refused(*who));
    refused.map(|(method, path, ..)| format!("{} {path}", method.to_uppercase())).collect()
}

#[test]
fn every_operation_that_is_described_has_its_row() {
    let document = get("/openapi.json").json();
    let mut described = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        described.extend(methods.as_object().unwrap().keys().map(|method| (path.as_str(), method.as_str())));
    }
    described.sort_unstable();
    let rows: Vec<(&str, &str)> = TABLE.iter().map(|&(method, path, ..)| (path, method)).collect();
    assert_eq!(rows, described, "one row for each operation, by path and method");
}

#[test]
fn the_guide_has_the_same_table() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/access.md")).unwrap();
    let there = guide.split("## Every operation\n").nth(1).expect("the guide has it").split("\n## ").next().unwrap();
    let there: Vec<&str> = there.lines().filter(|line| line.starts_with("| `")).collect();
    let mut expected = Vec::new();
    for (method, path, who, audit) in TABLE {
        let audit: Vec<String> = audit.iter().map(|action| format!("`{action}`")).collect();
        expected.push(format!("| `{} {path}` | {} | {} |", method.to_uppercase(), who.in_words(), audit.join(", ")));
    }
    assert_eq!(there, expected, "docs/access.md, `Every operation`:\n{}", expected.join("\n"));
}

/// In the order of the table, so that what an operation needs is there.
#[test]
fn everybody_is_answered_what_is_theirs_and_every_write_is_in_the_audit_log() {
    let place = somewhere();
    run(async {
        let world = World::new(town_store().await, place).await;
        let mut wrong = Vec::new();
        for &(method, path, who, audit) in TABLE {
            for ((caller, key), fate) in CALLERS.iter().zip(&world.keys).zip(who.fates()) {
                let call = world.call(method, path).await;
                let before = world.log().await.len();
                let answer = world.ask(&call, key.as_deref()).await;
                let status = answer.status.as_u16();
                let is_so = match fate {
                    Yes => status < 400,
                    No(expected) => status == expected && !answer.problem(status).is_empty(),
                };
                let left = world.log().await[before..].to_vec();
                // What only a session can do, or end, is below.
                let by_session = path.starts_with("/v1/session") && (method, path) != ("post", "/v1/session");
                let expected = if by_session || *caller != "administrator" { None } else { Some(audit) };
                if !is_so {
                    wrong.push(format!("{method} {path} by {caller}: {status}, not {fate:?}: {}", answer.text()));
                } else if fate != Yes && !left.is_empty() {
                    wrong.push(format!("{method} {path} by {caller} was refused and left {left:?}"));
                } else if expected.is_some_and(|expected| left != expected) {
                    wrong.push(format!("{method} {path} by {caller} left {left:?}, not {audit:?}"));
                }
                world.restore(method, path, status).await;
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn what_is_done_when_signed_in_is_in_the_audit_log() {
    let place = somewhere();
    run(async {
        let world = World::new(town_store().await, place).await;
        for &(method, path, _, audit) in TABLE {
            if !path.starts_with("/v1/session") || audit.is_empty() {
                continue;
            }
            let call = world.call(method, path).await;
            let headers = if path == "/v1/session" && method == "post" { None } else { Some(world.cookie().await) };
            let before = world.log().await.len();
            let answer = world.ask_signed_in(&call, headers.as_deref()).await;
            assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
            assert_eq!(world.log().await[before..], *audit, "{method} {path}");
        }
    });
}
