//! A town of four squares for the tests of this module: grids `v` > `v1` (west), `v2` (east) > `v1a`, `v1b`, `v2a`, `v2b`
//! (a south, b north) of 0.01 degree, its south-west corner at 116.90, 30.80.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::domain::edition::{EditionId, EditionInfo, EditionState};
use crate::domain::grid::Grid;
use crate::domain::roster::{Person, Role, RosterEntry};
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::feature::GridFeature;
use crate::geometry::point::{Point, Polygon};
use crate::index::edition_map::EditionMap;
use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;
use crate::planar::map::PlanarMap;

/// Code, name, tier, parent, and corners in units of 0.01 degree from the south-west corner.
type Row = (&'static str, &'static str, Tier, Option<&'static str>, &'static [(i32, i32)]);

const GRIDS: [Row; 7] = [
    ("v", "村", Tier::One, None, &[(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)]),
    ("v1", "西", Tier::Two, Some("v"), &[(0, 0), (1, 0), (1, 1), (1, 2), (0, 2), (0, 1)]),
    ("v2", "东", Tier::Two, Some("v"), &[(1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (1, 1)]),
    ("v1a", "西南", Tier::Three, Some("v1"), &[(0, 0), (1, 0), (1, 1), (0, 1)]),
    ("v1b", "西北", Tier::Three, Some("v1"), &[(0, 1), (1, 1), (1, 2), (0, 2)]),
    ("v2a", "东南", Tier::Three, Some("v2"), &[(1, 0), (2, 0), (2, 1), (1, 1)]),
    ("v2b", "东北", Tier::Three, Some("v2"), &[(1, 1), (2, 1), (2, 2), (1, 2)]),
];

/// The town; `v1a`, `v2` and `v` are on the roster.
pub(super) fn town() -> Snapshot {
    let corner = |&(x, y): &(i32, i32)| Point::new(1_169_000_000 + 100_000 * x, 308_000_000 + 100_000 * y);
    let feature = |(code, name, tier, parent, ring): Row| GridFeature {
        grid: Grid { code: code.into(), name: name.into(), tier, parent: parent.map(Into::into) },
        shape: vec![Polygon { shell: ring.iter().map(corner).collect(), holes: Vec::new() }],
    };
    let planar = PlanarMap::from_partition(GRIDS.into_iter().map(feature).collect()).unwrap();
    let info = EditionInfo {
        id: EditionId(1),
        name: "2026-01".into(),
        state: EditionState::Published,
        source: "test".into(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier([1, 2, 4]),
        bounds: Some([116.90, 30.80, 116.92, 30.82]),
    };
    let entry = |grid: &str, party_group: &str, leader: Option<&str>| RosterEntry {
        grid: grid.into(),
        party_group: Some(party_group.into()),
        people: leader.map(|name| Person::new(Role::Leader, name, Some("13800000000".into()))).into_iter().collect(),
    };
    let roster =
        vec![entry("v", "总支", Some("丙")), entry("v2", "东, \"第二\"组", None), entry("v1a", "西南组", Some("甲"))];
    Snapshot::new(Arc::new(EditionMap::new(info, planar)), Arc::new(Roster::at(roster, OffsetDateTime::UNIX_EPOCH)))
}
