//! A decision told to people, in Chinese and in English.

use crate::domain::assignment::{Assignment, AssignmentRule, Candidate, Reason};
use crate::domain::level::Level;
use crate::domain::rules::Rules;
use crate::domain::tier::Tier;

/// One sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub zh: String,
    pub en: String,
}

fn say(zh: impl Into<String>, en: impl Into<String>) -> Sentence {
    Sentence { zh: zh.into(), en: en.into() }
}

/// What a level is called.
pub fn level_zh(level: Level) -> &'static str {
    match level {
        Level::Tier(Tier::One) => "一级网格（村居）",
        Level::Tier(Tier::Two) => "二级网格",
        Level::Tier(Tier::Three) => "三级网格（党小组）",
        Level::Town => "镇级网格办",
    }
}

fn level_en(level: Level) -> &'static str {
    match level {
        Level::Tier(Tier::One) => "the tier-1 grid (village)",
        Level::Tier(Tier::Two) => "the tier-2 grid",
        Level::Tier(Tier::Three) => "the tier-3 grid (party group)",
        Level::Town => "the town office",
    }
}

/// Why a report went where it went, sentence by sentence. `rules` are those it was decided by.
pub fn explain(assignment: &Assignment, rules: Option<&Rules>) -> Vec<Sentence> {
    let mut said = vec![position(assignment)];
    let name = |code: &str| {
        let grid = assignment.grids.iter().find(|grid| grid.code == code);
        grid.map_or_else(|| code.to_owned(), |grid| format!("{}（{code}）", grid.name))
    };
    for reason in &assignment.reasons {
        said.push(match reason {
            Reason::SmallestGrid { tier, grid } => say(
                format!("该点所在的最小网格是{}：{}。", level_zh(Level::Tier(*tier)), name(grid)),
                format!("The smallest grid there is of tier {}: {}.", tier.number(), name(grid)),
            ),
            Reason::OutsideEveryGrid => say("该点不在任何网格内。", "The point lies outside every grid."),
            Reason::FuzzyPosition => {
                say("位置经过模糊处理，须由人工派单。", "The position is blurred on purpose: a person has to place it.")
            }
            Reason::NoPosition => say("位置是 (0, 0)，即没有定位。", "The position is (0, 0): there was none."),
            Reason::CategoryStartsAt { category, level } => {
                let found = rules.and_then(|rules| rules.category(category));
                let (zh, en) = found.map_or((&**category, &**category), |category| (&category.zh, &category.en));
                say(
                    format!("按规则，“{zh}”类直接由{}受理。", level_zh(*level)),
                    format!("By the rules, “{en}” goes to {} at once.", level_en(*level)),
                )
            }
            Reason::Vacant { grid, .. } => say(
                format!("{}当时没有在岗的网格长或副网格长。", name(grid)),
                format!("Nobody served as leader or deputy of {} then.", name(grid)),
            ),
            Reason::ReachedTheTown => {
                say("以上各级均无人在岗，由镇级网格办受理。", "No level below had anybody, so the town office has it.")
            }
            Reason::NobodyAnywhere => {
                say("名册上镇级网格办也没有人。", "The roster names nobody at the town office either.")
            }
            Reason::NamedByPerson { grid } => {
                say(format!("由人工指定网格：{}。", name(grid)), format!("A person named the grid: {}.", name(grid)))
            }
        });
    }
    if let Some(nearest) = assignment.nearest.as_ref() {
        let how = if assignment.rule == AssignmentRule::Nearest {
            ("派给", "It went to")
        } else {
            ("最近的是", "The nearest is")
        };
        said.push(say(
            format!("{}{}（{}），相距 {:.1} 米。", how.0, nearest.name, nearest.code, nearest.distance_m),
            format!("{} {} ({}), {:.1} m away.", how.1, nearest.name, nearest.code, nearest.distance_m),
        ));
    }
    if assignment.ambiguous {
        let accuracy_m = assignment.given.accuracy_m.unwrap_or_default();
        let list = |sep: &str| {
            let one = |candidate: &Candidate| format!("{} {:.0}%", name(&candidate.code), candidate.share * 100.0);
            assignment.candidates.iter().map(one).collect::<Vec<_>>().join(sep)
        };
        said.push(say(
            format!("定位误差 {accuracy_m:.0} 米，可能在其中任何一个网格：{}。", list("、")),
            format!("The position is accurate to {accuracy_m:.0} m only; it may lie in any of these: {}.", list(", ")),
        ));
    }
    said.push(outcome(assignment));
    said
}

fn position(assignment: &Assignment) -> Sentence {
    let (given, [lon, lat]) = (&assignment.given, assignment.wgs84);
    let (mut zh, mut en) = (
        format!("收到的位置是 {}, {}（{}）", given.lon, given.lat, given.crs),
        format!("The position that came in is {}, {} ({})", given.lon, given.lat, given.crs),
    );
    if [given.lon, given.lat] != [lon, lat] {
        zh += &format!("，换算为 WGS 84 是 {lon:.7}, {lat:.7}");
        en += &format!(", which is {lon:.7}, {lat:.7} in WGS 84");
    }
    if let Some(distance_m) = assignment.border_distance_m {
        zh += &format!("，距最近的网格边界 {distance_m:.1} 米");
        en += &format!(", {distance_m:.1} m from the nearest border");
    }
    say(zh + "。", en + ".")
}

fn outcome(assignment: &Assignment) -> Sentence {
    let (zh, en) = (level_zh(assignment.level), level_en(assignment.level));
    let (to_zh, to_en) = match &assignment.leader {
        Some(leader) => {
            let deputy = if leader.deputy { ("（副职）", " (deputy)") } else { ("", "") };
            (format!("，联系人{}{}", leader.name, deputy.0), format!("; call {}{}", leader.name, deputy.1))
        }
        None => Default::default(),
    };
    // Where a level above has it, the group is that of the place, and does not answer for it.
    let smallest = assignment.grids.last().map(|grid| Level::Tier(grid.tier));
    let (group_zh, group_en) = match smallest == Some(assignment.level) {
        true => ("责任党小组", "party group"),
        false => ("所在地党小组", "the party group of the place"),
    };
    let (group_zh, group_en) = match &assignment.party_group {
        Some(group) => (format!("，{group_zh}：{group}"), format!("; {group_en}: {group}")),
        None => Default::default(),
    };
    say(format!("结果：由{zh}受理{to_zh}{group_zh}。"), format!("So it lies with {en}{to_en}{group_en}."))
}
