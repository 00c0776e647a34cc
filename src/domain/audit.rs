//! The audit log (审计日志): who did what, to what, when and from where. Rows are only ever added, and none holds personal
//! data but the name of who did it.

use time::OffsetDateTime;

use super::report;

/// What was done, by the name it is searched by: `<of what>.<what>`.
pub type Action = &'static str;

pub const EDITION_DRAFTED: Action = "edition.draft";
pub const EDITION_PUBLISHED: Action = "edition.publish";
pub const EDITION_PUT_IN_FORCE: Action = "edition.put_in_force";
pub const EDITION_WITHDRAWN: Action = "edition.withdraw";
pub const EDITION_DISCARDED: Action = "edition.discard";
pub const ROSTER_REPLACED: Action = "roster.replace";
pub const KEY_CREATED: Action = "key.create";
pub const KEY_REVOKED: Action = "key.revoke";
pub const ACCOUNT_CREATED: Action = "account.create";
pub const ACCOUNT_DISABLED: Action = "account.disable";
pub const PASSWORD_SET: Action = "account.password";
pub const SIGNED_IN: Action = "session.begin";
pub const SIGN_IN_REFUSED: Action = "session.refuse";
pub const SIGNED_OUT: Action = "session.end";
pub const WEBHOOK_CREATED: Action = "webhook.create";
pub const WEBHOOK_REMOVED: Action = "webhook.remove";
pub const DELIVERY_REPLAYED: Action = "webhook.replay";
pub const RULES_REPLACED: Action = "rules.replace";
pub const JOB_CANCELLED: Action = "job.cancel";
pub const PHOTO_ADDED: Action = "report.photo";
pub const PHONES_REVEALED: Action = "phone.reveal";

/// A step of a report, by the name its event has too.
pub fn step(action: report::Action) -> Action {
    use report::Action as A;
    match action {
        A::Report => "report.report",
        A::Accept => "report.accept",
        A::Resolve => "report.resolve",
        A::Forward => "report.forward",
        A::Return => "report.return",
        A::Reassign => "report.reassign",
        A::Verify => "report.verify",
        A::Reopen => "report.reopen",
        A::Reject => "report.reject",
        A::Merge => "report.merge",
        A::Warn => "report.warn",
        A::Escalate => "report.escalate",
    }
}

/// Longer names of what something was done to are cut.
const MAX_SUBJECT_CHARS: usize = 300;

/// Something that is being done and has to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    pub action: Action,
    /// What it was done to: an edition's name, a grid's code, an id.
    pub subject: String,
    /// A JSON object without personal data.
    pub details: String,
}

impl Deed {
    /// With nothing more to say.
    pub fn new(action: Action, subject: &str) -> Deed {
        // It may be what somebody typed. PostgreSQL keeps no U+0000.
        let subject = subject.chars().filter(|c| *c != '\0').take(MAX_SUBJECT_CHARS).collect();
        Deed { action, subject, details: "{}".into() }
    }

    /// With a JSON object, which holds no personal data.
    pub fn with(self, details: impl std::fmt::Display) -> Deed {
        Deed { details: details.to_string(), ..self }
    }
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Rises from row to row.
    pub number: i64,
    pub at: OffsetDateTime,
    /// How the actor was known, as [`super::caller::Via`] says it.
    pub via: String,
    /// Id of the key or of the account, or the user's name.
    pub actor: String,
    /// For people.
    pub name: String,
    /// Where the request came from, where it came over the network.
    pub address: Option<String>,
    pub action: String,
    pub subject: String,
    /// A JSON object.
    pub details: String,
}

/// Which rows of the log are wanted, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Not before.
    pub since: Option<OffsetDateTime>,
    /// Id or name of who did it.
    pub actor: Option<String>,
    /// A whole action, or what stands before its point.
    pub action: Option<String>,
    /// Only rows with a smaller number.
    pub before: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_as_their_actions() {
        for action in report::Action::ALL {
            assert_eq!(step(action), format!("report.{}", action.as_str()));
        }
    }
}
