//! Everything of one store into another that is empty: in one transaction, and compared afterwards.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::hooks::DeliveryFilter;
use super::{EditionContent, Filling, KeptRoster, Store, StoreError, StoreResult};
use crate::domain::account::KeptAccount;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, EditionState, Publication};
use crate::domain::key::KeptKey;
use crate::domain::problem::CheckReport;
use crate::domain::report::{Event, Report, Step as ReportStep};
use crate::domain::rules::KeptRules;
use crate::domain::webhook::{Delivery, Webhook};
use time::OffsetDateTime;

/// Rows of the audit log, reports, keys and events that are read at once.
const ROWS: u32 = 1_000;

/// How much was copied, and found the same on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    pub editions: usize,
    /// Features of drafts and grids of published editions.
    pub features: usize,
    pub publications: usize,
    pub rosters: usize,
    pub code_changes: usize,
    pub keys: usize,
    pub accounts: usize,
    pub webhooks: usize,
    /// Rows of the audit log.
    pub audit: u64,
    pub photos: u64,
    /// Revisions of the rules.
    pub rules: usize,
    /// Reports, each with its history.
    pub reports: u64,
    /// Events of the outbox.
    pub events: u64,
    /// Of events to webhooks.
    pub deliveries: u64,
}

/// What is being done, with how many features are behind us and how many there are on the whole. Each is written once and
/// read once more on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub is_comparing: bool,
    pub features: u64,
    pub total: u64,
}

/// Everything but the content of editions and rosters.
#[derive(PartialEq)]
struct Contents {
    editions: Vec<EditionInfo>,
    publications: Vec<Publication>,
    rosters: Vec<KeptRoster>,
    code_changes: Vec<(EditionId, CodeChange)>,
    keys: Vec<KeptKey>,
    accounts: Vec<KeptAccount>,
    rules: Vec<(KeptRules, OffsetDateTime)>,
    webhooks: Vec<Webhook>,
    pepper: [u8; 32],
}

impl Contents {
    async fn of(store: &dyn Store) -> StoreResult<Contents> {
        Ok(Contents {
            editions: store.editions().await?,
            publications: store.publications().await?,
            rosters: store.rosters().await?,
            code_changes: store.code_changes().await?,
            keys: store.keys().await?,
            accounts: store.accounts().await?,
            rules: store.all_rules().await?,
            webhooks: store.webhooks().await?,
            pepper: store.pepper().await?,
        })
    }

    fn total(&self) -> u64 {
        self.editions.iter().flat_map(|info| info.counts.0).map(u64::from).sum()
    }
}

/// Copies and compares. Jobs and sessions stay behind. Whatever ends it before the end leaves `to` empty.
pub async fn copy(from: &dyn Store, to: &dyn Store, mut step: impl FnMut(Step)) -> StoreResult<Copied> {
    let before = State::of(from).await?;
    let contents = Contents::of(from).await?;
    let total = contents.total();
    let mut copied = Copied {
        editions: contents.editions.len(),
        features: 0,
        publications: contents.publications.len(),
        rosters: contents.rosters.len(),
        code_changes: contents.code_changes.len(),
        keys: contents.keys.len(),
        accounts: contents.accounts.len(),
        webhooks: contents.webhooks.len(),
        audit: 0,
        photos: 0,
        rules: contents.rules.len(),
        reports: 0,
        events: 0,
        deliveries: 0,
    };
    let mut filling = to.fill().await?;
    for info in &contents.editions {
        let (report, content) = edition(from, info).await?;
        filling.edition(info, &report, &content).await?;
        copied.features += content.len();
        step(Step { is_comparing: false, features: copied.features as u64, total });
    }
    let mut changes: BTreeMap<EditionId, Vec<CodeChange>> = BTreeMap::new();
    for (edition, change) in &contents.code_changes {
        changes.entry(*edition).or_default().push(change.clone());
    }
    for (edition, changes) in &changes {
        filling.code_changes(*edition, changes).await?;
    }
    for publication in &contents.publications {
        filling.publication(publication).await?;
    }
    for roster in &contents.rosters {
        filling.roster(roster, &from.roster_by_number(roster.number).await?).await?;
    }
    for key in &contents.keys {
        filling.key(key).await?;
    }
    filling.pepper(&contents.pepper).await?;
    for account in &contents.accounts {
        filling.account(account).await?;
    }
    for (kept, recorded_at) in &contents.rules {
        filling.rules(kept, *recorded_at).await?;
    }
    let mut id = String::new();
    while let Some(reports) = some(reports_after(from, &id).await?) {
        filling.reports(&reports).await?;
        copied.reports += reports.len() as u64;
        id = reports[reports.len() - 1].0.id.clone();
    }
    let mut key = None;
    while let Some(keys) = some(from.sender_keys_after(key.as_ref(), ROWS).await?) {
        filling.sender_keys(&keys).await?;
        key = keys.last().cloned();
    }
    let mut number = 0;
    while let Some(events) = some(from.events(number, ROWS).await?) {
        filling.events(&events).await?;
        copied.events += events.len() as u64;
        number = events[events.len() - 1].number;
    }
    for webhook in &contents.webhooks {
        filling.webhook(webhook).await?;
    }
    let mut deliveries = Digest::default();
    for webhook in &contents.webhooks {
        copied.deliveries += copy_deliveries(from, webhook, &mut *filling, &mut deliveries).await?;
    }
    // The log goes on while it is copied: numbers are revealed, people sign in. What comes later stays behind.
    let mut last = 0;
    while let Some(rows) = some(from.audit_after(last, ROWS).await?) {
        for row in &rows {
            filling.audit(row).await?;
            last = row.number;
        }
        copied.audit += rows.len() as u64;
    }
    copied.photos = copy_photos(from, &mut *filling).await?;
    // Looked at before it is kept: half of a change would be no copy.
    unchanged(from, before).await?;
    filling.finish().await?;
    compare(from, to, &mut step).await?;
    compare_reports(from, to).await?;
    compare_deliveries(to, &contents.webhooks, &deliveries).await?;
    compare_audit(from, to, last).await?;
    compare_photos(from, to, copied.photos).await?;
    unchanged(from, before).await?;
    Ok(copied)
}

/// One after the other: together they may be larger than memory.
async fn copy_photos(from: &dyn Store, filling: &mut dyn Filling) -> StoreResult<u64> {
    let (mut report, mut number, mut count) = (String::new(), 0, 0);
    while let Some(kept) = from.photo_after(&report, number).await? {
        filling.photo(&kept).await?;
        count += 1;
        (report, number) = (kept.photo.report, kept.photo.number);
    }
    Ok(count)
}

/// Every photo of the copy: others may have come to the source meanwhile.
async fn compare_photos(from: &dyn Store, to: &dyn Store, copied: u64) -> StoreResult<()> {
    let (mut report, mut number, mut count) = (String::new(), 0, 0);
    while let Some(here) = to.photo_after(&report, number).await? {
        let there = from.photo_after(&here.photo.report, here.photo.number - 1).await?;
        if there.as_ref() != Some(&here) {
            return Err(StoreError::Damaged("the copy differs in a photo; do not use it".into()));
        }
        count += 1;
        (report, number) = (here.photo.report, here.photo.number);
    }
    if count == copied { Ok(()) } else { Err(StoreError::Damaged("the copy lacks photos; do not use it".into())) }
}

/// Deliveries of a webhook, up to the event that it was told of; how many. Those of the source go on while they are read: what
/// is delivered after that comes again from the copy.
async fn copy_deliveries(
    from: &dyn Store,
    webhook: &Webhook,
    filling: &mut dyn Filling,
    digest: &mut Digest,
) -> StoreResult<u64> {
    let (mut before, mut count) = (webhook.told + 1, 0);
    while let Some(some) = some(deliveries_before(from, webhook, before).await?) {
        filling.deliveries(&some).await?;
        digest.add(&some);
        count += some.len() as u64;
        before = some[some.len() - 1].event.number;
    }
    Ok(count)
}

/// With what was read of the source, which goes on with its own.
async fn compare_deliveries(to: &dyn Store, webhooks: &[Webhook], copied: &Digest) -> StoreResult<()> {
    let mut digest = Digest::default();
    for webhook in webhooks {
        let mut before = webhook.told + 1;
        while let Some(some) = some(deliveries_before(to, webhook, before).await?) {
            digest.add(&some);
            before = some[some.len() - 1].event.number;
        }
    }
    if digest == *copied {
        return Ok(());
    }
    Err(StoreError::Damaged("the copy differs in the deliveries to webhooks; do not use it".into()))
}

async fn deliveries_before(store: &dyn Store, webhook: &Webhook, before: i64) -> StoreResult<Vec<Delivery>> {
    store.deliveries(&webhook.id, DeliveryFilter { state: None, before: Some(before) }, ROWS).await
}

/// Deliveries that were read one after the other. Their events are compared by themselves.
#[derive(Default)]
struct Digest(DefaultHasher);

impl Digest {
    fn add(&mut self, some: &[Delivery]) {
        for Delivery { webhook, event, state, tries, next_at, last_at, last_status, last_error } in some {
            let told = (webhook, event.number, &event.report, state.as_str());
            (told, tries, next_at, last_at, last_status, last_error).hash(&mut self.0);
        }
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        self.0.finish() == other.0.finish()
    }
}

/// Whether they are the same, wherever each has got to: those of the source go on being told.
fn same_webhooks(a: &[Webhook], b: &[Webhook]) -> bool {
    let still = |webhook: &Webhook| Webhook { told: 0, ..webhook.clone() };
    a.iter().map(still).eq(b.iter().map(still))
}

fn some<T>(rows: Vec<T>) -> Option<Vec<T>> {
    (!rows.is_empty()).then_some(rows)
}

/// Both logs, as far as they were copied.
async fn compare_audit(from: &dyn Store, to: &dyn Store, last: i64) -> StoreResult<()> {
    let mut at = 0;
    while let Some(mut there) = some(from.audit_after(at, ROWS).await?) {
        there.retain(|row| row.number <= last);
        let mut here = to.audit_after(at, ROWS).await?;
        here.retain(|row| row.number <= last);
        if there != here {
            return Err(StoreError::Damaged("the copy differs in the audit log; do not use it".into()));
        }
        let Some(row) = there.last() else { break };
        at = row.number;
    }
    Ok(())
}

/// What tells whether anything was written to a store.
#[derive(Clone, Copy, PartialEq, Eq)]
struct State {
    revision: i64,
    last_event: i64,
}

impl State {
    async fn of(store: &dyn Store) -> StoreResult<State> {
        Ok(State { revision: store.revision().await?, last_event: store.last_event().await? })
    }
}

async fn unchanged(from: &dyn Store, before: State) -> StoreResult<()> {
    if State::of(from).await? == before {
        Ok(())
    } else {
        Err(StoreError::Refused("somebody wrote to the source meanwhile; stop writing to it and copy again".into()))
    }
}

async fn reports_after(store: &dyn Store, id: &str) -> StoreResult<Vec<(Report, Vec<ReportStep>)>> {
    let mut reports = Vec::new();
    for report in store.reports_after(id, ROWS).await? {
        let steps = store.steps(&report.id).await?;
        reports.push((report, steps));
    }
    Ok(reports)
}

/// Reads both stores' reports, keys and events from beginning to end.
async fn compare_reports(from: &dyn Store, to: &dyn Store) -> StoreResult<()> {
    let differs = |what: &str| StoreError::Damaged(format!("the copy differs in {what}; do not use it"));
    let mut id = String::new();
    loop {
        let there = reports_after(from, &id).await?;
        if there != reports_after(to, &id).await? {
            return Err(differs("the reports"));
        }
        let Some((last, _)) = there.last() else { break };
        id = last.id.clone();
    }
    let mut key = None;
    loop {
        let there = from.sender_keys_after(key.as_ref(), ROWS).await?;
        if there != to.sender_keys_after(key.as_ref(), ROWS).await? {
            return Err(differs("the keys of reports"));
        }
        let Some(last) = there.last() else { break };
        key = Some(last.clone());
    }
    let mut number = 0;
    loop {
        let there = from.events(number, ROWS).await?;
        let here = to.events(number, ROWS).await?;
        // A store may lay out JSON in its own way.
        let same = |(a, b): (&Event, &Event)| {
            let [a_data, b_data] = [a, b].map(|event| serde_json::from_str::<serde_json::Value>(&event.data).ok());
            a_data == b_data && Event { data: String::new(), ..a.clone() } == Event { data: String::new(), ..b.clone() }
        };
        if there.len() != here.len() || !there.iter().zip(&here).all(same) {
            return Err(differs("the events"));
        }
        let Some(last) = there.last() else { break };
        number = last.number;
    }
    Ok(())
}

async fn edition(store: &dyn Store, info: &EditionInfo) -> StoreResult<(CheckReport, EditionContent)> {
    let content = match info.state {
        EditionState::Draft => EditionContent::Draft(store.draft_features(info.id).await?),
        EditionState::Published => EditionContent::Published(store.grids(info.id).await?),
    };
    Ok((store.report(info.id).await?, content))
}

/// Reads both stores from beginning to end and says where they differ.
async fn compare(from: &dyn Store, to: &dyn Store, step: &mut impl FnMut(Step)) -> StoreResult<()> {
    let differs = |what: String| StoreError::Damaged(format!("the copy differs in {what}; do not use it"));
    let (a, b) = (Contents::of(from).await?, Contents::of(to).await?);
    let parts = [
        ("the list of editions", a.editions == b.editions),
        ("the publications", a.publications == b.publications),
        ("the codes that changed", a.code_changes == b.code_changes),
        ("the keys", a.keys == b.keys && a.pepper == b.pepper),
        ("the accounts", a.accounts == b.accounts),
        ("the rules", a.rules == b.rules),
        ("the webhooks", same_webhooks(&a.webhooks, &b.webhooks)),
        ("the list of rosters", a.rosters == b.rosters),
    ];
    if let Some((what, _)) = parts.into_iter().find(|(_, same)| !same) {
        return Err(differs(what.into()));
    }
    let mut features = 0;
    for info in &a.editions {
        let (there, here) = (edition(from, info).await?, edition(to, info).await?);
        if there != here {
            return Err(differs(format!("edition `{}`", info.name)));
        }
        features += there.1.len() as u64;
        step(Step { is_comparing: true, features, total: a.total() });
    }
    for roster in &a.rosters {
        if from.roster_by_number(roster.number).await? != to.roster_by_number(roster.number).await? {
            return Err(differs(format!("the roster of {}", roster.in_force_from)));
        }
    }
    Ok(())
}
