//! `gridward locate`: who answers at one point.

use std::fmt::Display;
use std::io::Write;

use clap::Args as ClapArgs;
use time::OffsetDateTime;

use super::{Context, Failure, Outcome, snapshot};
use crate::assign::locate::{Located, Query, locate};
use crate::domain::grid::GridId;
use crate::domain::shown::shown;
use crate::domain::tier::Tier;
use crate::geometry::crs::QueryCrs;
use crate::http::locate::LocateAnswer;
use crate::http::phones::Phones;
use crate::index::roster::Answering;
use crate::index::snapshot::Snapshot;

/// Says which grids a point is in, and which party group and leader answer there.
#[derive(Debug, ClapArgs)]
#[command(allow_negative_numbers = true)]
pub struct Args {
    /// Longitude in degrees.
    lon: f64,

    /// Latitude in degrees.
    lat: f64,

    /// The coordinate system of the point: wgs84, cgcs2000, gcj02 (Amap, Tencent) or bd09 (Baidu).
    #[arg(long, default_value = "wgs84", value_name = "CRS")]
    crs: QueryCrs,

    /// How many metres the point may be off: names every grid that it may then be in.
    #[arg(long, value_name = "METRES")]
    accuracy: Option<f64>,

    /// Answers from the edition and the roster in force at that time, such as 2026-01-31T08:00:00+08:00.
    #[arg(long, value_name = "TIME", value_parser = super::publish::time_argument)]
    at: Option<OffsetDateTime>,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let query = Query { crs: args.crs, accuracy_m: args.accuracy, ..Query::at(args.lon, args.lat) };
    let snapshot = snapshot::load(context, args.at).await?;
    // A number that is no place is an unusable argument.
    let located = locate(&snapshot, &query).map_err(|error| Failure::usage(format!("{}: {error}", error.field())))?;
    if context.json {
        return context.print_json(&LocateAnswer::new(&snapshot, &query, &located, false, &mut Phones::masked()));
    }
    std::io::stdout().lock().write_all(text(&snapshot, &query, &located).as_bytes())?;
    Ok(())
}

/// The answer for people, in both languages.
fn text(snapshot: &Snapshot, query: &Query, located: &Located<'_>) -> String {
    let planar = &snapshot.edition.planar;
    let named = |id: GridId| format!("{} {}", planar.grid(id).code, planar.grid(id).name);
    let [lon, lat] = located.wgs84;
    let edition = &snapshot.edition.info.name;
    let mut lines = vec![line("位置 place", format!("{lon:.7}, {lat:.7} (WGS 84), edition {edition}"))];
    for tier in Tier::ALL {
        lines.extend(located.owners[tier].map(|id| line(&format!("{tier}级 tier {tier}"), named(id))));
    }
    if located.outside {
        lines.push(line("网格外 outside", "no grid holds this point"));
    }
    if let Some((id, distance_m)) = located.nearest {
        lines.push(line("最近 nearest", format!("{}, {} away", named(id), metres(distance_m))));
    }
    match located.responsible {
        Some(entry) => {
            let group = entry.party_group.as_deref().unwrap_or("—");
            lines.push(line("党小组 group", format!("{group} (grid {})", entry.grid)));
            for person in &entry.people {
                let [deputy_zh, deputy] = if person.deputy { ["副", "deputy "] } else { [""; 2] };
                let role =
                    format!("{deputy_zh}{} {deputy}{}", person.role.zh(), person.role.as_str().replace('_', " "));
                lines.push(line(&role, format!("{} {}", person.name, person.masked_phone().unwrap_or_default())));
            }
        }
        None if !located.outside && located.answers.is_none() => {
            lines.push(line("名册 roster", "nobody is on the roster here"))
        }
        None => {}
    }
    // Where the leader of the smallest grid answers, that is said already.
    let own = located.responsible.and_then(|entry| entry.leader());
    if let Some(Answering { level, grid, person }) = located.answers.filter(|answers| own != Some(answers.person)) {
        let (place, phone) =
            (grid.map_or("镇级网格办 town office", |code| code), person.masked_phone().unwrap_or_default());
        let text =
            format!("{} {phone} ({}, {place}): 职位空缺 the leader's post is vacant", person.name, level.as_str());
        lines.push(line("代为负责 answers", text));
    }
    lines.extend(located.border_distance_m.map(|away_m| line("边界 border", format!("{} away", metres(away_m)))));
    if let (Some(shares), Some(accuracy_m)) = (&located.candidates, query.accuracy_m) {
        let within = format!("精度 within {}", metres(accuracy_m));
        let share = |share: f64, what: &str| line(&within, format!("{:5.1} %  {what}", share * 100.0));
        lines.extend(shares.grids.iter().map(|&(id, part)| share(part, &named(id))));
        if shares.outside > 0.0 {
            lines.push(share(shares.outside, "outside every grid"));
        }
    }
    lines.extend(located.suspicion.map(|suspicion| line("注意 warning", suspicion)));
    lines.concat()
}

/// One line, its value in the same column as the others' where the label is short enough.
fn line(label: &str, value: impl Display) -> String {
    const LABEL_COLUMNS: usize = 22;
    // A Chinese character takes two columns of a terminal.
    let columns: usize = label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let padding = " ".repeat(LABEL_COLUMNS.saturating_sub(columns).max(2));
    format!("{}\n", shown(format!("{label}{padding}{value}").trim_end()))
}

fn metres(distance_m: f64) -> String {
    if distance_m < 10_000.0 { format!("{distance_m:.1} m") } else { format!("{:.1} km", distance_m / 1000.0) }
}
