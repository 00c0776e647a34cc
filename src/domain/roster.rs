//! The roster (名册): who answers for a grid.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime, UtcOffset};

/// The roster's entry of the town office (镇级网格办) stands under this in place of a grid's code: whoever nobody else
/// answers for.
pub const TOWN_OFFICE: &str = "town";

/// Whether a text in place of a grid's code stands for the town office. No grid may be called so.
pub fn is_town_office(code: &str) -> bool {
    [TOWN_OFFICE, "镇", "镇级网格办"].contains(&code)
}

/// Dates of service are days in China.
pub const CHINA: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => panic!("eight hours are an offset"),
};

/// What a person does in a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 网格长
    Leader,
    /// 网格员
    Inspector,
    /// 村民组长
    VillagerGroupLeader,
    /// 联防长
    JointDefenceLeader,
    /// 调解员
    Mediator,
    /// 网格指导员
    Instructor,
}

impl Role {
    pub const ALL: [Role; 6] = [
        Role::Leader,
        Role::Inspector,
        Role::VillagerGroupLeader,
        Role::JointDefenceLeader,
        Role::Mediator,
        Role::Instructor,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Leader => "leader",
            Role::Inspector => "inspector",
            Role::VillagerGroupLeader => "villager_group_leader",
            Role::JointDefenceLeader => "joint_defence_leader",
            Role::Mediator => "mediator",
            Role::Instructor => "instructor",
        }
    }

    /// The Chinese word, as rosters from town offices have it.
    pub fn zh(self) -> &'static str {
        match self {
            Role::Leader => "网格长",
            Role::Inspector => "网格员",
            Role::VillagerGroupLeader => "村民组长",
            Role::JointDefenceLeader => "联防长",
            Role::Mediator => "调解员",
            Role::Instructor => "网格指导员",
        }
    }

    /// Reads either word.
    pub fn parse(text: &str) -> Option<Role> {
        let text = text.trim();
        Role::ALL.into_iter().find(|role| role.as_str() == text || role.zh() == text)
    }
}

/// A person with a phone number. The number is personal data: `Debug` masks it, and so must every public answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub role: Role,
    pub name: String,
    pub phone: Option<String>,
    /// Stands in for whoever holds the role (副职).
    pub deputy: bool,
    /// The first day of service; since ever without one.
    pub serves_from: Option<Date>,
    /// The last day of service; until further notice without one.
    pub serves_until: Option<Date>,
}

impl Person {
    /// Somebody who holds the role since ever and until further notice.
    pub fn new(role: Role, name: impl Into<String>, phone: Option<String>) -> Person {
        Person { role, name: name.into(), phone, deputy: false, serves_from: None, serves_until: None }
    }

    /// Whether the person is in service at that time.
    pub fn serves_at(&self, at: OffsetDateTime) -> bool {
        let day = at.to_offset(CHINA).date();
        self.serves_from.is_none_or(|from| from <= day) && self.serves_until.is_none_or(|until| day <= until)
    }

    /// The number with its middle hidden, `138****0000`.
    pub fn masked_phone(&self) -> Option<String> {
        self.phone.as_deref().map(mask_phone)
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({:?} {} {:?})", self.role, self.name, self.masked_phone())
    }
}

/// Hides the middle of a number. Of a mobile number (11 digits or more) three characters stay in front and four at the
/// end, of a shorter one three at the end, and of one with fewer than 7 digits none: at least four are always hidden.
pub fn mask_phone(phone: &str) -> String {
    let chars: Vec<char> = phone.chars().collect();
    let (head, tail) = match phone.chars().filter(char::is_ascii_digit).count() {
        11.. => (3, 4),
        7..=10 => (0, 3),
        _ => (0, 0),
    };
    let hidden = head..chars.len() - tail;
    let shown = |(i, c): (usize, &char)| if hidden.contains(&i) { '*' } else { *c };
    chars.iter().enumerate().map(shown).collect()
}

/// Who answers for one grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterEntry {
    /// Code of the grid, of any tier.
    pub grid: String,
    /// 党小组
    pub party_group: Option<String>,
    /// In the roster's own order. At any time at most one is [`Role::Leader`] and no deputy.
    pub people: Vec<Person>,
}

impl RosterEntry {
    /// 网格长
    pub fn leader(&self) -> Option<&Person> {
        self.people.iter().find(|person| person.role == Role::Leader && !person.deputy)
    }

    /// 副网格长: who stands in while there is no leader.
    pub fn deputy_leader(&self) -> Option<&Person> {
        self.people.iter().find(|person| person.role == Role::Leader && person.deputy)
    }

    /// Everybody but the leader.
    pub fn staff(&self) -> impl Iterator<Item = &Person> {
        let leader = self.leader();
        self.people.iter().filter(move |&person| !leader.is_some_and(|leader| std::ptr::eq(leader, person)))
    }

    /// The entry with those people only who serve at that time. Without any it is still an entry: its posts are vacant.
    pub fn serving_at(mut self, at: OffsetDateTime) -> RosterEntry {
        self.people.retain(|person| person.serves_at(at));
        self
    }
}

/// The first midnight in China after `at` with which somebody's service begins or has ended.
pub fn next_change(entries: &[RosterEntry], at: OffsetDateTime) -> Option<OffsetDateTime> {
    let begins = |day: Date| day.midnight().assume_offset(CHINA);
    let people = entries.iter().flat_map(|entry| &entry.people);
    let moments = people.flat_map(|person| {
        let ended = person.serves_until.and_then(Date::next_day);
        [person.serves_from, ended].into_iter().flatten().map(begins)
    });
    moments.filter(|&moment| moment > at).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn masks_the_middle() {
        assert_eq!(mask_phone("13800000000"), "138****0000");
        assert_eq!(mask_phone("110"), "***");
        assert_eq!(mask_phone("0556-6123456"), "055*****3456");
        assert_eq!(mask_phone("61234567"), "*****567");
        assert_eq!(mask_phone("6123-456"), "*****456");
        assert_eq!(mask_phone("电话"), "**");
    }

    #[test]
    fn days_of_service_are_days_in_china() {
        let person = Person {
            serves_from: Some(date!(2026 - 01 - 01)),
            serves_until: Some(date!(2026 - 06 - 30)),
            ..Person::new(Role::Leader, "甲", None)
        };
        let served = [
            (datetime!(2025-12-31 23:59:59 +8), false),
            (datetime!(2025-12-31 16:00 UTC), true),
            (datetime!(2026-06-30 23:59:59 +8), true),
            (datetime!(2026-07-01 0:00 +8), false),
        ];
        for (at, serves) in served {
            assert_eq!(person.serves_at(at), serves, "{at}");
        }
        let entries = [RosterEntry { grid: "a".into(), party_group: None, people: vec![person] }];
        let next = |at| next_change(&entries, at);
        assert_eq!(next(datetime!(2025-06-01 0:00 UTC)), Some(datetime!(2026-01-01 0:00 +8)));
        assert_eq!(next(datetime!(2026-01-01 0:00 +8)), Some(datetime!(2026-07-01 0:00 +8)));
        assert_eq!(next(datetime!(2026-07-01 0:00 +8)), None);
    }

    #[test]
    fn a_deputy_is_of_the_staff() {
        let deputy = Person { deputy: true, ..Person::new(Role::Leader, "乙", None) };
        let people =
            vec![deputy.clone(), Person::new(Role::Leader, "甲", None), Person::new(Role::Mediator, "丙", None)];
        let entry = RosterEntry { grid: "a".into(), party_group: None, people };
        assert_eq!(entry.leader().map(|person| person.name.as_str()), Some("甲"));
        assert_eq!(entry.deputy_leader(), Some(&deputy));
        assert_eq!(entry.staff().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["乙", "丙"]);
    }
}
