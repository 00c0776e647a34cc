//! Text that a spreadsheet would take for something else. A cell that begins with `=`, `+`, `-` or `@` is a formula to it, so
//! in CSV an apostrophe is put before; and people put one before digits to keep them text. Reading takes it off again.

use std::borrow::Cow;

/// What may follow an apostrophe that is not part of the text.
fn is_special(c: char) -> bool {
    "=+-@'".contains(c) || c.is_ascii_digit()
}

/// The text as it is written into CSV, where no spreadsheet computes it.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{text}")) } else { escaped(text) }
}

/// The text as it is written where cells are text anyway: only what [`plain`] would take off is doubled.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if plain(text) == text { Cow::Borrowed(text) } else { Cow::Owned(format!("'{text}")) }
}

/// The text that was meant.
pub(super) fn plain(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(is_special) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in ["", "a", "'", "''", "'a", "'1", "''1", "=1+1", "'=1", "+86 138", "-", "@x", "'''", "1", "党"] {
            assert_eq!(plain(&guarded(text)), text);
            assert_eq!(plain(&escaped(text)), text);
            assert!(!guarded(text).starts_with(['=', '+', '-', '@']), "{text}");
        }
        assert_eq!(plain("'340881106202001003"), "340881106202001003");
        assert_eq!(plain("'甲"), "'甲", "an apostrophe of the text itself");
    }
}
