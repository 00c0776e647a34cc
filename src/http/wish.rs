//! A small JSON body that says how something is to be done.

use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use serde_json::{Map, Value};

use super::problem::{FieldError, Kind, Problem};
use crate::assign::bulk::shortened;

/// Bytes of a wish: some words and a time.
const MAX_WISH_BYTES: usize = 16 << 10;

/// A small JSON object that says how something is to be done. Every member that is wrong is named, and unknown ones too.
pub(super) struct Wish {
    members: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Wish {
    /// Nothing at all is a wish without members.
    pub(super) async fn read(request: Request) -> Result<Wish, Problem> {
        let body: Bytes = to_bytes(request.into_body(), MAX_WISH_BYTES).await.map_err(|_| {
            let detail = format!("the body broke off, or it is longer than {MAX_WISH_BYTES} bytes");
            Problem::with(Kind::PayloadTooLarge, detail)
        })?;
        if body.trim_ascii().is_empty() {
            return Ok(Wish { members: Map::new(), errors: Vec::new() });
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Null) => Ok(Wish { members: Map::new(), errors: Vec::new() }),
            Ok(Value::Object(members)) => Ok(Wish { members, errors: Vec::new() }),
            Ok(_) => Err(Problem::with(Kind::BadRequest, "the body has to be a JSON object")),
            Err(error) => Err(Problem::with(Kind::BadRequest, format!("the body is not JSON: {error}"))),
        }
    }

    /// A member that may be missing; null is as if it were.
    pub(super) fn parsed<T>(&mut self, name: &str, parse: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let value = self.members.shift_remove(name).filter(|value| !value.is_null())?;
        parse(&value).map_err(|message| self.errors.push(FieldError { field: name.to_owned(), message })).ok()
    }

    /// A member that must be there.
    pub(super) fn required<T>(&mut self, name: &str, parse: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        let (known, came) = (self.errors.len(), self.members.get(name).is_some_and(|value| !value.is_null()));
        let value = self.parsed(name, parse);
        if !came && known == self.errors.len() {
            self.wrong(name, "is missing");
        }
        value
    }

    /// Notes what is wrong with a member.
    pub(super) fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldError { field: name.to_owned(), message: message.into() });
    }

    pub(super) fn finish(mut self) -> Result<(), Problem> {
        for name in self.members.keys() {
            self.errors.push(FieldError { field: shortened(name), message: "is not known here".into() });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::parameters(self.errors)) }
    }
}

pub(super) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "is not a text".to_owned())
}

pub(super) fn truth(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "is neither true nor false".to_owned())
}
