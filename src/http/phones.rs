//! Phone numbers: masked for everybody but those who may see them there, and then every one that is shown is in the audit
//! log before it is answered. Of reports they are whole in the answer about one, not in lists and previews: whoever turns
//! pages has not asked for a number.

use serde::Serialize;

use super::problem::Problem;
use super::state::AppState;
use crate::domain::assignment::Assignment;
use crate::domain::audit::{Deed, PHONES_REVEALED};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::roster::{Person, TOWN_OFFICE, mask_phone};
use crate::index::snapshot::Snapshot;

/// The numbers of one answer.
#[derive(Debug)]
pub(crate) struct Phones {
    /// Who may see some of them whole; `None` is nobody.
    caller: Option<Caller>,
    shown: Vec<Shown>,
}

/// A number that is shown whole. The log tells whose it is by grid and role, and by what everybody may see of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Shown {
    grid: String,
    role: &'static str,
    phone: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
}

/// Of whoever reported: no role of a roster.
pub(crate) const REPORTER: &str = "reporter";
/// Of whom a decision called.
pub(crate) const CALLED: &str = "leader";

impl Phones {
    /// All masked.
    pub(crate) fn masked() -> Phones {
        Phones { caller: None, shown: Vec::new() }
    }

    /// As the caller may see them.
    pub(crate) fn for_caller(caller: &Caller) -> Phones {
        Phones { caller: caller.may(Right::Phones).then(|| caller.clone()), shown: Vec::new() }
    }

    /// The number of somebody who serves in a grid.
    pub(crate) fn of(&mut self, person: &Person, grid: &str, snapshot: &Snapshot) -> Option<String> {
        let masked = person.masked_phone()?;
        let may_see = self.caller.as_ref().is_some_and(|caller| {
            let planar = &snapshot.edition.planar;
            let id = planar.find(grid);
            // The town office is in no grid, and no leader's.
            caller.sees_phones_in(id.into_iter().flat_map(|id| snapshot.upwards(id)).map(|above| above.code.as_str()))
        });
        if !may_see {
            return Some(masked);
        }
        self.show(Shown { grid: grid.to_owned(), role: person.role.as_str(), phone: masked, report: None });
        person.phone.clone()
    }

    /// The numbers at the place of a decision about a report; `None` where none is kept.
    pub(crate) fn at<'a>(&'a mut self, place: &'a Assignment, report: Option<&'a str>) -> PhonesAt<'a> {
        let may_see = self.caller.as_ref().is_some_and(|caller| caller.sees_phones_in(place.codes_upwards()));
        PhonesAt { phones: self, may_see, report, grid: place.grid.as_deref().unwrap_or(TOWN_OFFICE) }
    }

    fn show(&mut self, shown: Shown) {
        if !self.shown.contains(&shown) {
            self.shown.push(shown);
        }
    }

    /// Writes down what is shown whole, before it is answered; whether anything is.
    pub(crate) async fn write_down(self, state: &AppState) -> Result<bool, Problem> {
        let (Some(caller), Some(first)) = (&self.caller, self.shown.first()) else { return Ok(false) };
        let details = serde_json::json!({"phones": self.shown});
        let subject = first.report.as_deref().unwrap_or(&first.grid);
        state.store_for(caller).record(&Deed::new(PHONES_REVEALED, subject).with(details)).await?;
        Ok(true)
    }
}

/// The numbers at one place, for a caller who may see them there or not.
#[derive(Debug)]
pub(crate) struct PhonesAt<'a> {
    phones: &'a mut Phones,
    may_see: bool,
    report: Option<&'a str>,
    grid: &'a str,
}

impl PhonesAt<'_> {
    /// A number as the caller may see it.
    pub(crate) fn of(&mut self, phone: &str, role: &'static str) -> String {
        let masked = mask_phone(phone);
        if !self.may_see {
            return masked;
        }
        let (grid, report) = (self.grid.to_owned(), self.report.map(str::to_owned));
        self.phones.show(Shown { grid, role, phone: masked, report });
        phone.to_owned()
    }
}

/// Words an answer with the numbers that the caller may see, and writes those down before it is given. Where nothing can be
/// written down, on a server that only reads or a disk that is full, they stay masked.
pub(crate) async fn worded<T>(state: &AppState, caller: &Caller, answer: impl Fn(&mut Phones) -> T) -> T {
    let mut phones = Phones::for_caller(caller);
    let whole = answer(&mut phones);
    match phones.write_down(state).await {
        Ok(_) => whole,
        Err(_) => answer(&mut Phones::masked()),
    }
}
