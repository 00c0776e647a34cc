//! A listening socket to answers, until told to stop; then what is running is finished, within bounds.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{AppState, router};

/// Serves until `stop` is done, then takes no new connections and finishes the requests that run, for at most the
/// settings' grace.
pub async fn serve(listener: TcpListener, state: AppState, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let grace = state.settings.shutdown_grace;
    let (uploads, jobs) = (state.uploads.clone(), state.jobs.clone());
    // What a killed process left behind takes room.
    tokio::task::spawn_blocking(move || uploads.sweep()).await.map_err(std::io::Error::other)?;
    let (stopping, stopped) = watch::channel(false);
    let outbox = state.outbox.clone();
    let delivering = tokio::spawn(state.courier.clone().run(stopped.clone()));
    let told = async move {
        let mut stopped = stopped;
        // An error means that the sender is gone, which also means stop.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let serving = axum::serve(listener, router(state).into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(told)
        .into_future();
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended,
        () = stop => {}
    }
    stopping.send_replace(true);
    // Streams of events would go on for as long as anybody listens.
    outbox.close();
    tracing::info!(grace_seconds = grace.as_secs(), "finishing the requests that run");
    if tokio::time::timeout(grace, serving).await.is_err() {
        tracing::warn!("some requests had not ended when the time was up");
    }
    if tokio::time::timeout(grace, delivering).await.is_err() {
        tracing::warn!("a delivery to a webhook had not ended when the time was up, and is made again");
    }
    // Jobs get the same time to end by themselves before they are ended.
    jobs.wind_up(grace).await;
    Ok(())
}

/// Done when the process is asked to end: SIGTERM, or Ctrl-C. A second time ends it at once.
pub async fn until_told_to_stop() {
    signal().await;
    tokio::spawn(async {
        // The first signal may be delivered twice, to the process and to its group.
        tokio::time::sleep(Duration::from_millis(200)).await;
        signal().await;
        std::process::exit(1);
    });
}

async fn signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "SIGTERM is not heard; only Ctrl-C ends the service cleanly");
                let _ = interrupted.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
