//! Text of a grid made of several fields, such as `K{KTNR}` or `{county:03}{town:03}`.

use std::fmt;
use std::str::FromStr;

/// The widest that a field is padded to.
const MAX_WIDTH: usize = 40;

/// Literal text and fields in turn, at least one field among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// The text of a field, with zeros before it up to a width.
    Field {
        name: String,
        width: usize,
    },
}

/// The text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no template: {what}; write fields in braces, such as K{{KTNR}} or {{id:04}}, and a brace itself twice"
)]
pub struct NotATemplate {
    text: String,
    what: &'static str,
}

impl Template {
    /// Whether a text is meant as a template rather than as the name of a field.
    pub fn is_meant_by(text: &str) -> bool {
        text.contains('{')
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl FromStr for Template {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Template, NotATemplate> {
        let wrong = |what| NotATemplate { text: text.chars().take(80).collect(), what };
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if rest.starts_with(brace) {
                literal.push_str(brace);
                rest = &rest[1..];
                continue;
            }
            if brace == "}" {
                return Err(wrong("a brace is closed that is not open"));
            }
            let Some(end) = rest.find('}') else { return Err(wrong("a brace is not closed")) };
            let inside = &rest[..end];
            rest = &rest[end + 1..];
            let (name, width) = match inside.rsplit_once(":0") {
                None => (inside, 0),
                Some((name, width)) => match width.parse() {
                    Ok(width) if width <= MAX_WIDTH => (name, width),
                    _ => return Err(wrong("a width is a number up to 40")),
                },
            };
            if name.trim().is_empty() {
                return Err(wrong("there is no field in the braces"));
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Field { name: name.trim().to_string(), width });
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        if !parts.iter().any(|part| matches!(part, Part::Field { .. })) {
            return Err(wrong("there is no field in it"));
        }
        Ok(Template { text: text.to_string(), parts })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_literals_and_braces() {
        let parts = |text: &str| text.parse::<Template>().map(|template| template.parts);
        let field = |name: &str, width| Part::Field { name: name.into(), width };
        let literal = |text: &str| Part::Literal(text.into());
        assert_eq!(parts("K{KTNR}"), Ok(vec![literal("K"), field("KTNR", 0)]));
        assert_eq!(parts("{县:03}-{ id }"), Ok(vec![field("县", 3), literal("-"), field("id", 0)]));
        assert_eq!(parts("{{{id}}}"), Ok(vec![literal("{"), field("id", 0), literal("}")]));
        for wrong in ["", "K", "K{", "K}", "{}", "{a:0x}", "{a:0999}", "{{a}}"] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
