//! What a client accepts: media types and encodings with their q-values (RFC 9110, section 12), and entity tags.

use axum::http::header::GetAll;
use axum::http::{HeaderMap, HeaderValue, header};

use crate::tiles::cache::Encoding;

/// Where a client likes several equally, the smaller first.
const PREFERRED: [Encoding; 4] = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip, Encoding::Identity];

/// How well a media type is accepted, in thousandths; 1 with no header at all.
pub(super) fn media_quality(accepted: &GetAll<'_, HeaderValue>, media: &str) -> u16 {
    let (family, _) = media.split_once('/').unwrap_or((media, ""));
    let mut best: Option<(u8, u16)> = None;
    for (range, quality) in items(accepted) {
        let precision = match range.split_once('/') {
            Some(_) if range == media => 2,
            Some((given, "*")) if given == family => 1,
            Some(("*", "*")) => 0,
            _ => continue,
        };
        if best.is_none_or(|(known, _)| precision > known) {
            best = Some((precision, quality));
        }
    }
    best.map_or(0, |(_, quality)| quality)
}

/// The encoding to answer in; `None` when the client accepts none that there is.
pub(super) fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let accepted: Vec<(String, u16)> = items(&headers.get_all(header::ACCEPT_ENCODING)).collect();
    let given = |name: &str| accepted.iter().find(|(coding, _)| coding == name).map(|&(_, quality)| quality);
    let quality = |encoding: Encoding| match encoding.content_encoding() {
        // Identity is fine unless it is forbidden, but anything that was asked for is better.
        None => given("identity").or(given("*").filter(|&quality| quality == 0)).unwrap_or(1),
        Some("gzip") => given("gzip").or(given("x-gzip")).or(given("*")).unwrap_or(0),
        Some(name) => given(name).or(given("*")).unwrap_or(0),
    };
    let mut best: Option<(Encoding, u16)> = None;
    for encoding in PREFERRED {
        let quality = quality(encoding);
        if quality > best.map_or(0, |(_, known)| known) {
            best = Some((encoding, quality));
        }
    }
    best.map(|(encoding, _)| encoding)
}

/// Whether `If-None-Match` names this tag (weak comparison), so that 304 says it all.
pub(super) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}

/// The items of a list header with their q-values in thousandths. What cannot be read counts as not given.
fn items(values: &GetAll<'_, HeaderValue>) -> impl Iterator<Item = (String, u16)> {
    let texts = values.iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = match quality {
            None => 1.0,
            Some(text) => text.parse::<f32>().ok().filter(|quality| (0.0..=1.0).contains(quality))?,
        };
        Some((name, (quality * 1000.0).round() as u16))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn encodings_by_their_quality() {
        let chosen = |value: &str| encoding(&with(header::ACCEPT_ENCODING, value));
        assert_eq!(encoding(&HeaderMap::new()), Some(Encoding::Identity));
        for (value, expected) in [
            ("", Some(Encoding::Identity)),
            ("gzip", Some(Encoding::Gzip)),
            ("gzip, deflate, br, zstd", Some(Encoding::Brotli)),
            ("gzip, zstd", Some(Encoding::Zstd)),
            ("br;q=0.5, gzip;q=0.8", Some(Encoding::Gzip)),
            ("*", Some(Encoding::Brotli)),
            ("*;q=0.5, br;q=0", Some(Encoding::Zstd)),
            ("deflate", Some(Encoding::Identity)),
            ("gzip;q=0, identity", Some(Encoding::Identity)),
            ("gzip;q=0.5, identity", Some(Encoding::Identity)),
            ("identity;q=0", None),
            ("*;q=0", None),
            ("*;q=0, gzip;q=0.001", Some(Encoding::Gzip)),
            ("GZIP;Q=1.0", Some(Encoding::Gzip)),
            ("gzip;q=7, br;q=x", Some(Encoding::Identity)),
        ] {
            assert_eq!(chosen(value), expected, "{value}");
        }
    }

    #[test]
    fn media_types_by_the_most_precise_range() {
        let quality = |value: &str| {
            let headers = with(header::ACCEPT, value);
            media_quality(&headers.get_all(header::ACCEPT), "application/geo+json")
        };
        assert_eq!(quality("application/geo+json"), 1000);
        assert_eq!(quality("*/*;q=0.8, application/geo+json;q=0.1"), 100);
        assert_eq!(quality("application/*;q=0.3, */*"), 300);
        assert_eq!(quality("text/html"), 0);
    }

    #[test]
    fn entity_tags() {
        let known = |value: &str| is_known(&with(header::IF_NONE_MATCH, value), "\"a-br\"");
        assert!(known("\"a-br\"") && known("W/\"a-br\"") && known("\"x\", \"a-br\"") && known("*"));
        assert!(!known("\"a-gzip\"") && !known("a-br") && !known(""));
    }
}
