//! What PostgreSQL says, in the store's words. Its own words are for the log: none reaches a client of the HTTP service.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::store::StoreError;

/// By SQLSTATE (<https://www.postgresql.org/docs/15/errcodes-appendix.html>), class by class where the class says enough.
pub(in crate::store) fn store_error(fault: &PgDatabaseError) -> StoreError {
    let said = fault.message();
    let unavailable = |what: &str| StoreError::Unavailable(format!("{what} (PostgreSQL: {said})"));
    let read_only = |what: &str| StoreError::ReadOnly(format!("{what} (PostgreSQL: {said})"));
    match fault.code() {
        "25006" => read_only("this is a standby, or it was told to be read-only; write to the primary"),
        "53100" => StoreError::DiskFull,
        "53300" => unavailable("it has no connection left: raise max_connections, or run fewer servers"),
        "55P03" => StoreError::Unavailable("another process is writing to it; repeat this when it is done".into()),
        "57014" => unavailable("a statement took too long, or an operator ended it"),
        "40001" | "40P01" => unavailable("two writes got into each other's way; repeat this one"),
        "28000" | "28P01" => unavailable("it refuses the user or the password"),
        "3D000" => unavailable("there is no such database; an administrator creates it with `createdb`"),
        "42501" => read_only("the user has not the rights; docs/postgis.md lists them"),
        // Who was to answer for what: rules of tables and triggers, or a value that no column takes.
        code if code.starts_with("23") || code.starts_with("22") || code.starts_with("54") => {
            StoreError::Refused(said.to_owned())
        }
        code if code.starts_with("XX") => StoreError::Damaged(said.to_owned()),
        code if code.starts_with("42") => StoreError::Damaged(format!("a table is not as it was made: {said}")),
        _ => StoreError::Unavailable(said.to_owned()),
    }
}

/// Whether the name was taken by another row.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
}
