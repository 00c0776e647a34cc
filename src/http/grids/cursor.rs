//! The opaque cursor of a page: the edition that is paged through, and the last grid of the page before.

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::domain::grid::GridId;
use crate::index::search::{Hit, Match};

/// In the order of the pages of a search.
const MATCHES: [Match; 4] = [Match::Code, Match::Whole, Match::Beginning, Match::Within];

/// Written as hexadecimal digits of `match|grid|edition`, so that nobody is tempted to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    pub edition: String,
    /// Pages that are not of a search take no notice of how well it matched.
    pub last: Hit,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matched = MATCHES.iter().position(|&m| m == self.last.matched).unwrap_or_default();
        let mut plain = String::new();
        write!(plain, "{matched}|{}|{}", self.last.grid.0, self.edition)?;
        plain.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Cursor, String> {
        read(text).ok_or_else(|| "is not a cursor that a page gave as `next`".to_owned())
    }
}

fn read(text: &str) -> Option<Cursor> {
    let digits: Vec<u8> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let plain: Vec<u8> = digits.chunks(2).map(|pair| Some(pair[0] << 4 | pair.get(1)?)).collect::<Option<_>>()?;
    let plain = String::from_utf8(plain).ok()?;
    let mut parts = plain.splitn(3, '|');
    let matched = *MATCHES.get(parts.next()?.parse::<usize>().ok()?)?;
    let grid = GridId(parts.next()?.parse().ok()?);
    Some(Cursor { edition: parts.next()?.to_owned(), last: Hit { matched, grid } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_and_refuses_everything_else() {
        let cursor =
            Cursor { edition: "二〇二六|1".into(), last: Hit { matched: Match::Beginning, grid: GridId(7) } };
        assert_eq!(cursor.to_string().parse(), Ok(cursor.clone()));
        for wrong in ["", "7", "zz", "ff", "%", "³³", "397c307c61", &cursor.to_string()[..6]] {
            assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
        }
    }
}
