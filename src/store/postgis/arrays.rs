//! New reports and steps as arrays, one a column: PostgreSQL takes those apart three times as fast as JSON, and reports come
//! in by the thousand a second.

use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use crate::domain::audit;
use crate::domain::report::{Report, Step};
use crate::domain::tier::Tier;
use crate::store::StoreResult;
use crate::store::written::{step_details, to_json};

fn column<Row: Copy, T>(rows: &[Row], of: impl Fn(Row) -> T) -> Vec<T> {
    rows.iter().map(|row| of(*row)).collect()
}

pub(super) async fn insert_reports(session: &mut Session, all: &[&Report]) -> StoreResult<()> {
    // In the order of the columns of the table.
    let insert = sqlx::query(sql::INSERT_REPORTS)
        .bind(column(all, |report| &*report.id))
        .bind(column(all, |report| micros(report.created_at)))
        .bind(column(all, |report| micros(report.updated_at)))
        .bind(column(all, |report| report.version))
        .bind(column(all, |report| report.status.as_str()))
        .bind(column(all, |report| report.level.as_str()))
        .bind(column(all, |report| report.grid.as_deref()))
        .bind(column(all, |report| &*report.category))
        .bind(column(all, |report| &*report.description))
        .bind(column(all, |report| report.occurred_at.map(micros)))
        .bind(column(all, |report| report.reporter.name.as_deref()))
        .bind(column(all, |report| report.reporter.phone.as_deref()))
        .bind(column(all, |report| &*report.origin))
        .bind(column(all, |report| report.external_id.as_deref()))
        .bind(column(all, |report| report.assignment.wgs84[0]))
        .bind(column(all, |report| report.assignment.wgs84[1]))
        .bind(column(all, |report| report.assignment.code_of(Tier::One)))
        .bind(column(all, |report| report.assignment.code_of(Tier::Two)))
        .bind(column(all, |report| report.assignment.code_of(Tier::Three)))
        .bind(column(all, |report| to_json(&report.assignment)))
        .bind(column(all, |report| report.due_at.map(micros)))
        .bind(column(all, |report| report.warned_at.map(micros)))
        .bind(column(all, |report| report.overdue_since.map(micros)))
        .bind(column(all, |report| report.settled_level.map(|level| level.as_str())))
        .bind(column(all, |report| report.settled_at.map(micros)))
        .bind(column(all, |report| report.merged_into.as_deref()));
    session.execute(insert).await.map(|_| ())
}

/// Steps with the reports they are of.
pub(super) async fn insert_steps(session: &mut Session, all: &[(&Report, &Step)]) -> StoreResult<()> {
    let insert = sqlx::query(sql::INSERT_STEPS)
        .bind(column(all, |(report, _)| &*report.id))
        .bind(column(all, |(_, step)| step.number))
        .bind(column(all, |(_, step)| micros(step.at)))
        .bind(column(all, |(_, step)| step.action.as_str()))
        .bind(column(all, |(_, step)| step.actor.via.as_str()))
        .bind(column(all, |(_, step)| &*step.actor.id))
        .bind(column(all, |(_, step)| &*step.actor.name))
        .bind(column(all, |(_, step)| step.note.as_deref()))
        .bind(column(all, |(_, step)| step.status.as_str()))
        .bind(column(all, |(_, step)| step.level.as_str()))
        .bind(column(all, |(_, step)| step.grid.as_deref()))
        .bind(column(all, |(_, step)| step.due_at.map(micros)))
        .bind(column(all, |(_, step)| step.assignment.as_ref().map(to_json)));
    session.execute(insert).await.map(|_| ())
}

/// The same steps in the audit log.
pub(super) async fn record_steps(session: &mut Session, all: &[(&Report, &Step)]) -> StoreResult<()> {
    let record = sqlx::query(sql::RECORD_STEPS)
        .bind(column(all, |(_, step)| micros(step.at)))
        .bind(column(all, |(_, step)| step.actor.via.as_str()))
        .bind(column(all, |(_, step)| &*step.actor.id))
        .bind(column(all, |(_, step)| &*step.actor.name))
        .bind(column(all, |(_, step)| step.actor.address.map(|address| address.to_string())))
        .bind(column(all, |(_, step)| audit::step(step.action)))
        .bind(column(all, |(report, _)| &*report.id))
        .bind(column(all, |(report, step)| step_details(report, step).to_string()));
    session.execute(record).await.map(|_| ())
}
