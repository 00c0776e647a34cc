//! How a column is read from a row of PostgreSQL, and how times are bound.

use sqlx::Row;
use sqlx::postgres::PgRow;
use time::{Date, OffsetDateTime};

use crate::geometry::point::MultiPolygon;
use crate::geometry::wkb;
use crate::store::StoreResult;
use crate::store::rows::Columns;
pub(super) use crate::store::whole_micros as micros;

impl Columns for PgRow {
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
        Ok(self.try_get(column)?)
    }

    fn maybe_time(&self, column: &str) -> StoreResult<Option<OffsetDateTime>> {
        Ok(self.try_get(column)?)
    }

    fn maybe_day(&self, column: &str) -> StoreResult<Option<Date>> {
        Ok(self.try_get(column)?)
    }

    fn shape(&self, column: &str) -> StoreResult<Result<MultiPolygon, wkb::NotAShape>> {
        Ok(wkb::from_wkb(self.bytes(column)?))
    }
}
