//! The demo town's reports: as many, and settled by the same levels, as the town counted from the start of its programme to
//! April 2022. Places, words and times are invented; they go the way of every report, step by step.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::desk::{Deed, Desk, NotDone, NotTaken};
use super::intake::{Sender, Submission};
use crate::domain::caller::Via;
use crate::domain::grid::GridId;
use crate::domain::level::Level;
use crate::domain::report::{Action, Actor, Report, Reporter, Status};
use crate::domain::tier::Tier;
use crate::geometry::crs::QueryCrs;
use crate::index::snapshot::Snapshot;
use crate::store::reports::ReportFilter;
use crate::store::{StoreError, whole_micros};

/// So many were settled in the grid itself, by the village and by the town's office.
pub const SETTLED: [(Level, usize); 3] =
    [(Level::Tier(Tier::Three), 102), (Level::Tier(Tier::One), 39), (Level::Town, 3)];

/// How many they are together.
pub fn reports() -> usize {
    SETTLED.iter().map(|(_, count)| count).sum()
}

const FIRST: OffsetDateTime = datetime!(2021-09-01 08:00 +8);
const DAYS: u64 = 240;

/// Category and text. All of them begin in the smallest grid.
const MATTERS: [(&str, &str); 12] = [
    ("sanitation", "村口垃圾桶已满，未清运"),
    ("sanitation", "排水沟堵塞，有异味"),
    ("dispute", "两户因宅基地边界发生争执"),
    ("dispute", "邻里因排水问题起纠纷"),
    ("public_facilities", "路灯不亮，夜间行走不便"),
    ("public_facilities", "井盖破损，存在安全隐患"),
    ("public_facilities", "村道路面坑洼，雨后积水"),
    ("land_contract", "承包地流转合同到期，双方意见不一"),
    ("straw_burning", "田间有人焚烧秸秆"),
    ("services", "老人行动不便，需代办社保认证"),
    ("services", "残疾证到期，请求代办换证"),
    ("other", "流浪犬聚集，村民担心安全"),
];

/// Why the demo's reports could not be brought in.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("a report of the demo was not taken: {0:?}")]
    Taking(NotTaken),
    #[error("a step of the demo was not taken: {0}")]
    Step(NotDone),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings the reports in, on the edition in force. What is there already stays, so one that was broken off is finished.
pub async fn bring_in(desk: &Desk) -> Result<(), Broken> {
    let Some(now) = desk.live().snapshot() else { return Ok(()) };
    let filter =
        ReportFilter { origin: Some(actor("").origin()), statuses: vec![Status::Closed], ..ReportFilter::default() };
    if desk.live().store().find_reports(&filter, reports() as u32).await?.len() == reports() {
        return Ok(());
    }
    let planar = &now.edition.planar;
    let of_tier3 = |id: &GridId| planar.grid(*id).tier == Tier::Three;
    let grids: Vec<GridId> = (0..planar.grids().len() as u32).map(GridId).filter(of_tier3).collect();
    let mut random = Random(0x5eed_2022);
    let plan = SETTLED.iter().flat_map(|&(level, count)| std::iter::repeat_n(level, count));
    for (number, settled_by) in plan.enumerate() {
        let at = working_hour(&mut random);
        let name = now.edition.info.name.clone();
        let Some(then) = desk.live().as_of(&name, now.roster.number, at).await? else { return Ok(()) };
        let (category, text) = MATTERS[random.below(MATTERS.len() as u64) as usize];
        let Some([lon, lat]) = place(&then, &grids, &mut random) else { return Ok(()) };
        let submission = Submission {
            category: category.into(),
            description: text.into(),
            lon,
            lat,
            crs: QueryCrs::Wgs84,
            accuracy_m: Some(10.0),
            source: None,
            occurred_at: None,
            reporter: Reporter::default(),
            external_id: Some(format!("demo-{:03}", number + 1)),
        };
        let sender = Sender { actor: actor("演示 demo"), idempotency_key: None };
        let taken = desk.take_at(submission, sender, &then, at).await.map_err(Broken::Taking)?;
        settle(desk, &taken.report().id, settled_by, at, &mut random).await?;
    }
    Ok(())
}

/// Takes the steps that are still to be taken until a level has settled a report and somebody above has verified it.
async fn settle(desk: &Desk, id: &str, by: Level, begin: OffsetDateTime, random: &mut Random) -> Result<(), Broken> {
    let mut at = begin;
    let mut steps = vec![(Action::Accept, None, "收到，马上去看")];
    if by != Level::Tier(Tier::Three) {
        steps.push((Action::Forward, Some(Level::Tier(Tier::One)), "需要村里协调"));
        steps.push((Action::Accept, None, "村里受理"));
    }
    if by == Level::Town {
        steps.push((Action::Forward, Some(Level::Town), "需要镇里解决"));
        steps.push((Action::Accept, None, "镇网格办受理"));
    }
    steps.push((Action::Resolve, None, "已处理"));
    steps.push((Action::Verify, None, "已核实"));
    for (i, (action, to, note)) in steps.into_iter().enumerate() {
        at = whole_micros(at + Duration::minutes(20 + random.below(400) as i64));
        let version = i as i64 + 1;
        let report = desk.live().store().report_by_id(id).await?;
        let Some(report) = report.filter(|report| report.version == version) else { continue };
        let deed = Deed { action, note: Some(note.into()), to, grid: None, into: None, if_version: Some(version) };
        let who = actor(&name_of(&report));
        let change = desk.change(report, &deed, &who, Some(Level::Town), at).await.map_err(Broken::Step)?;
        desk.live().store().change_report(&change).await?;
    }
    Ok(())
}

/// Whoever holds it, by name as far as the assignment has it.
fn name_of(report: &Report) -> String {
    match (&report.assignment.leader, report.level == report.assignment.level) {
        (Some(leader), true) => leader.name.clone(),
        _ => format!("演示 {}", report.level.as_str()),
    }
}

fn actor(name: &str) -> Actor {
    Actor { via: Via::Program, id: String::new(), name: name.into(), address: None }
}

/// A place in a smallest grid that had a leader then.
fn place(then: &Snapshot, grids: &[GridId], random: &mut Random) -> Option<[f64; 2]> {
    if grids.is_empty() {
        return None;
    }
    let first = random.below(grids.len() as u64) as usize;
    let mut from_there = grids[first..].iter().chain(&grids[..first]);
    let led = |id: &&GridId| {
        let entry = then.roster.of(&then.edition.planar.grid(**id).code);
        entry.is_some_and(|entry| entry.leader().is_some())
    };
    let grid = from_there.find(led)?;
    then.edition.label_point(*grid).map(|point| point.to_degrees())
}

fn working_hour(random: &mut Random) -> OffsetDateTime {
    let minutes = random.below(DAYS) * 24 * 60 + random.below(9 * 60);
    FIRST + Duration::minutes(minutes as i64)
}

/// SplitMix64: the same reports on every machine, for ever.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
