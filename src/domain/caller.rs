//! Who is calling (调用者), and where they may act: a key, a person who is signed in, the operator's command line, or
//! nobody in particular.

use std::net::IpAddr;

use super::key::{KeyRole, Right};

/// How a caller is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// Not at all: anybody.
    Nobody,
    /// By an API key.
    Key,
    /// By an account that is signed in.
    Session,
    /// By the operating system: whoever runs the command line.
    Command,
    /// The program itself, which nobody asked.
    Program,
}

impl Via {
    pub const ALL: [Via; 5] = [Via::Nobody, Via::Key, Via::Session, Via::Command, Via::Program];

    pub fn as_str(self) -> &'static str {
        match self {
            Via::Nobody => "nobody",
            Via::Key => "key",
            Via::Session => "session",
            Via::Command => "command",
            Via::Program => "program",
        }
    }
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub via: Via,
    /// Of the key or of the account; the user's name of the operating system; empty for nobody and the program.
    pub id: String,
    /// For people: whose key it is, the person's name.
    pub name: String,
    pub role: KeyRole,
    /// Code of the grid, of any tier, that the caller acts on with what is below; `None` is everywhere.
    pub grid: Option<String>,
    /// Where the request came from, where it came over the network.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Anybody: what needs no key.
    pub fn nobody(address: Option<IpAddr>) -> Caller {
        Caller { via: Via::Nobody, id: String::new(), name: String::new(), role: KeyRole::Viewer, grid: None, address }
    }

    /// The program itself.
    pub fn program() -> Caller {
        Caller { via: Via::Program, role: KeyRole::Admin, ..Caller::nobody(None) }
    }

    /// Whoever runs a command may do everything: the store is theirs.
    pub fn command(user: &str) -> Caller {
        Caller {
            via: Via::Command,
            id: user.to_owned(),
            name: user.to_owned(),
            role: KeyRole::Admin,
            ..Caller::nobody(None)
        }
    }

    /// Whether nothing is known of the caller.
    pub fn is_nobody(&self) -> bool {
        self.via == Via::Nobody
    }

    /// Whether the caller may do something at all; [`Caller::may_at`] tells where.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }

    /// Whether a place belongs to the caller's grid or is below it. The chain holds the codes of the grids that the place
    /// lies in, of all tiers, in any order; it is empty outside every grid, where only those have a say who have it
    /// everywhere.
    pub fn covers(&self, chain: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        match &self.grid {
            Some(own) => chain.into_iter().any(|code| code.as_ref() == own),
            // A leader without a grid leads nothing.
            None => self.role != KeyRole::Leader,
        }
    }

    /// Whether the caller may do something at a place, given by the codes of the grids it lies in.
    pub fn may_at(&self, right: Right, chain: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        self.may(right) && self.covers(chain)
    }

    /// Whether the caller may act on a report that lies in these grids.
    pub fn may_act_on(&self, chain: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        self.may_at(Right::ActOnReports, chain)
    }

    /// Whether the caller sees whole phone numbers of those who serve there, and of those who reported there.
    pub fn sees_phones_in(&self, chain: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        self.may_at(Right::Phones, chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: [&str; 3] = ["340881106202001003", "340881106202001", "340881106202"];
    const ELSEWHERE: [&str; 3] = ["340881106203001003", "340881106203001", "340881106203"];
    const OUTSIDE: [&str; 0] = [];

    fn caller(role: KeyRole, grid: Option<&str>) -> Caller {
        Caller { via: Via::Key, role, grid: grid.map(Into::into), ..Caller::nobody(None) }
    }

    #[test]
    fn a_leader_acts_on_its_grid_and_below_and_nowhere_else() {
        for own in PLACE {
            let leader = caller(KeyRole::Leader, Some(own));
            assert!(leader.may_act_on(PLACE) && leader.sees_phones_in(PLACE), "{own}");
            assert!(!leader.may_act_on(ELSEWHERE) && !leader.sees_phones_in(ELSEWHERE), "{own}");
            assert!(!leader.may_act_on(OUTSIDE));
        }
        // What is above is not its own: a report that lies in no smaller grid.
        let leader = caller(KeyRole::Leader, Some(PLACE[0]));
        assert!(!leader.may_act_on(&PLACE[1..]));
        // Codes are opaque: what begins alike need not be below.
        assert!(!caller(KeyRole::Leader, Some("34088110620")).may_act_on(PLACE));
        assert!(!caller(KeyRole::Leader, None).may_act_on(PLACE), "a leader of nothing");
    }

    #[test]
    fn others_act_everywhere_or_in_their_grid_or_not_at_all() {
        for role in [KeyRole::Dispatcher, KeyRole::Admin] {
            assert!(caller(role, None).may_act_on(PLACE) && caller(role, None).may_act_on(OUTSIDE), "{role:?}");
        }
        let bound = caller(KeyRole::Dispatcher, Some(PLACE[2]));
        assert!(bound.may_act_on(PLACE) && !bound.may_act_on(ELSEWHERE) && !bound.may_act_on(OUTSIDE));
        for role in [KeyRole::Viewer, KeyRole::Reporter] {
            assert!(!caller(role, None).may_act_on(PLACE) && !caller(role, None).sees_phones_in(PLACE), "{role:?}");
        }
        let reporter = caller(KeyRole::Reporter, Some(PLACE[2]));
        assert!(reporter.may_at(Right::Report, PLACE) && !reporter.may_at(Right::Report, ELSEWHERE));
        assert!(!Caller::nobody(None).may_at(Right::Report, PLACE));
    }
}
