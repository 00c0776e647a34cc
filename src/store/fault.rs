//! What a database says, in the store's words.

use super::{StoreError, gpkg, postgis};

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match &error {
            sqlx::Error::Database(fault) => match fault.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
                Some(fault) => postgis::store_error(fault),
                None => gpkg::store_error(&**fault),
            },
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                StoreError::Damaged(error.to_string())
            }
            sqlx::Error::PoolTimedOut => StoreError::Unavailable(
                "it gave no connection in time: it does not answer, or all connections are in use".into(),
            ),
            sqlx::Error::PoolClosed => StoreError::Unavailable("it has been closed".into()),
            // Settings may hold a password.
            sqlx::Error::Configuration(_) => StoreError::Unavailable("its settings cannot be used".into()),
            _ => StoreError::Unavailable(error.to_string()),
        }
    }
}
