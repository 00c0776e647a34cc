//! Hearing of writes by other processes (LISTEN). A hint: whoever hears nothing finds the revision risen all the same.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPool};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::connect;
use super::statements as sql;

/// What the trigger on `store_revision` notifies.
const CHANNEL: &str = "gridward";
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
    heard: Arc<Notify>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

impl Changes {
    pub(super) fn new(options: PgConnectOptions) -> Changes {
        Changes { options, heard: Arc::default(), listening: Mutex::default() }
    }

    /// Waits until something may have changed.
    pub(super) async fn heard(&self) {
        self.task().get_or_insert_with(|| {
            let pool = connect::pool(&self.options, 1);
            tokio::spawn(listen_for_ever(pool, self.heard.clone()))
        });
        self.heard.notified().await;
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

async fn listen_for_ever(pool: PgPool, heard: Arc<Notify>) {
    let mut retry = FIRST_RETRY;
    loop {
        let mut listened = false;
        if let Err(error) = listen(&pool, &heard, &mut listened).await {
            tracing::debug!(%error, "no longer listening; asking from time to time goes on");
        }
        // Whatever happened meanwhile was not heard.
        heard.notify_one();
        retry = if listened { FIRST_RETRY } else { LAST_RETRY.min(retry * 2) };
        tokio::time::sleep(retry).await;
    }
}

/// Until the connection breaks.
async fn listen(pool: &PgPool, heard: &Notify, listened: &mut bool) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    *listened = true;
    heard.notify_one();
    loop {
        match tokio::time::timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(_))) => heard.notify_one(),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                let probe = listener.execute(sql::REVISION);
                tokio::time::timeout(PROBE_TIMEOUT, probe).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            }
        }
    }
}
