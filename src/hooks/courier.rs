//! The courier: makes deliveries of new events, and tries each until its address takes it. Of all processes on a store one
//! delivers, whoever has the lease. A message is sent at least once: a process that is killed between the answer and
//! keeping it sends it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::address::{Allowed, Refused, Target};
use super::message::{Context, message, trial};
use super::post::{Failed, Letter, Sent, post};
use super::{retry, sign};
use crate::domain::webhook::{Delivery, DeliveryState, HookFormat, Tried, Webhook};
use crate::keys::Keys;
use crate::outbox::Outbox;
use crate::store::{Store, StoreResult};

const LEASE: &str = "webhooks";
/// How often it is looked for what is to be tried again, and for new webhooks.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// Between two looks, however much happens.
const BREATH: Duration = Duration::from_millis(20);
/// Deliveries of a webhook that are taken up at a time.
const BATCH: u32 = 100;
/// Of a webhook, at the same time.
const AT_ONCE: usize = 8;
/// What tries came to is kept for so many at a time.
const SETTLED_AT_ONCE: usize = 32;
/// Pages of events that are made deliveries of before anything else is done.
const MAX_PAGES: usize = 20;
/// Robots take 20 messages a minute.
const ROBOT_INTERVAL: Duration = Duration::from_millis(3_100);
/// What is done is kept for so long, for people to look at.
const KEPT: time::Duration = time::Duration::days(30);
const FORGOTTEN_AT_ONCE: u32 = 1_000;
const FORGET_INTERVAL: Duration = Duration::from_secs(600);

/// What the operator sets.
#[derive(Clone, Debug)]
pub struct Settings {
    pub allowed: Allowed,
    /// When a process is gone, another delivers after so long.
    pub lease_seconds: u32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { allowed: Allowed::default(), lease_seconds: 20 }
    }
}

/// Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Courier(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    outbox: Outbox,
    keys: Keys,
    settings: Settings,
    /// Of this process, in the lease.
    holder: String,
    /// Until when what is sent is surely sent by nobody else.
    ours_until: Mutex<Option<Instant>>,
    manners: Mutex<HashMap<String, Manner>>,
}

/// How a webhook is treated.
#[derive(Clone, Copy, Debug, Default)]
struct Manner {
    /// In a row.
    failures: u32,
    rests_until: Option<Instant>,
}

impl Courier {
    pub fn new(outbox: Outbox, keys: Keys, settings: Settings) -> Courier {
        Courier(Arc::new(Inner {
            outbox,
            keys,
            settings,
            holder: crate::keys::random_name(),
            ours_until: Mutex::default(),
            manners: Mutex::default(),
        }))
    }

    /// Reads an address as it would be when it is sent to.
    pub fn target(&self, url: &str) -> Result<Target, Refused> {
        Target::read(url, &self.0.settings.allowed)
    }

    /// The secret of a webhook, as its receiver is given it.
    pub async fn secret(&self, webhook: &Webhook) -> StoreResult<String> {
        Ok(sign::secret_text(&self.0.keys.signing_secret(&webhook.id).await?))
    }

    /// Sends a message that says nothing, now and once.
    pub async fn try_out(&self, webhook: &Webhook) -> Result<Sent, Failed> {
        let context = self.0.context().await.map_err(|_| Failed::Store)?;
        let message = trial(webhook.format, 0, &context);
        let id = format!("{}-test-{}", webhook.id, OffsetDateTime::now_utc().unix_timestamp());
        self.0.send(webhook, &id, message).await
    }

    /// Delivers until told to stop; then what is being sent is waited for.
    pub async fn run(self, stopped: watch::Receiver<bool>) {
        let lease = self.0.keep_lease(stopped.clone());
        tokio::join!(lease, self.0.clone().deliver(stopped));
        *self.0.ours_until() = None;
        if let Err(error) = self.0.store().end_lease(LEASE, &self.0.holder).await {
            tracing::debug!(%error, "the lease on deliveries ends by itself");
        }
    }
}

/// Sleeps, but not after the stop.
async fn sleep(time: Duration, stopped: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which also means stop.
    let _ = tokio::time::timeout(time, stopped.wait_for(|stopped| *stopped)).await;
}

fn is_over(stopped: &watch::Receiver<bool>) -> bool {
    *stopped.borrow() || stopped.has_changed().is_err()
}

impl Inner {
    fn store(&self) -> &Arc<dyn Store> {
        self.outbox.store()
    }

    fn ours_until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.ours_until.lock().expect("nothing panics while it holds this lock")
    }

    fn manners(&self) -> std::sync::MutexGuard<'_, HashMap<String, Manner>> {
        self.manners.lock().expect("nothing panics while it holds this lock")
    }

    fn lease(&self) -> Duration {
        Duration::from_secs(self.settings.lease_seconds.into())
    }

    /// Of a whole try: it ends before the lease can.
    fn time_limit(&self) -> Duration {
        self.lease().mul_f64(0.45)
    }

    async fn keep_lease(&self, mut stopped: watch::Receiver<bool>) {
        while !is_over(&stopped) {
            let asked = Instant::now();
            match self.store().take_lease(LEASE, &self.holder, self.settings.lease_seconds).await {
                Ok(true) => *self.ours_until() = Some(asked + self.lease() / 2),
                Ok(false) => *self.ours_until() = None,
                Err(error) => tracing::debug!(%error, "the lease on deliveries cannot be prolonged"),
            }
            sleep(self.lease() / 4, &mut stopped).await;
        }
    }

    fn may_send(&self) -> bool {
        self.ours_until().is_some_and(|until| Instant::now() < until)
    }

    async fn deliver(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        let (mut visits, mut forgot) = (Visits::default(), Instant::now());
        while !is_over(&stopped) {
            let mut told = None;
            if self.may_send() {
                match self.make_deliveries().await {
                    Ok(webhooks) => {
                        told = webhooks.iter().map(|webhook| webhook.told).min();
                        visits.reap();
                        for webhook in webhooks {
                            let id = webhook.id.clone();
                            visits.begin(id, || self.clone().visit(webhook, stopped.clone()));
                        }
                    }
                    Err(error) => tracing::debug!(%error, "no deliveries can be made; it is tried again"),
                }
                if forgot.elapsed() > FORGET_INTERVAL {
                    forgot = Instant::now();
                    self.forget().await;
                }
            }
            let new_events = async {
                match told.filter(|_| !self.outbox.is_closed()) {
                    Some(told) => self.outbox.until_after(told).await,
                    None => std::future::pending().await,
                }
            };
            let is_new = tokio::select! {
                () = new_events => true,
                () = sleep(LOOK_INTERVAL, &mut stopped) => false,
            };
            if is_new {
                // More that come at once are read at once.
                sleep(BREATH, &mut stopped).await;
            }
        }
        visits.end().await;
    }

    /// Makes deliveries of the events that came; all webhooks as they stand then.
    async fn make_deliveries(&self) -> StoreResult<Vec<Webhook>> {
        let mut webhooks = self.store().webhooks().await?;
        for webhook in &mut webhooks {
            for _ in 0..MAX_PAGES {
                let events = self.outbox.after(webhook.told).await?;
                let Some(last) = events.last().map(|event| event.number) else { break };
                let wanted: Vec<(i64, &str)> = events
                    .iter()
                    .filter(|event| webhook.wants(event))
                    .map(|event| (event.number, event.report.as_str()))
                    .collect();
                if !self.store().add_deliveries(webhook, last, &wanted, OffsetDateTime::now_utc()).await? {
                    break;
                }
                webhook.told = last;
            }
        }
        Ok(webhooks)
    }

    /// Tries what is due of a webhook, until nothing is.
    async fn visit(self: Arc<Self>, webhook: Webhook, stopped: watch::Receiver<bool>) {
        while self.may_send() && !is_over(&stopped) {
            match self.try_some(&webhook, &stopped).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::debug!(%error, webhook = webhook.id, "deliveries wait for the store");
                    break;
                }
            }
        }
    }

    /// Whether anything was tried.
    async fn try_some(&self, webhook: &Webhook, stopped: &watch::Receiver<bool>) -> StoreResult<bool> {
        let manner = self.manner(webhook);
        if manner.rests_until.is_some_and(|until| Instant::now() < until) {
            return Ok(false);
        }
        // Whoever failed again and again is asked with one message.
        let batch = if retry::rest(manner.failures).is_zero() { BATCH } else { 1 };
        let due = self.store().due_deliveries(&webhook.id, OffsetDateTime::now_utc(), batch).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let context = self.context().await?;
        let at_once = if webhook.format.is_robot() { 1 } else { AT_ONCE };
        let tries = futures_util::stream::iter(due)
            .map(|delivery| self.attempt(webhook, delivery, &context, stopped))
            .buffer_unordered(at_once)
            .ready_chunks(SETTLED_AT_ONCE);
        futures_util::pin_mut!(tries);
        let mut any = false;
        while let Some(tried) = tries.next().await {
            let tried: Vec<Tried> = tried.into_iter().flatten().collect();
            if !tried.is_empty() {
                any = true;
                self.store().settle_deliveries(&tried).await?;
            }
        }
        Ok(any)
    }

    /// One try; `None` where it was not made.
    async fn attempt(
        &self,
        webhook: &Webhook,
        delivery: Delivery,
        context: &Context,
        stopped: &watch::Receiver<bool>,
    ) -> Option<Tried> {
        let manner = self.manner(webhook);
        if let Some(until) = manner.rests_until {
            // A robot's pace is waited for; who failed is left alone.
            if !retry::rest(manner.failures).is_zero() {
                return None;
            }
            sleep(until.saturating_duration_since(Instant::now()), &mut stopped.clone()).await;
        }
        if !self.may_send() || is_over(stopped) {
            return None;
        }
        let event = delivery.event;
        let id = format!("{}-{}", webhook.id, event.number);
        let outcome = self.send(webhook, &id, message(webhook.format, &event, context)).await;
        self.learn(webhook, &outcome);
        let (at, tries) = (OffsetDateTime::now_utc(), delivery.tries + 1);
        let mut tried = Tried {
            webhook: webhook.id.clone(),
            event: event.number,
            report: event.report,
            state: DeliveryState::Done,
            tries,
            next_at: None,
            at,
            status: None,
            error: None,
        };
        match outcome {
            Ok(sent) => tried.status = Some(sent.status.into()),
            Err(failed) => {
                let wait = if failed.is_final() { None } else { retry::wait(tries, failed.asked(), random()) };
                tried.state = if wait.is_some() { DeliveryState::Waiting } else { DeliveryState::Dead };
                tried.next_at = wait.map(|wait| at + wait);
                tried.status = failed.status().map(Into::into);
                tried.error = Some(failed.to_string());
                if wait.is_none() {
                    tracing::warn!(webhook = webhook.id, event = event.number, error = %failed, "a delivery was given up");
                }
            }
        }
        metrics::counter!("gridward_webhook_tries_total", "came_to" => tried.state.as_str()).increment(1);
        Some(tried)
    }

    fn manner(&self, webhook: &Webhook) -> Manner {
        self.manners().get(&webhook.id).copied().unwrap_or_default()
    }

    fn learn(&self, webhook: &Webhook, outcome: &Result<Sent, Failed>) {
        let mut manners = self.manners();
        let manner = manners.entry(webhook.id.clone()).or_default();
        manner.failures = if outcome.is_ok() { 0 } else { manner.failures.saturating_add(1) };
        let pace = if webhook.format.is_robot() { ROBOT_INTERVAL } else { Duration::ZERO };
        let rest = retry::rest(manner.failures).max(pace);
        manner.rests_until = (!rest.is_zero()).then(|| Instant::now() + rest);
    }

    async fn send(&self, webhook: &Webhook, id: &str, message: super::message::Message) -> Result<Sent, Failed> {
        let mut target = Target::read(&webhook.url, &self.settings.allowed)?;
        let now = OffsetDateTime::now_utc();
        let mut headers = Vec::new();
        match (webhook.format, &webhook.secret) {
            (HookFormat::Cloudevents, _) => {
                let secret = self.keys.signing_secret(&webhook.id).await.map_err(|_| Failed::Store)?;
                let second = now.unix_timestamp();
                headers.push(("webhook-id", id.to_owned()));
                headers.push(("webhook-timestamp", second.to_string()));
                headers.push(("webhook-signature", sign::signature(&secret, id, second, &message.body)));
            }
            (HookFormat::Dingtalk, Some(secret)) => {
                let millisecond = (now.unix_timestamp_nanos() / 1_000_000) as i64;
                let signature = sign::dingtalk_signature(secret, millisecond);
                let mut query = target.url.query_pairs_mut();
                query.append_pair("timestamp", &millisecond.to_string()).append_pair("sign", &signature);
            }
            _ => {}
        }
        let is_robot = webhook.format.is_robot();
        post(Letter { target, headers, media: message.media, body: message.body, is_robot }, self.time_limit()).await
    }

    async fn context(&self) -> StoreResult<Context> {
        let source = format!("urn:gridward:{}", self.keys.token("store", "name").await?);
        let rules = self.store().rules().await?;
        let categories = rules.into_iter().flat_map(|kept| kept.rules.categories);
        Ok(Context { source, categories: categories.map(|category| (category.code, category.zh)).collect() })
    }

    async fn forget(&self) {
        let before = OffsetDateTime::now_utc() - KEPT;
        loop {
            match self.store().forget_deliveries(before, FORGOTTEN_AT_ONCE).await {
                Ok(count) if count == u64::from(FORGOTTEN_AT_ONCE) => {}
                Ok(_) => return,
                Err(error) => {
                    tracing::debug!(%error, "old deliveries are forgotten later");
                    return;
                }
            }
        }
    }
}

/// Visits to webhooks that go on, one to each at a time.
#[derive(Debug, Default)]
struct Visits {
    tasks: JoinSet<()>,
    of: HashMap<String, tokio::task::Id>,
}

impl Visits {
    fn begin<V>(&mut self, webhook: String, visit: impl FnOnce() -> V)
    where
        V: Future<Output = ()> + Send + 'static,
    {
        if !self.of.contains_key(&webhook) {
            let task = self.tasks.spawn(visit()).id();
            self.of.insert(webhook, task);
        }
    }

    /// Forgets those that have ended.
    fn reap(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            let ended = ended.map_or_else(|broken| broken.id(), |(task, ())| task);
            self.of.retain(|_, task| *task != ended);
        }
    }

    async fn end(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

fn random() -> u32 {
    getrandom::u32().expect("the operating system gives random bytes")
}
