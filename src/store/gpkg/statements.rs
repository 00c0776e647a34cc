//! The statements, one file each under `sql/`.

pub(super) const DELETE_DRAFT_FEATURES: &str = include_str!("sql/delete_draft_features.sql");
pub(super) const DRAFT_FEATURES: &str = include_str!("sql/draft_features.sql");
pub(super) const EDITION_BY_ID: &str = include_str!("sql/edition_by_id.sql");
pub(super) const EDITION_BY_NAME: &str = include_str!("sql/edition_by_name.sql");
pub(super) const EDITIONS: &str = include_str!("sql/editions.sql");
pub(super) const GRIDS: &str = include_str!("sql/grids.sql");
pub(super) const INSERT_DRAFT_FEATURES: &str = include_str!("sql/insert_draft_features.sql");
pub(super) const INSERT_EDITION: &str = include_str!("sql/insert_edition.sql");
pub(super) const INSERT_GRIDS: &str = include_str!("sql/insert_grids.sql");
pub(super) const INSERT_PUBLICATION: &str = include_str!("sql/insert_publication.sql");
pub(super) const INSERT_ROSTER: &str = include_str!("sql/insert_roster.sql");
pub(super) const INSERT_ROSTER_ENTRIES: &str = include_str!("sql/insert_roster_entries.sql");
pub(super) const INSERT_ROSTER_PEOPLE: &str = include_str!("sql/insert_roster_people.sql");
pub(super) const ORIGIN: &str = include_str!("sql/origin.sql");
pub(super) const PUBLICATIONS: &str = include_str!("sql/publications.sql");
pub(super) const PUBLISH_EDITION: &str = include_str!("sql/publish_edition.sql");
pub(super) const RAISE_REVISION: &str = include_str!("sql/raise_revision.sql");
pub(super) const REFRESH_LAYERS: &str = include_str!("sql/refresh_layers.sql");
pub(super) const REPORT: &str = include_str!("sql/report.sql");
pub(super) const REVISION: &str = include_str!("sql/revision.sql");
pub(super) const ROSTER_ENTRIES: &str = include_str!("sql/roster_entries.sql");
pub(super) const ROSTER_IN_FORCE: &str = include_str!("sql/roster_in_force.sql");
pub(super) const ROSTER_MOMENTS: &str = include_str!("sql/roster_moments.sql");
pub(super) const ROSTER_PEOPLE: &str = include_str!("sql/roster_people.sql");
pub(super) const SCHEMA_VERSION: &str = include_str!("sql/schema_version.sql");
