//! The text of a `coordinates` element: `lon,lat` or `lon,lat,height`, again and again.

use crate::import::mapping::clip;

/// Calls `take` with every position and whether it has a height that says something. Blanks around the commas are borne:
/// many write `116.9, 30.8, 0`.
pub(super) fn positions(text: &str, mut take: impl FnMut([f64; 2], bool) -> Result<(), String>) -> Result<(), String> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let mut numbers = [0.0; 3];
        let mut count = 0;
        loop {
            let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if count == numbers.len() {
                return Err(format!("a position has 2 or 3 numbers, this has more, `{}` among them", clip(word)));
            }
            numbers[count] = match word.parse::<f64>() {
                Ok(number) if number.is_finite() => number,
                _ => return Err(format!("`{}` is no number", clip(word))),
            };
            count += 1;
            let after = after.trim_start();
            match after.strip_prefix(',') {
                Some(next) => rest = next.trim_start(),
                None => {
                    rest = after;
                    break;
                }
            }
        }
        if count < 2 {
            return Err(format!("a position is lon,lat, this is only `{}`", numbers[0]));
        }
        take([numbers[0], numbers[1]], numbers[2] != 0.0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<([f64; 2], bool)>, String> {
        let mut all = Vec::new();
        positions(text, |position, has_height| {
            all.push((position, has_height));
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn positions_as_people_write_them() {
        let expected = Ok(vec![([116.9, 30.8], false), ([117.0, 30.9], true)]);
        for text in [
            "116.9,30.8 117,30.9,5",
            "\n\t116.9,30.8,0\n117.0,30.9,5.0\n",
            "116.9, 30.8, 0 117 , 30.9 , 5",
            " 1.169e2,30.8\u{3000}117,30.9,5",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read(" \n"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_position() {
        for (text, says) in [
            ("116.9", "only `116.9`"),
            ("116.9 30.8", "only `116.9`"),
            ("116.9,nan", "`nan` is no number"),
            ("116.9,inf", "`inf`"),
            ("116.9,30.8,", "`` is no number"),
            (",30.8", "`` is no number"),
            ("1,2,3,4", "this has more"),
            ("116°54',30", "is no number"),
        ] {
            assert!(read(text).unwrap_err().contains(says), "{text}: {:?}", read(text));
        }
        assert_eq!(positions("1,2 3,4", |_, _| Err("enough".into())), Err("enough".into()));
    }
}
