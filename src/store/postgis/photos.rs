//! Photos in the shared store.

use async_trait::async_trait;
use sqlx::Row;

use super::access::record;
use super::columns::micros;
use super::session::Session;
use super::statements as sql;
use super::{PostgisStore, cannot_be_there};
use crate::domain::caller::Caller;
use crate::domain::photo::Photo;
use crate::store::photos::{self, KeptPhoto, NewPhoto, PhotoAdded, PhotoStore};
use crate::store::{StoreError, StoreResult, written};

#[async_trait]
impl PhotoStore for PostgisStore {
    async fn add_photo(&self, new: &NewPhoto) -> StoreResult<PhotoAdded> {
        let mut session = Session::short_write(self.pool().await?).await?;
        let outcome = add(&mut session, &self.caller, new).await;
        session.end(outcome).await
    }

    async fn photos(&self, report: &str) -> StoreResult<Vec<Photo>> {
        if cannot_be_there(report) {
            return Ok(Vec::new());
        }
        self.rows(sqlx::query(sql::PHOTOS).bind(report)).await?.iter().map(photos::photo).collect()
    }

    async fn picture(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>> {
        self.bytes_of(sql::PHOTO_PICTURE, report, number).await
    }

    async fn thumbnail(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>> {
        self.bytes_of(sql::PHOTO_THUMBNAIL, report, number).await
    }

    async fn photo_after(&self, report: &str, number: i64) -> StoreResult<Option<KeptPhoto>> {
        self.row(sqlx::query(sql::PHOTO_AFTER).bind(report).bind(number)).await?.as_ref().map(photos::kept).transpose()
    }
}

impl PostgisStore {
    async fn bytes_of(&self, statement: &'static str, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>> {
        if cannot_be_there(report) {
            return Ok(None);
        }
        let row = self.row(sqlx::query(statement).bind(report).bind(number)).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

/// The report is held first, and the event counted last, as every step does it.
async fn add(session: &mut Session, caller: &Caller, new: &NewPhoto) -> StoreResult<PhotoAdded> {
    let held = session.row(sqlx::query(sql::HOLD_REPORT).bind(&new.report.id)).await?;
    let version = held.map(|row| row.try_get(0)).transpose()?;
    let there = session.rows(sqlx::query(sql::PHOTOS).bind(&new.report.id)).await?;
    let there = there.iter().map(photos::photo).collect::<StoreResult<Vec<_>>>()?;
    let fate = photos::judge(new, &there, version);
    let PhotoAdded::Kept(number) = fate else { return Ok(fate) };
    insert(session, &photos::numbered(new, number)).await?;
    record(session, caller, &written::photo_added(&new.report.id, number)).await?;
    let last = session.row(sqlx::query(sql::COUNT_EVENTS).bind(1_i64)).await?;
    let last: i64 = last.ok_or_else(|| StoreError::Damaged("it counts no events".into()))?.try_get(0)?;
    session.execute(sqlx::query(sql::INSERT_EVENTS).bind(photos::event_json(new)?).bind(last)).await?;
    Ok(fate)
}

pub(super) async fn insert(session: &mut Session, kept: &KeptPhoto) -> StoreResult<()> {
    let photo = &kept.photo;
    let insert = sqlx::query(sql::INSERT_PHOTO)
        .bind(&photo.report)
        .bind(photo.number)
        .bind(micros(photo.at))
        .bind(photo.actor.via.as_str())
        .bind(&photo.actor.id)
        .bind(&photo.actor.name)
        .bind(photo.sent_hash.as_slice())
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(&kept.picture)
        .bind(&kept.thumbnail);
    session.execute(insert).await.map(|_| ())
}
