//! Phone numbers: masked for everybody but those who may see them there, and then every one that is shown is in the audit
//! log before it is answered.

use serde::Serialize;

use super::problem::Problem;
use super::state::AppState;
use crate::domain::audit::{Deed, PHONES_REVEALED};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::roster::Person;
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
}

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
        let shown = Shown { grid: grid.to_owned(), role: person.role.as_str(), phone: masked };
        if !self.shown.contains(&shown) {
            self.shown.push(shown);
        }
        person.phone.clone()
    }

    /// Writes down what is shown whole, before it is answered; whether anything is.
    pub(crate) async fn write_down(self, state: &AppState) -> Result<bool, Problem> {
        let (Some(caller), Some(first)) = (&self.caller, self.shown.first()) else { return Ok(false) };
        let details = serde_json::json!({"phones": self.shown});
        state.store_for(caller).record(&Deed::new(PHONES_REVEALED, &first.grid).with(details)).await?;
        Ok(true)
    }
}
