//! `discovery`, `services` and `services/{code}`: what can be reported, and where.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::wire::{Attribute, Choice, Definition, Discovery, Endpoint, Service};
use super::wording::{JSON_TYPE, Wording, XML_TYPE};
use super::{answer, base, without_ending};
use crate::assign::bulk::shortened;
use crate::http::problem::{Kind, Problem};
use crate::http::state::AppState;

/// Where the interface is
///
/// Without an ending the form is by `Accept`, and XML where that leaves the choice; this holds for all of Open311.
#[utoipa::path(
    get, path = "/open311/v2/discovery.{format}", tag = "open311", operation_id = "open311Discovery",
    params(("format" = inline(FormWord), Path, description = "The form of the answer")),
    responses((status = 200, description = "The endpoint", content((Discovery = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn discovery(
    State(state): State<AppState>,
    wording: Wording,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let changeset = format!("{:08}", state.desk.rules().await?.revision);
    let endpoint = Endpoint {
        specification: "http://wiki.open311.org/GeoReport_v2",
        url: base(&headers),
        changeset: changeset.clone(),
        kind: "production",
        formats: [XML_TYPE, JSON_TYPE],
    };
    let discovery = Discovery {
        changeset,
        contact: "镇级网格办 · the town office",
        key_service: "上报无需密钥；要查看全文请向镇级网格办申请 · nobody needs a key to report; the town office gives keys that show more",
        endpoints: [endpoint],
    };
    Ok(answer(wording, "discovery", &discovery))
}

/// What can be reported
#[utoipa::path(
    get, path = "/open311/v2/services.{format}", tag = "open311", operation_id = "open311Services",
    params(("format" = inline(FormWord), Path, description = "The form of the answer"),
           ("jurisdiction_id" = Option<String>, Query, description = "There is one only; what is given is passed over")),
    responses((status = 200, description = "The services", content((Vec<Service> = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn list(State(state): State<AppState>, wording: Wording) -> Result<Response, Problem> {
    let rules = state.desk.rules().await?;
    let services: Vec<Service> = rules.rules.categories.iter().map(Service::of).collect();
    Ok(answer(wording, "services", &services))
}

/// What can be said besides of what is reported
#[utoipa::path(
    get, path = "/open311/v2/services/{code}.{format}", tag = "open311", operation_id = "open311Definition",
    params(("code" = String, Path, description = "The service's code", example = "sanitation"),
           ("format" = inline(FormWord), Path, description = "The form of the answer"),
           ("jurisdiction_id" = Option<String>, Query, description = "There is one only; what is given is passed over")),
    responses((status = 200, description = "The definition", content((Definition = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn definition(
    State(state): State<AppState>,
    wording: Wording,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let code = without_ending(&code);
    let rules = state.desk.rules().await?;
    rules.rules.category(code).ok_or_else(|| no_such_service(code))?;
    Ok(answer(wording, "service_definition", &Definition { service_code: code.to_owned(), attributes: attributes() }))
}

pub(super) fn no_such_service(code: &str) -> Problem {
    let detail = format!("no service has the service_code `{}`; /open311/v2/services lists them", shortened(code));
    Problem::with(Kind::NoSuchService, detail)
}

/// Those of every service. None is required.
fn attributes() -> Vec<Attribute> {
    let attribute = |order, code, datatype, datatype_description, description, values| Attribute {
        variable: true,
        code,
        datatype,
        required: false,
        datatype_description,
        order,
        description,
        values,
    };
    let choice = |key, name| Choice { key, name };
    let sources = vec![
        choice("device", "定位 · the device's position"),
        choice("map", "地图选点 · chosen on a map"),
        choice("address", "地址 · of an address"),
        choice("fuzzy", "模糊位置 · blurred: a person places it"),
    ];
    let systems = vec![
        choice("wgs84", "WGS 84"),
        choice("cgcs2000", "CGCS2000"),
        choice("gcj02", "GCJ-02（高德、腾讯） · Amap, Tencent"),
        choice("bd09", "BD-09（百度） · Baidu"),
    ];
    vec![
        attribute(
            1,
            "accuracy",
            "number",
            Some("米 · metres"),
            "定位误差半径 · radius of the circle that the place lies in",
            vec![],
        ),
        attribute(2, "source", "singlevaluelist", None, "位置来源 · how the position was got", sources),
        attribute(3, "crs", "singlevaluelist", None, "坐标系，默认 WGS 84 · the system of lat and long", systems),
        attribute(4, "occurred_at", "datetime", Some("ISO 8601"), "发生时间 · when it happened", vec![]),
    ]
}

/// The forms as OpenAPI describes them.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(super) enum FormWord {
    Json,
    Xml,
}
