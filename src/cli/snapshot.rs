//! The edition and the roster that a command answers from.

use time::OffsetDateTime;

use super::{Context, Failure};
use crate::index::snapshot::Snapshot;
use crate::live::Live;

/// What is in force at a time; now, when none is given.
pub(super) async fn load(context: &Context, at: Option<OffsetDateTime>) -> Result<Snapshot, Failure> {
    let store = context.store().await?;
    let live = Live::open(store.clone()).await?;
    let snapshot = match at {
        None => live.snapshot(),
        Some(at) => live.at(at).await?,
    };
    store.close().await;
    snapshot.ok_or_else(|| {
        let when = if at.is_some() { "at that time" } else { "yet" };
        Failure::refused(format!(
            "no edition is in force {when}; bring one in with `gridward import FILE` and `gridward publish EDITION`"
        ))
    })
}
