//! What a row gets: the codes of its grids, the party group there and whoever answers, or what is wrong with it.

use super::Counts;
use crate::assign::locate::place;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::crs::QueryCrs;
use crate::index::snapshot::Snapshot;

/// The columns or members added to every row, in this order.
pub const ADDED: [&str; 6] = ["tier1", "tier2", "tier3", "party_group", "leader", "error"];

/// Whether a column or member of the input has a name that the answer needs: it is left out of the output, so that
/// the output of one run can be the input of the next.
pub(super) fn is_added(name: &str) -> bool {
    ADDED.contains(&name)
}

/// The answer to one row. Everything is `None` with an `error`.
#[derive(Debug, Default)]
pub(super) struct Answer<'s> {
    codes: PerTier<Option<&'s str>>,
    party_group: Option<&'s str>,
    leader: Option<&'s str>,
    error: Option<String>,
}

impl Answer<'_> {
    /// In the order of [`ADDED`].
    pub fn fields(&self) -> [Option<&str>; 6] {
        let codes = &self.codes;
        [codes[Tier::One], codes[Tier::Two], codes[Tier::Three], self.party_group, self.leader, self.error.as_deref()]
    }
}

/// Answers rows from one snapshot, so that one run never mixes two editions, and counts them.
#[derive(Debug)]
pub(super) struct Answerer {
    pub snapshot: Snapshot,
    pub crs: QueryCrs,
    pub counts: Counts,
}

impl Answerer {
    /// The answer to a row whose longitude and latitude read like this.
    pub fn answer(&mut self, [lon, lat]: [&str; 2]) -> Answer<'_> {
        match number("lon", lon).and_then(|lon| Ok([lon, number("lat", lat)?])) {
            Ok([lon, lat]) => self.answer_place(lon, lat),
            Err(message) => self.refuse(message),
        }
    }

    /// The answer to a row that cannot be read.
    pub fn refuse(&mut self, message: String) -> Answer<'_> {
        self.counts.rows += 1;
        self.counts.errors += 1;
        Answer { error: Some(message), ..Answer::default() }
    }

    fn answer_place(&mut self, lon: f64, lat: f64) -> Answer<'_> {
        let point = match place(lon, lat, self.crs) {
            Ok(point) => point,
            Err(error) => return self.refuse(error.to_string()),
        };
        let map = &self.snapshot.edition;
        let owners = map.locate(point);
        let responsible = self.snapshot.responsible(&owners);
        self.counts.rows += 1;
        self.counts.outside += u64::from(owners.0.iter().all(Option::is_none));
        Answer {
            codes: PerTier(owners.0.map(|owner| owner.map(|id| map.planar.grid(id).code.as_str()))),
            party_group: responsible.and_then(|entry| entry.party_group.as_deref()),
            leader: self.snapshot.answers(&owners).map(|answers| answers.person.name.as_str()),
            error: None,
        }
    }
}

fn number(field: &str, text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) if text.is_empty() => Err(format!("{field} is empty")),
        Err(_) => Err(format!("{field} `{}` is not a number", shortened(text))),
    }
}

/// Enough of a text to find it again, so that a message stays short.
pub(crate) fn shortened(text: &str) -> String {
    const MAX_CHARS: usize = 40;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
