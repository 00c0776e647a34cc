//! How a column is read from a row of SQLite: times are text, shapes are GeoPackage binary.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use time::{Date, OffsetDateTime};

use super::times;
use crate::geometry::point::MultiPolygon;
use crate::geometry::wkb;
use crate::store::StoreResult;
use crate::store::rows::Columns;

impl Columns for SqliteRow {
    fn integer(&self, column: &str) -> StoreResult<i64> {
        Ok(self.try_get(column)?)
    }

    fn maybe_integer(&self, column: &str) -> StoreResult<Option<i64>> {
        Ok(self.try_get(column)?)
    }

    fn real(&self, column: &str) -> StoreResult<f64> {
        Ok(self.try_get(column)?)
    }

    fn maybe_real(&self, column: &str) -> StoreResult<Option<f64>> {
        Ok(self.try_get(column)?)
    }

    fn flag(&self, column: &str) -> StoreResult<bool> {
        Ok(self.try_get(column)?)
    }

    fn text(&self, column: &str) -> StoreResult<String> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &str) -> StoreResult<Option<String>> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &str) -> StoreResult<&[u8]> {
        Ok(self.try_get(column)?)
    }

    fn time(&self, column: &str) -> StoreResult<OffsetDateTime> {
        times::from_text(self.try_get(column)?)
    }

    fn maybe_time(&self, column: &str) -> StoreResult<Option<OffsetDateTime>> {
        self.try_get::<Option<&str>, _>(column)?.map(times::from_text).transpose()
    }

    fn maybe_day(&self, column: &str) -> StoreResult<Option<Date>> {
        self.try_get::<Option<&str>, _>(column)?.map(times::day_from_text).transpose()
    }

    fn shape(&self, column: &str) -> StoreResult<Result<MultiPolygon, wkb::NotAShape>> {
        Ok(wkb::from_gpkg(self.bytes(column)?))
    }
}
