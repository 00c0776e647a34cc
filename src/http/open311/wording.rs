//! XML and JSON of one and the same value, mapped as GeoReport has it (the Spark convention): an element for each member, and
//! in a list an element for each item, named by the list.

use std::io;

use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Serialize;
use serde_json::Value;

use crate::http::negotiate::media_quality;

pub(super) const XML: &str = "text/xml; charset=utf-8";
pub(super) const JSON: &str = "application/json; charset=utf-8";
pub(super) const XML_TYPE: &str = "text/xml";
pub(super) const JSON_TYPE: &str = "application/json";

/// In which form an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wording {
    Xml,
    Json,
}

impl Wording {
    /// By how the path ends; else by what is accepted; else XML, which is what GeoReport requires.
    pub(super) fn asked(path: &str, headers: &HeaderMap) -> Wording {
        let last = path.rsplit('/').next().unwrap_or_default();
        match last.rsplit_once('.') {
            Some((_, "json")) => return Wording::Json,
            Some((_, "xml")) => return Wording::Xml,
            _ => {}
        }
        let accepted = headers.get_all(ACCEPT);
        let xml = media_quality(&accepted, XML_TYPE).max(media_quality(&accepted, "application/xml"));
        if media_quality(&accepted, JSON_TYPE) > xml { Wording::Json } else { Wording::Xml }
    }

    pub(super) fn ending(self) -> &'static str {
        match self {
            Wording::Xml => "xml",
            Wording::Json => "json",
        }
    }

    /// `root` is the element around it in XML.
    pub(super) fn write(self, root: &'static str, body: &impl Serialize) -> Response {
        let value = serde_json::to_value(body).expect("texts and finite numbers are JSON");
        let (media, bytes) = match self {
            Wording::Xml => (XML, xml(root, &value)),
            Wording::Json => (JSON, value.to_string().into_bytes()),
        };
        ([(CONTENT_TYPE, HeaderValue::from_static(media))], bytes).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wording {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Wording, Self::Rejection> {
        Ok(Wording::asked(parts.uri.path(), &parts.headers))
    }
}

fn xml(root: &str, value: &Value) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let declared = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    declared.and_then(|()| element(&mut writer, root, value)).expect("elements are written to memory");
    writer.into_inner()
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> io::Result<()> {
    let element = writer.create_element(name);
    match value {
        Value::Null => element.write_empty()?,
        Value::Object(members) => element.write_inner_content(|inner| {
            members.iter().try_for_each(|(name, value)| self::element(inner, name, value))
        })?,
        Value::Array(items) => element
            .write_inner_content(|inner| items.iter().try_for_each(|item| self::element(inner, item_of(name), item)))?,
        Value::String(text) => element.write_text_content(BytesText::new(&allowed(text)))?,
        other => element.write_text_content(BytesText::new(&other.to_string()))?,
    };
    Ok(())
}

/// What an item of a list is called.
fn item_of(list: &str) -> &str {
    match list {
        "service_requests" => "request",
        plural => plural.strip_suffix('s').unwrap_or(plural),
    }
}

/// A text without the characters that no XML document may hold, not even escaped.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_value_in_both_forms() {
        let value = json!([{"service_request_id": "1", "lat": 30.8, "open": true, "description": "a<b> & \u{1}\u{ffff}\n\"青\"",
                            "values": [{"key": 1}], "zipcode": null}]);
        assert_eq!(
            String::from_utf8(xml("service_requests", &value)).unwrap(),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><service_requests><request><service_request_id>1</service_request_id>\
             <lat>30.8</lat><open>true</open><description>a&lt;b&gt; &amp; \u{fffd}\u{fffd}\n&quot;青&quot;</description>\
             <values><value><key>1</key></value></values><zipcode/></request></service_requests>"
        );
    }

    #[test]
    fn forms_by_ending_then_by_what_is_accepted() {
        let asked = |path: &str, accept: &str| {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]);
            Wording::asked(path, &headers)
        };
        assert_eq!(asked("/open311/v2/services.json", "text/xml"), Wording::Json);
        assert_eq!(asked("/open311/v2/requests/1.xml", "application/json"), Wording::Xml);
        for (accept, form) in [
            ("application/json", Wording::Json),
            ("*/*", Wording::Xml),
            ("text/xml", Wording::Xml),
            ("application/json, text/xml;q=0.5", Wording::Json),
            ("application/json;q=0.5, */*", Wording::Xml),
        ] {
            assert_eq!(asked("/open311/v2/services", accept), form, "{accept}");
        }
        assert_eq!(Wording::asked("/open311/v2/services", &HeaderMap::new()), Wording::Xml);
    }
}
