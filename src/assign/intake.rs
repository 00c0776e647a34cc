//! Taking reports in: what somebody sends is checked, field by field, decided about, and handed to the store together with
//! whatever else came in, steps too, while the store was busy with the batch before. So a disk or database that makes a hundred
//! commits a second durable takes thousands of reports a second, and each is answered when it is durable.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use super::locate::{MAX_ACCURACY_M, place};
use crate::domain::assignment::{GivenPosition, PositionSource};
use crate::domain::report::{Actor, Reporter};
use crate::geometry::crs::QueryCrs;
use crate::geometry::point::Point;
use crate::store::reports::{Added, NewReport, ReportChange};
use crate::store::{Store, StoreError, StoreResult};

pub const MAX_DESCRIPTION_CHARS: usize = 5_000;
pub const MAX_NAME_CHARS: usize = 100;
pub const MAX_PHONE_CHARS: usize = 40;
pub const MAX_KEY_CHARS: usize = 255;

/// Reports and steps that wait for the store; further ones wait for a place among them.
const MAX_WAITING: usize = 4_096;
/// Reports and steps in one transaction.
const MAX_BATCH: usize = 500;
/// Nothing that happens now was reported earlier, clocks that are a little ahead aside.
const MAX_AHEAD: time::Duration = time::Duration::hours(24);

/// A report as somebody sends it, its texts untouched.
#[derive(Clone, Debug)]
pub struct Submission {
    pub category: String,
    pub description: String,
    pub lon: f64,
    pub lat: f64,
    pub crs: QueryCrs,
    pub accuracy_m: Option<f64>,
    pub source: Option<PositionSource>,
    pub occurred_at: Option<OffsetDateTime>,
    pub reporter: Reporter,
    pub external_id: Option<String>,
}

/// A field that is wrong, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    pub field: &'static str,
    pub message: String,
}

fn fault(field: &'static str, message: impl Into<String>) -> FieldFault {
    FieldFault { field, message: message.into() }
}

impl Submission {
    /// Everything that is wrong with it; else its point. `is_category` knows the categories.
    pub fn check(&self, at: OffsetDateTime, is_category: impl Fn(&str) -> bool) -> Result<Point, Vec<FieldFault>> {
        let mut faults = Vec::new();
        if !is_category(&self.category) {
            faults.push(fault("category", "is none of the categories of /v1/categories"));
        }
        let texts = [
            ("description", Some(&self.description), MAX_DESCRIPTION_CHARS),
            ("reporter.name", self.reporter.name.as_ref(), MAX_NAME_CHARS),
            ("reporter.phone", self.reporter.phone.as_ref(), MAX_PHONE_CHARS),
            ("external_id", self.external_id.as_ref(), MAX_KEY_CHARS),
        ];
        for (field, text, max_chars) in texts {
            let Some(text) = text else { continue };
            if text.trim().is_empty() {
                faults.push(fault(field, "is empty"));
            } else if text.chars().count() > max_chars {
                faults.push(fault(field, format!("is longer than {max_chars} characters")));
            } else if text.contains('\0') {
                faults.push(fault(field, "holds the character U+0000; remove it"));
            }
        }
        if self.accuracy_m.is_some_and(|accuracy_m| !(0.0..=MAX_ACCURACY_M).contains(&accuracy_m)) {
            faults.push(fault("accuracy", format!("is not a number of metres from 0 to {MAX_ACCURACY_M}")));
        }
        if self.occurred_at.is_some_and(|occurred_at| occurred_at > at + MAX_AHEAD) {
            faults.push(fault("occurred_at", "lies in the future"));
        }
        match place(self.lon, self.lat, self.crs) {
            Ok(point) if faults.is_empty() => Ok(point),
            Ok(_) => Err(faults),
            Err(error) => {
                use crate::geometry::lattice::NotOnEarth;
                let field = match error {
                    NotOnEarth::Longitude(_) => "lon",
                    NotOnEarth::Latitude(_) => "lat",
                };
                faults.push(fault(field, error.to_string()));
                Err(faults)
            }
        }
    }

    /// SHA-256 of everything it says: equal for what says the same, in whichever form it came.
    pub fn digest(&self) -> [u8; 32] {
        let parts = (
            (&self.category, &self.description, self.lon.to_bits(), self.lat.to_bits(), self.crs.as_str()),
            (self.accuracy_m.map(f64::to_bits), self.source, self.occurred_at.map(|at| at.unix_timestamp_nanos())),
            (&self.reporter.name, &self.reporter.phone, &self.external_id),
        );
        Sha256::digest(format!("{parts:?}")).into()
    }

    pub(super) fn given(&self) -> GivenPosition {
        GivenPosition {
            lon: self.lon,
            lat: self.lat,
            crs: self.crs.as_str().to_owned(),
            accuracy_m: self.accuracy_m,
            source: self.source,
        }
    }
}

/// Who sends something, and under which words it is kept once.
#[derive(Clone, Debug)]
pub struct Sender {
    pub actor: Actor,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

/// What waits to be kept, with who waits for it.
enum Waiting {
    New(NewReport, oneshot::Sender<StoreResult<Added>>),
    Change(ReportChange, oneshot::Sender<StoreResult<bool>>),
}

/// The one way of reports and their steps into the store. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    waiting: mpsc::Sender<Waiting>,
}

impl Intake {
    pub(super) fn new(store: Arc<dyn Store>) -> Intake {
        let (waiting, coming) = mpsc::channel(MAX_WAITING);
        tokio::spawn(keep_for_ever(store, coming));
        Intake { waiting }
    }

    /// Keeps a report; answers when it is durable.
    pub(super) async fn keep(&self, new: NewReport) -> StoreResult<Added> {
        self.wait(|answer| Waiting::New(new, answer)).await
    }

    /// Keeps a step; `false` where the report was not of the version before any more. Answers when it is durable.
    pub(super) async fn change(&self, change: ReportChange) -> StoreResult<bool> {
        self.wait(|answer| Waiting::Change(change, answer)).await
    }

    async fn wait<T>(&self, waiting: impl FnOnce(oneshot::Sender<StoreResult<T>>) -> Waiting) -> StoreResult<T> {
        let (answer, kept) = oneshot::channel();
        let ended = || StoreError::Unavailable("the service is ending".into());
        self.waiting.send(waiting(answer)).await.map_err(|_| ended())?;
        kept.await.map_err(|_| ended())?
    }
}

/// Until nobody can send any more.
async fn keep_for_ever(store: Arc<dyn Store>, mut coming: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while coming.recv_many(&mut batch, MAX_BATCH).await > 0 {
        metrics::histogram!("gridward_intake_batch").record(batch.len() as f64);
        let (mut new, mut adding, mut changes, mut changing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for waiting in batch.drain(..) {
            match waiting {
                Waiting::New(report, answer) => {
                    new.push(report);
                    adding.push(answer);
                }
                Waiting::Change(change, answer) => {
                    changes.push(change);
                    changing.push(answer);
                }
            }
        }
        // Whoever went away meanwhile finds the report by its key, and the step in its history.
        match store.write_reports(&new, &changes).await {
            Ok(written) => {
                adding.into_iter().zip(written.added).for_each(|(answer, fate)| drop(answer.send(Ok(fate))));
                changing.into_iter().zip(written.changed).for_each(|(answer, done)| drop(answer.send(Ok(done))));
            }
            // One that the store refuses must not take the others with it.
            Err(StoreError::Refused(_) | StoreError::Damaged(_)) if new.len() + changes.len() > 1 => {
                for (new, answer) in new.iter().zip(adding) {
                    let alone = store.add_reports(std::slice::from_ref(new)).await;
                    let _ = answer.send(alone.map(|mut fates| fates.remove(0)));
                }
                for (change, answer) in changes.iter().zip(changing) {
                    let _ = answer.send(store.change_report(change).await);
                }
            }
            Err(error) => {
                adding.into_iter().for_each(|answer| drop(answer.send(Err(error.clone()))));
                changing.into_iter().for_each(|answer| drop(answer.send(Err(error.clone()))));
            }
        }
    }
}
