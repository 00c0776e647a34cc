//! What a store keeps of photos: pictures that were drawn anew, each belonging to a report.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::reports::{NewEvent, rows as report_rows};
use super::rows::{Columns, bytes32};
use super::{StoreError, StoreResult};
use crate::domain::photo::{MAX_PHOTOS, Photo};
use crate::domain::report::{Actor, Report, Step};

/// A photo to be kept, and what others are told of it.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    /// As it stands: the event says for whom it is.
    pub report: Report,
    pub at: OffsetDateTime,
    pub actor: Actor,
    pub sent_hash: [u8; 32],
    pub width: u32,
    pub height: u32,
    /// JPEG.
    pub picture: Vec<u8>,
    /// JPEG.
    pub thumbnail: Vec<u8>,
    pub event: NewEvent,
}

/// A photo with its picture, for a copy of the store.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptPhoto {
    pub photo: Photo,
    pub picture: Vec<u8>,
    pub thumbnail: Vec<u8>,
}

/// What became of a photo that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoAdded {
    /// Under this number.
    Kept(i64),
    /// The same file was sent before, and has this number.
    Again(i64),
    /// The report has as many as it may have.
    Full,
    /// Somebody took a step with the report meanwhile: the event would tell those who had it before.
    Stale,
}

/// The part of a store that keeps photos. They do not raise the revision.
#[async_trait]
pub trait PhotoStore {
    /// Keeps a photo with its event, in one transaction.
    async fn add_photo(&self, new: &NewPhoto) -> StoreResult<PhotoAdded>;

    /// The photos of a report, the first one first.
    async fn photos(&self, report: &str) -> StoreResult<Vec<Photo>>;

    /// A photo as JPEG; `None` when there is none of that number.
    async fn picture(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>>;

    /// The same, small.
    async fn thumbnail(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>>;

    /// The photo after that one, by report and number: for a copy, which takes one after the other.
    async fn photo_after(&self, report: &str, number: i64) -> StoreResult<Option<KeptPhoto>>;
}

/// What becomes of a new photo where those are `there` and the report is of that version.
pub(super) fn judge(new: &NewPhoto, there: &[Photo], version: Option<i64>) -> PhotoAdded {
    if let Some(same) = there.iter().find(|photo| photo.sent_hash == new.sent_hash) {
        return PhotoAdded::Again(same.number);
    }
    if there.len() >= MAX_PHOTOS {
        return PhotoAdded::Full;
    }
    if version != Some(new.report.version) {
        return PhotoAdded::Stale;
    }
    PhotoAdded::Kept(there.last().map_or(0, |photo| photo.number) + 1)
}

/// A new photo under its number.
pub(super) fn numbered(new: &NewPhoto, number: i64) -> KeptPhoto {
    let photo = Photo {
        report: new.report.id.clone(),
        number,
        at: new.at,
        actor: new.actor.clone(),
        sent_hash: new.sent_hash,
        width: new.width,
        height: new.height,
        bytes: new.picture.len() as u64,
    };
    KeptPhoto { photo, picture: new.picture.clone(), thumbnail: new.thumbnail.clone() }
}

/// The event as a row, as those of steps are: it tells of a report as it stands after its latest step.
pub(super) fn event_json(new: &NewPhoto) -> StoreResult<String> {
    let report = &new.report;
    let latest = Step {
        number: report.version,
        at: new.at,
        action: crate::domain::report::Action::Report,
        actor: new.actor.clone(),
        note: None,
        status: report.status,
        level: report.level,
        grid: report.grid.clone(),
        due_at: report.due_at,
        assignment: None,
    };
    report_rows::events_json(std::iter::once((report, &latest, &new.event)))
}

pub(super) fn photo(row: &impl Columns) -> StoreResult<Photo> {
    let side = |column: &str| -> StoreResult<u32> {
        u32::try_from(row.integer(column)?).map_err(|_| StoreError::Damaged(format!("a photo's {column}")))
    };
    Ok(Photo {
        report: row.text("report")?,
        number: row.integer("number")?,
        at: row.time("at")?,
        actor: report_rows::actor(row)?,
        sent_hash: bytes32(row.bytes("sent_hash")?)?,
        width: side("width")?,
        height: side("height")?,
        bytes: row.integer("bytes")?.unsigned_abs(),
    })
}

pub(super) fn kept(row: &impl Columns) -> StoreResult<KeptPhoto> {
    Ok(KeptPhoto {
        photo: photo(row)?,
        picture: row.bytes("picture")?.to_vec(),
        thumbnail: row.bytes("thumbnail")?.to_vec(),
    })
}
