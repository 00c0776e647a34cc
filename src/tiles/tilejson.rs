//! TileJSON 3.0.0: what an edition's tiles hold, for map libraries.

use serde::Serialize;

use super::schema::{BORDERS, LABELS, area_layer};
use super::tile_set::TileSet;
use crate::domain::tier::Tier;

/// <https://github.com/mapbox/tilejson-spec/tree/master/3.0.0>
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TileJson {
    pub tilejson: &'static str,
    /// The edition's name.
    pub name: String,
    pub description: &'static str,
    /// Of the layers' shape, not of the data.
    pub version: &'static str,
    pub scheme: &'static str,
    /// URLs with `{z}`, `{x}` and `{y}`.
    pub tiles: Vec<String>,
    pub minzoom: u8,
    pub maxzoom: u8,
    /// West, south, east, north in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 4]>,
    /// Longitude, latitude, zoom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub center: Option<(f64, f64, u8)>,
    pub vector_layers: Vec<VectorLayer>,
}

/// One layer: its fields with what they hold, in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VectorLayer {
    pub id: &'static str,
    pub description: String,
    pub minzoom: u8,
    pub maxzoom: u8,
    pub fields: serde_json::Map<String, serde_json::Value>,
}

impl TileJson {
    /// For tiles at the URL template `tiles_url`.
    pub fn new(set: &TileSet, tiles_url: String) -> TileJson {
        let zooms = set.zooms();
        let edition = &set.edition().info;
        let held: Vec<Tier> = Tier::ALL
            .into_iter()
            .filter(|&tier| set.edition().planar.grids().iter().any(|grid| grid.tier == tier))
            .collect();
        let ranges: Vec<String> =
            held.iter().map(|&tier| format!("tier {tier} from zoom {}", zooms.first[tier])).collect();
        let ranges = ranges.join(", ");
        let layer = |id, description, minzoom, described: &[(&str, &str)]| VectorLayer {
            id,
            description,
            minzoom,
            maxzoom: zooms.last,
            fields: described.iter().map(|&(name, what)| (name.to_owned(), what.into())).collect(),
        };
        let mut vector_layers: Vec<VectorLayer> = held
            .iter()
            .map(|&tier| {
                let mut fields = vec![("code", "String: unique in the edition"), ("name", "String")];
                if tier != Tier::One {
                    fields.push(("parent", "String: code of the grid above"));
                }
                fields.push(("color", "Number: 0 to 5, neighbours differ"));
                layer(area_layer(tier), format!("grids of tier {tier}"), zooms.first[tier], &fields)
            })
            .collect();
        let first = held.first().map_or(0, |&tier| zooms.first[tier]);
        vector_layers.push(layer(
            BORDERS,
            format!("every border once: {ranges}"),
            first,
            &[
                ("tier", "Number: the highest tier it parts"),
                ("left", "String: code of that tier's grid on the left"),
                ("right", "String: code of that tier's grid on the right; absent outside"),
            ],
        ));
        vector_layers.push(layer(
            LABELS,
            format!("one point in each grid, in one tile per zoom: {ranges}"),
            first,
            &[("tier", "Number: 1, 2 or 3"), ("code", "String"), ("name", "String")],
        ));
        // Where the whole edition is about one tile wide.
        let center = edition.bounds.map(|[west, south, east, north]| {
            let zoom = (360.0 / (east - west).max(north - south).max(1e-6)).log2().floor();
            ((west + east) / 2.0, (south + north) / 2.0, zoom.clamp(0.0, f64::from(zooms.last)) as u8)
        });
        TileJson {
            tilejson: "3.0.0",
            name: edition.name.clone(),
            description: "Governance grids (网格) of three tiers",
            version: "1.0.0",
            scheme: "xyz",
            tiles: vec![tiles_url],
            minzoom: 0,
            maxzoom: zooms.last,
            bounds: edition.bounds,
            center,
            vector_layers,
        }
    }
}
