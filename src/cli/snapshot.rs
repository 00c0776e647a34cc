//! The edition and the roster that a command answers from.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{Context, Failure};
use crate::index::snapshot::Snapshot;
use crate::live::Live;

/// What is in force at a time; now, when none is given.
pub(super) async fn load(context: &Context, at: Option<OffsetDateTime>) -> Result<Snapshot, Failure> {
    load_live(context, at).await.map(|(_, snapshot)| snapshot)
}

/// The same, with all that is known of the store's editions.
pub(super) async fn load_live(context: &Context, at: Option<OffsetDateTime>) -> Result<(Arc<Live>, Snapshot), Failure> {
    let store = context.store().await?;
    let live = Live::open(store.clone()).await?;
    let snapshot = match at {
        None => live.snapshot(),
        Some(at) => live.at(at).await?,
    };
    store.close().await;
    let snapshot = snapshot.ok_or_else(|| {
        let when = if at.is_some() { "at that time" } else { "yet" };
        Failure::refused(format!(
            "no edition is in force {when}; bring one in with `gridward import FILE` and `gridward publish EDITION`"
        ))
    })?;
    Ok((live, snapshot))
}
