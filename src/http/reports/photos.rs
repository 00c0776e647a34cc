//! Photos of a report: `POST` and `GET /v1/reports/{id}/photos`, `…/{number}` and `…/{number}/thumbnail`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::read::{TokenParameters, TokenParams};
use super::{no_such_report, readable};
use crate::assign::telling;
use crate::domain::caller::Caller;
use crate::domain::photo::{MAX_PHOTOS, Photo};
use crate::domain::report::{Actor, Report};
use crate::http::editions::unkept;
use crate::http::negotiate;
use crate::http::params::Asked;
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::state::{AppState, Settings, in_background};
use crate::photo::{self, MAX_BYTES, Unfit};
use crate::store::photos::{NewPhoto, PhotoAdded};

/// A photo in a form, with what stands around it.
pub(crate) const MAX_BODY_BYTES: usize = MAX_BYTES + (64 << 10);
/// A photo has to be here after so long, and drawn after so long again.
const MAX_TIME: Duration = Duration::from_secs(180);

/// The form, as OpenAPI describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct PhotoForm {
    /// JPEG, PNG or WebP, at most 10 MB.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// What is known of a photo.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhotoDetail {
    #[schema(minimum = 1)]
    number: i64,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Whether it came from whoever sent the report.
    by_sender: bool,
    /// Pixels of the picture.
    #[schema(minimum = 1)]
    width: u32,
    #[schema(minimum = 1)]
    height: u32,
    /// Of the picture.
    bytes: u64,
    /// Where the picture is, with the same token or key.
    picture: String,
    thumbnail: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Photos {
    /// The first one first.
    photos: Vec<PhotoDetail>,
}

impl PhotoDetail {
    fn new(photo: &Photo, report: &Report) -> PhotoDetail {
        let picture = format!("/v1/reports/{}/photos/{}", report.id, photo.number);
        PhotoDetail {
            number: photo.number,
            at: photo.at,
            by_sender: photo.actor.origin() == report.origin,
            width: photo.width,
            height: photo.height,
            bytes: photo.bytes,
            thumbnail: format!("{picture}/thumbnail"),
            picture,
        }
    }
}

/// Add a photo to a report
///
/// By whoever sent the report, or answers for its place. It is drawn anew before it is kept: upright, at most 2,048 pixels
/// a side, and without anything else that was in the file, such as where and when it was taken. The same file sent again
/// is kept once.
#[utoipa::path(
    post, path = "/v1/reports/{id}/photos", tag = "reports", operation_id = "addPhoto", security((), ("key" = [])),
    params(("id" = String, Path, description = "The report's id"), TokenParams),
    request_body(content(
        (PhotoForm = "multipart/form-data"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp")
    )),
    responses(
        (status = 200, description = "The same file was sent before", body = PhotoDetail),
        (status = 201, description = "The photo is kept", body = PhotoDetail),
        (status = 400, description = "A parameter is wrong, or the form cannot be read", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "The data stopped coming", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The report has nine photos already", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too many bytes or pixels", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JPEG, PNG or WebP", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The photo is damaged", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or too much is going on", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(token): Asked<TokenParameters>,
    request: Request,
) -> Result<Response, Problem> {
    // Before a byte of it is taken in.
    let report = readable(&state, &caller, &id, token.text()).await?;
    let busy = || Problem::with(Kind::Overloaded, "many photos are coming in; send it again in a few seconds");
    let _place = state.photos.take(&caller).ok_or_else(busy)?;
    let late = |_| Problem::with(Kind::BodyTimeout, format!("a photo has to be here after {} s", MAX_TIME.as_secs()));
    let bytes = timeout(MAX_TIME, receive(request, &state.settings)).await.map_err(late)??;
    let store = state.live.store();
    let sent_hash = photo::digest(&bytes);
    let there = store.photos(&id).await?;
    if let Some(same) = there.iter().find(|photo| photo.sent_hash == sent_hash) {
        return Ok(unkept(PhotoDetail::new(same, &report)));
    }
    if there.len() >= MAX_PHOTOS {
        return Err(full());
    }
    let permit = timeout(MAX_TIME, state.photos.redrawing.clone().acquire_owned()).await.map_err(|_| busy())?;
    let permit = permit.map_err(Problem::internal)?;
    // Also where the client goes away meanwhile, the work goes on, and its place is taken for as long.
    let work = move || (photo::redraw(&bytes), drop(permit)).0;
    let redrawn = in_background(work).await?.map_err(unfit)?;
    let at = OffsetDateTime::now_utc();
    let at = at.replace_microsecond(at.microsecond()).map_err(Problem::internal)?;
    let mut new = NewPhoto {
        event: telling::of_photo(&report, at),
        report,
        at,
        actor: Actor::of(&caller),
        sent_hash,
        width: redrawn.width,
        height: redrawn.height,
        picture: redrawn.picture,
        thumbnail: redrawn.thumbnail,
    };
    let store_for_caller = state.store_for(&caller);
    let (number, status) = loop {
        match store_for_caller.add_photo(&new).await? {
            PhotoAdded::Kept(number) => break (number, StatusCode::CREATED),
            PhotoAdded::Again(number) => break (number, StatusCode::OK),
            PhotoAdded::Full => return Err(full()),
            // Each time because somebody took a step: the photo is told to whoever has the report now.
            PhotoAdded::Stale => {
                new.report = store.report_by_id(&id).await?.ok_or_else(|| no_such_report(&id))?;
                new.event = telling::of_photo(&new.report, at);
            }
        }
    };
    let kept = store.photos(&id).await?.into_iter().find(|photo| photo.number == number);
    let detail = PhotoDetail::new(&kept.ok_or_else(|| no_such_photo(number))?, &new.report);
    let location = HeaderValue::try_from(&detail.picture).map_err(Problem::internal)?;
    let mut response = (status, unkept(detail)).into_response();
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

fn full() -> Problem {
    Problem::with(Kind::TooManyPhotos, format!("a report has at most {MAX_PHOTOS} photos"))
}

fn too_large() -> Problem {
    Problem::with(Kind::PayloadTooLarge, Unfit::TooManyBytes.to_string())
}

fn unfit(why: Unfit) -> Problem {
    let kind = match why {
        Unfit::TooManyBytes | Unfit::TooManyPixels(..) => Kind::PayloadTooLarge,
        Unfit::Heif | Unfit::OtherFormat => Kind::UnsupportedMediaType,
        Unfit::TooManyScans | Unfit::Damaged => Kind::UnreadablePhoto,
    };
    Problem::with(kind, why.to_string())
}

/// The photo of a form, or the body as it is.
async fn receive(request: Request, settings: &Settings) -> Result<Vec<u8>, Problem> {
    let is_form = is_form(request.headers())?;
    let idle = settings.batch_idle_timeout;
    if is_form {
        return in_form(request, idle).await;
    }
    let mut bytes = Vec::new();
    let mut pieces = request.into_body().into_data_stream();
    while let Some(piece) = in_time(idle, pieces.next()).await? {
        collect(&mut bytes, &piece.map_err(|error| Problem::with(Kind::BadRequest, broken(&error)))?)?;
    }
    Ok(bytes)
}

/// Whether a form is coming; a body that cannot be taken is refused here.
fn is_form(headers: &HeaderMap) -> Result<bool, Problem> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if header(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Problem::with(Kind::UnsupportedMediaType, "send the photo as it is: it is compressed already"));
    }
    let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    let media = header(CONTENT_TYPE).unwrap_or_default().trim_start().to_ascii_lowercase();
    Ok(media.starts_with("multipart/form-data"))
}

async fn in_form(request: Request<Body>, idle: Duration) -> Result<Vec<u8>, Problem> {
    let unread = |detail: String| Problem::with(Kind::BadRequest, format!("the form cannot be read: {detail}"));
    let mut form = Multipart::from_request(request, &()).await.map_err(|refused| unread(refused.body_text()))?;
    let of = |error: axum::extract::multipart::MultipartError| {
        if error.status() == Kind::PayloadTooLarge.status() { too_large() } else { unread(error.body_text()) }
    };
    while let Some(mut part) = in_time(idle, form.next_field()).await?.map_err(of)? {
        if part.name() != Some("photo") {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(piece) = in_time(idle, part.chunk()).await?.map_err(of)? {
            collect(&mut bytes, &piece)?;
        }
        return Ok(bytes);
    }
    Err(Problem::parameter("photo", "is missing; send the photo as the field `photo`, or as the body itself"))
}

fn collect(bytes: &mut Vec<u8>, piece: &Bytes) -> Result<(), Problem> {
    if bytes.len() + piece.len() > MAX_BYTES {
        return Err(too_large());
    }
    bytes.extend_from_slice(piece);
    Ok(())
}

async fn in_time<T>(idle: Duration, next: impl Future<Output = T>) -> Result<T, Problem> {
    let silent = || Problem::with(Kind::BodyTimeout, format!("nothing came for {} s", idle.as_secs_f32()));
    timeout(idle, next).await.map_err(|_| silent())
}

fn broken(error: &axum::Error) -> String {
    format!("the photo broke off: {error}")
}

/// The photos of a report
#[utoipa::path(
    get, path = "/v1/reports/{id}/photos", tag = "reports", operation_id = "photos", security((), ("key" = [])),
    params(("id" = String, Path, description = "The report's id"), TokenParams),
    responses(
        (status = 200, description = "What is known of each, and where it is", body = Photos),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(token): Asked<TokenParameters>,
) -> Result<Response, Problem> {
    let report = readable(&state, &caller, &id, token.text()).await?;
    let photos = state.live.store().photos(&id).await?;
    Ok(unkept(Photos { photos: photos.iter().map(|photo| PhotoDetail::new(photo, &report)).collect() }))
}

/// A photo
#[utoipa::path(
    get, path = "/v1/reports/{id}/photos/{number}", tag = "reports", operation_id = "photo", security((), ("key" = [])),
    params(
        ("id" = String, Path, description = "The report's id"),
        ("number" = i64, Path, description = "The photo's number in the report"),
        TokenParams,
    ),
    responses(
        (status = 200, description = "The picture", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "The client has it"),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report or photo", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn picture(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(String, String)>,
    Asked(token): Asked<TokenParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    readable(&state, &caller, &id, token.text()).await?;
    let number = counted(&number)?;
    shown(&headers, number, state.live.store().picture(&id, number).await?, "")
}

/// A photo, small
#[utoipa::path(
    get, path = "/v1/reports/{id}/photos/{number}/thumbnail", tag = "reports", operation_id = "photoThumbnail",
    security((), ("key" = [])),
    params(
        ("id" = String, Path, description = "The report's id"),
        ("number" = i64, Path, description = "The photo's number in the report"),
        TokenParams,
    ),
    responses(
        (status = 200, description = "The picture, at most 320 pixels a side", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "The client has it"),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report or photo", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn thumbnail(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, number)): Path<(String, String)>,
    Asked(token): Asked<TokenParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    readable(&state, &caller, &id, token.text()).await?;
    let number = counted(&number)?;
    shown(&headers, number, state.live.store().thumbnail(&id, number).await?, "t")
}

/// A text that is no number names no photo.
fn counted(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::with(Kind::NoSuchPhoto, "photos are counted 1, 2, 3 …"))
}

fn no_such_photo(number: i64) -> Problem {
    Problem::with(Kind::NoSuchPhoto, format!("the report has no photo number {number}"))
}

/// A photo is never changed, but who may see it is asked every time.
fn shown(headers: &HeaderMap, number: i64, picture: Option<Vec<u8>>, kind: &str) -> Result<Response, Problem> {
    let picture = picture.ok_or_else(|| no_such_photo(number))?;
    let etag = format!("\"{kind}{number}-{}\"", picture.len());
    let mut said = HeaderMap::new();
    said.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    said.insert(ETAG, HeaderValue::try_from(&etag).map_err(Problem::internal)?);
    if negotiate::is_known(headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, said).into_response());
    }
    said.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    said.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok((said, picture).into_response())
}
