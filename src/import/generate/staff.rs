//! An invented roster for generated grids. Nobody in it exists, and no call reaches the numbers.

use crate::domain::grid::Grid;
use crate::domain::roster::{Person, Role, RosterEntry};
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
        let people = roles.iter().map(|&role| self.person(role)).collect();
        RosterEntry { grid: grid.code.clone(), party_group: Some(party_group), people }
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
