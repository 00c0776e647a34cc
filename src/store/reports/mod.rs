//! What a store keeps of reports: where each stands, its history, the outbox of events, and the rules.

pub(super) mod rows;
pub(super) mod tally;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreResult;
use crate::domain::assignment::GivenPosition;
use crate::domain::level::Level;
use crate::domain::report::{Event, Report, Status, Step};
use crate::domain::rules::{KeptRules, Rules};
use crate::domain::tier::Tier;

/// A word under which whoever sends a report can send it again without doubling it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderKey {
    pub kind: SenderKeyKind,
    /// Whose key it is: the same word of another sender is another key.
    pub origin: String,
    pub key: String,
    /// SHA-256 of what was sent under it.
    pub body_hash: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SenderKeyKind {
    /// The header `Idempotency-Key`.
    Idempotency,
    /// The field `external_id`.
    External,
}

impl SenderKeyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            SenderKeyKind::Idempotency => "idempotency",
            SenderKeyKind::External => "external",
        }
    }
}

/// A key and the report that was sent under it, as a store keeps them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HeldKey {
    pub kind: String,
    pub origin: String,
    pub key: String,
    pub report: String,
    /// Hexadecimal.
    pub body_hash: String,
}

impl HeldKey {
    /// Whether the same was sent under it as now under `key`.
    pub fn is_same_as(&self, key: &SenderKey) -> bool {
        self.body_hash == rows::hex(&key.body_hash)
    }
}

/// A report to be kept, with its first step and what others are told.
#[derive(Clone, Debug)]
pub struct NewReport {
    pub report: Report,
    pub step: Step,
    pub event: NewEvent,
    /// At most one of each kind.
    pub keys: Vec<SenderKey>,
}

/// An event before it has its number.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub kind: String,
    pub data: String,
    /// Codes of grids that are told of it beside those that the report lies in: it was theirs until now.
    pub left: Vec<String>,
}

/// What became of a report that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    Kept,
    /// The same was sent before under one of its keys, and is this report.
    Replayed(String),
    /// Something else was sent before under that key, and is this report.
    KeyTaken(SenderKeyKind, String),
}

/// What became of new reports and steps that were to be kept, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub added: Vec<Added>,
    /// `false` where the report was not of the version before any more.
    pub changed: Vec<bool>,
}

/// A step to be kept: the report as it stands after it. It is kept only where the report's version is still the one before.
#[derive(Clone, Debug)]
pub struct ReportChange {
    pub report: Report,
    pub step: Step,
    pub event: NewEvent,
}

/// Which reports are asked for. What is `None` or empty asks for all.
#[derive(Clone, Debug, Default)]
pub struct ReportFilter {
    /// At a place in this grid, of any tier.
    pub grid: Option<String>,
    /// The same again: what the caller may see.
    pub scope: Option<String>,
    pub origin: Option<String>,
    pub levels: Vec<Level>,
    pub statuses: Vec<Status>,
    pub categories: Vec<String>,
    /// Came in at that time or later.
    pub since: Option<OffsetDateTime>,
    /// Came in before that time.
    pub until: Option<OffsetDateTime>,
    /// West, south, east, north in degrees.
    pub bbox: Option<[f64; 4]>,
    /// Part of the id or of the description.
    pub text: Option<String>,
    /// Late at the level that holds it.
    pub overdue: bool,
    pub ids: Vec<String>,
    /// Without the first so many: the store reads over them, so whoever can uses `after`.
    pub skip: u32,
    /// Only what comes after this one: when it came in, and its id.
    pub after: Option<(OffsetDateTime, String)>,
}

impl ReportFilter {
    /// The grid that reports have to lie in, and another one that they have to lie in too.
    pub(super) fn places(&self) -> (Option<&str>, Option<&str>) {
        match (self.grid.as_deref(), self.scope.as_deref()) {
            (None, scope) => (scope, None),
            both => both,
        }
    }
}

/// Where a report lies, and whether it is done: for who looks at a great many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportPlace {
    pub id: String,
    /// As it came in.
    pub given: GivenPosition,
    pub status: Status,
    /// Whether it lies in the grid that was asked for; of every one without a grid.
    pub in_grid: bool,
}

/// What reports are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// All together.
    All,
    Tier(Tier),
    Category,
    /// The day in China on which they came in.
    Day,
}

impl CountBy {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            CountBy::All => "all",
            CountBy::Tier(tier) => Level::Tier(tier).as_str(),
            CountBy::Category => "category",
            CountBy::Day => "day",
        }
    }
}

/// So many reports of one group.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    Reports {
        /// A code of a grid (`None`: outside every one), a category, a day as ids begin, or nothing.
        about: Option<String>,
        status: Status,
        settled_level: Option<Level>,
        reports: u64,
        /// Of them late at the level that holds them.
        late: u64,
    },
    /// The median time from coming in to being settled.
    Median { about: Option<String>, seconds: f64 },
}

/// The part of a store that keeps reports. Every write is one transaction, answered when it is durable.
#[async_trait]
pub trait ReportStore {
    /// Keeps new reports and steps of others, all in one transaction; what became of each, in their order. Ids have to be new.
    /// Of several steps of one report only the first can be of its version.
    async fn write_reports(&self, new: &[NewReport], changes: &[ReportChange]) -> StoreResult<Written>;

    /// Keeps new reports, as [`ReportStore::write_reports`] does.
    async fn add_reports(&self, new: &[NewReport]) -> StoreResult<Vec<Added>>;

    /// Keeps a step; `false` where the report is not of the version before any more, and nothing was kept.
    async fn change_report(&self, change: &ReportChange) -> StoreResult<bool>;

    /// Who has a sender's key: the report that was sent under it.
    async fn key_holder(&self, key: &SenderKey) -> StoreResult<Option<HeldKey>>;

    /// The report of that id; `None` when there is none.
    async fn report_by_id(&self, id: &str) -> StoreResult<Option<Report>>;

    /// All steps of a report, the first one first.
    async fn steps(&self, id: &str) -> StoreResult<Vec<Step>>;

    /// The latest reports first, by when they came in and then by id; at most so many.
    async fn find_reports(&self, filter: &ReportFilter, limit: u32) -> StoreResult<Vec<Report>>;

    /// How many reports there are, of those that the filter's grid, scope, `since` and `until` ask for: for each way of
    /// counting its groups. All of one moment. Where there may be more than `exact_up_to`, the medians are those of counts by
    /// spans of time, an eleventh of what each begins with; the counts are exact always.
    async fn count_reports(
        &self,
        filter: &ReportFilter,
        by: &[CountBy],
        exact_up_to: u64,
    ) -> StoreResult<Vec<Vec<Count>>>;

    /// Reports whose level is to be warned or is late at that time, the longest due first; at most so many.
    async fn due_reports(
        &self,
        warn_before: OffsetDateTime,
        at: OffsetDateTime,
        limit: u32,
    ) -> StoreResult<Vec<Report>>;

    /// Makes room for the reports of that moment's month before the first of them comes, where that takes a lock that reports
    /// would have to wait for.
    async fn make_room_for(&self, at: OffsetDateTime) -> StoreResult<()>;

    /// The events after that number, in order; at most so many.
    async fn events(&self, after: i64, limit: u32) -> StoreResult<Vec<Event>>;

    /// The number of the last event; 0 when there is none.
    async fn last_event(&self) -> StoreResult<i64>;

    /// The latest rules.
    async fn rules(&self) -> StoreResult<Option<KeptRules>>;

    /// The rules of a revision.
    async fn rules_by_revision(&self, revision: i64) -> StoreResult<Option<KeptRules>>;

    /// Keeps further rules, where the latest revision is still `after` (0 where there is none yet); their revision, or `None`
    /// where somebody else was faster.
    async fn add_rules(&self, rules: &Rules, after: i64) -> StoreResult<Option<i64>>;

    /// All rules, with when each revision was kept.
    async fn all_rules(&self) -> StoreResult<Vec<(KeptRules, OffsetDateTime)>>;

    /// Reports after that id in the order of their ids, at most so many: for who reads them all.
    async fn reports_after(&self, id: &str, limit: u32) -> StoreResult<Vec<Report>>;

    /// Where reports lie, the greatest ids first, so the latest day first: those before that id, at most so many. Those outside
    /// the grid come too and are marked, so that a page never reads more rows than it answers.
    async fn report_places(
        &self,
        before: Option<&str>,
        grid: Option<&str>,
        limit: u32,
    ) -> StoreResult<Vec<ReportPlace>>;

    /// The keys of all reports after that one in the order of kind, origin and key, at most so many.
    async fn sender_keys_after(&self, after: Option<&HeldKey>, limit: u32) -> StoreResult<Vec<HeldKey>>;
}
