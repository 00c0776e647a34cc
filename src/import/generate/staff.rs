//! An invented roster for generated grids. Nobody in it exists, and no call reaches the numbers.

use crate::domain::grid::Grid;
use time::macros::date;

use crate::domain::roster::{Person, Role, RosterEntry, TOWN_OFFICE};
use crate::domain::tier::Tier;

const SURNAMES: [&str; 41] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "袁", "潘", "于",
    "蒋", "蔡", "余",
];
/// The ten heavenly stems: 张甲 and 李乙 are to Chinese what John Doe and Jane Roe are to English.
const STEMS: [&str; 10] = ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];

/// Invents the people of grids, one grid after the other.
#[derive(Debug, Default)]
pub struct Staff {
    people: usize,
    /// Grids of tier 3 so far.
    smallest: usize,
    /// Deputies and those who served before, numbered apart so that the others keep their names.
    further: usize,
    /// The tier-1 grid that was named last: party groups are called after it.
    village: String,
}

impl Staff {
    /// Who answers for a grid. Grids come in the order of `Partition::features`, a tier-1 grid before those inside it.
    pub fn of(&mut self, grid: &Grid) -> RosterEntry {
        let (party_group, roles): (String, &[Role]) = match grid.tier {
            Tier::One => {
                self.village = grid.name.clone();
                (format!("{}党总支", grid.name), &[Role::Leader, Role::Instructor])
            }
            Tier::Two => (format!("{}党支部", grid.name), &[Role::Leader, Role::Inspector]),
            Tier::Three => {
                let place = grid.name.trim_end_matches('组');
                // Not every grid has filled every post.
                let roles: &[Role] = match self.people % 4 {
                    0 => &[Role::Leader, Role::VillagerGroupLeader, Role::Mediator],
                    1 => &[Role::Leader, Role::VillagerGroupLeader],
                    2 => &[Role::Leader, Role::JointDefenceLeader, Role::Mediator],
                    _ => &[Role::Leader],
                };
                (format!("{}{place}党小组", self.village), roles)
            }
        };
        let mut people: Vec<Person> = roles.iter().map(|&role| self.person(role)).collect();
        if grid.tier == Tier::Three {
            self.smallest += 1;
            self.change_leader(self.smallest, &mut people);
        }
        RosterEntry { grid: grid.code.clone(), party_group: Some(party_group), people }
    }

    /// The town office, after all grids.
    pub fn town_office(&mut self) -> RosterEntry {
        let people = [Role::Leader, Role::Instructor, Role::Mediator].map(|role| self.person(role)).into();
        RosterEntry { grid: TOWN_OFFICE.into(), party_group: Some("镇级网格办".into()), people }
    }

    /// In some grids the leader's post is vacant, in some of them a deputy stands in, and some leaders have followed others.
    fn change_leader(&mut self, nth: usize, people: &mut Vec<Person>) {
        if nth % 17 == 8 {
            people.remove(0);
            if nth.is_multiple_of(2) {
                people.insert(0, Person { deputy: true, ..self.further_leader() });
            }
        } else if nth % 19 == 4 {
            let before = Person { serves_until: Some(date!(2025 - 06 - 30)), ..self.further_leader() };
            people[0].serves_from = Some(date!(2025 - 07 - 01));
            people.insert(0, before);
        }
    }

    fn further_leader(&mut self) -> Person {
        let number = self.further;
        self.further += 1;
        let name = format!("{}{}", SURNAMES[SURNAMES.len() - 1 - number % SURNAMES.len()], STEMS[number % STEMS.len()]);
        Person::new(Role::Leader, name, Some(format!("0009{:07}", number + 1)))
    }

    fn person(&mut self, role: Role) -> Person {
        let number = self.people;
        self.people += 1;
        // 41 and 10 have no common divisor: 410 people have different names.
        let name = format!("{}{}", SURNAMES[number % SURNAMES.len()], STEMS[number % STEMS.len()]);
        // In China 00 goes abroad, and no country's code begins with 0 (ITU-T E.164): nothing is reached.
        Person::new(role, name, Some(format!("000{:08}", number + 1)))
    }
}
