//! From what was read to an edition in force: check, keep as a draft, publish. The command line and the service both
//! go this way.

use std::collections::HashSet;
use std::sync::Arc;

use time::OffsetDateTime;

use super::reading::Reading;
pub use super::refusal::Refusal;
use super::unanswered::nobody_answers;
use crate::domain::edition::{
    CodeChange, EditionId, EditionInfo, EditionState, MAX_NAME_CHARS, Publication, history, in_force, standing,
};
use crate::domain::problem::{CheckReport, ProblemCode};
use crate::domain::roster::CHINA;
use crate::geometry::feature::{DraftFeature, GridFeature};
use crate::planar::build::{Built, build_until};
use crate::planar::check::reference::shifted_crs;
use crate::planar::diff::{Difference, code_changes};
use crate::planar::dissolve::dissolve;
use crate::planar::map::PlanarMap;
use crate::planar::repair::{DEFAULT_TOLERANCE_M, Repaired, repair_until};
use crate::planar::stop::{StopFlag, Stopped};
use crate::store::{Before, NewDraft, NewPublication, Store, StoreError};

/// Features with everything that was found in them.
#[derive(Clone, Debug)]
pub struct Checked {
    /// As read, or as repaired.
    pub features: Vec<DraftFeature>,
    /// Whose report also holds the repairs.
    pub built: Built,
}

/// Why an edition was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Forbidden(Box<Refusal>),
}

/// Why a draft was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// An edition that was put in force.
#[derive(Clone, Debug)]
pub struct Published {
    pub edition: EditionInfo,
    /// What was found when it was built; that of its first publication when it had been published before.
    pub report: CheckReport,
}

/// What is done to features before they are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Preparation {
    /// Repair, moving nothing further than so many metres.
    pub repair_m: Option<f64>,
    /// Make upper tiers that are in no file of the grids below.
    pub dissolve: bool,
}

/// Whether to repair, by the usual tolerance.
impl From<bool> for Preparation {
    fn from(repair: bool) -> Preparation {
        Preparation { repair_m: repair.then_some(DEFAULT_TOLERANCE_M), dissolve: false }
    }
}

/// Whether to repair, and by which tolerance.
impl From<Option<f64>> for Preparation {
    fn from(repair_m: Option<f64>) -> Preparation {
        Preparation { repair_m, dissolve: false }
    }
}

/// Repairs and dissolves if asked to, checks and builds, and compares with the `reference`, the grids in force so far as there are
/// any. Takes seconds for a large country, so it runs where it blocks nobody.
pub async fn check(
    reading: Reading,
    preparation: impl Into<Preparation>,
    allow: &[ProblemCode],
    reference: Vec<GridFeature>,
) -> Checked {
    let checked = check_until(reading, preparation, allow, reference, &StopFlag::default()).await;
    checked.expect("nobody can set this flag")
}

/// The same, unless somebody asks for the end before it is done.
pub async fn check_until(
    mut reading: Reading,
    preparation: impl Into<Preparation>,
    allow: &[ProblemCode],
    reference: Vec<GridFeature>,
    stop: &StopFlag,
) -> Result<Checked, Stopped> {
    let (preparation, allow, stop) = (preparation.into(), allow.to_vec(), stop.clone());
    in_background(move || {
        // While it has its features: it tells of fields that none of them has.
        let notes = reading.notes();
        let mut checked = check_features(&mut reading, preparation, &allow, &reference, &stop)?;
        reading.explain(&mut checked.built.report.problems);
        checked.built.report.notes.splice(0..0, notes);
        Ok(checked)
    })
    .await
}

/// Checks an edition of the store anew, with the roster of now.
pub async fn check_stored(store: &dyn Store, edition: &EditionInfo) -> Result<CheckReport, StoreError> {
    let features = match edition.state {
        EditionState::Draft => draft_features(store, edition).await?,
        EditionState::Published => store.grids(edition.id).await?.into_iter().map(as_draft).collect(),
    };
    let kept = store.report(edition.id).await?;
    let reference = grids_in_force(store, Some(edition.id)).await?;
    let built = build_and_compare(features, kept, &[], reference, &StopFlag::default()).await;
    let Built { mut report, partition, .. } = built.expect("nobody can set this flag");
    let roster = store.roster(OffsetDateTime::now_utc()).await?;
    report.problems.extend(nobody_answers(&partition, &roster));
    report.name_grids(grid_names(&partition));
    Ok(report)
}

/// The grids that are in force now, to compare others with; none where that is `except`.
pub async fn grids_in_force(store: &dyn Store, except: Option<EditionId>) -> Result<Vec<GridFeature>, StoreError> {
    match in_force(&store.publications().await?, OffsetDateTime::now_utc()) {
        Some(edition) if Some(edition) != except => store.grids(edition).await,
        _ => Ok(Vec::new()),
    }
}

/// Keeps what was read as a draft. Without a name it is called by the day, such as `2026-11-23` or `2026-11-23-2`.
pub async fn save_draft(
    store: &dyn Store,
    name: Option<String>,
    source: String,
    checked: &mut Checked,
) -> Result<EditionInfo, StoreError> {
    let is_named = name.is_some();
    let day = OffsetDateTime::now_utc().to_offset(CHINA).date().to_string();
    let name = match name {
        Some(name) => name,
        None => unused_name(store, &day).await?,
    };
    // Moved out and back, for the features of a country are not to be held twice.
    let features = std::mem::take(&mut checked.features);
    let mut draft = NewDraft { name, source, features, report: checked.built.report.clone() };
    let saved = loop {
        match store.save_draft(&draft).await {
            // Another draft took the name since it was looked for.
            Err(StoreError::NameTaken(_)) if !is_named => match unused_name(store, &day).await {
                Ok(name) => draft.name = name,
                Err(error) => break Err(error),
            },
            saved => break saved,
        }
    };
    checked.features = draft.features;
    saved
}

/// Builds a draft and puts it in force from `from` on (from now without it). An edition that is published already is
/// only put in force again.
pub async fn publish(
    store: &dyn Store,
    name: &str,
    from: Option<OffsetDateTime>,
    allow: &[ProblemCode],
) -> Result<Published, PublishError> {
    let edition = store.edition(name).await?;
    if edition.state == EditionState::Published {
        store.put_in_force(edition.id, from).await?;
        let report = store.report(edition.id).await?;
        return Ok(Published { edition, report });
    }
    let built = build_draft(store, &edition, allow).await?;
    publish_built(store, edition, built, from, allow).await
}

/// Builds a draft as publishing does; its report begins with what was repaired when it was made.
pub async fn build_draft(store: &dyn Store, draft: &EditionInfo, allow: &[ProblemCode]) -> Result<Built, StoreError> {
    match build_draft_until(store, draft, allow, &StopFlag::default()).await {
        Ok(built) => Ok(built),
        Err(BuildError::Store(error)) => Err(error),
        Err(BuildError::Stopped(_)) => unreachable!("nobody can set this flag"),
    }
}

/// The same, unless somebody asks for the end before it is done.
pub async fn build_draft_until(
    store: &dyn Store,
    draft: &EditionInfo,
    allow: &[ProblemCode],
    stop: &StopFlag,
) -> Result<Built, BuildError> {
    let features = draft_features(store, draft).await?;
    let kept = store.report(draft.id).await?;
    let reference = grids_in_force(store, None).await?;
    Ok(build_and_compare(features, kept, allow, reference, stop).await?)
}

/// The features of what was a draft when `draft` was read. Whoever published it since then took them away with it: that is said,
/// so that nobody takes it for an edition without grids.
pub async fn draft_features(store: &dyn Store, draft: &EditionInfo) -> Result<Vec<DraftFeature>, StoreError> {
    let features = store.draft_features(draft.id).await?;
    if features.is_empty() && store.edition(&draft.name).await?.state == EditionState::Published {
        return Err(StoreError::AlreadyPublished(draft.name.clone()));
    }
    Ok(features)
}

/// Repairs the features of a draft, then checks and compares them as [`check`] does.
pub async fn repair_features(
    features: Vec<DraftFeature>,
    tolerance_m: Option<f64>,
    reference: Vec<GridFeature>,
    stop: &StopFlag,
) -> Result<Checked, Stopped> {
    let stop = stop.clone();
    in_background(move || {
        let (repairing, building) = (stop.part(0.0, REPAIRING), stop.part(REPAIRING, 1.0));
        let tolerance_m = tolerance_m.unwrap_or(DEFAULT_TOLERANCE_M);
        let Repaired { features, repairs, left } = repair_until(features, tolerance_m, &repairing)?;
        let kept = CheckReport { repairs, notes: left.into_iter().collect(), ..CheckReport::default() };
        let built = built(&features, kept, &[], &reference, &building)?;
        Ok(Checked { features, built })
    })
    .await
}

/// Puts the edition before the one in force in force again; `None` when there was none before. Nothing is deleted, so a
/// second time leads back to where the first one started.
pub async fn roll_back(store: &dyn Store) -> Result<Option<EditionId>, StoreError> {
    let publications = store.publications().await?;
    let Some(&[before, _]) = history(&publications, now_of(&publications)).last_chunk::<2>() else { return Ok(None) };
    store.put_in_force(before, None).await?;
    Ok(Some(before))
}

/// Takes back what is scheduled for an edition, as if it had never been: at each of its moments to come, the edition that would be
/// in force without it is. Nothing is deleted: a withdrawal is a later row. Answers the moments.
pub async fn withdraw(store: &dyn Store, edition: EditionId) -> Result<Vec<OffsetDateTime>, StoreError> {
    let now = OffsetDateTime::now_utc();
    let publications = store.publications().await?;
    let mut moments: Vec<OffsetDateTime> =
        publications.iter().map(|p| p.in_force_from).filter(|&at| at > now).collect();
    moments.sort_unstable();
    moments.dedup();
    // As long as it goes on from now, a further moment of it only keeps another edition away: that is not to be taken back.
    let mut goes_on = in_force(&publications, now) == Some(edition);
    moments.retain(|&at| {
        let is_it = in_force(&publications, at) == Some(edition);
        goes_on &= is_it;
        is_it && !goes_on
    });
    // Only its own: others' stand, and it is in force at those moments no more without them.
    let own =
        |at: &OffsetDateTime| standing(&publications).iter().any(|p| p.edition == edition && p.in_force_from == *at);
    moments.retain(own);
    if !moments.is_empty() {
        store.withdraw(edition, &moments).await?;
    }
    Ok(moments)
}

/// The report of what was built, or why it could not be published as it is.
pub fn publishable(draft: &EditionInfo, built: Built, allow: &[ProblemCode]) -> Result<CheckReport, PublishError> {
    if built.publishable { Ok(built.report) } else { Err(forbidden(draft, built.report, allow)) }
}

/// Publishes a draft from what was built of it just now.
pub async fn publish_built(
    store: &dyn Store,
    draft: EditionInfo,
    built: Built,
    from: Option<OffsetDateTime>,
    allow: &[ProblemCode],
) -> Result<Published, PublishError> {
    let Built { mut report, partition: features, was, publishable } = built;
    if !publishable {
        return Err(forbidden(&draft, report, allow));
    }
    report.problems.extend(nobody_answers(&features, &store.roster(OffsetDateTime::now_utc()).await?));
    report.name_grids(grid_names(&features));
    let occurred = |code: &ProblemCode| report.problems.iter().any(|problem| problem.code == *code);
    let mut accepted: Vec<ProblemCode> =
        allow.iter().copied().filter(|code| code.can_be_allowed()).filter(occurred).collect();
    accepted.sort();
    accepted.dedup();
    let (code_changes, before) = (Vec::new(), Before::Any);
    let mut publication = NewPublication { features, accepted, report, in_force_from: from, code_changes, before };
    let was = Arc::new(was);
    let mut attempts_left = MAX_ATTEMPTS;
    loop {
        let publications = store.publications().await?;
        let before = in_force(&publications, from.unwrap_or_else(|| now_of(&publications)));
        let grids = match before {
            Some(edition) => store.grids(edition).await?,
            None => Vec::new(),
        };
        let (features, was) = (std::mem::take(&mut publication.features), was.clone());
        let (features, code_changes) = in_background(move || {
            let changes = changed_codes(grids, &features, &was);
            (features, changes)
        })
        .await;
        publication = NewPublication { features, code_changes, before: Before::Exactly(before), ..publication };
        match store.publish(draft.id, &publication).await {
            // What was worked out of its codes is about another edition.
            Err(StoreError::Overtaken) if attempts_left > 1 => attempts_left -= 1,
            published => return Ok(Published { edition: published?, report: publication.report }),
        }
    }
}

/// About the share of the time that repairing takes before checking, and making the tiers that are in no file.
const REPAIRING: f64 = 0.7;
const DISSOLVING: f64 = 0.2;

/// Times that a publication is prepared anew because another one came before it.
const MAX_ATTEMPTS: u32 = 5;

/// Now, or when the last publication was recorded: the store's clock may be ahead of ours.
fn now_of(publications: &[Publication]) -> OffsetDateTime {
    publications.iter().map(|publication| publication.recorded_at).fold(OffsetDateTime::now_utc(), Ord::max)
}

/// What becomes of the codes of the edition before. Where that is damaged nothing can be said of it, and publishing a
/// sound one must not be held up by it.
fn changed_codes(before: Vec<GridFeature>, after: &[GridFeature], was: &[(String, String)]) -> Vec<CodeChange> {
    let codes: HashSet<&str> = after.iter().map(|feature| feature.grid.code.as_str()).collect();
    if was.is_empty() && before.iter().all(|feature| codes.contains(feature.grid.code.as_str())) {
        return Vec::new();
    }
    match (PlanarMap::from_partition(before), PlanarMap::from_partition(after.to_vec())) {
        (Ok(old), Ok(new)) => code_changes(&old, &new, &Difference::between(&old, &new), was),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "codes that are gone are not followed");
            Vec::new()
        }
    }
}

/// Writes a published edition into another store, where it is in force from its own beginning.
pub async fn copy_edition(store: &dyn Store, edition: &EditionInfo, grids: Vec<GridFeature>) -> Result<(), StoreError> {
    let (name, source) = (edition.name.clone(), edition.source.clone());
    let features = Vec::new();
    let draft = store.save_draft(&NewDraft { name, source, features, report: CheckReport::default() }).await?;
    let publication = NewPublication {
        features: grids,
        accepted: edition.accepted.clone(),
        report: CheckReport::default(),
        in_force_from: Some(edition.created_at),
        code_changes: Vec::new(),
        before: Before::Any,
    };
    store.publish(draft.id, &publication).await.map(|_| ())
}

async fn build_and_compare(
    features: Vec<DraftFeature>,
    kept: CheckReport,
    allow: &[ProblemCode],
    reference: Vec<GridFeature>,
    stop: &StopFlag,
) -> Result<Built, Stopped> {
    let (allow, stop) = (allow.to_vec(), stop.clone());
    in_background(move || built(&features, kept, &allow, &reference, &stop)).await
}

/// Builds features of which `kept` tells what was done to them before, and looks for `suspected_crs` by the grids of the same code in the reference.
fn built(
    features: &[DraftFeature],
    kept: CheckReport,
    allow: &[ProblemCode],
    reference: &[GridFeature],
    stop: &StopFlag,
) -> Result<Built, Stopped> {
    let mut built = build_until(features, allow, stop)?;
    built.report.follow(kept);
    built.report.problems.extend(shifted_crs(&built.partition, reference));
    let named = |feature: &DraftFeature| Some((feature.code.as_deref()?.trim().to_owned(), feature.name.clone()?));
    built.report.name_grids(features.iter().filter_map(named));
    Ok(built)
}

fn grid_names(features: &[GridFeature]) -> impl Iterator<Item = (String, String)> {
    features.iter().map(|feature| (feature.grid.code.clone(), feature.grid.name.clone()))
}

fn check_features(
    reading: &mut Reading,
    preparation: Preparation,
    allow: &[ProblemCode],
    reference: &[GridFeature],
    stop: &StopFlag,
) -> Result<Checked, Stopped> {
    let features = std::mem::take(&mut reading.features);
    let mut done = 0.0;
    let Repaired { mut features, mut repairs, left } = match preparation.repair_m {
        Some(tolerance_m) => {
            done = REPAIRING;
            repair_until(features, tolerance_m, &stop.part(0.0, REPAIRING))?
        }
        None => Repaired { features, repairs: Vec::new(), left: None },
    };
    if preparation.dissolve {
        let before = done;
        done += DISSOLVING * (1.0 - done);
        repairs.extend(dissolve(&mut features, reading.parent_names(), &stop.part(before, done))?);
    }
    let kept = CheckReport { repairs, notes: left.into_iter().collect(), ..CheckReport::default() };
    let built = built(&features, kept, allow, reference, &stop.part(done, 1.0))?;
    Ok(Checked { features, built })
}

/// A published grid as if it had been read from a file.
fn as_draft(feature: GridFeature) -> DraftFeature {
    let GridFeature { grid, shape } = feature;
    let closed = |mut ring: Vec<_>| {
        ring.extend(ring.first().copied());
        ring
    };
    let polygons = shape.into_iter().map(|polygon| {
        let mut rings = vec![closed(polygon.shell)];
        rings.extend(polygon.holes.into_iter().map(closed));
        rings
    });
    DraftFeature {
        polygons: polygons.collect(),
        source: format!("grid {}", grid.code),
        code: Some(grid.code),
        name: Some(grid.name),
        tier: Some(grid.tier),
        parent: grid.parent,
        was: Vec::new(),
        out_of_range: Vec::new(),
    }
}

/// A name that no edition has yet: this one, or else with a number; its end gives way where that would be too long.
pub async fn unused_name(store: &dyn Store, name: &str) -> Result<String, StoreError> {
    let taken: HashSet<String> = store.editions().await?.into_iter().map(|edition| edition.name).collect();
    let ended = |end: String| {
        let room = MAX_NAME_CHARS.saturating_sub(end.len());
        name.chars().take(room).chain(end.chars()).collect::<String>()
    };
    let mut names = std::iter::once(String::new()).chain((2u32..).map(|n| format!("-{n}"))).map(ended);
    Ok(names.find(|name| !taken.contains(name)).expect("numbers do not end"))
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn forbidden(draft: &EditionInfo, report: CheckReport, allow: &[ProblemCode]) -> PublishError {
    PublishError::Forbidden(Box::new(Refusal { name: draft.name.clone(), report, allow: allow.to_vec() }))
}
