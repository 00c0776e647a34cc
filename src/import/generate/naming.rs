//! Codes and names of synthetic grids. A code starts with its parent's code, as in China: 12 digits for the village,
//! 3 more for each lower tier, or as many as the grids of one parent need.

use std::collections::HashSet;

use crate::domain::grid::Grid;
use crate::domain::tier::Tier;

/// What tier-3 grids are called after: places that are found around many villages. Villager groups (村民组) are.
const PLACES: [&str; 64] = [
    "塘埂", "上湾", "下湾", "老屋", "新屋", "桥头", "竹园", "大塘", "小塘", "河沿", "岗上", "岭下", "坝头", "柳树",
    "枫树", "松林", "石桥", "水口", "龙井", "双塘", "东冲", "西冲", "油坊", "祠堂", "瓦屋", "楼屋", "花屋", "茶园",
    "桃园", "梨园", "栗树", "樟树", "荷塘", "菱塘", "沙河", "高坎", "长岗", "圆墩", "方塘", "井边", "渡口", "碾屋",
    "粉坊", "窑头", "凉亭", "庙前", "田畈", "中份", "前进", "后山", "团结", "红旗", "光明", "新建", "联合", "胜利",
    "和平", "幸福", "永兴", "双桥", "梅树", "杨树", "槐树", "桂花",
];
const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
/// No administrative code starts with 99: the provinces' have 11 to 82.
const SYNTHETIC_PREFIX: &str = "99";

/// Where codes and names of tier 1 come from; those below follow from them.
#[derive(Clone, Debug)]
pub enum Naming {
    /// Invented ones.
    Synthetic,
    /// Pairs of code and name; the grid in the middle gets the first.
    Listed(Vec<(String, String)>),
}

/// A list of tier-1 grids that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNames {
    #[error("row {row}: {reason}; a list of names has the columns code and name")]
    Row { row: usize, reason: String },
    #[error("row {row}: code {code} is there twice")]
    Twice { row: usize, code: String },
    #[error("{listed} names for {wanted} grids of tier 1; give as many")]
    Count { listed: usize, wanted: usize },
}

impl Naming {
    /// Reads a CSV with the columns `code` and `name`, a row for each of so many grids of tier 1.
    pub fn read(bytes: &[u8], wanted: usize) -> Result<Naming, BadNames> {
        let mut rows = csv::ReaderBuilder::new().from_reader(bytes);
        let mut listed = Vec::new();
        let mut codes = HashSet::new();
        for (index, row) in rows.deserialize::<(String, String)>().enumerate() {
            let (row_number, bad) = (index + 2, |reason: String| BadNames::Row { row: index + 2, reason });
            let (code, name) = row.map_err(|error| bad(error.to_string()))?;
            if code.is_empty() || name.is_empty() {
                return Err(bad("the code or the name is empty".to_owned()));
            }
            if !codes.insert(code.clone()) {
                return Err(BadNames::Twice { row: row_number, code });
            }
            listed.push((code, name));
        }
        if listed.len() != wanted {
            return Err(BadNames::Count { listed: listed.len(), wanted });
        }
        Ok(Naming::Listed(listed))
    }

    /// Of the tier-1 grid with this index, whose tier-2 grids have so many tier-3 grids each.
    pub(super) fn village(&self, index: usize, sizes: &[usize]) -> VillageNames {
        let (code, name) = match self {
            Naming::Listed(listed) => listed[index].clone(),
            Naming::Synthetic => {
                (format!("{SYNTHETIC_PREFIX}{:010}", index + 1), format!("虚构第{}村", chinese_number(index + 1)))
            }
        };
        let cells_before = (0..sizes.len()).map(|part| sizes[..part].iter().sum()).collect();
        VillageNames { code, name, index, sizes: sizes.to_vec(), cells_before }
    }
}

/// The names inside one tier-1 grid.
pub(super) struct VillageNames {
    code: String,
    name: String,
    index: usize,
    sizes: Vec<usize>,
    cells_before: Vec<usize>,
}

impl VillageNames {
    pub(super) fn grid(&self) -> Grid {
        Grid { code: self.code.clone(), name: self.name.clone(), tier: Tier::One, parent: None }
    }

    pub(super) fn part(&self, part: usize) -> Grid {
        Grid {
            code: self.part_code(part),
            name: format!("{}第{}网格", self.name, chinese_number(part + 1)),
            tier: Tier::Two,
            parent: Some(self.code.clone()),
        }
    }

    pub(super) fn cell(&self, part: usize, number: usize) -> Grid {
        let parent = self.part_code(part);
        // Names don't repeat within a village until it has used them all.
        let use_number = self.cells_before[part] + number;
        let place = PLACES[(self.index * 29 + use_number * 5) % PLACES.len()];
        let round = use_number / PLACES.len();
        let ordinal = if round == 0 { String::new() } else { chinese_number(round + 1) };
        Grid {
            code: format!("{parent}{}", numbered(number, self.sizes[part])),
            name: format!("{place}{ordinal}组"),
            tier: Tier::Three,
            parent: Some(parent),
        }
    }

    fn part_code(&self, part: usize) -> String {
        format!("{}{}", self.code, numbered(part, self.sizes.len()))
    }
}

/// The number after this index with at least three digits, and as many for all of so many.
fn numbered(index: usize, of: usize) -> String {
    let digits = of.to_string().len().max(3);
    format!("{:0digits$}", index + 1)
}

/// As ordinals are written: 一, 十, 十二, 三十; from a hundred on in figures.
pub(super) fn chinese_number(number: usize) -> String {
    match (number / 10, number % 10) {
        (0, ones) => DIGITS[ones].to_owned(),
        (1, ones) => format!("十{}", DIGITS[ones]),
        (tens @ 2..=9, ones) => format!("{}十{}", DIGITS[tens], DIGITS[ones]),
        _ => number.to_string(),
    }
}
