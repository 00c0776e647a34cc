//! Numbers of a dBase table, written in many ways, to the plain text that a code needs.

/// Digits that a number written with an exponent is spelled out to: more than any field holds.
const MAX_DIGITS: i64 = 60;

/// A whole number by its plain digits: `15.000` is 15, `1.23e+11` is 123000000000. Others stay as they are; an empty field,
/// or one of asterisks (a number too long for it), is nothing.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.contains('*') {
        return String::new();
    }
    whole(text).unwrap_or_else(|| text.to_string())
}

/// `None` for what is no whole number.
fn whole(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (rest, 0),
    };
    let (units, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{units}{decimals}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Where the decimal point comes to stand.
    let point = i64::try_from(units.len()).ok()?.checked_add(exponent)?;
    if point > MAX_DIGITS || digits.len() as i64 > MAX_DIGITS {
        return None;
    }
    let at = usize::try_from(point.max(0)).ok()?.min(digits.len());
    let (before, after) = digits.split_at(at);
    if after.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let zeros = "0".repeat(usize::try_from(point - digits.len() as i64).unwrap_or(0));
    let all = format!("{before}{zeros}");
    match all.trim_start_matches('0') {
        "" => Some("0".into()),
        number => Some(format!("{sign}{number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn whole_numbers_have_plain_digits() {
        for (text, expected) in [
            ("340881106202", "340881106202"),
            ("  340881106202.000", "340881106202"),
            ("3.40881106202e+11", "340881106202"),
            ("3.40881106202000E11", "340881106202"),
            ("1.5e0", "1.5e0"),
            ("1.25", "1.25"),
            ("-7.0", "-7"),
            ("+7", "7"),
            ("007", "7"),
            ("0.000", "0"),
            ("-0", "0"),
            ("1500e-2", "15"),
            ("1500e-3", "1500e-3"),
            (".5", ".5"),
            ("", ""),
            ("****", ""),
            ("1e999999999999", "1e999999999999"),
            ("1e-9223372036854775808", "1e-9223372036854775808"),
            ("nan", "nan"),
            ("1.2.3", "1.2.3"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
