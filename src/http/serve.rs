//! A listening socket to answers, until told to stop; then what is running is finished, within bounds.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{AppState, router};

/// Serves until `stop` is done, then takes no new connections and finishes the requests that run, for at most the
/// settings' grace.
pub async fn serve(mut listener: TcpListener, state: AppState, stop: impl Future<Output = ()>) -> std::io::Result<()> {
    let grace = state.settings.shutdown_grace;
    let header_timeout = state.settings.header_timeout;
    let (uploads, jobs) = (state.uploads.clone(), state.jobs.clone());
    // What a killed process left behind takes room.
    tokio::task::spawn_blocking(move || uploads.sweep()).await.map_err(std::io::Error::other)?;
    let (stopping, stopped) = watch::channel(false);
    let outbox = state.outbox.clone();
    let delivering = tokio::spawn(state.courier.clone().run(stopped.clone()));
    let mut connections = JoinSet::new();
    let router = router(state);
    tokio::select! {
        never = answer(&mut listener, &router, header_timeout, &stopped, &mut connections) => match never {},
        () = stop => drop(listener),
    }
    stopping.send_replace(true);
    // Streams of events would go on for as long as anybody listens.
    outbox.close();
    tracing::info!(grace_seconds = grace.as_secs(), "finishing the requests that run");
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(grace, ended).await.is_err() {
        tracing::warn!("some requests had not ended when the time was up");
    }
    if tokio::time::timeout(grace, delivering).await.is_err() {
        tracing::warn!("a delivery to a webhook had not ended when the time was up, and is made again");
    }
    // Jobs get the same time to end by themselves before they are ended.
    jobs.wind_up(grace).await;
    Ok(())
}

/// Takes connections for ever, each answered by a task of its own.
async fn answer(
    listener: &mut TcpListener,
    router: &Router,
    header_timeout: Duration,
    stopped: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) -> Infallible {
    loop {
        tokio::select! {
            // Waits a moment by itself when the process has no descriptor left.
            (stream, peer) = Listener::accept(listener) => {
                connections.spawn(converse(stream, peer, router.clone(), header_timeout, stopped.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, until its peer leaves, or a request does not come in time, or the service stops.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    // Answers are written whole; waiting for more to send with them would only hold them back.
    let _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // How a connection ends is its peer's business: a reset, or silence.
    tokio::select! {
        _ = &mut connection => return,
        // An error means that the sender is gone, which also means stop.
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
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
