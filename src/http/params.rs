//! Reading the query string. Every parameter that is wrong is named, all of them at once: unknown ones, ones given
//! twice, and ones that do not parse. (Unknown ones are refused, as OGC API does: a misspelt `acuracy=` must not be
//! passed over in silence.)

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::{FieldError, Problem};
use crate::assign::bulk::shortened;
use crate::domain::tier::{PerTier, Tier};

/// No request needs more; more would only make answers long.
const MAX_PARAMETERS: usize = 64;

/// The parameters of one resource.
pub(crate) trait Parameters: Sized {
    /// Takes what it knows out of `given`. `None` when something required is missing or wrong; `given` knows why.
    fn read(given: &mut Given) -> Option<Self>;
}

/// The extractor: the query string as `T`.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub T);

impl<T: Parameters, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Asked)
    }
}

/// Reads a query string.
pub(crate) fn parse<T: Parameters>(query: &str) -> Result<T, Problem> {
    let mut given = Given::new(query);
    let read = T::read(&mut given);
    given.refuse_the_rest();
    match read {
        Some(parameters) if given.errors.is_empty() => Ok(parameters),
        _ => Err(Problem::parameters(given.errors)),
    }
}

/// The extractor for parameters that another standard than ours names: unknown ones are passed over, and an empty one is as
/// if it were not there.
#[derive(Debug)]
pub(crate) struct Tolerated<T>(pub T);

impl<T: Parameters, S: Send + Sync> FromRequestParts<S> for Tolerated<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Tolerated<T>, Problem> {
        tolerated(parts.uri.query().unwrap_or_default()).map(Tolerated)
    }
}

/// Reads a query string, or a form, so.
pub(crate) fn tolerated<T: Parameters>(query: &str) -> Result<T, Problem> {
    let mut given = Given::new(query);
    given.pairs.retain(|(_, value)| value.as_deref() != Some(""));
    match T::read(&mut given) {
        Some(parameters) if given.errors.is_empty() => Ok(parameters),
        _ => Err(Problem::parameters(given.errors)),
    }
}

/// A resource without parameters.
pub(crate) struct Nothing;

impl Parameters for Nothing {
    fn read(_: &mut Given) -> Option<Nothing> {
        Some(Nothing)
    }
}

/// The parameters that came, those that were asked for, and what is wrong with them.
pub(crate) struct Given {
    pairs: Vec<(String, Option<String>)>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Given {
    fn new(query: &str) -> Given {
        let mut given = Given { pairs: Vec::new(), known: Vec::new(), errors: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            if given.pairs.len() == MAX_PARAMETERS {
                given.wrong("?", format!("there are more than {MAX_PARAMETERS} parameters"));
                break;
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decoded(name), decoded(value)) {
                (Some(name), Some(value)) => given.pairs.push((name, Some(value))),
                (Some(name), None) => {
                    given.wrong(&name, "the value is not UTF-8 in percent escapes");
                    given.pairs.push((name, None));
                }
                (None, _) => given.wrong(&shortened(name), "the name is not UTF-8 in percent escapes"),
            }
        }
        given
    }

    /// Notes what is wrong with a parameter.
    pub(crate) fn wrong(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: shortened(field), message: message.into() });
    }

    /// The text of a parameter that may be missing.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut values = self.pairs.extract_if(.., |(given, _)| given == name).map(|(_, value)| value);
        let value = values.next();
        if values.count() > 0 {
            self.wrong(name, "given more than once");
        }
        value.flatten()
    }

    /// A parameter that may be missing, parsed.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        parse(&text).map_err(|message| self.wrong(name, message)).ok()
    }

    /// Whether a parameter was given at all.
    pub(crate) fn came(&self, name: &str) -> bool {
        self.pairs.iter().any(|(given, _)| given == name)
    }

    /// A parameter that must be there, parsed.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let errors = self.errors.len();
        let came = self.came(name);
        let value = self.optional(name, parse);
        if !came && errors == self.errors.len() {
            self.wrong(name, "is missing");
        }
        value
    }

    fn refuse_the_rest(&mut self) {
        let known = if self.known.is_empty() { "none".to_owned() } else { self.known.join(", ") };
        for (name, _) in std::mem::take(&mut self.pairs) {
            self.wrong(&name, format!("is not a parameter here; known: {known}"));
        }
    }
}

/// A finite decimal number.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("`{}` is not a number", shortened(text))),
    }
}

/// `true` or `false`.
pub(crate) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("`{}` is neither true nor false", shortened(text))),
    }
}

/// 1, 2 or 3.
pub(crate) fn tier(text: &str) -> Result<Tier, String> {
    match text {
        "1" => Ok(Tier::One),
        "2" => Ok(Tier::Two),
        "3" => Ok(Tier::Three),
        _ => Err(format!("`{}` is not a tier: 1, 2 or 3", shortened(text))),
    }
}

/// A list of tiers, such as `1,3`.
pub(crate) fn tiers(text: &str) -> Result<PerTier<bool>, String> {
    let mut wanted = PerTier([false; 3]);
    for word in text.split(',') {
        wanted[tier(word)?] = true;
    }
    Ok(wanted)
}

/// A moment in RFC 3339.
pub(crate) fn moment(text: &str) -> Result<time::OffsetDateTime, String> {
    // In a query string a `+` that is not escaped means a space: `…T08:00:00+08:00` comes as `…T08:00:00 08:00`.
    let mended = match text.rsplit_once(' ') {
        Some((moment, offset)) if offset.len() == 5 && moment.contains([':']) => format!("{moment}+{offset}"),
        _ => text.to_owned(),
    };
    crate::domain::moment::moment(&mended).ok_or_else(|| {
        format!("`{}` is not a moment of the years 1 to 9998 such as 2026-01-31T08:00:00+08:00", shortened(text))
    })
}

/// Undoes `+` and percent escapes; `None` where they are broken or do not make UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                (digit()? << 4 | digit()?) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Sample {
        lon: f64,
        name: Option<String>,
    }

    impl Parameters for Sample {
        fn read(given: &mut Given) -> Option<Sample> {
            let (lon, name) = (given.required("lon", number), given.text("name"));
            Some(Sample { lon: lon?, name })
        }
    }

    fn refused(query: &str) -> String {
        let problem = parse::<Sample>(query).unwrap_err();
        format!("{problem:?}")
    }

    #[test]
    fn reads_escapes() {
        let sample: Sample = parse("name=%E9%9D%92+%e8%8d%89&&lon=116.9").unwrap();
        assert_eq!((sample.lon, sample.name.as_deref()), (116.9, Some("青 草")));
        assert_eq!(parse::<Sample>("lon=-1e2").unwrap().lon, -100.0);
    }

    #[test]
    fn tolerates_what_it_does_not_know_and_what_is_empty() {
        let sample: Sample = tolerated("lon=1&name=&other=2&%ff=3").unwrap_or(Sample { lon: 0.0, name: None });
        assert_eq!(sample.lon, 0.0, "what cannot be read is wrong all the same");
        let sample: Sample = tolerated("lon=1&name=&other=2&lon=").unwrap();
        assert_eq!((sample.lon, sample.name), (1.0, None));
        assert!(tolerated::<Sample>("lon=").is_err());
    }

    #[test]
    fn names_everything_that_is_wrong() {
        for (query, said) in [
            ("", "lon: is missing"),
            ("lon", "lon: `` is not a number"),
            ("lon=NaN", "lon: `NaN` is not a number"),
            ("lon=1e400", "lon: `1e400` is not a number"),
            ("lon=١", "lon: `١` is not a number"),
            ("lon=1&lon=2", "lon: given more than once"),
            ("lon=%ff", "lon: the value is not UTF-8"),
            ("lon=%4", "lon: the value is not UTF-8"),
            ("lon=1&%zz=2", "the name is not UTF-8"),
            ("lon=1&acuracy=3", "acuracy: is not a parameter here; known: lon, name"),
            ("lon=x&name=1&name=2&other=3", "lon: `x` is not a number; name: given more than once; other: is not"),
        ] {
            let problem = refused(query);
            assert!(problem.contains(said), "{query}: {problem}");
        }
        assert!(refused(&"a=1&".repeat(1000)).len() < 20_000);
        assert!(refused(&format!("lon={}", "9x".repeat(10_000))).len() < 500);
    }

    #[test]
    fn moments_with_a_plus_that_was_not_escaped() {
        assert_eq!(moment("2026-01-31T08:00:00 08:00"), moment("2026-01-31T00:00:00Z"));
        assert!(moment("yesterday").is_err() && moment("").is_err() && moment("2026-01-31 08:00").is_err());
    }
}
