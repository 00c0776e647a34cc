//! Reports that may tell the same: of one category, near, and recent. A proposal; merging is a person's act.

use time::Duration;

use super::desk::Desk;
use crate::domain::report::{Report, Status};
use crate::geometry::geodesic::{distance_m, metres_per_unit};
use crate::geometry::point::Point;
use crate::store::StoreResult;
use crate::store::reports::ReportFilter;

/// More are no choice for a person.
pub const MAX_DUPLICATES: usize = 20;
/// Reports around a place that are measured.
const MAX_NEAR: u32 = 500;

/// A report that may tell the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    pub report: Report,
    pub distance_m: f64,
    /// Between the two coming in.
    pub apart: Duration,
}

impl Desk {
    /// Open reports that may tell the same as this one by the rules in force, the nearest first.
    pub async fn duplicates(&self, report: &Report) -> StoreResult<Vec<Duplicate>> {
        let rules = self.rules().await?;
        let (within_m, hours) = (rules.rules.duplicate_within_m, rules.rules.duplicate_within_hours);
        let window = Duration::hours(hours.into());
        let [lon, lat] = report.assignment.wgs84;
        let Ok(place) = Point::from_degrees(lon, lat) else { return Ok(Vec::new()) };
        let [east_m, north_m] = metres_per_unit(lat);
        // Near a pole a degree of longitude is no distance at all.
        let [dx, dy] = [within_m / east_m.max(1e-6) / 1e7, within_m / north_m / 1e7];
        let filter = ReportFilter {
            categories: vec![report.category.clone()],
            statuses: vec![Status::Reported, Status::Accepted],
            since: Some(report.created_at - window),
            until: Some(report.created_at + window),
            bbox: Some([lon - dx, lat - dy, lon + dx, lat + dy]),
            ..ReportFilter::default()
        };
        let near = self.live().store().find_reports(&filter, MAX_NEAR).await?;
        let measured = near.into_iter().filter(|other| other.id != report.id).filter_map(|other| {
            let [lon, lat] = other.assignment.wgs84;
            let distance_m = distance_m(place, Point::from_degrees(lon, lat).ok()?);
            let apart = (other.created_at - report.created_at).abs();
            (distance_m <= within_m).then_some(Duplicate { report: other, distance_m, apart })
        });
        let mut found: Vec<Duplicate> = measured.collect();
        found.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then_with(|| a.report.id.cmp(&b.report.id)));
        found.truncate(MAX_DUPLICATES);
        Ok(found)
    }
}
