//! `gridward audit`: who did what, the latest first.

use std::io::Write;

use time::OffsetDateTime;

use super::key::moment;
use super::{Context, Outcome};
use crate::domain::audit::AuditFilter;
use crate::http::audit::AuditRow;

/// Rows that are read at once.
const PAGE: u32 = 1_000;

/// Print the audit log (审计日志): every change and every phone number that was shown whole, the latest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only what was done at or after this time, such as 2026-11-25T08:00:00+08:00
    #[arg(long, value_name = "TIME", value_parser = super::publish::time_argument)]
    since: Option<OffsetDateTime>,

    /// Only what was done by whom: the id of a key or an account, a user, or a name
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,

    /// Only what: such as phone.reveal, or key for all about keys
    #[arg(long, value_name = "WHAT")]
    action: Option<String>,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = limit, allow_negative_numbers = true)]
    limit: usize,
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "a number of rows is whole and not below 0".to_owned())
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    let mut filter = AuditFilter { since: args.since, actor: args.actor, action: args.action, before: None };
    let mut left = args.limit;
    let mut rows = Vec::new();
    while left > 0 {
        let page = store.audit_log(&filter, PAGE.min(u32::try_from(left).unwrap_or(PAGE))).await?;
        let Some(last) = page.last() else { break };
        filter.before = Some(last.number);
        left -= page.len().min(left);
        for entry in page {
            if context.json {
                rows.push(AuditRow::new(entry)?);
                continue;
            }
            let who = if entry.name.is_empty() || entry.name == entry.actor {
                format!("{} {}", entry.via, entry.actor)
            } else {
                format!("{} {} ({})", entry.via, entry.actor, entry.name)
            };
            let from = entry.address.map(|address| format!(" from {address}")).unwrap_or_default();
            let (at, what, subject, details) = (moment(entry.at), entry.action, entry.subject, entry.details);
            writeln!(std::io::stdout(), "{at}  {}{from}  {what}  {subject}  {details}", who.trim_end())?;
        }
    }
    store.close().await;
    if context.json { context.print_json(&rows) } else { Ok(()) }
}
