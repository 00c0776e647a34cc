//! `/v1/webhooks`: who is told of events over HTTP. For administrators.

pub(super) mod deliveries;

use axum::extract::{Path, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::Admin;
use super::editions::unkept;
use super::fields::{Body, Fields};
use super::params::{Asked, Nothing};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::domain::webhook::{DeliveryCounts, HookFormat, Webhook};
use crate::hooks::address::Refused;

/// Each costs a look at the store every second.
const MAX_WEBHOOKS: usize = 100;
const MAX_NAME_CHARS: usize = 100;
const MAX_KINDS: usize = 50;
const MAX_SECRET_CHARS: usize = 200;

/// A webhook, with how its deliveries stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct WebhookDetail {
    #[schema(example = "wh_3f9a1c5e7b2d4068")]
    id: String,
    name: String,
    /// Without the values of its query, which may open something.
    #[schema(example = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")]
    url: String,
    #[schema(value_type = HookFormatWord)]
    format: &'static str,
    /// Kinds of events; all of them where it is empty.
    kinds: Vec<String>,
    grid: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// There are deliveries of events up to this number.
    told: i64,
    /// Deliveries that are tried, for the first time or again.
    waiting: i64,
    /// Deliveries that were given up.
    dead: i64,
    /// What its signatures are verified with. Shown once, when it is made; null of robots.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    secret: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = HookFormat, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum HookFormatWord {
    /// CloudEvents 1.0 in JSON, signed as Standard Webhooks does.
    Cloudevents,
    /// A group robot of WeCom.
    Wecom,
    /// A group robot of DingTalk.
    Dingtalk,
}

/// A webhook to be made.
#[derive(ToSchema)]
#[schema(as = NewWebhook)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct NewWebhook {
    /// `https://` and a public address, or what the operator allows with `--allow-webhook-host`.
    #[schema(max_length = 2000, example = "https://example.org/gridward")]
    url: String,
    #[schema(max_length = 100, nullable = true)]
    name: Option<String>,
    #[schema(nullable = true)]
    format: Option<HookFormatWord>,
    /// Such as `report.*`, `report.accept`, `edition.published`; all without it, and of robots all of reports.
    #[schema(nullable = true, max_items = 50)]
    kinds: Option<Vec<String>>,
    /// Only reports in the grid of this code, of any tier, and below.
    #[schema(nullable = true)]
    grid: Option<String>,
    /// Of a DingTalk robot that signs: `SEC…`.
    #[schema(nullable = true, max_length = 200)]
    secret: Option<String>,
    /// Tells of events after this number; of what comes from now on without it.
    #[schema(nullable = true, minimum = 0)]
    after: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    webhooks: Vec<WebhookDetail>,
}

impl WebhookDetail {
    fn new(webhook: Webhook, counts: DeliveryCounts) -> WebhookDetail {
        WebhookDetail {
            url: without_values(&webhook.url),
            id: webhook.id,
            name: webhook.name,
            format: webhook.format.as_str(),
            kinds: webhook.kinds,
            grid: webhook.grid,
            created_at: webhook.created_at,
            told: webhook.told,
            waiting: counts.waiting,
            dead: counts.dead,
            secret: None,
        }
    }
}

/// `?key=…` in place of `?key=693a91f6`.
fn without_values(url: &str) -> String {
    let Some((before, query)) = url.split_once('?') else { return url.to_owned() };
    let hidden = |pair: &str| match pair.split_once('=') {
        Some((name, _)) => format!("{name}=…"),
        None => "…".to_owned(),
    };
    format!("{before}?{}", query.split('&').map(hidden).collect::<Vec<_>>().join("&"))
}

fn no_such_webhook(id: &str) -> Problem {
    Problem::with(Kind::NoSuchWebhook, format!("no webhook has the id `{}`", shortened(id)))
}

/// What somebody wants to be made, and from which event on it is told.
fn read(fields: &mut Fields, now: OffsetDateTime) -> Option<(Webhook, Option<i64>)> {
    let url = fields.required("url", Fields::text);
    let name = fields.text("name").unwrap_or_default().trim().to_owned();
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        fields.wrong("name", format!("has to be at most {MAX_NAME_CHARS} characters on one line"));
    }
    let format = fields.parsed("format", |text| {
        let known = || HookFormat::ALL.map(HookFormat::as_str).join(", ");
        let found = HookFormat::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| format!("`{}` is none of: {}", shortened(text), known()))
    });
    let format = format.unwrap_or(HookFormat::Cloudevents);
    let of_robots = || vec!["report.*".to_owned()];
    let kinds = kinds(fields).unwrap_or_else(|| if format.is_robot() { of_robots() } else { Vec::new() });
    let grid = fields.text("grid");
    let secret = fields.text("secret");
    if let Some(secret) = &secret {
        let fits =
            !secret.is_empty() && secret.len() <= MAX_SECRET_CHARS && secret.bytes().all(|b| b.is_ascii_graphic());
        if format != HookFormat::Dingtalk {
            fields.wrong("secret", "is for robots of DingTalk; the secret of others is made here and answered once");
        } else if !fits {
            fields.wrong("secret", "has to be the text SEC… that DingTalk shows");
        }
    }
    let after = fields.number("after").and_then(|number| {
        let whole = (0.0..9e15).contains(&number) && number.fract() == 0.0;
        if !whole {
            fields.wrong("after", "has to be the number of an event");
        }
        whole.then_some(number as i64)
    });
    let id = format!("wh_{}", &crate::keys::random_name()[..16]);
    Some((Webhook { id, name, url: url?, format, kinds, grid, secret, created_at: now, told: 0 }, after))
}

fn kinds(fields: &mut Fields) -> Option<Vec<String>> {
    let Value::Array(items) = fields.value("kinds")? else {
        fields.wrong("kinds", "has to be a list of texts");
        return None;
    };
    let is_kind = |text: &str| {
        let Some((family, kind)) = text.split_once('.') else { return false };
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        ["report", "edition"].contains(&family) && (kind == "*" || is_word(kind))
    };
    let kinds: Option<Vec<String>> =
        items.iter().map(|item| item.as_str().filter(|text| is_kind(text)).map(str::to_owned)).collect();
    match kinds {
        Some(kinds) if kinds.len() <= MAX_KINDS && kinds.iter().all(|kind| kind.len() <= 100) => Some(kinds),
        _ => {
            fields.wrong("kinds", "has to hold at most 50 texts such as report.*, report.accept or edition.published");
            None
        }
    }
}

/// Have an address told of events
///
/// The answer has the secret that signatures are verified with; it is shown this once.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "events", operation_id = "addWebhook", security(("key" = [])),
    request_body(content = NewWebhook, content_type = "application/json"),
    responses(
        (status = 201, description = "The webhook, with its secret", body = WebhookDetail),
        (status = 400, description = "A field is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "There are as many as there may be", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Asked(Nothing): Asked<Nothing>,
    body: Body,
) -> Result<Response, Problem> {
    let mut fields = body.fields()?;
    let now = OffsetDateTime::now_utc();
    let now = now.replace_nanosecond(now.microsecond() * 1_000).map_err(Problem::internal)?;
    let read = read(&mut fields, now);
    if let Some((webhook, _)) = &read {
        match state.courier.target(&webhook.url) {
            Err(refused) => fields.wrong("url", refused.to_string()),
            // A name that cannot be looked up now may be later; where it leads then is asked each time.
            Ok(target) => {
                if target.addresses().await == Err(Refused::NotPublic) {
                    fields.wrong("url", Refused::NotPublic.to_string());
                }
            }
        }
        if let Some(grid) = &webhook.grid
            && !state.live.store().has_grid(grid).await?
        {
            fields
                .wrong("grid", format!("no edition that was published has a grid with the code `{}`", shortened(grid)));
        }
    }
    let (webhook, after) = fields.end(read)?;
    let store = state.live.store().acting_for(&caller);
    if store.webhooks().await?.len() >= MAX_WEBHOOKS {
        let detail = format!("there are {MAX_WEBHOOKS} webhooks already; remove one first");
        return Err(Problem::with(Kind::TooManyWebhooks, detail));
    }
    let kept = store.add_webhook(&webhook, after).await?;
    let secret = if kept.format.is_robot() { None } else { Some(state.courier.secret(&kept).await?) };
    let location = HeaderValue::from_str(&format!("/v1/webhooks/{}", kept.id)).map_err(Problem::internal)?;
    let detail = WebhookDetail { secret, ..WebhookDetail::new(kept, DeliveryCounts::default()) };
    let mut response = (StatusCode::CREATED, unkept(detail)).into_response();
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// The webhooks, oldest first
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "events", operation_id = "webhooks", security(("key" = [])),
    responses(
        (status = 200, description = "The webhooks", body = WebhookList),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    _admin: Admin,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let store = state.live.store();
    let mut webhooks = Vec::new();
    for webhook in store.webhooks().await? {
        let counts = store.count_deliveries(&webhook.id).await?;
        webhooks.push(WebhookDetail::new(webhook, counts));
    }
    Ok(unkept(WebhookList { webhooks }))
}

/// One webhook
#[utoipa::path(
    get, path = "/v1/webhooks/{id}", tag = "events", operation_id = "oneWebhook", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "The webhook", body = WebhookDetail),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let store = state.live.store();
    let webhook = store.webhook(&id).await?.ok_or_else(|| no_such_webhook(&id))?;
    let counts = store.count_deliveries(&id).await?;
    Ok(unkept(WebhookDetail::new(webhook, counts)))
}

/// Forget a webhook and its deliveries
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "events", operation_id = "removeWebhook", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 204, description = "It is told no more"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    if !state.live.store().acting_for(&caller).remove_webhook(&id).await? {
        return Err(no_such_webhook(&id));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_chat_is_not_shown() {
        assert_eq!(without_values("https://a.example/send?key=693a&x=1&y"), "https://a.example/send?key=…&x=…&…");
        assert_eq!(without_values("https://a.example/hook"), "https://a.example/hook");
    }
}
