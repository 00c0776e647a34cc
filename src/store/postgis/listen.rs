//! Hearing of writes by other processes (LISTEN). A hint: whoever hears nothing finds the revision risen all the same.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::connect;
use super::statements as sql;

/// What the triggers on `store_revision` and `event_counter` notify.
const REVISIONS: &str = "gridward";
const EVENTS: &str = "gridward_events";
/// After so long a silence the connection is tried: a dead one is silent too.
const SILENCE: Duration = Duration::from_secs(20);
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// A standby refuses LISTEN for as long as it is one.
const LAST_RETRY: Duration = Duration::from_secs(30);

/// Listens from when it is first asked, on a connection of its own, and goes on when that breaks.
#[derive(Debug)]
pub(super) struct Changes {
    options: PgConnectOptions,
    heard: Arc<Heard>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

/// Of what was heard.
#[derive(Debug, Default)]
struct Heard {
    revisions: Notify,
    events: Notify,
}

impl Heard {
    /// Whatever happened meanwhile was not heard.
    fn anything(&self) {
        self.revisions.notify_one();
        self.events.notify_one();
    }
}

impl Changes {
    pub(super) fn new(options: PgConnectOptions) -> Changes {
        Changes { options, heard: Arc::default(), listening: Mutex::default() }
    }

    /// Waits until something may have changed.
    pub(super) async fn heard(&self) {
        self.start();
        self.heard.revisions.notified().await;
    }

    /// Waits until there may be further events.
    pub(super) async fn heard_of_events(&self) {
        self.start();
        self.heard.events.notified().await;
    }

    fn start(&self) {
        self.task().get_or_insert_with(|| {
            let pool = connect::pool(&self.options, 1);
            tokio::spawn(listen_for_ever(pool, self.heard.clone()))
        });
    }

    pub(super) fn stop(&self) {
        if let Some(listening) = self.task().take() {
            listening.abort();
        }
    }

    fn task(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.listening.lock().expect("nothing panics while it holds this lock")
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn listen_for_ever(pool: PgPool, heard: Arc<Heard>) {
    let mut retry = FIRST_RETRY;
    loop {
        let mut listened = false;
        if let Err(error) = listen(&pool, &heard, &mut listened).await {
            tracing::debug!(%error, "no longer listening; asking from time to time goes on");
        }
        heard.anything();
        retry = if listened { FIRST_RETRY } else { LAST_RETRY.min(retry * 2) };
        tokio::time::sleep(retry).await;
    }
}

/// Until the connection breaks.
async fn listen(pool: &PgPool, heard: &Heard, listened: &mut bool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all([REVISIONS, EVENTS]).await?;
    *listened = true;
    heard.anything();
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(told))) if told.channel() == EVENTS => heard.events.notify_one(),
            Ok(Ok(Some(_))) => heard.revisions.notify_one(),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let probe = listener.execute(sql::REVISION);
                tokio::time::timeout(PROBE_TIMEOUT, probe).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}
