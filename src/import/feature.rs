//! The text of one GeoJSON feature to a [`DraftFeature`], with every fault named by its field.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::coordinates::{Collected, Coordinates, Level};
use super::crs::{ImportCrs, OtherZone};
use super::mapping::{FieldMapping, Mapped, TierFrom, clip};
use crate::geometry::feature::DraftFeature;

/// GeometryCollections inside one another, beyond which a file is refused.
const MAX_COLLECTIONS: u32 = 4;
/// Properties of a feature.
const MAX_PROPERTIES: usize = 2_000;

/// A fault in one feature. `at` is the byte in the feature's text, where one is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FeatureFault {
    pub field: String,
    pub message: String,
    pub at: Option<usize>,
}

/// What a feature's text gives beside its shape.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub feature: DraftFeature,
    pub vertices: u64,
    pub with_height: u64,
    /// Whether its positions are of another zone than the coordinate system, and the coordinate system.
    pub other_zone: Option<(OtherZone, ImportCrs)>,
    /// What stood in the field of the tier, where that was no tier.
    pub not_a_tier: Option<String>,
    /// What its parent is called.
    pub parent_name: Option<String>,
    /// Names of its properties.
    pub properties: Vec<String>,
}

impl Parsed {
    /// What the fields say of the grid.
    pub(super) fn take(&mut self, mapped: Mapped) {
        self.feature.code = mapped.code;
        self.feature.name = mapped.name;
        self.feature.parent = mapped.parent;
        self.feature.tier = mapped.tier;
        self.feature.was = mapped.was;
        self.not_a_tier = mapped.not_a_tier;
        self.parent_name = mapped.parent_name;
    }

    /// What was collected of the shape.
    pub(super) fn take_shape(&mut self, collected: Collected) {
        self.vertices = collected.vertices;
        self.with_height = collected.with_height;
        self.other_zone = collected.other_zone.map(|zone| (zone, collected.crs.clone()));
        self.feature.polygons = collected.polygons;
        self.feature.out_of_range = collected.out_of_range;
    }
}

/// The members of a GeoJSON object that matter here, unparsed.
#[derive(Deserialize)]
pub(super) struct Members<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    geometry: Option<&'a RawValue>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    coordinates: Option<&'a RawValue>,
    #[serde(borrow)]
    geometries: Option<&'a RawValue>,
    #[serde(borrow)]
    pub crs: Option<&'a RawValue>,
}

/// Parses the members of an object; faults are placed in `whole`.
pub(super) fn members<'a>(whole: &'a str, object: &'a str, field: &str) -> Result<Members<'a>, FeatureFault> {
    if !object.starts_with('{') {
        return Err(FeatureFault {
            field: field.into(),
            message: format!("an object is expected, not {}", excerpt(object)),
            at: Some(offset_in(whole, object)),
        });
    }
    serde_json::from_str(object).map_err(|error| json_fault(whole, object, field, &error))
}

/// Where the coordinate system of a feature comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct CrsOf<'a> {
    /// What overrules the file.
    pub chosen: Option<&'a ImportCrs>,
    /// What holds where the feature says nothing.
    pub usual: &'a ImportCrs,
}

/// Parses one feature or bare geometry.
pub(super) fn parse(
    text: &str,
    fields: &FieldMapping,
    crs: CrsOf<'_>,
    vertices_left: u64,
) -> Result<Parsed, FeatureFault> {
    let object = members(text, text, "feature")?;
    let crs = match (crs.chosen, object.crs) {
        (Some(chosen), _) => chosen.clone(),
        (None, Some(member)) => crs_member(member.get()).map_err(|message| fault("crs", message))?,
        (None, None) => crs.usual.clone(),
    };
    let mut parsed = Parsed::default();
    let mut collected = Collected::new(crs, vertices_left);
    match object.kind.as_deref() {
        Some("Feature") => {
            read_fields(text, object.properties, object.id, fields, &mut parsed)?;
            if let Some(geometry) = object.geometry {
                let shape = members(text, geometry.get(), "geometry")?;
                read_geometry(text, &shape, "geometry", 0, &mut collected)?;
            }
        }
        Some("FeatureCollection") => {
            let message = "a FeatureCollection has a list `features` and does not stand among single features";
            return Err(fault("type", message));
        }
        Some("Topology") => {
            return Err(fault("type", "this is TopoJSON; give it as a file whose name ends in .topojson"));
        }
        Some(_) => read_geometry(text, &object, "feature", 0, &mut collected)?,
        None => return Err(fault("type", "the member `type` is missing: this is no GeoJSON feature")),
    }
    if let TierFrom::Fixed(tier) = fields.tier {
        parsed.feature.tier = Some(tier);
    }
    parsed.take_shape(collected);
    Ok(parsed)
}

fn read_geometry(
    whole: &str,
    shape: &Members<'_>,
    field: &str,
    collections: u32,
    into: &mut Collected,
) -> Result<(), FeatureFault> {
    let level = match shape.kind.as_deref() {
        Some("Polygon") => Level::Rings,
        Some("MultiPolygon") => Level::Polygons,
        Some("GeometryCollection") => return read_collection(whole, shape, field, collections, into),
        Some(kind @ ("Point" | "MultiPoint" | "LineString" | "MultiLineString")) => {
            let message = format!("a grid is a Polygon or a MultiPolygon, not a {kind}");
            return Err(fault(&format!("{field}.type"), message));
        }
        Some(kind) => {
            return Err(fault(&format!("{field}.type"), format!("`{}` is no GeoJSON type", clip(kind))));
        }
        None => return Err(fault(&format!("{field}.type"), "the member `type` is missing")),
    };
    let field = format!("{field}.coordinates");
    let Some(coordinates) = shape.coordinates.map(RawValue::get) else {
        return Err(fault(&field, "the coordinates are missing or null"));
    };
    let mut json = serde_json::Deserializer::from_str(coordinates);
    Coordinates { level, into }.deserialize(&mut json).map_err(|error| {
        let mut found = json_fault(whole, coordinates, &field, &error);
        found.message = format!("{} ({})", found.message, into.place());
        found
    })
}

/// Takes the polygons of a GeometryCollection, also of collections in it.
fn read_collection(
    whole: &str,
    shape: &Members<'_>,
    field: &str,
    collections: u32,
    into: &mut Collected,
) -> Result<(), FeatureFault> {
    let field = format!("{field}.geometries");
    if collections == MAX_COLLECTIONS {
        return Err(fault(&field, format!("more than {MAX_COLLECTIONS} GeometryCollections lie in one another")));
    }
    let Some(geometries) = shape.geometries.map(RawValue::get) else {
        return Err(fault(&field, "the geometries are missing or null"));
    };
    let (mut number, mut stopped) = (0, None);
    let read = serde_json::Deserializer::from_str(geometries).deserialize_seq(EachRaw(|part| {
        number += 1;
        let field = format!("{field}[{number}]");
        let read =
            members(whole, part, &field).and_then(|shape| read_geometry(whole, &shape, &field, collections + 1, into));
        read.map_err(|found| stopped = Some(found)).is_ok()
    }));
    match (stopped, read) {
        (Some(found), _) => Err(found),
        (None, read) => read.map_err(|error| json_fault(whole, geometries, &field, &error)),
    }
}

/// Hands on the text of every element of a list of geometries, until the receiver says `false`.
pub(super) struct EachRaw<F>(pub F);

impl<'de, F: FnMut(&'de str) -> bool> Visitor<'de> for EachRaw<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of geometries")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<(), A::Error> {
        while let Some(element) = array.next_element::<&RawValue>()? {
            if !(self.0)(element.get()) {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

/// Reads the properties of a feature, and its own `id` as one more where no property is called so, as GDAL does.
pub(super) fn read_fields<'a>(
    whole: &'a str,
    properties: Option<&'a RawValue>,
    id: Option<&'a RawValue>,
    fields: &FieldMapping,
    parsed: &mut Parsed,
) -> Result<(), FeatureFault> {
    const ID: &str = "id";
    let mut properties = match properties {
        Some(object) => property_list(whole, object.get())?,
        None => Vec::new(),
    };
    if let Some(id) = id
        && !properties.iter().any(|(name, _)| name.eq_ignore_ascii_case(ID))
    {
        properties.push((Cow::Borrowed(ID), id));
    }
    let mapped = fields.map(&properties, |value| scalar_text(value.get())).map_err(|wrong| FeatureFault {
        at: Some(offset_in(whole, properties[wrong.position].1.get())),
        field: wrong.field,
        message: wrong.message,
    })?;
    parsed.take(mapped);
    parsed.properties = properties.into_iter().map(|(name, _)| name.into_owned()).collect();
    Ok(())
}

fn property_list<'a>(whole: &'a str, object: &'a str) -> Result<Vec<Property<'a>>, FeatureFault> {
    if !object.starts_with('{') {
        return Err(fault("properties", format!("an object is expected, not {}", excerpt(object))));
    }
    let mut json = serde_json::Deserializer::from_str(object);
    json.deserialize_map(PropertyList).map_err(|error| json_fault(whole, object, "properties", &error))
}

type Property<'a> = (Cow<'a, str>, &'a RawValue);

/// All properties in file order, so that one that is there twice is seen.
struct PropertyList;

impl<'de> Visitor<'de> for PropertyList {
    type Value = Vec<Property<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        /// A key that borrows where it has no escapes.
        #[derive(Deserialize)]
        struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
        let mut properties = Vec::new();
        while let Some((Key(name), value)) = map.next_entry()? {
            if properties.len() == MAX_PROPERTIES {
                return Err(A::Error::custom(format!("more than {MAX_PROPERTIES} properties")));
            }
            properties.push((name, value));
        }
        Ok(properties)
    }
}

/// A text, or a whole number by its plain digits; empty for null.
fn scalar_text(json: &str) -> Result<Cow<'_, str>, String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(json).map(Cow::Owned).map_err(|error| error.to_string()),
        Some(b'n') => Ok(Cow::Borrowed("")),
        Some(b'-' | b'0'..=b'9') if !json.contains(['.', 'e', 'E']) => Ok(Cow::Borrowed(json)),
        Some(b'-' | b'0'..=b'9') => {
            /// Above it a double does not hold every whole number.
            const EXACT: f64 = 9_007_199_254_740_992.0;
            match json.parse::<f64>() {
                Ok(number) if number.fract() == 0.0 && number.abs() < EXACT => Ok(Cow::Owned(format!("{number:.0}"))),
                _ => Err(format!("{} is not a whole number; write it as text in quotes", clip(json))),
            }
        }
        _ => Err(format!("a text or a whole number is expected, not {}", excerpt(json))),
    }
}

/// The coordinate system that the `crs` member of the older GeoJSON of 2008 names.
pub(super) fn crs_member(json: &str) -> Result<ImportCrs, String> {
    #[derive(Deserialize)]
    struct Crs {
        properties: Named,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    match serde_json::from_str::<Crs>(json) {
        Ok(crs) => ImportCrs::from_member(&crs.properties.name)
            .map_err(|error| format!("{error}; if the file is wrong about itself, --crs overrules it")),
        Err(_) => Err(format!("{} names no coordinate system; --crs overrules it", excerpt(json))),
    }
}

fn fault(field: &str, message: impl Into<String>) -> FeatureFault {
    FeatureFault { field: field.into(), message: message.into(), at: None }
}

/// A fault of the JSON text `part` of `whole`.
fn json_fault(whole: &str, part: &str, field: &str, error: &serde_json::Error) -> FeatureFault {
    let in_part = byte_at(part, error.line(), error.column());
    let rest = part[..].get(in_part..).unwrap_or_default();
    let stands_for_a_number = ["NaN", "nan", "Infinity", "inf", "-Infinity", "-inf", "-NaN"]
        .into_iter()
        .find(|word| rest.starts_with(word) || part[..in_part].ends_with('-') && rest.starts_with(&word[1..]));
    let text = error.to_string();
    // The line and column within the part would mislead; the place in the file is added by the caller.
    let bare = text.rsplit_once(" at line ").map_or(text.as_str(), |(bare, _)| bare);
    let message = match stands_for_a_number {
        Some(word) => format!("`{word}` is no number in JSON"),
        None => bare.to_string(),
    };
    FeatureFault { field: field.into(), message, at: Some(offset_in(whole, part) + in_part) }
}

/// Where `part`, a slice of `whole`, begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize).min(whole.len())
}

/// The byte at a line and column as serde_json counts them: from 1, the column in bytes, 0 before a line's first.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').nth(line - 2).map_or(0, |(i, _)| i + 1),
    };
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The beginning of some JSON, for people.
fn excerpt(json: &str) -> String {
    format!("`{}`", clip(json))
}
