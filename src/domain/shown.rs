//! Text of others where people see it, without the characters that do something instead of being seen: those that steer a terminal,
//! end a line or turn the direction of what follows.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character is not seen itself, but changes how others are.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The text with such characters by their numbers: `\u{202e}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unseen(c) {
            let _ = write!(seen, "\\u{{{:x}}}", u32::from(c));
        } else {
            seen.push(c);
        }
    }
    Cow::Owned(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_told_by_its_number() {
        assert_eq!(shown("乔庄村 a é"), "乔庄村 a é");
        assert_eq!(shown("a\u{1b}[31mb\nc\u{202e}d\t\u{9b}"), "a\\u{1b}[31mb\\u{a}c\\u{202e}d\\u{9}\\u{9b}");
    }
}
