//! Photos in the embedded store.

use async_trait::async_trait;
use sqlx::{Row, Sqlite, Transaction};

use super::access::record;
use super::statements as sql;
use super::times::to_text;
use super::{GpkgStore, write};
use crate::domain::photo::Photo;
use crate::store::photos::{self, KeptPhoto, NewPhoto, PhotoAdded, PhotoStore};
use crate::store::{AccessStore, StoreResult, written};

#[async_trait]
impl PhotoStore for GpkgStore {
    async fn add_photo(&self, new: &NewPhoto) -> StoreResult<PhotoAdded> {
        let mut tx = write::begin_quietly(&self.writer).await?;
        let there = sqlx::query(sql::PHOTOS).bind(&new.report.id).fetch_all(&mut *tx).await?;
        let there = there.iter().map(photos::photo).collect::<StoreResult<Vec<_>>>()?;
        let state = sqlx::query(sql::REPORT_STATE).bind(&new.report.id).fetch_optional(&mut *tx).await?;
        let version = state.map(|row| row.try_get(0)).transpose()?;
        let fate = photos::judge(new, &there, version);
        let PhotoAdded::Kept(number) = fate else { return Ok(fate) };
        insert(&mut tx, &photos::numbered(new, number)).await?;
        record(&mut tx, self.acts_for(), &written::photo_added(&new.report.id, number)).await?;
        let last: i64 = sqlx::query(sql::COUNT_EVENTS).bind(1).fetch_one(&mut *tx).await?.try_get(0)?;
        sqlx::query(sql::INSERT_EVENTS).bind(photos::event_json(new)?).bind(last).execute(&mut *tx).await?;
        tx.commit().await?;
        self.told.notify_one();
        Ok(fate)
    }

    async fn photos(&self, report: &str) -> StoreResult<Vec<Photo>> {
        let all = sqlx::query(sql::PHOTOS).bind(report).fetch_all(&self.readers).await?;
        all.iter().map(photos::photo).collect()
    }

    async fn picture(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>> {
        let row = sqlx::query(sql::PHOTO_PICTURE).bind(report).bind(number).fetch_optional(&self.readers).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn thumbnail(&self, report: &str, number: i64) -> StoreResult<Option<Vec<u8>>> {
        let row = sqlx::query(sql::PHOTO_THUMBNAIL).bind(report).bind(number).fetch_optional(&self.readers).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn photo_after(&self, report: &str, number: i64) -> StoreResult<Option<KeptPhoto>> {
        let row = sqlx::query(sql::PHOTO_AFTER).bind(report).bind(number).fetch_optional(&self.readers).await?;
        row.as_ref().map(photos::kept).transpose()
    }
}

pub(super) async fn insert(tx: &mut Transaction<'static, Sqlite>, kept: &KeptPhoto) -> StoreResult<()> {
    let photo = &kept.photo;
    sqlx::query(sql::INSERT_PHOTO)
        .bind(&photo.report)
        .bind(photo.number)
        .bind(to_text(photo.at))
        .bind(photo.actor.via.as_str())
        .bind(&photo.actor.id)
        .bind(&photo.actor.name)
        .bind(photo.sent_hash.as_slice())
        .bind(photo.width)
        .bind(photo.height)
        .bind(&kept.picture)
        .bind(&kept.thumbnail)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
