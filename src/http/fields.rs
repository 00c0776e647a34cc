//! Reading a JSON object field by field. Every field that is wrong is named, all of them at once, unknown ones among them.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::problem::{FieldError, Kind, Problem};
use crate::assign::bulk::shortened;

/// More are no object of ours, and would only make answers long.
const MAX_FAULTS: usize = 64;

/// An object whose fields are taken out one by one.
#[derive(Debug)]
pub(crate) struct Fields {
    left: Map<String, Value>,
    /// What stands before the names of its fields: of an object in a field, `reporter.`.
    prefix: String,
    faults: Vec<FieldError>,
}

impl Fields {
    /// Reads a text that has to be one JSON object; `what` is `the body`, or what else it is to be called.
    pub(crate) fn parse(what: &str, text: &[u8]) -> Result<Fields, Problem> {
        match serde_json::from_slice(text) {
            Ok(Value::Object(left)) => Ok(Fields { left, prefix: String::new(), faults: Vec::new() }),
            Ok(_) => Err(Problem::with(Kind::BadRequest, format!("{what} has to be a JSON object: {{\"…\": …}}"))),
            Err(error) => Err(Problem::with(Kind::BadRequest, format!("{what} is no JSON: {error}"))),
        }
    }

    pub(crate) fn wrong(&mut self, field: &str, message: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            let field = format!("{}{}", self.prefix, shortened(field));
            self.faults.push(FieldError { field, message: message.into() });
        }
    }

    /// Whatever is there; `null` is as if it were not.
    pub(crate) fn value(&mut self, field: &str) -> Option<Value> {
        self.left.shift_remove(field).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::String(text) => Some(text),
            _ => {
                self.wrong(field, "has to be a text");
                None
            }
        }
    }

    pub(crate) fn number(&mut self, field: &str) -> Option<f64> {
        match self.value(field)?.as_f64().filter(|number| number.is_finite()) {
            Some(number) => Some(number),
            None => {
                self.wrong(field, "has to be a number");
                None
            }
        }
    }

    /// A text that is parsed.
    pub(crate) fn parsed<T>(&mut self, field: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(field)?;
        parse(&text).map_err(|message| self.wrong(field, message)).ok()
    }

    /// What has to be there; `read` is one of the other methods.
    pub(crate) fn required<T>(&mut self, field: &str, read: impl FnOnce(&mut Fields, &str) -> Option<T>) -> Option<T> {
        let (faults, came) = (self.faults.len(), self.left.get(field).is_some_and(|value| !value.is_null()));
        let read = read(self, field);
        if !came && faults == self.faults.len() {
            self.wrong(field, "is missing");
        }
        read
    }

    /// The fields of an object in a field.
    pub(crate) fn object<T>(&mut self, field: &str, read: impl FnOnce(&mut Fields) -> T) -> Option<T> {
        let Value::Object(left) = self.value(field)? else {
            self.wrong(field, "has to be an object: {\"…\": …}");
            return None;
        };
        let mut inner = Fields { left, prefix: format!("{}{field}.", self.prefix), faults: Vec::new() };
        let read = read(&mut inner);
        self.faults.extend(inner.rest());
        Some(read)
    }

    /// What was wrong, and fields that nobody asked for.
    fn rest(mut self) -> Vec<FieldError> {
        for (field, _) in std::mem::take(&mut self.left).into_iter().take(MAX_FAULTS) {
            self.wrong(&field, "is no field here");
        }
        self.faults
    }

    /// Ends the reading: `read` where nothing was wrong.
    pub(crate) fn end<T>(self, read: Option<T>) -> Result<T, Problem> {
        let faults = self.rest();
        match read {
            Some(read) if faults.is_empty() => Ok(read),
            _ => Err(Problem::parameters(faults)),
        }
    }
}

/// The extractor of a JSON body, which may be left out where no field is needed.
#[derive(Debug)]
pub(crate) struct Body(pub Bytes);

impl Body {
    pub(crate) fn fields(&self) -> Result<Fields, Problem> {
        Fields::parse("the body", if self.0.is_empty() { b"{}" } else { &self.0 })
    }
}

/// The bytes of a body, which are bounded.
pub(crate) async fn bounded<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|error| {
        let kind =
            if error.status() == Kind::PayloadTooLarge.status() { Kind::PayloadTooLarge } else { Kind::BadRequest };
        Problem::with(kind, error.body_text())
    })
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body, Problem> {
        let media = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = bounded(request, state).await?;
        let essence = media.as_deref().map(|media| media.split(';').next().unwrap_or_default().trim());
        let is_json = |media: &str| media.eq_ignore_ascii_case("application/json");
        match essence {
            Some(media) if is_json(media) => Ok(Body(bytes)),
            None if bytes.is_empty() => Ok(Body(bytes)),
            _ => Err(Problem::with(Kind::UnsupportedMediaType, "send `Content-Type: application/json`")),
        }
    }
}
