//! A photo (照片) of what was reported, or of what was done about it.

use time::OffsetDateTime;

use super::report::Actor;

/// How many photos a report may have.
pub const MAX_PHOTOS: usize = 9;

/// What is known of a photo, without the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// The id of the report.
    pub report: String,
    /// Counted from 1 in each report.
    pub number: i64,
    pub at: OffsetDateTime,
    /// Who sent it.
    pub actor: Actor,
    /// SHA-256 of the file that was sent: the same file is kept once.
    pub sent_hash: [u8; 32],
    /// In pixels, as it is kept.
    pub width: u32,
    pub height: u32,
    /// Of the picture as it is kept.
    pub bytes: u64,
}
