//! What is said when something cannot be answered: RFC 9457 `application/problem+json`. The only table of statuses.

mod library;

pub(crate) use self::library::{dressed, of_panic, with_methods};

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Extension;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::assign::bulk::shortened;
use crate::import::Fault;
use crate::store::StoreError;

/// The media type of every problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Every kind of problem that a client can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    BadParameter,
    Unauthenticated,
    Forbidden,
    CrossSite,
    SignInFailed,
    SignInTaken,
    NoSuchKey,
    NoSuchAccount,
    TooManyRequests,
    EditionPublished,
    ConfirmationNeeded,
    PublicationForbidden,
    NoSuchJob,
    UnreadableFiles,
    JobLost,
    NothingBefore,
    NothingScheduled,
    NameTaken,
    DiskFull,
    NoSuchReport,
    NoSuchService,
    StepRefused,
    VersionChanged,
    KeyReused,
    ExternalIdTaken,
    NoSuchPhoto,
    UnreadablePhoto,
    TooManyPhotos,
    NoSuchWebhook,
    NoSuchDelivery,
    TooManyWebhooks,
    NoSuchPath,
    NoSuchGrid,
    NoSuchEdition,
    NoSuchTile,
    MethodNotAllowed,
    NotAcceptable,
    BodyTimeout,
    PayloadTooLarge,
    UnsupportedMediaType,
    UnreadablePoints,
    BadRequest,
    Internal,
    NothingPublished,
    StoreUnavailable,
    ReadOnly,
    Overloaded,
    TimedOut,
}

impl Kind {
    /// Of those with one status the first is what a library means that says no more.
    pub(crate) const ALL: [Kind; 48] = [
        Kind::BadParameter,
        Kind::NoSuchPath,
        Kind::NoSuchGrid,
        Kind::NoSuchEdition,
        Kind::NoSuchTile,
        Kind::MethodNotAllowed,
        Kind::NotAcceptable,
        Kind::BodyTimeout,
        Kind::PayloadTooLarge,
        Kind::UnsupportedMediaType,
        Kind::UnreadablePoints,
        Kind::BadRequest,
        Kind::Internal,
        Kind::NothingPublished,
        Kind::StoreUnavailable,
        Kind::ReadOnly,
        Kind::Overloaded,
        Kind::TimedOut,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::CrossSite,
        Kind::SignInFailed,
        Kind::SignInTaken,
        Kind::NoSuchKey,
        Kind::NoSuchAccount,
        Kind::TooManyRequests,
        Kind::EditionPublished,
        Kind::ConfirmationNeeded,
        Kind::PublicationForbidden,
        Kind::NoSuchJob,
        Kind::UnreadableFiles,
        Kind::JobLost,
        Kind::NothingBefore,
        Kind::NothingScheduled,
        Kind::NameTaken,
        Kind::DiskFull,
        Kind::NoSuchReport,
        Kind::NoSuchService,
        Kind::StepRefused,
        Kind::VersionChanged,
        Kind::KeyReused,
        Kind::ExternalIdTaken,
        Kind::NoSuchPhoto,
        Kind::UnreadablePhoto,
        Kind::TooManyPhotos,
        Kind::NoSuchWebhook,
        Kind::NoSuchDelivery,
        Kind::TooManyWebhooks,
    ];

    /// The status, the last part of `type`, and the title in Chinese and English.
    fn row(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Kind::BadParameter => (S::BAD_REQUEST, "bad-parameter", "参数不对 · A parameter is wrong"),
            Kind::BadRequest => (S::BAD_REQUEST, "bad-request", "请求无法读取 · The request cannot be read"),
            Kind::Unauthenticated => {
                (S::UNAUTHORIZED, "unauthenticated", "需要登录或有效的密钥 · Sign in, or send a key that holds")
            }
            Kind::Forbidden => (S::FORBIDDEN, "forbidden", "没有这个权限 · You may not do this"),
            Kind::CrossSite => (S::FORBIDDEN, "cross-site", "请求来自别的网站 · The request came from another site"),
            Kind::SignInFailed => {
                (S::UNAUTHORIZED, "sign-in-failed", "用户名或密码不对 · The name or the password is wrong")
            }
            Kind::SignInTaken => {
                (S::CONFLICT, "sign-in-taken", "用户名已被使用 · Somebody signs in by that name already")
            }
            Kind::NoSuchKey => (S::NOT_FOUND, "no-such-key", "没有这个密钥 · There is no such key"),
            Kind::NoSuchAccount => (S::NOT_FOUND, "no-such-account", "没有这个账号 · There is no such account"),
            Kind::TooManyRequests => {
                (S::TOO_MANY_REQUESTS, "too-many-requests", "请求过于频繁，请稍后再试 · Too many requests; slow down")
            }
            Kind::EditionPublished => {
                (S::CONFLICT, "edition-published", "已发布的版本不能更改 · A published edition is never changed")
            }
            Kind::ConfirmationNeeded => {
                (S::CONFLICT, "confirmation-needed", "此操作须经确认 · This has to be confirmed")
            }
            Kind::PublicationForbidden => {
                (S::CONFLICT, "publication-forbidden", "有错误，不能发布 · Errors forbid publishing")
            }
            Kind::NoSuchJob => (S::NOT_FOUND, "no-such-job", "没有这个任务 · There is no such job"),
            Kind::UnreadableFiles => {
                (S::UNPROCESSABLE_ENTITY, "unreadable-files", "文件无法读取 · The files cannot be read")
            }
            Kind::JobLost => (S::INTERNAL_SERVER_ERROR, "job-lost", "任务中断 · The job broke off"),
            Kind::NothingBefore => {
                (S::CONFLICT, "nothing-before", "之前没有别的版本 · No other edition was in force before")
            }
            Kind::NothingScheduled => {
                (S::CONFLICT, "nothing-scheduled", "没有待生效的安排 · Nothing is scheduled that could be taken back")
            }
            Kind::NameTaken => (S::CONFLICT, "name-taken", "已有同名的版本 · There is an edition of that name already"),
            Kind::DiskFull => (S::INSUFFICIENT_STORAGE, "disk-full", "磁盘已满 · The disk is full"),
            Kind::NoSuchReport => (S::NOT_FOUND, "no-such-report", "没有这个上报事件 · There is no such report"),
            Kind::NoSuchService => (S::NOT_FOUND, "no-such-service", "没有这个类别 · There is no such service"),
            Kind::StepRefused => {
                (S::CONFLICT, "step-refused", "现在不能这样处理 · The report cannot be given this action now")
            }
            Kind::VersionChanged => {
                (S::PRECONDITION_FAILED, "version-changed", "别人已先处理 · Somebody else took a step meanwhile")
            }
            Kind::KeyReused => (
                S::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "同一幂等键发过别的内容 · Something else was sent under this Idempotency-Key",
            ),
            Kind::ExternalIdTaken => (
                S::CONFLICT,
                "external-id-taken",
                "这个外部编号已有别的上报 · Another report was sent with this external_id",
            ),
            Kind::NoSuchPhoto => (S::NOT_FOUND, "no-such-photo", "没有这张照片 · There is no such photo"),
            Kind::UnreadablePhoto => {
                (S::UNPROCESSABLE_ENTITY, "unreadable-photo", "照片无法读取 · The photo cannot be read")
            }
            Kind::TooManyPhotos => {
                (S::CONFLICT, "too-many-photos", "照片已满 · The report has as many photos as it may")
            }
            Kind::NoSuchWebhook => (S::NOT_FOUND, "no-such-webhook", "没有这个推送 · There is no such webhook"),
            Kind::NoSuchDelivery => (S::NOT_FOUND, "no-such-delivery", "没有这次推送 · There is no such delivery"),
            Kind::TooManyWebhooks => {
                (S::CONFLICT, "too-many-webhooks", "推送已达上限 · There are as many webhooks as there may be")
            }
            Kind::NoSuchPath => (S::NOT_FOUND, "no-such-path", "没有这个地址 · There is nothing at this address"),
            Kind::NoSuchGrid => (S::NOT_FOUND, "no-such-grid", "没有这个网格 · There is no such grid"),
            Kind::NoSuchEdition => (S::NOT_FOUND, "no-such-edition", "没有这个版本 · There is no such edition"),
            Kind::NoSuchTile => (S::NOT_FOUND, "no-such-tile", "没有这个瓦片 · There is no such tile"),
            Kind::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method-not-allowed", "不支持这种请求方法 · The method is not allowed here")
            }
            Kind::NotAcceptable => {
                (S::NOT_ACCEPTABLE, "not-acceptable", "无法按要求的形式回答 · No form that is accepted can be given")
            }
            Kind::BodyTimeout => (S::REQUEST_TIMEOUT, "body-timeout", "数据传送中断太久 · The data stopped coming"),
            Kind::PayloadTooLarge => {
                (S::PAYLOAD_TOO_LARGE, "payload-too-large", "请求内容太大 · The request is too large")
            }
            Kind::UnsupportedMediaType => (
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "不支持这种数据格式 · The media type is not supported",
            ),
            Kind::UnreadablePoints => {
                (S::UNPROCESSABLE_ENTITY, "unreadable-points", "点数据无法读取 · The points cannot be read")
            }
            Kind::Internal => {
                (S::INTERNAL_SERVER_ERROR, "internal", "服务内部出错 · Something went wrong in the service")
            }
            Kind::NothingPublished => (
                S::SERVICE_UNAVAILABLE,
                "nothing-published",
                "尚未发布任何网格版本 · No edition of grids is in force yet",
            ),
            Kind::StoreUnavailable => {
                (S::SERVICE_UNAVAILABLE, "store-unavailable", "数据库暂时不可用 · The store cannot be reached")
            }
            Kind::ReadOnly => (S::SERVICE_UNAVAILABLE, "read-only", "这台服务器只能查询 · This server only reads"),
            Kind::Overloaded => (S::SERVICE_UNAVAILABLE, "overloaded", "服务繁忙 · The service is busy"),
            Kind::TimedOut => (S::GATEWAY_TIMEOUT, "timed-out", "处理超时 · The answer took too long"),
        }
    }

    pub(crate) fn status(self) -> StatusCode {
        self.row().0
    }

    /// The stable `type`.
    pub(crate) fn uri(self) -> String {
        format!("urn:gridward:problem:{}", self.row().1)
    }

    /// The kind that stands for a status that a library answered without saying more.
    fn of_status(status: StatusCode) -> Kind {
        let unnamed = if status.is_client_error() { Kind::BadRequest } else { Kind::Internal };
        Kind::ALL.into_iter().find(|kind| *kind != Kind::BadParameter && kind.status() == status).unwrap_or(unnamed)
    }
}

/// One parameter or field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Its name, as the client wrote it.
    #[schema(example = "lat")]
    pub field: String,
    pub message: String,
}

/// A problem on its way to the client.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Option<String>,
    errors: Vec<ErrorDetail>,
    counts: BTreeMap<&'static str, usize>,
    /// When it is worth trying again.
    again_after: Option<Duration>,
}

/// What is sent (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(title = "Problem")]
pub(crate) struct ProblemDetails {
    /// Stable: what a program decides by.
    #[schema(example = "urn:gridward:problem:bad-parameter")]
    #[serde(rename = "type")]
    kind: String,
    /// In Chinese and in English.
    title: &'static str,
    /// The HTTP status again.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong this time, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    detail: Option<String>,
    /// The parameters or fields to mend; of files, everything in them that cannot be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ErrorDetail>,
    /// How many problems of an edition there are, by their codes: those that forbid something or have to be confirmed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    counts: BTreeMap<&'static str, usize>,
}

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// The name of a parameter, or of a field of a file's feature; empty where it is the whole feature.
    #[schema(example = "lat")]
    field: String,
    message: String,
    /// The file, and the line or the feature in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "town.geojson feature 3")]
    source: Option<String>,
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    line: Option<u64>,
    /// In bytes, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    column: Option<u64>,
}

impl From<FieldError> for ErrorDetail {
    fn from(error: FieldError) -> ErrorDetail {
        ErrorDetail { field: error.field, message: error.message, source: None, line: None, column: None }
    }
}

impl From<&Fault> for ErrorDetail {
    fn from(fault: &Fault) -> ErrorDetail {
        ErrorDetail {
            field: fault.field.clone(),
            message: fault.message.clone(),
            source: Some(fault.source.clone()),
            line: fault.at.map(|(line, _)| line),
            column: fault.at.map(|(_, column)| column),
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind) -> Problem {
        Problem { kind, detail: None, errors: Vec::new(), counts: BTreeMap::new(), again_after: None }
    }

    /// With what is wrong this time, and what to do.
    pub(crate) fn with(kind: Kind, detail: impl Into<String>) -> Problem {
        Problem { detail: Some(detail.into()), ..Problem::new(kind) }
    }

    /// Parameters that are wrong, each with its reason.
    pub(crate) fn parameters(errors: Vec<FieldError>) -> Problem {
        let said: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        let errors = errors.into_iter().map(ErrorDetail::from).collect();
        Problem { errors, ..Problem::with(Kind::BadParameter, said.join("; ")) }
    }

    /// One parameter that is wrong.
    pub(crate) fn parameter(field: &str, message: impl Into<String>) -> Problem {
        Problem::parameters(vec![FieldError { field: field.to_owned(), message: message.into() }])
    }

    /// Files that cannot be read: the faults that are listed, and how many there are in all.
    pub(crate) fn unreadable(faults: &[Fault], count: u64) -> Problem {
        let detail = format!("{count} thing(s) cannot be read, so nothing was stored");
        Problem {
            errors: faults.iter().map(ErrorDetail::from).collect(),
            ..Problem::with(Kind::UnreadableFiles, detail)
        }
    }

    /// With how many problems of an edition it is about, by their codes.
    pub(crate) fn counting(self, counts: BTreeMap<&'static str, usize>) -> Problem {
        Problem { counts, ..self }
    }

    /// With how long to wait before trying again.
    pub(crate) fn after(self, wait: Duration) -> Problem {
        Problem { again_after: Some(wait), ..self }
    }

    /// What is sent of it.
    pub(crate) fn details(self) -> ProblemDetails {
        let (status, _, title) = self.kind.row();
        let Problem { kind, detail, errors, counts, again_after: _ } = self;
        ProblemDetails { kind: kind.uri(), title, status: status.as_u16(), detail, errors, counts }
    }

    /// A fault of ours: the cause goes to the log, and nothing of it to the client.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Problem {
        tracing::error!(%cause, "a request failed");
        Problem::with(
            Kind::Internal,
            "the request id in the header x-request-id leads to the cause in the service's log",
        )
    }

    /// What there is to say, a sentence for each thing that is wrong: for those who have another form for it.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let title = self.kind.row().2;
        match &self.detail {
            _ if !self.errors.is_empty() => {
                self.errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect()
            }
            Some(detail) => vec![format!("{title}: {detail}")],
            None => vec![title.to_owned()],
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::NoSuchEdition(name) => {
                Problem::with(Kind::NoSuchEdition, format!("no edition is called `{}`", shortened(&name)))
            }
            StoreError::Unavailable(_) => {
                tracing::warn!(%error, "the store cannot be reached");
                Problem::with(Kind::StoreUnavailable, "what is in force now is still answered; try again later")
            }
            StoreError::ReadOnly(_) => {
                tracing::warn!(%error, "something was to be written where it cannot be");
                let detail = "nothing can be written by this server, now or later; send it to one that writes, or have whoever \
                              runs this one give it the rights";
                Problem::with(Kind::ReadOnly, detail)
            }
            StoreError::NameTaken(name) => Problem::with(
                Kind::NameTaken,
                format!("there is an edition called `{name}` already; choose another name"),
            ),
            StoreError::Overtaken => Problem::with(Kind::Overloaded, error.to_string()),
            StoreError::SignInTaken(name) => {
                Problem::with(Kind::SignInTaken, format!("somebody signs in as `{name}` already; choose another name"))
            }
            StoreError::AlreadyPublished(name) => {
                Problem::with(Kind::EditionPublished, format!("edition `{name}` is published"))
            }
            StoreError::DiskFull => {
                tracing::error!("the store's disk is full");
                Problem::with(
                    Kind::DiskFull,
                    "the disk of the store is full, and nothing was kept; make room and repeat this",
                )
            }
            other => Problem::internal(other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (kind, status) = (self.kind, self.kind.status());
        let again_after = self.again_after;
        // For whoever has to say it in another form.
        let itself = Extension(self.clone());
        let body = serde_json::to_vec(&self.details()).expect("texts and numbers are written to memory as JSON");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Of what a server never does, no later try comes to more.
        if status == StatusCode::SERVICE_UNAVAILABLE && kind != Kind::ReadOnly {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        if let Some(wait) = again_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(wait.as_secs_f64().ceil() as u64));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"gridward\""));
        }
        (status, headers, itself, body).into_response()
    }
}

#[cfg(test)]
mod tests;
