//! Reads TopoJSON: borders that neighbours share stand in the file once, as arcs, and come out on the same lattice
//! points for both. The text is held whole, for the arcs may stand behind the objects that refer to them.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::coordinates::Collected;
use super::crs::ImportCrs;
use super::feature::{EachRaw, Parsed, crs_member, read_fields};
use super::layers;
use super::mapping::{TierFrom, clip};
use super::reading::{Fault, Reading};
use super::summary::CrsFrom;
use crate::domain::tier::Tier;

/// GeometryCollections inside one another, beyond which a file is refused.
const MAX_COLLECTIONS: u32 = 4;
/// Objects of a topology, each a layer.
const MAX_OBJECTS: usize = 2_000;

#[derive(Deserialize)]
struct Topology<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    objects: Option<Objects<'a>>,
    #[serde(borrow)]
    arcs: Option<&'a RawValue>,
    transform: Option<Transform>,
    #[serde(borrow)]
    crs: Option<&'a RawValue>,
}

/// What quantised positions are multiplied with and moved by.
#[derive(Clone, Copy, Deserialize)]
struct Transform {
    scale: [f64; 2],
    translate: [f64; 2],
}

/// A geometry object, its members unparsed.
#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    arcs: Option<&'a RawValue>,
    #[serde(borrow)]
    geometries: Option<&'a RawValue>,
}

impl Reading {
    /// Reads one TopoJSON file. `name` is what people call it; everything found is named by it.
    pub fn read_topojson(&mut self, name: &str, bytes: impl Read) {
        let before = (self.features.len(), self.fault_count);
        let whole_file = |message: String| Fault { source: name.into(), at: None, field: String::new(), message };
        let limits = self.options.limits;
        let text = match super::decode::decode(bytes, &limits) {
            Ok(text) => text,
            Err(error) => return self.fault(whole_file(error.to_string())),
        };
        let read = whole_text(text, limits.max_feature_bytes).and_then(|text| self.read_topology(name, &text));
        if let Err(message) = read {
            self.fault(whole_file(message));
        }
        if (self.features.len(), self.fault_count) == before {
            self.fault(whole_file("there are no features in it".into()));
        }
    }

    fn read_topology(&mut self, name: &str, text: &str) -> Result<(), String> {
        let topology: Topology<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if topology.kind.as_deref() != Some("Topology") {
            return Err("it is no TopoJSON: its `type` is not Topology".into());
        }
        let crs = match (self.options.crs.clone(), topology.crs) {
            (Some(chosen), _) => chosen,
            (None, Some(member)) => crs_member(member.get())?,
            (None, None) => ImportCrs::default(),
        };
        let crs_from = if topology.crs.is_some() { CrsFrom::File } else { CrsFrom::Assumed };
        let objects = topology.objects.ok_or("the member `objects` is missing")?.0;
        let arcs = match topology.arcs {
            Some(arcs) => Arcs::read(arcs.get(), topology.transform, self.options.limits.max_vertices)
                .map_err(|error| format!("arcs: {error}"))?,
            None => Arcs::default(),
        };
        self.add_heights(arcs.with_height);
        let names: Vec<&str> = objects.iter().map(|(name, _)| name.as_ref()).collect();
        let wanted = self.options.layer.clone();
        let chosen = layers::choose(&names, wanted.as_deref())?;
        if let Some(note) = layers::left_out(&names, &chosen, wanted.as_deref()) {
            self.note(format!("{name}: {note}"));
        }
        for layer in &chosen {
            let (called, object) = &objects[layer.position];
            let called = if objects.len() > 1 { format!("{name} {}", clip(called)) } else { name.to_owned() };
            self.reads_from(&called, self.features.len(), &crs, crs_from);
            let mut each = Each { reading: self, arcs: &arcs, crs: &crs, called, tier: layer.tier, number: 0 };
            each.top(object.get())?;
        }
        Ok(())
    }
}

/// Reads a text to its end, unless it is too long.
fn whole_text(text: impl BufRead, max_bytes: usize) -> Result<String, String> {
    let mut bytes = Vec::new();
    text.take(max_bytes as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > max_bytes {
        return Err(format!("TopoJSON is read whole, and this is longer than {max_bytes} bytes; make GeoJSON of it"));
    }
    String::from_utf8(bytes)
        .map_err(|_| "the text is not UTF-8; convert the file: iconv -f GB18030 -t UTF-8 IN > OUT".into())
}

/// The features of one object, one after the other.
struct Each<'r> {
    reading: &'r mut Reading,
    arcs: &'r Arcs,
    crs: &'r ImportCrs,
    /// What people call the object.
    called: String,
    tier: Option<Tier>,
    number: u64,
}

impl Each<'_> {
    /// The members of the object's collection are features, as topojson-client has it; any other object is one itself.
    fn top(&mut self, json: &str) -> Result<(), String> {
        let object: Object<'_> = serde_json::from_str(json).map_err(|error| format!("{}: {error}", self.called))?;
        match (object.kind.as_deref(), object.geometries) {
            (Some("GeometryCollection"), Some(geometries)) => {
                // What stops the whole file: more than an edition may have.
                let mut stopped = None;
                let read =
                    serde_json::Deserializer::from_str(geometries.get()).deserialize_seq(EachRaw(|json: &str| {
                        self.feature(json).map_err(|message| stopped = Some(message)).is_ok()
                    }));
                match (stopped, read) {
                    (Some(message), _) => Err(message),
                    (None, Err(error)) => Err(format!("{}, geometries: {error}", self.called)),
                    (None, Ok(())) => Ok(()),
                }
            }
            _ => self.feature(json),
        }
    }

    fn feature(&mut self, json: &str) -> Result<(), String> {
        let limits = self.reading.options.limits;
        if self.reading.is_full() {
            return Err(format!("there are more than {} features", limits.max_features));
        }
        self.number += 1;
        let source = format!("{} feature {}", self.called, self.number);
        let mut shape = self.reading.collector(self.crs.clone());
        match self.parse(json, &mut shape) {
            Ok(mut parsed) => {
                parsed.take_shape(shape);
                self.reading.take_parsed(parsed, source, self.tier);
            }
            // Arcs are short to name and long to follow, so the first feature that is too long is the last one.
            Err(Wrong { too_many: true, message, .. }) => return Err(format!("{source}: {message}")),
            Err(Wrong { field, message, .. }) => {
                self.reading.spend(shape.vertices);
                self.reading.fault(Fault { source, at: None, field, message });
            }
        }
        if self.reading.vertices_left() == 0 {
            return Err(format!("there are {} vertices or more", limits.max_vertices));
        }
        Ok(())
    }

    fn parse(&self, json: &str, shape: &mut Collected) -> Result<Parsed, Wrong> {
        let object: Object<'_> = serde_json::from_str(json).map_err(|error| wrong("geometry", error))?;
        let mut parsed = Parsed::default();
        let properties = object.properties.filter(|json| json.get() != "null");
        read_fields(json, properties, object.id, &self.reading.options.fields, &mut parsed)
            .map_err(|fault| wrong(&fault.field, fault.message))?;
        if let TierFrom::Fixed(tier) = self.reading.options.fields.tier {
            parsed.feature.tier = Some(tier);
        }
        self.collect(&object, 0, shape)?;
        Ok(parsed)
    }

    fn collect(&self, object: &Object<'_>, collections: u32, into: &mut Collected) -> Result<(), Wrong> {
        let level = match object.kind.as_deref() {
            // An object without a shape: `null`.
            None => return Ok(()),
            Some("Polygon") => Level::Rings,
            Some("MultiPolygon") => Level::Polygons,
            Some("GeometryCollection") => {
                if collections == MAX_COLLECTIONS {
                    let message = format!("more than {MAX_COLLECTIONS} GeometryCollections lie in one another");
                    return Err(wrong("geometries", message));
                }
                let Some(geometries) = object.geometries else {
                    return Err(wrong("geometries", "the geometries are missing or null"));
                };
                let mut stopped = None;
                let read =
                    serde_json::Deserializer::from_str(geometries.get()).deserialize_seq(EachRaw(|json: &str| {
                        let inside =
                            serde_json::from_str::<Object<'_>>(json).map_err(|error| wrong("geometries", error));
                        inside
                            .and_then(|inside| self.collect(&inside, collections + 1, into))
                            .map_err(|found| stopped = Some(found))
                            .is_ok()
                    }));
                return match (stopped, read) {
                    (Some(found), _) => Err(found),
                    (None, read) => read.map_err(|error| wrong("geometries", error)),
                };
            }
            Some(kind @ ("Point" | "MultiPoint" | "LineString" | "MultiLineString")) => {
                return Err(wrong("type", format!("a grid is a Polygon or a MultiPolygon, not a {kind}")));
            }
            Some(kind) => return Err(wrong("type", format!("`{}` is no type of TopoJSON", clip(kind)))),
        };
        let Some(arcs) = object.arcs else { return Err(wrong("arcs", "the arcs are missing or null")) };
        let mut too_many = false;
        let references = References { level, arcs: self.arcs, into, too_many: &mut too_many };
        let read = references.deserialize(&mut serde_json::Deserializer::from_str(arcs.get()));
        read.map_err(|error| Wrong { too_many, ..wrong("arcs", error) })
    }
}

/// What is wrong with a feature.
struct Wrong {
    field: String,
    message: String,
    /// The edition can take no more.
    too_many: bool,
}

fn wrong(field: &str, message: impl fmt::Display) -> Wrong {
    Wrong { field: field.to_owned(), message: message.to_string(), too_many: false }
}

/// All objects in the order of the file.
struct Objects<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Objects<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the objects by their names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                /// A key that borrows where it has no escapes.
                #[derive(Deserialize)]
                struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
                let mut objects = Vec::new();
                while let Some((Key(name), object)) = map.next_entry()? {
                    if objects.len() == MAX_OBJECTS {
                        return Err(A::Error::custom(format!("it has more than {MAX_OBJECTS} objects")));
                    }
                    objects.push((name, object));
                }
                Ok(objects)
            }
        }
        deserializer.deserialize_map(List).map(Objects)
    }
}

/// The borders of the file, in its own coordinates.
#[derive(Default)]
struct Arcs {
    positions: Vec<[f64; 2]>,
    /// Where each arc ends among the positions.
    ends: Vec<usize>,
    /// Positions with a height or a measure, which is dropped.
    with_height: u64,
}

impl Arcs {
    fn read(json: &str, transform: Option<Transform>, max_vertices: u64) -> serde_json::Result<Arcs> {
        let mut arcs = Arcs::default();
        let seed = ArcList { into: &mut arcs, transform, max_vertices, is_arc: false };
        seed.deserialize(&mut serde_json::Deserializer::from_str(json))?;
        Ok(arcs)
    }

    fn get(&self, at: usize) -> Option<&[[f64; 2]]> {
        let end = *self.ends.get(at)?;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.positions[start..end])
    }
}

/// Reads the list of arcs, or one arc.
struct ArcList<'a> {
    into: &'a mut Arcs,
    transform: Option<Transform>,
    max_vertices: u64,
    is_arc: bool,
}

impl<'de> DeserializeSeed<'de> for ArcList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ArcList<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_arc { "a list of positions" } else { "a list of arcs" })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let ArcList { into, transform, max_vertices, is_arc } = self;
        if !is_arc {
            while array.next_element_seed(ArcList { into, transform, max_vertices, is_arc: true })?.is_some() {
                into.ends.push(into.positions.len());
            }
            return Ok(());
        }
        // Quantised positions say how far they are from the one before.
        let mut sum = [0.0, 0.0];
        while let Some(Position { east, north, has_height }) = array.next_element()? {
            if into.positions.len() as u64 == max_vertices {
                return Err(A::Error::custom("there are more vertices than one edition may have"));
            }
            let position = match transform {
                None => [east, north],
                Some(Transform { scale, translate }) => {
                    sum = [sum[0] + east, sum[1] + north];
                    [sum[0] * scale[0] + translate[0], sum[1] * scale[1] + translate[1]]
                }
            };
            if !position.iter().all(|number| number.is_finite()) {
                return Err(A::Error::custom("a position is not a pair of numbers"));
            }
            into.positions.push(position);
            into.with_height += u64::from(has_height);
        }
        Ok(())
    }
}

/// Two numbers; further ones are a height or a measure.
struct Position {
    east: f64,
    north: f64,
    has_height: bool,
}

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;
        impl<'de> Visitor<'de> for Numbers {
            type Value = Position;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a position: two numbers")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Position, A::Error> {
                let few = || A::Error::custom("a position has fewer than two numbers");
                let east = array.next_element()?.ok_or_else(few)?;
                let north = array.next_element()?.ok_or_else(few)?;
                let mut has_height = false;
                while array.next_element::<IgnoredAny>()?.is_some() {
                    has_height = true;
                }
                Ok(Position { east, north, has_height })
            }
        }
        deserializer.deserialize_seq(Numbers)
    }
}

/// What a list of references holds.
#[derive(Clone, Copy)]
enum Level {
    Polygons,
    Rings,
    Arcs,
}

/// Follows references to arcs, round every ring.
struct References<'a> {
    level: Level,
    arcs: &'a Arcs,
    into: &'a mut Collected,
    too_many: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for References<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for References<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Polygons => "a list of polygons",
            Level::Rings => "a polygon: a list of rings",
            Level::Arcs => "a ring: a list of numbers of arcs",
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let References { level, arcs, into, too_many } = self;
        let refused = |too_many: &mut bool, error| {
            *too_many = true;
            A::Error::custom(error)
        };
        match level {
            Level::Polygons => {
                while array.next_element_seed(References { level: Level::Rings, arcs, into, too_many })?.is_some() {}
            }
            Level::Rings => {
                into.begin_polygon().map_err(|error| refused(too_many, error))?;
                while array.next_element_seed(References { level: Level::Arcs, arcs, into, too_many })?.is_some() {}
            }
            Level::Arcs => {
                into.begin_ring().map_err(|error| refused(too_many, error))?;
                let mut last = None;
                while let Some(number) = array.next_element::<i64>()? {
                    // `~3` is arc 3 backwards.
                    let at = usize::try_from(if number < 0 { !number } else { number }).unwrap_or(usize::MAX);
                    let arc = arcs.get(at).ok_or_else(|| A::Error::custom(format!("there is no arc {at}")))?;
                    for step in 0..arc.len() {
                        let position = arc[if number < 0 { arc.len() - 1 - step } else { step }];
                        // An arc begins where the one before it ended.
                        if step > 0 || last != Some(position) {
                            into.position(position).map_err(|error| refused(too_many, error))?;
                        }
                        last = Some(position);
                    }
                }
            }
        }
        Ok(())
    }
}
