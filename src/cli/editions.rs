//! `gridward editions`: the list of editions, and which is in force.

use std::fmt;
use std::io::Write;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Context, Outcome};
use crate::domain::edition::{EditionInfo, EditionState, Publication, in_force, standing, to_come};
use crate::domain::problem::ProblemCode;
use crate::store::{Store, StoreResult};

/// List the editions
#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(_args: Args, context: &Context) -> Outcome {
    let store = context.store().await?;
    let rows = EditionRow::all(&*store).await?;
    store.close().await;
    if context.json {
        return context.print_json(&rows);
    }
    let mut out = std::io::stdout().lock();
    if rows.is_empty() {
        writeln!(out, "there are no editions yet; `gridward import FILE` makes one")?;
    }
    for row in rows {
        writeln!(out, "{row}")?;
    }
    Ok(())
}

/// An edition as it is printed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct EditionRow {
    pub name: String,
    state: EditionState,
    /// Whether it is the one in force now.
    in_force: bool,
    /// The moments from which it is or was in force, in the order they were decided, but for what was taken back.
    in_force_from: Vec<String>,
    /// The latest of them that is past.
    #[serde(skip)]
    since: Option<String>,
    /// When it will come into force in place of another.
    scheduled: Vec<String>,
    source: String,
    created_at: String,
    accepted: Vec<ProblemCode>,
    tier1: u32,
    tier2: u32,
    tier3: u32,
    /// West, south, east, north.
    bounds: Option<[f64; 4]>,
}

impl EditionRow {
    pub(super) async fn all(store: &dyn Store) -> StoreResult<Vec<EditionRow>> {
        let publications = store.publications().await?;
        let now = OffsetDateTime::now_utc();
        Ok(store.editions().await?.into_iter().map(|info| EditionRow::new(info, &publications, now)).collect())
    }

    pub(super) async fn load(store: &dyn Store, name: &str) -> StoreResult<EditionRow> {
        Ok(EditionRow::new(store.edition(name).await?, &store.publications().await?, OffsetDateTime::now_utc()))
    }

    pub(super) fn is_in_force(&self) -> bool {
        self.in_force
    }

    fn new(info: EditionInfo, publications: &[Publication], now: OffsetDateTime) -> EditionRow {
        let standing = standing(publications);
        let own = || standing.iter().filter(|publication| publication.edition == info.id).map(|p| p.in_force_from);
        EditionRow {
            since: own().filter(|&from| from <= now && in_force(publications, from) == Some(info.id)).max().map(moment),
            scheduled: to_come(publications, now)
                .into_iter()
                .filter(|&(_, edition)| edition == info.id)
                .map(|(from, _)| moment(from))
                .collect(),
            state: info.state,
            in_force: in_force(publications, now) == Some(info.id),
            in_force_from: own().map(moment).collect(),
            source: info.source,
            created_at: moment(info.created_at),
            accepted: info.accepted,
            tier1: info.counts.0[0],
            tier2: info.counts.0[1],
            tier3: info.counts.0[2],
            bounds: info.bounds,
            name: info.name,
        }
    }
}

/// One line, the edition in force marked by a star.
impl fmt::Display for EditionRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.in_force { '*' } else { ' ' };
        let mut state = match (self.state, self.in_force, &self.since) {
            (EditionState::Draft, ..) => "draft".to_string(),
            (EditionState::Published, true, Some(since)) => format!("in force since {since}"),
            (EditionState::Published, _, Some(since)) => format!("published, last from {since}"),
            (EditionState::Published, _, None) if self.scheduled.is_empty() => {
                "published, 已撤回 withdrawn".to_string()
            }
            (EditionState::Published, _, None) => "published".to_string(),
        };
        for from in &self.scheduled {
            state += &format!(", in force from {from} on");
        }
        let EditionRow { name, tier1, tier2, tier3, source, .. } = self;
        write!(f, "{mark} {name}  {state}  {tier1}/{tier2}/{tier3} grids  from {source}")?;
        if !self.accepted.is_empty() {
            let codes: Vec<&str> = self.accepted.iter().map(|code| code.as_str()).collect();
            write!(f, "  accepted {}", codes.join(","))?;
        }
        Ok(())
    }
}

fn moment(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0).expect("0 is a nanosecond").format(&Rfc3339).expect("the year has four digits")
}
