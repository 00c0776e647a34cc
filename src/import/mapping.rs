//! Which properties of a feature are its code, name, tier and parent.

use std::str::FromStr;

use crate::domain::tier::Tier;

/// Names of the properties that mean one thing. The first that a feature has is taken.
pub type Names = Vec<String>;

const CODE: &[&str] = &["code", "grid_code", "gridcode", "编码", "代码", "网格编码", "网格代码"];
const NAME: &[&str] = &["name", "grid_name", "gridname", "名称", "网格名称"];
const PARENT: &[&str] = &["parent", "parent_code", "parentcode", "上级", "上级编码", "上级网格", "上级网格编码"];
const TIER: &[&str] = &["tier", "level", "级", "级别", "层级", "网格级别"];

/// Where a grid's tier comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TierFrom {
    /// All features of the import are of this tier.
    Fixed(Tier),
    Fields(Names),
}

/// `--tier 2`, or `--tier FIELD`.
impl FromStr for TierFrom {
    type Err = String;

    fn from_str(text: &str) -> Result<TierFrom, String> {
        match text.trim().parse::<i64>() {
            Ok(number) => Tier::try_from(number).map(TierFrom::Fixed).map_err(|error| error.to_string()),
            Err(_) => Ok(TierFrom::Fields(vec![text.to_string()])),
        }
    }
}

/// The properties that are read; all others are left in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMapping {
    pub code: Names,
    pub name: Names,
    pub parent: Names,
    pub tier: TierFrom,
}

impl FieldMapping {
    /// The fields a user named, and for the others the usual words, Chinese and English.
    pub fn new(
        code: Option<String>,
        name: Option<String>,
        parent: Option<String>,
        tier: Option<TierFrom>,
    ) -> FieldMapping {
        let named = |field: Option<String>, usual: &[&str]| match field {
            Some(field) => vec![field],
            None => words(usual),
        };
        FieldMapping {
            code: named(code, CODE),
            name: named(name, NAME),
            parent: named(parent, PARENT),
            tier: tier.unwrap_or_else(|| TierFrom::Fields(words(TIER))),
        }
    }
}

impl Default for FieldMapping {
    fn default() -> FieldMapping {
        FieldMapping::new(None, None, None, None)
    }
}

fn words(words: &[&str]) -> Names {
    words.iter().map(|word| word.to_string()).collect()
}

/// A tier as people write it: `2`, `二`, `二级`, `二级网格`, `tier2`.
pub(super) fn parse_tier(text: &str) -> Option<Tier> {
    let lower = text.trim().to_ascii_lowercase();
    let bare = lower.strip_prefix("tier").unwrap_or(&lower).trim();
    let bare = bare.strip_suffix("网格").unwrap_or(bare);
    match bare.strip_suffix('级').unwrap_or(bare) {
        "1" | "一" => Some(Tier::One),
        "2" | "二" => Some(Tier::Two),
        "3" | "三" => Some(Tier::Three),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_as_people_write_them() {
        for text in ["2", " 2 ", "二", "二级", "2级", "二级网格", "Tier 2"] {
            assert_eq!(parse_tier(text), Some(Tier::Two), "{text}");
        }
        for text in ["", "0", "4", "村", "22", "级"] {
            assert_eq!(parse_tier(text), None, "{text}");
        }
        assert_eq!("3".parse(), Ok(TierFrom::Fixed(Tier::Three)));
        assert_eq!("level".parse(), Ok(TierFrom::Fields(vec!["level".into()])));
        assert!("4".parse::<TierFrom>().unwrap_err().contains("not 4"));
    }
}
