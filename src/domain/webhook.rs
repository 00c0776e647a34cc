//! A webhook (事件推送): an address that is told of events over HTTP, and what became of each delivery to it.

use time::OffsetDateTime;

use super::report::Event;

/// In which words an address is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFormat {
    /// CloudEvents 1.0 in JSON, signed as Standard Webhooks does.
    Cloudevents,
    /// A group robot of WeCom (企业微信群机器人).
    Wecom,
    /// A group robot of DingTalk (钉钉群机器人).
    Dingtalk,
}

impl HookFormat {
    pub const ALL: [HookFormat; 3] = [HookFormat::Cloudevents, HookFormat::Wecom, HookFormat::Dingtalk];

    pub fn as_str(self) -> &'static str {
        match self {
            HookFormat::Cloudevents => "cloudevents",
            HookFormat::Wecom => "wecom",
            HookFormat::Dingtalk => "dingtalk",
        }
    }

    /// Whether people read it in a chat.
    pub fn is_robot(self) -> bool {
        self != HookFormat::Cloudevents
    }
}

/// Who is told. The address of a robot opens its chat to whoever knows it: `Debug` shows neither that nor the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    pub id: String,
    /// For people.
    pub name: String,
    pub url: String,
    pub format: HookFormat,
    /// Kinds of events, such as `report.accept` and `report.*`; empty is all.
    pub kinds: Vec<String>,
    /// Code of the grid, of any tier, whose reports it is told of with those below; `None` is everywhere.
    pub grid: Option<String>,
    /// The secret that DingTalk gave for the robot. What others verify our signatures with is kept nowhere.
    pub secret: Option<String>,
    pub created_at: OffsetDateTime,
    /// There are deliveries of events up to this number.
    pub told: i64,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({} {} told up to {})", self.id, self.format.as_str(), self.told)
    }
}

impl Webhook {
    /// Whether it is to be told of an event.
    pub fn wants(&self, event: &Event) -> bool {
        let here = match &self.grid {
            Some(own) if !event.report.is_empty() => event.grids.iter().any(|code| code == own),
            _ => true,
        };
        here && (self.kinds.is_empty() || self.kinds.iter().any(|kind| covers(kind, &event.kind)))
    }
}

/// Whether `report.*` or `report.accept` covers the kind of an event.
fn covers(wanted: &str, kind: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(family) => kind.starts_with(family),
        None => wanted == kind,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be tried, for the first time or again.
    Waiting,
    /// The address took it.
    Done,
    /// Given up: it is tried again only when somebody asks for that.
    Dead,
}

impl DeliveryState {
    pub const ALL: [DeliveryState; 3] = [DeliveryState::Waiting, DeliveryState::Done, DeliveryState::Dead];

    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Done => "done",
            DeliveryState::Dead => "dead",
        }
    }
}

/// One event for one webhook.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub webhook: String,
    pub event: Event,
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried again, while it waits.
    pub next_at: Option<OffsetDateTime>,
    pub last_at: Option<OffsetDateTime>,
    /// The HTTP status of the last try; none where there was no answer.
    pub last_status: Option<i64>,
    /// Why the last try failed; none of it comes from the answer's body but a robot's number of the error.
    pub last_error: Option<String>,
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub webhook: String,
    /// The number of the event.
    pub event: i64,
    pub report: String,
    pub state: DeliveryState,
    pub tries: i64,
    pub next_at: Option<OffsetDateTime>,
    pub at: OffsetDateTime,
    pub status: Option<i64>,
    pub error: Option<String>,
}

/// How many deliveries of a webhook wait, and how many were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    pub waiting: i64,
    pub dead: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_grids_choose() {
        let event = |kind: &str, report: &str, grids: &[&str]| Event {
            number: 1,
            at: OffsetDateTime::UNIX_EPOCH,
            kind: kind.into(),
            report: report.into(),
            step: 1,
            grids: grids.iter().map(|&code| code.into()).collect(),
            origin: String::new(),
            data: "{}".into(),
        };
        let hook = |kinds: &[&str], grid: Option<&str>| Webhook {
            id: "a".into(),
            name: String::new(),
            url: String::new(),
            format: HookFormat::Wecom,
            kinds: kinds.iter().map(|&kind| kind.into()).collect(),
            grid: grid.map(Into::into),
            secret: None,
            created_at: OffsetDateTime::UNIX_EPOCH,
            told: 0,
        };
        let (here, there) = (event("report.accept", "r", &["a", "aa", "aab"]), event("report.accept", "r", &["b"]));
        let edition = event("edition.published", "", &[]);
        assert!([&here, &there, &edition].into_iter().all(|event| hook(&[], None).wants(event)));
        let village = hook(&[], Some("aa"));
        assert!(village.wants(&here) && !village.wants(&there) && village.wants(&edition));
        let reports = hook(&["report.*"], None);
        assert!(reports.wants(&here) && !reports.wants(&edition));
        let some = hook(&["report.report", "edition.published"], Some("b"));
        assert!(!some.wants(&here) && !some.wants(&there) && some.wants(&edition));
    }
}
