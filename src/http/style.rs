//! The MapLibre style of the grids, served at `/style.json`: fills, borders and labels of the three tiers. It names no
//! other host: no sprite, and no glyphs, so MapLibre draws the labels from fonts the reader's own machine has.
//!
//! Each tier is filled in its own zoom range, the smaller taking over from the larger by a cross-fade over one zoom
//! level; the borders of a tier appear a little earlier and stay.

use serde_json::{Value, json};

use crate::domain::tier::{PerTier, Tier};

/// Light or dark, as the reader's system prefers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

/// What a theme paints with.
struct Paint {
    background: &'static str,
    /// For the tiles' `color` 0 to 5.
    fills: [&'static str; 6],
    fill_opacity: f64,
    borders: PerTier<&'static str>,
    labels: PerTier<&'static str>,
    halo: &'static str,
}

/// Paul Tol's "light" scheme, made to be told apart with any colour vision, thinned by the opacity. Neighbours are
/// told apart by their border too, so the colours may stay calm.
const FILLS: [&str; 6] = ["#77aadd", "#eedd88", "#44bb99", "#ffaabb", "#99ddff", "#ee8866"];

const LIGHT: Paint = Paint {
    background: "#f5f3ec",
    fills: FILLS,
    fill_opacity: 0.42,
    borders: PerTier(["#2f4a50", "#5b767b", "#8fa3a5"]),
    labels: PerTier(["#14282d", "#24424a", "#33525a"]),
    halo: "rgba(255, 255, 255, 0.9)",
};

const DARK: Paint = Paint {
    background: "#11181a",
    fills: FILLS,
    fill_opacity: 0.26,
    borders: PerTier(["#c9dad7", "#8ba3a1", "#5f7776"]),
    labels: PerTier(["#f3f8f6", "#d7e4e1", "#c0d1ce"]),
    halo: "rgba(17, 24, 26, 0.85)",
};

/// MapLibre reads the weight from the first family's name; the browser takes the first family it has.
const BOLD: [&str; 5] =
    ["Noto Sans CJK SC Semibold", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei"];
const PLAIN: [&str; 5] =
    ["Noto Sans CJK SC Medium", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei"];

/// Levels between the first zoom that has a tier and the one where its grids are large enough to be told apart by
/// colour: at the first they are a dozen pixels wide.
const LEVELS_TO_READ: u8 = 1;

/// The style over the tiles that `tilejson_url` describes. `held` are the tiers that the tiles have, largest first, each
/// with the lowest zoom at which they do.
pub(crate) fn style(tilejson_url: &str, held: &[(Tier, u8)], theme: Theme) -> Value {
    let paint = match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    };
    let ranges = ranges(held);
    let mut layers = vec![json!({
        "id": "background", "type": "background", "paint": {"background-color": paint.background}
    })];
    layers.extend(ranges.iter().map(|range| fill(range, paint)));
    // Smaller tiers first: the wider lines and the larger names of the tiers above lie over them.
    layers.extend(ranges.iter().rev().map(|range| border(range, paint)));
    layers.extend(ranges.iter().rev().map(|range| label(range, paint)));
    json!({
        "version": 8,
        "name": "Gridward",
        // For a page that shows one tier alone.
        "metadata": {"gridward:fill-opacity": paint.fill_opacity},
        "sources": {"grids": {"type": "vector", "url": tilejson_url}},
        "layers": layers,
    })
}

/// The zooms at which a tier is drawn, and how.
#[derive(Clone, Copy, Debug)]
struct Range {
    tier: Tier,
    /// The tiles have the tier: its borders are drawn, from here to the end.
    first: u8,
    /// Its grids are large enough for colours.
    fill: u8,
    /// The next smaller tier's colours take over.
    next_fill: Option<u8>,
    /// Its grids are large enough for names, until they give way to the names of a smaller tier.
    names: u8,
    names_end: Option<u8>,
    /// Its lines and names grow from here.
    grows: u8,
}

/// The largest tier is drawn from its first zoom on, the others once their grids can be told apart by colour; names
/// come one level after colours.
fn ranges(held: &[(Tier, u8)]) -> Vec<Range> {
    let fill_of = |at: usize| held.get(at).map(|&(_, first)| if at == 0 { first } else { first + LEVELS_TO_READ });
    let names_of = |at: usize| fill_of(at).map(|fill| if at == 0 { fill } else { fill + 1 });
    let mut ranges = Vec::with_capacity(held.len());
    for (at, &(tier, first)) in held.iter().enumerate() {
        let (Some(fill), Some(names)) = (fill_of(at), names_of(at)) else { continue };
        // The largest names help to find the way, so they stay one level longer beside the smallest.
        let names_end = if at == 0 { names_of(held.len() - 1).map(|last| last + 1) } else { names_of(at + 1) };
        ranges.push(Range {
            tier,
            first,
            fill,
            next_fill: fill_of(at + 1),
            names,
            names_end: names_end.filter(|_| at + 1 < held.len()).map(|end| end.max(names + 1)),
            grows: if at == 0 { fill_of(1).map_or(first, |next| next.saturating_sub(1)) } else { fill },
        });
    }
    ranges
}

fn fill(range: &Range, paint: &Paint) -> Value {
    let mut color = vec![json!("match"), json!(["get", "color"])];
    for (index, fill) in paint.fills.iter().enumerate() {
        color.extend([json!(index), json!(fill)]);
    }
    color.push(json!(paint.fills[0]));
    json!({
        "id": format!("fill-tier{}", range.tier),
        "type": "fill",
        "source": "grids",
        "source-layer": format!("tier{}", range.tier),
        "minzoom": range.fill,
        "paint": {
            "fill-color": color,
            "fill-opacity": fill_opacity(range, paint.fill_opacity),
            // Seams of smoothed edges would show as a second, paler border.
            "fill-antialias": false,
        },
    })
}

/// Full in the tier's own range, nothing where the next smaller tier has taken over.
fn fill_opacity(range: &Range, full: f64) -> Value {
    if range.next_fill.is_some_and(|next| next <= range.fill) {
        return json!(0.0);
    }
    let mut stops = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
    // The largest tier has nothing to take over from.
    let full_from = if range.fill > range.first {
        stops.extend([json!(range.fill), json!(0.0)]);
        range.fill + 1
    } else {
        range.fill
    };
    stops.extend([json!(full_from), json!(full)]);
    if let Some(next) = range.next_fill {
        let full_until = next.max(full_from);
        if full_until > full_from {
            stops.extend([json!(full_until), json!(full)]);
        }
        stops.extend([json!(full_until + 1), json!(0.0)]);
    }
    json!(stops)
}

fn border(range: &Range, paint: &Paint) -> Value {
    let (thin, thick) = match range.tier {
        Tier::One => (1.4, 4.0),
        Tier::Two => (0.9, 2.4),
        Tier::Three => (0.5, 1.4),
    };
    json!({
        "id": format!("border-tier{}", range.tier),
        "type": "line",
        "source": "grids",
        "source-layer": "borders",
        "minzoom": range.first,
        "filter": ["==", ["get", "tier"], range.tier.number()],
        "layout": {"line-join": "round", "line-cap": "round"},
        "paint": {
            "line-color": paint.borders[range.tier],
            "line-width": ["interpolate", ["linear"], ["zoom"], range.grows, thin, range.grows + 5, thick],
        },
    })
}

fn label(range: &Range, paint: &Paint) -> Value {
    let (small, large, fonts) = match range.tier {
        Tier::One => (13.0, 20.0, BOLD),
        Tier::Two => (11.5, 16.0, PLAIN),
        Tier::Three => (11.0, 15.0, PLAIN),
    };
    let mut layer = json!({
        "id": format!("label-tier{}", range.tier),
        "type": "symbol",
        "source": "grids",
        "source-layer": "labels",
        "minzoom": range.names,
        "filter": ["==", ["get", "tier"], range.tier.number()],
        "layout": {
            "text-field": ["get", "name"],
            "text-font": fonts,
            "text-size": ["interpolate", ["linear"], ["zoom"], range.grows, small, range.grows + 5, large],
            "text-max-width": 8,
            "text-padding": 6,
            "text-variable-anchor": ["center", "top", "bottom"],
        },
        "paint": {
            "text-color": paint.labels[range.tier],
            "text-halo-color": paint.halo,
            "text-halo-width": 1.6,
        },
    });
    if let Some(end) = range.names_end {
        layer["maxzoom"] = json!(end);
    }
    layer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(first_zooms: &[u8]) -> Vec<(Tier, u8)> {
        Tier::ALL.into_iter().zip(first_zooms.iter().copied()).collect()
    }

    fn opacities(first_zooms: &[u8]) -> Vec<Value> {
        ranges(&held(first_zooms)).iter().map(|range| fill_opacity(range, 0.5)).collect()
    }

    #[test]
    fn hands_over_from_tier_to_tier() {
        let expected = |stops: Value| {
            let mut all = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
            all.extend(stops.as_array().expect("a list").clone());
            json!(all)
        };
        assert_eq!(
            opacities(&[0, 8, 10]),
            [
                expected(json!([0, 0.5, 9, 0.5, 10, 0.0])),
                expected(json!([9, 0.0, 10, 0.5, 11, 0.5, 12, 0.0])),
                expected(json!([11, 0.0, 12, 0.5])),
            ]
        );
        let names: Vec<_> = ranges(&held(&[0, 8, 10])).iter().map(|range| (range.names, range.names_end)).collect();
        assert_eq!(names, [(0, Some(13)), (10, Some(12)), (12, None)]);
    }

    #[test]
    fn stops_rise_whatever_the_zooms() {
        for zooms in
            [&[0u8, 0, 0][..], &[0, 1, 2], &[3, 3, 4], &[5, 4, 3], &[0, 11, 12], &[8, 14, 14], &[0, 9], &[0], &[]]
        {
            for range in ranges(&held(zooms)) {
                assert!(range.names_end.is_none_or(|end| end > range.names), "{zooms:?} gives {range:?}");
            }
            for value in opacities(zooms) {
                let Some(list) = value.as_array() else { continue };
                let stops: Vec<f64> = list[3..].iter().step_by(2).map(|stop| stop.as_f64().expect("a zoom")).collect();
                assert!(stops.windows(2).all(|pair| pair[0] < pair[1]), "{zooms:?} gives {stops:?}");
            }
        }
    }

    #[test]
    fn names_no_other_host() {
        let style = style("/tiles/grids.json", &held(&[0, 8, 10]), Theme::Dark);
        assert!(!style.to_string().contains("://"), "{style}");
        assert!(style.get("glyphs").is_none() && style.get("sprite").is_none());
        assert_eq!(style["layers"].as_array().expect("layers").len(), 10);
    }

    /// MapLibre reports a layer whose source layer the TileJSON does not name as an error.
    #[test]
    fn draws_only_the_tiers_there_are() {
        let text = style("/tiles/grids.json", &[(Tier::One, 0), (Tier::Three, 6)], Theme::Light).to_string();
        assert!(text.contains("fill-tier3") && !text.contains("tier2"), "{text}");
    }
}
