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

/// The style over the tiles that `tilejson_url` describes. `first_zoom` is the lowest zoom at which the tiles hold
/// each tier.
pub(crate) fn style(tilejson_url: &str, first_zoom: PerTier<u8>, theme: Theme) -> Value {
    let paint = match theme {
        Theme::Light => &LIGHT,
        Theme::Dark => &DARK,
    };
    let read_zoom = PerTier(Tier::ALL.map(|tier| match tier {
        Tier::One => first_zoom[tier],
        Tier::Two | Tier::Three => first_zoom[tier] + LEVELS_TO_READ,
    }));
    let mut layers = vec![json!({
        "id": "background", "type": "background", "paint": {"background-color": paint.background}
    })];
    layers.extend(Tier::ALL.map(|tier| fill(tier, read_zoom, paint)));
    // Smaller tiers first: the wider lines and the larger names of the tiers above lie over them.
    layers.extend(Tier::ALL.into_iter().rev().map(|tier| border(tier, first_zoom, paint)));
    layers.extend(Tier::ALL.into_iter().rev().map(|tier| label(tier, read_zoom, paint)));
    json!({
        "version": 8,
        "name": "Gridward",
        // For a page that shows one tier alone.
        "metadata": {"gridward:fill-opacity": paint.fill_opacity},
        "sources": {"grids": {"type": "vector", "url": tilejson_url}},
        "layers": layers,
    })
}

fn fill(tier: Tier, read_zoom: PerTier<u8>, paint: &Paint) -> Value {
    let mut color = vec![json!("match"), json!(["get", "color"])];
    for (index, fill) in paint.fills.iter().enumerate() {
        color.extend([json!(index), json!(fill)]);
    }
    color.push(json!(paint.fills[0]));
    json!({
        "id": format!("fill-tier{tier}"),
        "type": "fill",
        "source": "grids",
        "source-layer": format!("tier{tier}"),
        "minzoom": read_zoom[tier],
        "paint": {
            "fill-color": color,
            "fill-opacity": fill_opacity(tier, read_zoom, paint.fill_opacity),
            // Seams of smoothed edges would show as a second, paler border.
            "fill-antialias": false,
        },
    })
}

/// Full in the tier's own range, nothing where the next smaller tier has taken over.
fn fill_opacity(tier: Tier, read_zoom: PerTier<u8>, full: f64) -> Value {
    let own = read_zoom[tier];
    let next = below(tier).map(|below| read_zoom[below]);
    if next.is_some_and(|next| next <= own) {
        return json!(0.0);
    }
    let mut stops = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
    let full_from = if tier.above().is_some() {
        stops.extend([json!(own), json!(0.0)]);
        own + 1
    } else {
        own
    };
    stops.extend([json!(full_from), json!(full)]);
    if let Some(next) = next {
        let full_until = next.max(full_from);
        if full_until > full_from {
            stops.extend([json!(full_until), json!(full)]);
        }
        stops.extend([json!(full_until + 1), json!(0.0)]);
    }
    json!(stops)
}

fn border(tier: Tier, first_zoom: PerTier<u8>, paint: &Paint) -> Value {
    let from = grows_from(tier, first_zoom);
    let (thin, thick) = match tier {
        Tier::One => (1.4, 4.0),
        Tier::Two => (0.9, 2.4),
        Tier::Three => (0.5, 1.4),
    };
    json!({
        "id": format!("border-tier{tier}"),
        "type": "line",
        "source": "grids",
        "source-layer": "borders",
        "minzoom": first_zoom[tier],
        "filter": ["==", ["get", "tier"], tier.number()],
        "layout": {"line-join": "round", "line-cap": "round"},
        "paint": {
            "line-color": paint.borders[tier],
            "line-width": ["interpolate", ["linear"], ["zoom"], from, thin, from + 6, thick],
        },
    })
}

fn label(tier: Tier, read_zoom: PerTier<u8>, paint: &Paint) -> Value {
    let own = read_zoom[tier];
    let from = grows_from(tier, read_zoom);
    let (small, large, fonts) = match tier {
        Tier::One => (13.0, 20.0, BOLD),
        Tier::Two => (11.5, 16.0, PLAIN),
        Tier::Three => (11.0, 15.0, PLAIN),
    };
    let mut layer = json!({
        "id": format!("label-tier{tier}"),
        "type": "symbol",
        "source": "grids",
        "source-layer": "labels",
        "minzoom": own,
        "filter": ["==", ["get", "tier"], tier.number()],
        "layout": {
            "text-field": ["get", "name"],
            "text-font": fonts,
            "text-size": ["interpolate", ["linear"], ["zoom"], from, small, from + 5, large],
            "text-max-width": 8,
            "text-padding": 6,
            "text-variable-anchor": ["center", "top", "bottom"],
        },
        "paint": {
            "text-color": paint.labels[tier],
            "text-halo-color": paint.halo,
            "text-halo-width": 1.6,
        },
    });
    // A name goes when the names of the next smaller tier have room: they repeat it, and would have to give way to it.
    if let Some(below) = below(tier) {
        let last = read_zoom[below] + 2;
        if last > own {
            layer["maxzoom"] = json!(last);
        }
    }
    layer
}

/// The zoom from which a tier's lines and names grow. The largest tier is in every tile from zoom 0: its own growth
/// begins shortly before the next tier comes.
fn grows_from(tier: Tier, zooms: PerTier<u8>) -> u8 {
    match tier {
        Tier::One => zooms[Tier::Two].saturating_sub(1),
        Tier::Two | Tier::Three => zooms[tier],
    }
}

/// The next smaller tier.
fn below(tier: Tier) -> Option<Tier> {
    Tier::ALL.into_iter().find(|other| other.above() == Some(tier))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opacities(first_zoom: [u8; 3]) -> Vec<Value> {
        Tier::ALL.map(|tier| fill_opacity(tier, PerTier(first_zoom), 0.5)).to_vec()
    }

    #[test]
    fn hands_over_from_tier_to_tier() {
        let expected = |stops: Value| {
            let mut all = vec![json!("interpolate"), json!(["linear"]), json!(["zoom"])];
            all.extend(stops.as_array().expect("a list").clone());
            json!(all)
        };
        assert_eq!(
            opacities([4, 9, 11]),
            [
                expected(json!([4, 0.5, 9, 0.5, 10, 0.0])),
                expected(json!([9, 0.0, 10, 0.5, 11, 0.5, 12, 0.0])),
                expected(json!([11, 0.0, 12, 0.5])),
            ]
        );
    }

    #[test]
    fn stops_rise_whatever_the_zooms() {
        for zooms in [[0, 0, 0], [0, 1, 2], [3, 3, 4], [5, 4, 3], [10, 11, 12], [8, 14, 14]] {
            for value in opacities(zooms) {
                let Some(list) = value.as_array() else { continue };
                let stops: Vec<f64> = list[3..].iter().step_by(2).map(|stop| stop.as_f64().expect("a zoom")).collect();
                assert!(stops.windows(2).all(|pair| pair[0] < pair[1]), "{zooms:?} gives {stops:?}");
            }
        }
    }

    #[test]
    fn names_no_other_host() {
        let style = style("/tiles/grids.json", PerTier([8, 10, 11]), Theme::Dark);
        assert!(!style.to_string().contains("://"), "{style}");
        assert!(style.get("glyphs").is_none() && style.get("sprite").is_none());
        assert_eq!(style["layers"].as_array().expect("layers").len(), 10);
    }
}
