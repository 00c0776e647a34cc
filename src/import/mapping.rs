//! Which properties of a feature are its code, name, tier and parent, and the codes it had before.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::template::{NotATemplate, Part, Template};
use crate::domain::tier::Tier;

/// Names of the properties that mean one thing. The first that a feature has is taken.
pub type Names = Vec<String>;

const CODE: &[&str] = &["code", "grid_code", "gridcode", "编码", "代码", "网格编码", "网格代码"];
const NAME: &[&str] = &["name", "grid_name", "gridname", "名称", "网格名称"];
const PARENT: &[&str] = &["parent", "parent_code", "parentcode", "上级", "上级编码", "上级网格", "上级网格编码"];
const TIER: &[&str] = &["tier", "level", "级", "级别", "层级", "网格级别"];

const WAS: &[&str] = &["was", "former_code", "old_code", "原编码", "旧编码", "原代码"];

/// Bytes of a code or a name.
const MAX_TEXT_BYTES: usize = 400;

/// Where a grid's tier comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TierFrom {
    /// All features of the import are of this tier.
    Fixed(Tier),
    Fields(Names),
}

/// Where a grid's code, name or parent comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextFrom {
    /// The first of these fields that a feature has; none of them means nothing is read.
    Fields(Names),
    /// Several fields put together.
    Template(Template),
}

/// `--code FIELD`, `--code 'K{FIELD}'`, or `-` for nothing at all.
impl FromStr for TextFrom {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<TextFrom, NotATemplate> {
        match text {
            "-" => Ok(TextFrom::Fields(Vec::new())),
            _ if Template::is_meant_by(text) => text.parse().map(TextFrom::Template),
            _ => Ok(TextFrom::Fields(vec![text.to_string()])),
        }
    }
}

impl fmt::Display for TextFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextFrom::Fields(names) => f.write_str(&names.join(" or ")),
            TextFrom::Template(template) => template.fmt(f),
        }
    }
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
    pub code: TextFrom,
    pub name: TextFrom,
    pub parent: TextFrom,
    pub tier: TierFrom,
    /// What its parent is called, where that is in no file and made by dissolving.
    pub parent_name: Option<TextFrom>,
    /// Codes of the grid in earlier editions.
    pub was: Names,
}

/// What the fields of a feature say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mapped {
    pub code: Option<String>,
    pub name: Option<String>,
    pub parent: Option<String>,
    pub parent_name: Option<String>,
    pub tier: Option<Tier>,
    /// What stood in the field of the tier, where that was no tier.
    pub not_a_tier: Option<String>,
    pub was: Vec<String>,
}

/// A field that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrongField {
    /// Where it stands among the feature's fields.
    pub position: usize,
    pub field: String,
    pub message: String,
}

impl FieldMapping {
    /// The fields a user named, and for the others the usual words, Chinese and English.
    pub fn new(
        code: Option<TextFrom>,
        name: Option<TextFrom>,
        parent: Option<TextFrom>,
        tier: Option<TierFrom>,
    ) -> FieldMapping {
        let named = |from: Option<TextFrom>, usual| from.unwrap_or_else(|| TextFrom::Fields(words(usual)));
        FieldMapping {
            code: named(code, CODE),
            name: named(name, NAME),
            parent: named(parent, PARENT),
            tier: tier.unwrap_or_else(|| TierFrom::Fields(words(TIER))),
            parent_name: None,
            was: words(WAS),
        }
    }

    /// Names of all fields that are read.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for from in [&self.code, &self.name, &self.parent].into_iter().chain(&self.parent_name) {
            match from {
                TextFrom::Fields(fields) => names.extend(fields.iter().map(String::as_str)),
                TextFrom::Template(template) => names.extend(template.parts().iter().filter_map(|part| match part {
                    Part::Field { name, .. } => Some(name.as_str()),
                    Part::Literal(_) => None,
                })),
            }
        }
        if let TierFrom::Fields(fields) = &self.tier {
            names.extend(fields.iter().map(String::as_str));
        }
        names.extend(self.was.iter().map(String::as_str));
        names
    }

    /// Whether a field of this name means something.
    pub(super) fn reads(&self, field: &str) -> bool {
        self.names().into_iter().any(|name| name.eq_ignore_ascii_case(field))
    }

    /// Reads a feature's fields; `text` makes text of a value, or says what is wrong with it.
    pub(super) fn map<N: AsRef<str>, V>(
        &self,
        fields: &[(N, V)],
        text: impl Fn(&V) -> Result<Cow<'_, str>, String>,
    ) -> Result<Mapped, WrongField> {
        let of = |names: &[String]| text_of(fields, names, &text);
        let from = |from: &TextFrom| match from {
            TextFrom::Fields(names) => of(names),
            TextFrom::Template(template) => filled(fields, template, &text),
        };
        let mut mapped = Mapped {
            code: from(&self.code)?,
            name: from(&self.name)?,
            parent: from(&self.parent)?,
            parent_name: self.parent_name.as_ref().map_or(Ok(None), from)?,
            ..Mapped::default()
        };
        match &self.tier {
            TierFrom::Fixed(tier) => mapped.tier = Some(*tier),
            TierFrom::Fields(names) => {
                if let Some(text) = of(names)? {
                    mapped.tier = parse_tier(&text);
                    mapped.not_a_tier = mapped.tier.is_none().then_some(text);
                }
            }
        }
        if let Some(codes) = of(&self.was)? {
            let separated = codes.split([',', ';', '、', '，', '；', ' ']).map(str::trim);
            mapped.was = separated.filter(|code| !code.is_empty()).map(str::to_owned).collect();
        }
        Ok(mapped)
    }
}

impl Default for FieldMapping {
    fn default() -> FieldMapping {
        FieldMapping::new(None, None, None, None)
    }
}

/// The template with the feature's fields in it; nothing where one of them is not there or empty.
fn filled<N: AsRef<str>, V>(
    fields: &[(N, V)],
    template: &Template,
    text: impl Fn(&V) -> Result<Cow<'_, str>, String>,
) -> Result<Option<String>, WrongField> {
    let mut whole = String::new();
    for part in template.parts() {
        match part {
            Part::Literal(literal) => whole.push_str(literal),
            Part::Field { name, width } => {
                let Some(value) = text_of(fields, std::slice::from_ref(name), &text)? else { return Ok(None) };
                let zeros = width.saturating_sub(value.chars().count());
                whole.extend(std::iter::repeat_n('0', zeros));
                whole.push_str(&value);
            }
        }
    }
    Ok(Some(whole))
}

/// The text of the first of these fields that the feature has; empty text counts as none.
fn text_of<N: AsRef<str>, V>(
    fields: &[(N, V)],
    names: &[String],
    text: impl Fn(&V) -> Result<Cow<'_, str>, String>,
) -> Result<Option<String>, WrongField> {
    for name in names {
        let called = |same: fn(&str, &str) -> bool| {
            let found = fields.iter().enumerate().filter(move |(_, (key, _))| same(key.as_ref(), name));
            found.map(|(position, _)| position).collect::<Vec<_>>()
        };
        let mut found = called(|key, name| key == name);
        if found.is_empty() {
            found = called(str::eq_ignore_ascii_case);
        }
        let Some(&position) = found.first() else { continue };
        let (key, value) = &fields[position];
        let wrong = |message: String| WrongField { position, field: clip(key.as_ref()), message };
        if found.len() > 1 {
            return Err(wrong("the field is there more than once".into()));
        }
        let text = text(value).map_err(wrong)?;
        if text.len() > MAX_TEXT_BYTES {
            return Err(wrong(format!("the text has {} bytes; {MAX_TEXT_BYTES} are the most", text.len())));
        }
        // No store keeps one.
        if text.contains('\0') {
            return Err(wrong("the text holds the character U+0000; remove it".into()));
        }
        return Ok(Some(text.trim().to_string()).filter(|text| !text.is_empty()));
    }
    Ok(None)
}

/// The beginning of some text, for people.
pub(super) fn clip(text: &str) -> String {
    const CHARS: usize = 40;
    let mut short: String = text.chars().take(CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(CHARS).is_some() {
        short.push('…');
    }
    short
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
    fn templates_put_fields_together() {
        let fields = [("id", "7"), ("KTNR", "12"), ("empty", "")];
        let code = |text: &str| {
            let mapping = FieldMapping::new(Some(text.parse().unwrap()), None, None, None);
            mapping.map(&fields, |value| Ok(Cow::Borrowed(*value))).unwrap().code
        };
        assert_eq!(code("K{KTNR}").as_deref(), Some("K12"));
        assert_eq!(code("{ktnr:03}-{id:02}").as_deref(), Some("012-07"));
        assert_eq!(code("K{empty}"), None);
        assert_eq!(code("K{nowhere}"), None);
        assert_eq!(code("id").as_deref(), Some("7"));
        assert_eq!(code("-"), None);
        assert!("K{".parse::<TextFrom>().is_err());
    }

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
