//! Where codes that are gone lead: what became of the grids of earlier editions, from one edition to the next.

use std::collections::HashMap;

use super::edition::{CodeChange, EditionId, Publication};

/// No old code leads to more grids than this; those with the least of it are left out.
pub const MAX_LEADS: usize = 100;

/// Changes looked at for one code, at most. Real chains have one or two.
const MAX_STEPS: usize = 10_000;

/// The place of an edition among those that were published, by its first publication: a draft may have been made long before
/// another that came into force earlier.
type Place = usize;

/// The recorded changes of all editions, found by code.
#[derive(Debug, Default)]
pub struct CodeHistory {
    /// By place.
    editions: Vec<EditionId>,
    /// By the old code, in the order of the editions.
    forward: HashMap<String, Vec<(Place, CodeChange)>>,
    /// By the new code.
    backward: HashMap<String, Vec<(Place, CodeChange)>>,
}

/// A grid that an old code leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    pub code: String,
    /// Part of the old grid's area that is there, 0 to 1; through several editions the product.
    pub share: f64,
    /// The edition in which the code went, or came where the way leads back.
    pub since: EditionId,
}

impl CodeHistory {
    /// `changes` as each edition's publication recorded them; `publications` in the order they were recorded.
    pub fn new(changes: Vec<(EditionId, CodeChange)>, publications: &[Publication]) -> CodeHistory {
        let mut history = CodeHistory::default();
        let mut places: HashMap<EditionId, Place> = HashMap::new();
        for publication in publications {
            places.entry(publication.edition).or_insert_with(|| {
                history.editions.push(publication.edition);
                history.editions.len() - 1
            });
        }
        // They are recorded with the publication, so there is none of an edition that was never published.
        for (edition, change) in changes {
            let Some(&place) = places.get(&edition) else { continue };
            history.backward.entry(change.new.clone()).or_default().push((place, change.clone()));
            history.forward.entry(change.old.clone()).or_default().push((place, change));
        }
        for changes in history.forward.values_mut().chain(history.backward.values_mut()) {
            changes.sort_by_key(|(place, _)| *place);
        }
        history
    }

    /// The grids of an edition that a code leads to, the largest share first; none where it is a code of that edition
    /// itself, or nothing is known of it. `exists` says what is a code of that edition.
    ///
    /// A way leads from edition to later edition, so it cannot run in a circle. Where it leads to none of the edition's
    /// codes, the code may be of a later edition than this one, as after a rollback: then the changes are undone.
    pub fn leads(&self, code: &str, edition: EditionId, exists: impl Fn(&str) -> bool) -> Vec<Lead> {
        if exists(code) {
            return Vec::new();
        }
        let Some(edition) = self.editions.iter().position(|&known| known == edition) else { return Vec::new() };
        let forward = self.forward.get(code).map_or(&[][..], Vec::as_slice);
        // Several grids can have had a code one after the other: the last one is meant, or else one before.
        for last in editions_of(forward).into_iter().rev().filter(|&of| of <= edition) {
            let leads = self.walk(code, last, edition, true, &exists);
            if !leads.is_empty() {
                return leads;
            }
        }
        let backward = self.backward.get(code).map_or(&[][..], Vec::as_slice);
        for first in editions_of(backward).into_iter().filter(|&of| of > edition) {
            let leads = self.walk(code, first, edition, false, &exists);
            if !leads.is_empty() {
                return leads;
            }
        }
        Vec::new()
    }

    fn walk(&self, code: &str, from: Place, target: Place, ahead: bool, exists: &impl Fn(&str) -> bool) -> Vec<Lead> {
        let mut found: HashMap<&str, Lead> = HashMap::new();
        let mut waiting: Vec<(&str, Place, f64)> = vec![(code, from, 1.0)];
        let mut steps = 0;
        while let Some((code, at, weight)) = waiting.pop() {
            let changes = if ahead { self.forward.get(code) } else { self.backward.get(code) };
            for (_, change) in changes.into_iter().flatten().filter(|(edition, _)| *edition == at) {
                steps += 1;
                if steps > MAX_STEPS {
                    break;
                }
                // The share is of the old grid's area; on the way back there is none to multiply by.
                let (next, share) =
                    if ahead { (change.new.as_str(), weight * change.share) } else { (change.old.as_str(), weight) };
                match self.next_change(next, at, target, ahead) {
                    Some(later) => waiting.push((next, later, share)),
                    None if exists(next) => {
                        let lead = Lead { code: next.to_owned(), share: 0.0, since: self.editions[from] };
                        found.entry(next).or_insert(lead).share += share;
                    }
                    None => {}
                }
            }
        }
        let mut leads: Vec<Lead> = found.into_values().collect();
        for lead in &mut leads {
            lead.share = lead.share.min(1.0);
        }
        leads.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.code.cmp(&b.code)));
        leads.truncate(MAX_LEADS);
        leads
    }

    /// The next edition, on the way to the target, in which something became of the code again.
    fn next_change(&self, code: &str, at: Place, target: Place, ahead: bool) -> Option<Place> {
        if ahead {
            let changes = self.forward.get(code)?;
            changes.iter().map(|(edition, _)| *edition).find(|&edition| edition > at && edition <= target)
        } else {
            let changes = self.backward.get(code)?;
            changes.iter().rev().map(|(edition, _)| *edition).find(|&edition| edition < at && edition > target)
        }
    }
}

/// Each once, in order.
fn editions_of(changes: &[(Place, CodeChange)]) -> Vec<Place> {
    let mut editions: Vec<Place> = changes.iter().map(|(edition, _)| *edition).collect();
    editions.dedup();
    editions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(changes: &[(i64, &str, &str, f64)]) -> CodeHistory {
        let change = |&(edition, old, new, share): &(i64, &str, &str, f64)| {
            (EditionId(edition), CodeChange { old: old.into(), new: new.into(), share })
        };
        CodeHistory::new(changes.iter().map(change).collect(), &published(1..=60))
    }

    fn published(editions: impl IntoIterator<Item = i64>) -> Vec<Publication> {
        let at = time::OffsetDateTime::UNIX_EPOCH;
        let publication =
            |id| Publication { edition: EditionId(id), in_force_from: at, recorded_at: at, withdraws: false };
        editions.into_iter().map(publication).collect()
    }

    fn leads(history: &CodeHistory, code: &str, edition: i64, codes: &str) -> Vec<(String, f64)> {
        let exists = |code: &str| codes.split(' ').any(|known| known == code);
        history.leads(code, EditionId(edition), exists).into_iter().map(|lead| (lead.code, lead.share)).collect()
    }

    fn to(code: &str, share: f64) -> Vec<(String, f64)> {
        vec![(code.to_owned(), share)]
    }

    #[test]
    fn chains_over_several_editions() {
        let history = history(&[(2, "a", "b", 0.75), (2, "a", "c", 0.25), (3, "b", "d", 0.5), (3, "b", "c", 0.5)]);
        assert_eq!(leads(&history, "a", 2, "b c"), [("b".to_owned(), 0.75), ("c".to_owned(), 0.25)]);
        assert_eq!(leads(&history, "a", 3, "c d"), [("c".to_owned(), 0.625), ("d".to_owned(), 0.375)]);
        assert_eq!(leads(&history, "b", 3, "c d"), [("c".to_owned(), 0.5), ("d".to_owned(), 0.5)]);
        assert_eq!(leads(&history, "unknown", 3, "c d"), []);
    }

    #[test]
    fn a_code_that_came_back_leads_nowhere_else() {
        let history = history(&[(2, "a", "b", 1.0), (3, "b", "a", 1.0)]);
        assert_eq!(leads(&history, "a", 3, "a"), []);
        assert_eq!(leads(&history, "b", 3, "a"), to("a", 1.0));
        assert_eq!(leads(&history, "a", 2, "b"), to("b", 1.0));
        // Another grid has the code b since edition 4; the old a went to the old b, and with it to c.
        let history = self::history(&[(2, "a", "b", 1.0), (3, "b", "c", 1.0)]);
        assert_eq!(leads(&history, "a", 4, "b c"), to("c", 1.0));
    }

    #[test]
    fn of_several_grids_with_one_code_the_last_is_meant() {
        let history = history(&[(2, "a", "b", 1.0), (5, "a", "d", 1.0)]);
        assert_eq!(leads(&history, "a", 5, "b d"), to("d", 1.0));
        assert_eq!(leads(&history, "a", 3, "b d"), to("b", 1.0));
        assert_eq!(leads(&history, "a", 6, "b"), to("b", 1.0), "the last leads nowhere");
    }

    /// The draft 2 was made before 3 and published after it; then 3 came into force once more.
    #[test]
    fn editions_follow_one_another_as_they_were_published() {
        let change = |edition: i64, old: &str, new: &str| {
            (EditionId(edition), CodeChange { old: old.into(), new: new.into(), share: 1.0 })
        };
        let changes = vec![change(2, "b", "c"), change(3, "a", "b")];
        let history = CodeHistory::new(changes, &published([1, 3, 2, 3]));
        assert_eq!(leads(&history, "a", 3, "b"), to("b", 1.0));
        assert_eq!(leads(&history, "a", 2, "c"), to("c", 1.0));
        assert_eq!(leads(&history, "c", 3, "b"), to("b", 1.0), "back");
        assert_eq!(history.leads("a", EditionId(2), |code| code == "c")[0].since, EditionId(3));
        assert_eq!(leads(&history, "a", 9, "c"), [], "nothing is known of a draft");
    }

    #[test]
    fn after_a_rollback_new_codes_lead_back() {
        let history = history(&[(2, "a", "c", 1.0), (2, "b", "c", 1.0), (3, "c", "d", 1.0)]);
        assert_eq!(leads(&history, "d", 1, "a b"), [("a".to_owned(), 1.0), ("b".to_owned(), 1.0)]);
        assert_eq!(leads(&history, "c", 1, "a b").len(), 2);
        assert_eq!(leads(&history, "d", 2, "c"), to("c", 1.0));
    }

    #[test]
    fn circles_and_fans_end() {
        let circle: Vec<_> =
            (2..60).map(|i| if i % 2 == 0 { (i, "a", "b", 1.0) } else { (i, "b", "a", 1.0) }).collect();
        assert_eq!(leads(&history(&circle), "a", 60, "x"), []);
        assert_eq!(leads(&history(&[(2, "a", "a", 1.0)]), "a", 2, "x"), []);
        // Every edition splits each grid in two that the next one merges again: the ways double each time.
        let mut fan = Vec::new();
        for i in 1..40 {
            fan.extend([(i, "a", "b", 0.5), (i, "a", "c", 0.5), (i, "b", "a", 1.0), (i, "c", "a", 1.0)]);
        }
        assert!(leads(&history(&fan), "a", 39, "b c").len() <= 2);
    }
}
