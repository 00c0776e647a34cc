//! GeoReport's own shapes, its members in its order. XML and JSON are both made of them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::assign::words::level_zh;
use crate::domain::report::{Report, Status};
use crate::domain::rules::{Category, Rules};

/// Places of others than those who may see them are told to this part of a degree, about a kilometre: no more exactly than
/// the grid, which is told too.
const PARTS_OF_A_DEGREE: f64 = 100.0;

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Error)]
pub(crate) struct Error {
    /// The status again.
    pub code: u16,
    pub description: String,
}

/// Where the interface is, and who gives keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Discovery)]
pub(crate) struct Discovery {
    /// Sorts by time: the revision of the rules, by which services are there.
    pub changeset: String,
    pub contact: &'static str,
    pub key_service: &'static str,
    pub endpoints: [Endpoint; 1],
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Endpoint)]
pub(crate) struct Endpoint {
    pub specification: &'static str,
    pub url: String,
    pub changeset: String,
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub kind: &'static str,
    pub formats: [&'static str; 2],
}

/// Something that can be reported: a category.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Service)]
pub(crate) struct Service {
    #[schema(example = "sanitation")]
    service_code: String,
    service_name: String,
    description: String,
    /// It has a definition: every service has the same, of arguments that may be left out.
    metadata: bool,
    /// `realtime`: the id is answered at once.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "realtime")]
    kind: &'static str,
    keywords: String,
    group: Option<String>,
}

impl Service {
    pub(crate) fn of(category: &Category) -> Service {
        Service {
            service_code: category.code.clone(),
            service_name: name(category),
            description: category.description.clone(),
            metadata: true,
            kind: "realtime",
            keywords: format!("{},{}", category.zh, category.en),
            group: None,
        }
    }
}

fn name(category: &Category) -> String {
    format!("{} · {}", category.zh, category.en)
}

/// What can be said besides of something that is reported.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Definition)]
pub(crate) struct Definition {
    pub service_code: String,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Attribute)]
pub(crate) struct Attribute {
    pub variable: bool,
    pub code: &'static str,
    pub datatype: &'static str,
    pub required: bool,
    pub datatype_description: Option<&'static str>,
    #[schema(minimum = 1)]
    pub order: u32,
    pub description: &'static str,
    /// Of a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Choice>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Value)]
pub(crate) struct Choice {
    pub key: &'static str,
    pub name: &'static str,
}

/// The answer to a report that was taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Created)]
pub(crate) struct Created {
    pub service_request_id: String,
    pub service_notice: String,
    /// There are none of the public.
    pub account_id: Option<String>,
}

/// The id behind a token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Token)]
pub(crate) struct Token {
    pub service_request_id: String,
    pub token: String,
}

/// A report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Open311Request)]
pub(crate) struct Request {
    #[schema(example = "261125-7k3m9qxw2f4p")]
    service_request_id: String,
    /// `open` or `closed`.
    #[schema(example = "open")]
    status: &'static str,
    status_notes: &'static str,
    service_name: String,
    service_code: String,
    /// Null for those who may not read it.
    description: Option<String>,
    /// The grid, or the office, that has it.
    agency_responsible: String,
    service_notice: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    requested_datetime: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_datetime: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    expected_datetime: Option<OffsetDateTime>,
    /// The grids at the place, the smallest first.
    address: Option<String>,
    /// The code of the smallest grid there.
    address_id: Option<String>,
    zipcode: Option<String>,
    /// Degrees of WGS 84; to a hundredth of one for those who may not see the place.
    lat: f64,
    long: f64,
    media_url: Option<String>,
}

impl Request {
    /// `whole` for those who may see all of it.
    pub(crate) fn of(report: &Report, rules: &Rules, whole: bool) -> Request {
        let [lon, lat] = report.assignment.wgs84;
        let shown =
            |degrees: f64| if whole { degrees } else { (degrees * PARTS_OF_A_DEGREE).round() / PARTS_OF_A_DEGREE };
        // The smallest first, as an address is written there.
        let names: Vec<&str> = report.assignment.grids.iter().rev().map(|grid| &*grid.name).collect();
        let closed_at = report.settled_at.filter(|_| !report.status.is_open());
        Request {
            service_request_id: report.id.clone(),
            status: if report.status.is_open() { "open" } else { "closed" },
            status_notes: notes(report.status),
            service_name: rules.category(&report.category).map_or_else(|| report.category.clone(), name),
            service_code: report.category.clone(),
            description: whole.then(|| report.description.clone()),
            agency_responsible: agency(report),
            service_notice: None,
            requested_datetime: whole_second(report.created_at),
            updated_datetime: whole_second(closed_at.unwrap_or(report.updated_at)),
            expected_datetime: report.due_at.map(whole_second),
            address: (!names.is_empty()).then(|| names.join(", ")),
            address_id: report.assignment.grids.last().map(|grid| grid.code.clone()),
            zipcode: None,
            lat: shown(lat),
            long: shown(lon),
            media_url: None,
        }
    }
}

/// Who has it.
pub(crate) fn agency(report: &Report) -> String {
    let grid = report.assignment.grids.iter().find(|grid| Some(&grid.code) == report.grid.as_ref());
    let level = level_zh(report.level);
    grid.map_or_else(|| level.to_owned(), |grid| format!("{} · {level}", grid.name))
}

fn whole_second(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(0).expect("a second begins with its first nanosecond")
}

fn notes(status: Status) -> &'static str {
    match status {
        Status::Reported => "待受理 · reported",
        Status::Accepted => "办理中 · being worked on",
        Status::Resolved => "待核实 · settled, to be verified",
        Status::Closed => "已办结 · settled and verified",
        Status::Rejected => "不予受理 · not taken on",
        Status::Merged => "已合并 · another report tells the same",
    }
}
