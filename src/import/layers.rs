//! Which layers of a file that holds several are read, and the tier that a layer's name says.

use super::mapping::{clip, parse_tier};
use crate::domain::tier::Tier;

/// Layers named in a message; the rest is counted.
const MAX_NAMED: usize = 20;

/// A layer to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Its place among the layers of the file.
    pub position: usize,
    /// The tier of its features where they say none themselves.
    pub tier: Option<Tier>,
}

/// The layer `wanted`; or without a wish the only one, or all whose names say a tier: `tier1`, `二级网格`.
pub(super) fn choose(names: &[&str], wanted: Option<&str>) -> Result<Vec<Chosen>, String> {
    let all = || names.iter().enumerate().map(|(position, name)| Chosen { position, tier: parse_tier(name) });
    let chosen: Vec<Chosen> = match wanted {
        Some(wanted) => all().filter(|layer| names[layer.position] == wanted).collect(),
        None if names.len() == 1 => all().collect(),
        None => all().filter(|layer| layer.tier.is_some()).collect(),
    };
    match (chosen.is_empty(), wanted) {
        (false, _) => Ok(chosen),
        (true, _) if names.is_empty() => Err("there is no layer with polygons in it".into()),
        (true, Some(wanted)) => Err(format!("there is no layer `{}` in it; it has {}", clip(wanted), list(names))),
        (true, None) => Err(format!("it has {} layers; choose one with --layer: {}", names.len(), list(names))),
    }
}

/// What people are told of the layers that are not read; `None` where all are, or where one was asked for.
pub(super) fn left_out(names: &[&str], chosen: &[Chosen], wanted: Option<&str>) -> Option<String> {
    let is_chosen = |position: usize| chosen.iter().any(|layer| layer.position == position);
    let rest: Vec<&str> =
        names.iter().enumerate().filter(|&(position, _)| !is_chosen(position)).map(|(_, name)| *name).collect();
    (wanted.is_none() && !rest.is_empty())
        .then(|| format!("not read, for the names of these layers say no tier: {}", list(&rest)))
}

/// For people.
pub(super) fn list(names: &[&str]) -> String {
    let mut text = names.iter().take(MAX_NAMED).map(|name| clip(name)).collect::<Vec<_>>().join(", ");
    if names.len() > MAX_NAMED {
        text.push_str(&format!(" and {} more", names.len() - MAX_NAMED));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_the_wanted_or_the_tiers() {
        let only = choose(&["net"], None).unwrap();
        assert_eq!(only, [Chosen { position: 0, tier: None }]);
        let tiers = choose(&["places", "tier2", "三级网格"], None).unwrap();
        assert_eq!(tiers.iter().map(|layer| layer.tier).collect::<Vec<_>>(), [Some(Tier::Two), Some(Tier::Three)]);
        assert!(left_out(&["places", "tier2", "三级网格"], &tiers, None).unwrap().ends_with("say no tier: places"));
        let wanted = choose(&["places", "tier2"], Some("places")).unwrap();
        assert_eq!((wanted[0].position, wanted.len()), (0, 1));
        assert_eq!(left_out(&["places", "tier2"], &wanted, Some("places")), None);
    }

    #[test]
    fn otherwise_the_layers_are_listed() {
        assert_eq!(choose(&["a", "b"], None).unwrap_err(), "it has 2 layers; choose one with --layer: a, b");
        assert_eq!(choose(&["a"], Some("c")).unwrap_err(), "there is no layer `c` in it; it has a");
        assert!(choose(&[], None).unwrap_err().contains("no layer"));
        let names: Vec<String> = (0..30).map(|i| format!("l{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert!(choose(&names, None).unwrap_err().ends_with("l19 and 10 more"));
    }
}
