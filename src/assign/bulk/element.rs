//! One point in JSON, `[lon, lat]` or an object with `lon` and `lat`, and its answer. A line of NDJSON and an element of
//! a document's `points` are both this.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::answer::{ADDED, Answer, Answerer, is_added};
use super::pending::{MAX_ROW_BYTES, Row};

/// Answers one point. The members of an object come back as they were, in their order.
pub(super) fn answer(row: Row<'_>, answers: &mut Answerer, out: &mut Vec<u8>) {
    let Row::Whole(bytes) = row else {
        return write(&[], &answers.refuse(format!("the point takes more than {MAX_ROW_BYTES} bytes")), out);
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return write(&[], &answers.refuse("the point is not UTF-8".to_owned()), out);
    };
    let text = text.trim_ascii();
    match serde_json::from_str::<Element<'_>>(text) {
        Err(error) => write(&[], &answers.refuse(format!("the point cannot be read: {error}")), out),
        Ok(Element { position, shape }) => {
            let answer = match position {
                Ok(lon_lat) => answers.answer(lon_lat.map(RawValue::get)),
                Err(message) => answers.refuse(message),
            };
            match shape {
                Shape::Array => write(&[], &answer, out),
                // Between the braces.
                Shape::Object => write(&text.as_bytes()[1..text.len() - 1], &answer, out),
                Shape::ObjectWithAnswer => write(&without_answer(text), &answer, out),
            }
        }
    }
}

/// An object: the members it had, then the answer's.
fn write(members: &[u8], answer: &Answer<'_>, out: &mut Vec<u8>) {
    out.push(b'{');
    out.extend_from_slice(members);
    let mut first = members.trim_ascii().is_empty();
    for (name, text) in ADDED.into_iter().zip(answer.fields()) {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        match text {
            Some(text) => write_string(text, out),
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
}

pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("text is written to memory as JSON");
}

/// The members of an object without those that the answer gives anew.
fn without_answer(object: &str) -> Vec<u8> {
    let Members(members) = serde_json::from_str(object).expect("the object was read before");
    let mut kept = Vec::new();
    for (name, value) in members.into_iter().filter(|(name, _)| !is_added(name)) {
        if !kept.is_empty() {
            kept.push(b',');
        }
        write_string(&name, &mut kept);
        kept.push(b':');
        kept.extend_from_slice(value.get().as_bytes());
    }
    kept
}

/// Well-formed JSON, and the texts of its longitude and latitude, or what is wrong with it.
struct Element<'a> {
    position: Result<[&'a RawValue; 2], String>,
    shape: Shape,
}

enum Shape {
    Array,
    Object,
    /// An object with members that are named like the answer's.
    ObjectWithAnswer,
}

/// The members that matter.
#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Name {
    Lon,
    Lat,
    #[serde(alias = "tier2", alias = "tier3", alias = "party_group", alias = "leader", alias = "error")]
    Tier1,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[lon, lat] or an object with lon and lat")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        let position = match (values.next_element()?, values.next_element()?) {
            (Some(lon), Some(lat)) => Ok([lon, lat]),
            _ => Err("the point is [lon, lat]: two numbers".to_owned()),
        };
        // A height may follow, as in GeoJSON.
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element { position, shape: Shape::Array })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut lon, mut lat) = (None, None);
        let mut shape = Shape::Object;
        while let Some(name) = members.next_key()? {
            match name {
                Name::Lon if lon.is_none() => lon = Some(members.next_value::<&RawValue>()?),
                Name::Lat if lat.is_none() => lat = Some(members.next_value::<&RawValue>()?),
                Name::Lon => return Err(A::Error::duplicate_field("lon")),
                Name::Lat => return Err(A::Error::duplicate_field("lat")),
                Name::Tier1 | Name::Other => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
            if matches!(name, Name::Tier1) {
                shape = Shape::ObjectWithAnswer;
            }
        }
        let position = match (lon, lat) {
            (Some(lon), Some(lat)) => Ok([lon, lat]),
            (None, _) => Err("the object has no member `lon`".to_owned()),
            (_, None) => Err("the object has no member `lat`".to_owned()),
        };
        Ok(Element { position, shape })
    }
}

/// The members of an object in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
