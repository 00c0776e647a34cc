//! The rules a store begins with, and what further ones have to fulfil.

use crate::domain::rules::Rules;

/// More would be no choice for anybody.
const MAX_CATEGORIES: usize = 200;
const MAX_WORD_CHARS: usize = 100;
/// Half a year of working days: what takes longer is no matter for a deadline.
const MAX_DAYS: u16 = 125;
const MAX_WARN_HOURS: u16 = 240;
const MAX_NEAREST_M: f64 = 10_000.0;
const MAX_DUPLICATE_M: f64 = 1_000.0;
const MAX_DUPLICATE_HOURS: u16 = 720;

/// What a store begins with.
pub fn standard() -> Rules {
    serde_json::from_str(include_str!("../../data/rules.json")).expect("a test reads the rules that come with us")
}

/// Everything that is wrong with rules, each by the name of its field.
pub fn faults(rules: &Rules) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut wrong = |field: String, message: String| faults.push((field, message));
    if !(1..=MAX_CATEGORIES).contains(&rules.categories.len()) {
        wrong("categories".into(), format!("has to name 1 to {MAX_CATEGORIES} categories"));
    }
    for (i, category) in rules.categories.iter().take(MAX_CATEGORIES).enumerate() {
        let field = |name: &str| format!("categories[{i}].{name}");
        let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if category.code.is_empty() || category.code.len() > MAX_WORD_CHARS || !category.code.chars().all(is_code) {
            wrong(field("code"), "has to be of small letters, digits and `_`".into());
        }
        if rules.categories[..i].iter().any(|other| other.code == category.code) {
            wrong(field("code"), "is another category's code".into());
        }
        for (name, text) in [("zh", &category.zh), ("en", &category.en)] {
            if text.trim().is_empty() || text.chars().count() > MAX_WORD_CHARS || text.chars().any(char::is_control) {
                wrong(field(name), format!("has to be 1 to {MAX_WORD_CHARS} characters on one line"));
            }
        }
        if category.description.chars().count() > 10 * MAX_WORD_CHARS || category.description.contains('\0') {
            wrong(field("description"), format!("has to be at most {} characters", 10 * MAX_WORD_CHARS));
        }
    }
    let of_categories = rules.categories.iter().take(MAX_CATEGORIES).enumerate();
    let deadlines = of_categories
        .filter_map(|(i, category)| Some((format!("categories[{i}].deadlines"), category.deadlines?)))
        .chain([("deadlines".to_owned(), rules.deadlines)]);
    for (field, days) in deadlines {
        if [days.tier3, days.tier2, days.tier1, days.town].into_iter().any(|days| days > MAX_DAYS) {
            wrong(field, format!("has to be 0 to {MAX_DAYS} working days for each level"));
        }
    }
    if rules.warn_hours > MAX_WARN_HOURS {
        wrong("warn_hours".into(), format!("has to be 0 to {MAX_WARN_HOURS} hours"));
    }
    if !(0.0..=MAX_NEAREST_M).contains(&rules.nearest_within_m) {
        wrong("nearest_within_m".into(), format!("has to be 0 to {MAX_NEAREST_M} metres"));
    }
    if !(0.0..=MAX_DUPLICATE_M).contains(&rules.duplicate_within_m) {
        wrong("duplicate_within_m".into(), format!("has to be 0 to {MAX_DUPLICATE_M} metres"));
    }
    if rules.duplicate_within_hours > MAX_DUPLICATE_HOURS {
        wrong("duplicate_within_hours".into(), format!("has to be 0 to {MAX_DUPLICATE_HOURS} hours"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::level::Level;
    use crate::domain::tier::Tier;

    #[test]
    fn the_standard_rules_are_sound() {
        let rules = standard();
        assert_eq!(faults(&rules), []);
        assert_eq!(rules.categories.len(), 13);
        assert_eq!(rules.category("fire").map(|fire| fire.starts_at), Some(Level::Town));
        assert_eq!(rules.days("fire", Level::Town), 0);
        assert_eq!(rules.days("sanitation", Level::Tier(Tier::Three)), rules.deadlines.tier3);
        assert_eq!(rules.days("sanitation", Level::Town), rules.deadlines.town);
    }

    #[test]
    fn faults_are_named() {
        let mut rules = standard();
        rules.categories[1].code = "Fire!".into();
        rules.categories[2].zh = " ".into();
        rules.categories[4].code = rules.categories[0].code.clone();
        rules.deadlines.town = 1000;
        rules.nearest_within_m = f64::NAN;
        let fields: Vec<String> = faults(&rules).into_iter().map(|(field, _)| field).collect();
        assert_eq!(
            fields,
            ["categories[1].code", "categories[2].zh", "categories[4].code", "deadlines", "nearest_within_m"]
        );
    }
}
