//! `gridward publish`: puts an edition in force.

use std::io::{IsTerminal, Write};

use serde_json::json;
use time::OffsetDateTime;

use super::editions::EditionRow;
use super::{Context, Failure, Outcome, comparison, report};
use crate::domain::edition::{EditionInfo, EditionState};
use crate::domain::moment::moment;
use crate::domain::problem::{ProblemCode, Severity};
use crate::import::edition::{self, PublishError};
use crate::planar::build::Built;
use crate::store::Store;

/// Put an edition in force
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name of the edition
    edition: String,

    /// The moment from which it is in force, such as 2026-12-01T00:00:00+08:00 [default: now]
    #[arg(long, value_name = "TIME", value_parser = time_argument)]
    from: Option<OffsetDateTime>,

    #[command(flatten)]
    allow: AllowArgs,
}

/// Errors accepted by name.
#[derive(Clone, Debug, clap::Args)]
pub struct AllowArgs {
    /// Errors to accept: overlap, self_intersection, empty_geometry
    #[arg(long, value_name = "CODE,…", value_delimiter = ',', value_parser = acceptable)]
    allow: Vec<ProblemCode>,

    /// Do not ask before errors are overridden; only a terminal is ever asked
    #[arg(long)]
    yes: bool,
}

impl AllowArgs {
    pub(super) fn codes(&self) -> Vec<ProblemCode> {
        self.allow.clone()
    }

    /// Says on standard error what publishing would change, and where errors are overridden asks whether it is meant, if
    /// somebody sits at a terminal.
    pub(super) async fn confirm(
        &self,
        store: &dyn Store,
        draft: &EditionInfo,
        built: &Built,
        from: Option<OffsetDateTime>,
        context: &Context,
    ) -> Outcome {
        if context.json || !built.publishable {
            return Ok(());
        }
        let mut said = std::io::stderr().lock();
        comparison::print_before_publishing(store, draft, built, from, &mut said).await?;
        let overridden: Vec<&str> = self
            .allow
            .iter()
            .filter(|code| {
                built
                    .report
                    .problems
                    .iter()
                    .any(|problem| problem.code == **code && problem.severity == Severity::Error)
            })
            .map(|code| code.as_str())
            .collect();
        if overridden.is_empty() || self.yes || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Ok(());
        }
        write!(
            said,
            "以上错误将被忽略，仍要发布吗？ Errors are overridden ({}). Publish all the same? [y/N] ",
            overridden.join(", ")
        )?;
        said.flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是") {
            return Ok(());
        }
        Err(Failure::refused(format!("edition `{}` is not published; the draft is kept", draft.name)))
    }
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let allow = args.allow.codes();
    let store = context.store().await?;
    let info = context.edition(&*store, &args.edition).await?;
    let name = info.name.clone();
    let working = context.progress("building", None);
    let done = if info.state == EditionState::Draft {
        let built = edition::build_draft(&*store, &info, &allow).await?;
        working.finish_and_clear();
        args.allow.confirm(&*store, &info, &built, args.from, context).await?;
        edition::publish_built(&*store, info, built, args.from, &allow).await
    } else {
        edition::publish(&*store, &name, args.from, &allow).await
    };
    working.finish_and_clear();
    let (report, forbidden) = match done {
        Ok(done) => (done.report, None),
        Err(PublishError::Store(error)) => return Err(error.into()),
        Err(PublishError::Forbidden(refusal)) => (refusal.report.clone(), Some(refusal.to_string())),
    };
    let row = EditionRow::load(&*store, &name).await?;
    store.close().await;
    if context.json {
        let mut all = json!({"edition": row, "report": report::json(&report)});
        if let Some(text) = &forbidden {
            all["forbidden"] = json!(text);
        }
        context.print_json(&all)?;
    } else {
        let mut out = std::io::stdout().lock();
        report::print_errors(&name, &report, &allow, &mut out)?;
        writeln!(out, "{row}")?;
    }
    forbidden.map_or(Ok(()), |text| Err(Failure::Refused(text)))
}

/// A moment as RFC 3339 writes it.
pub(super) fn time_argument(text: &str) -> Result<OffsetDateTime, String> {
    moment(text).ok_or_else(|| {
        "a moment of the years 1 to 9998 is written like 2026-12-01T00:00:00+08:00 or 2026-11-30T16:00:00Z".to_string()
    })
}

fn acceptable(text: &str) -> Result<ProblemCode, String> {
    let code: ProblemCode = text.trim().parse()?;
    if code.can_be_allowed() {
        return Ok(code);
    }
    let can: Vec<&str> =
        ProblemCode::ALL.into_iter().filter(|code| code.can_be_allowed()).map(ProblemCode::as_str).collect();
    Err(format!("`{code}` cannot be accepted; only {} can", can.join(", ")))
}
