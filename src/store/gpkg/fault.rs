//! What SQLite says, in the store's words.

use sqlx::error::DatabaseError;

use crate::store::StoreError;

/// Primary result codes (<https://sqlite.org/rescode.html>): the low byte of the code.
const PERM: i32 = 3;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const CONSTRAINT: i32 = 19;
const NOTADB: i32 = 26;

pub(in crate::store) fn store_error(fault: &dyn DatabaseError) -> StoreError {
    let code = fault.code().and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff);
    match code {
        Some(CORRUPT | NOTADB) => StoreError::Damaged(fault.message().into()),
        Some(CONSTRAINT) => StoreError::Refused(fault.message().into()),
        Some(FULL) => StoreError::DiskFull,
        Some(BUSY | LOCKED) => {
            StoreError::Unavailable("another process is writing to it; repeat this when it is done".into())
        }
        Some(READONLY | PERM) => StoreError::ReadOnly("the file, or the folder it is in, may not be written to".into()),
        Some(CANTOPEN) => StoreError::Unavailable("the file cannot be opened or created".into()),
        Some(IOERR) => StoreError::Unavailable(format!("the disk failed: {}", fault.message())),
        _ => StoreError::Unavailable(fault.message().into()),
    }
}
