//! The demo town, carried in the binary: 青草镇 with its real villages, and borders and people that are invented.
//! `data/README.md` says how the files were made.

/// Name of the edition that the demo is published as.
pub const EDITION: &str = "demo";
/// 22, 50 and 165 grids as newline-delimited GeoJSON, for [`super::Reading::read_geojson`].
pub const GRIDS: &[u8] = include_bytes!("../../data/qingcao.geojsonl");
/// Who answers for them, for [`super::roster::read`].
pub const ROSTER: &[u8] = include_bytes!("../../data/roster.csv");

#[cfg(test)]
mod tests {
    use super::super::export::write_grid;
    use super::super::generate::naming::Naming;
    use super::super::generate::staff::Staff;
    use super::super::generate::{DEFAULT_CENTER, NOTE, Partition, Plan};
    use super::super::roster;
    use super::*;

    /// The command in `data/README.md` gives the committed files, byte for byte.
    #[test]
    fn the_files_are_what_the_generator_gives() {
        let villages = include_bytes!("../../data/villages.csv");
        let naming = Naming::read(villages, 22).unwrap();
        let partition = Partition::new(&Plan::new([22, 50, 165], SEED, DEFAULT_CENTER).unwrap()).unwrap();
        let (mut grids, mut staff, mut entries) = (Vec::new(), Staff::default(), Vec::new());
        for feature in partition.features(&naming) {
            write_grid(&feature, Some(NOTE), &mut grids).unwrap();
            entries.push(staff.of(&feature.grid));
        }
        assert!(grids == GRIDS, "data/qingcao.geojsonl is out of date");
        entries.push(staff.town_office());
        let mut written = Vec::new();
        roster::write_csv(&entries, &mut written).unwrap();
        assert!(written == ROSTER, "data/roster.csv is out of date");
    }

    /// As `data/README.md` has it.
    const SEED: u64 = 91;

    #[test]
    fn everybody_is_reachable_by_a_number_that_reaches_nobody() {
        let entries = roster::read(ROSTER).unwrap().entries;
        assert_eq!(entries.len(), 22 + 50 + 165 + 1);
        for person in entries.iter().flat_map(|entry| &entry.people) {
            let phone = person.phone.as_deref().unwrap();
            assert!(phone.len() == 11 && phone.starts_with("000"), "{phone}");
        }
        let smallest = || entries.iter().filter(|entry| entry.grid.len() == 18);
        let now = time::OffsetDateTime::now_utc();
        let vacant =
            smallest().map(|entry| entry.clone().serving_at(now)).filter(|entry| entry.leader().is_none()).count();
        let deputies = smallest().filter(|entry| entry.deputy_leader().is_some()).count();
        assert!(vacant > deputies && deputies > 0, "{vacant} {deputies}");
    }
}
