//! `gridward serve`: the service and its web pages, until told to stop.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{Context, Failure, Outcome};
use crate::assign::calendar::Calendar;
use crate::assign::scenario;
use crate::hooks;
use crate::http::{self, AppState, Network, Settings};
use crate::import::{Reading, demo, edition, roster};
use crate::live::{FOLLOW_INTERVAL, Live, Status};
use crate::store::{self, Store, StoreError};

/// Serve lookups, tiles and the web pages over HTTP
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Load the demo town into an empty store first
    #[arg(long)]
    demo: bool,

    /// Mebibytes of all files of one upload together, at most
    #[arg(long, value_name = "MIB", env = "GRIDWARD_MAX_UPLOAD_MIB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    max_upload_mib: u32,

    /// Where uploads are kept until they are read [default: the system's folder for temporary files]
    #[arg(long, value_name = "DIR", env = "GRIDWARD_UPLOAD_FOLDER")]
    upload_folder: Option<PathBuf>,

    /// Jobs that are taken on at the same time, at most; two of them work, the others wait
    #[arg(long, value_name = "N", env = "GRIDWARD_MAX_JOBS", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..1000), allow_negative_numbers = true)]
    max_jobs: u16,

    /// A host that webhooks may lead to whatever its address, over http too; with :PORT only there. May be repeated
    #[arg(long, value_name = "HOST", env = "GRIDWARD_ALLOW_WEBHOOK_HOST", value_delimiter = ',')]
    allow_webhook_host: Vec<String>,

    /// Seconds after which another process delivers to webhooks when the one that did is gone
    #[arg(long, value_name = "SECONDS", env = "GRIDWARD_WEBHOOK_LEASE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(4..=600), allow_negative_numbers = true)]
    webhook_lease: u32,

    /// Requests to the API in a minute from one address without a key, at most; 0 is without a limit
    #[arg(long, value_name = "N", env = "GRIDWARD_RATE_LIMIT", default_value_t = 600, allow_negative_numbers = true)]
    rate_limit: u32,

    /// Requests to the API in a minute by one key or account, at most; 0 is without a limit
    #[arg(
        long,
        value_name = "N",
        env = "GRIDWARD_KEY_RATE_LIMIT",
        default_value_t = 6_000,
        allow_negative_numbers = true
    )]
    key_rate_limit: u32,

    /// Proxies in front, addresses or networks, whose X-Forwarded-For and X-Forwarded-Proto are believed
    #[arg(long, value_name = "ADDR,…", env = "GRIDWARD_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Vec<Network>,

    /// Days that are not as their weekday says, in place of those that come with the program: lines `2027-01-01,off` and
    /// `2027-01-03,working` below a line `day,is`
    #[arg(long, value_name = "FILE", env = "GRIDWARD_CALENDAR")]
    calendar: Option<PathBuf>,
}

impl Args {
    fn settings(&self) -> Result<Settings, Failure> {
        let usual = Settings::default();
        Ok(Settings {
            calendar: self.calendar.as_deref().map_or(Ok(usual.calendar.clone()), read_calendar)?,
            max_upload_bytes: u64::from(self.max_upload_mib) << 20,
            upload_folder: self.upload_folder.clone().unwrap_or(usual.upload_folder.clone()),
            max_jobs: usize::from(self.max_jobs),
            webhooks: hooks::courier::Settings {
                allowed: hooks::Allowed::new(self.allow_webhook_host.clone()),
                lease_seconds: self.webhook_lease,
            },
            address_requests_per_minute: self.rate_limit,
            caller_requests_per_minute: self.key_rate_limit,
            trusted_proxies: self.trusted_proxy.clone(),
            ..usual
        })
    }
}

/// Larger files are no calendar: a century has less.
const MAX_CALENDAR_BYTES: u64 = 1 << 20;

fn read_calendar(path: &Path) -> Result<Calendar, Failure> {
    let refused = |why: String| Failure::refused(format!("the calendar {}: {why}", path.display()));
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_CALENDAR_BYTES).read_to_string(&mut text));
    read.map_err(|error| refused(format!("cannot be read: {error}")))?;
    Calendar::parse(&text).map_err(|error| refused(error.to_string()))
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let settings = args.settings()?;
    // Before anything is loaded: whoever has the port taken wants to know at once.
    let listener = TcpListener::bind(args.listen).await.map_err(|error| refused(args.listen, &error))?;
    let address = listener.local_addr()?;
    let store = store::open_later(&context.store_url).await?;
    let is_demo = args.demo && load_demo(&*store.acting_for(&super::user::caller())).await?;
    let live = Live::waiting(store.clone());
    match live.refresh().await {
        Ok(_) => {}
        // Somebody restarts the servers while the database is away: they come up with it.
        Err(error @ StoreError::Unavailable(_)) => {
            tracing::warn!(%error, "serving nothing until the store can be reached");
        }
        Err(error) => return Err(error.into()),
    }
    let (stop_following, stopped) = oneshot::channel::<()>();
    let following = tokio::spawn(live.clone().follow(FOLLOW_INTERVAL, async {
        // An error means that the sender is gone, which also means stop.
        let _ = stopped.await;
    }));
    greet(context, address, &live.status())?;
    let state = AppState::new(live, settings);
    if is_demo {
        scenario::bring_in(state.desk()).await.map_err(|error| Failure::refused(error.to_string()))?;
    }
    let (stop_clock, clock_stopped) = oneshot::channel::<()>();
    let clock = state.clone();
    let watching = tokio::spawn(async move {
        clock
            .watch_the_clock(async {
                let _ = clock_stopped.await;
            })
            .await;
    });
    let served = http::serve(listener, state, http::until_told_to_stop()).await;
    drop(stop_following);
    drop(stop_clock);
    if let Err(error) = watching.await {
        tracing::error!(%error, "the clock broke off");
    }
    if let Err(error) = following.await {
        tracing::error!(%error, "following the store broke off");
    }
    store.close().await;
    served.map_err(|error| Failure::refused(format!("the service broke off: {error}")))
}

/// Brings the demo town in as `gridward roster import` and `gridward import --publish` would. A store that holds anything
/// else is left as it is; one in which this was broken off is finished.
async fn load_demo(store: &dyn Store) -> Result<bool, Failure> {
    let editions = store.editions().await?;
    let is_ours = editions.iter().all(|edition| edition.name == demo::EDITION);
    if !is_ours || !store.publications().await?.is_empty() {
        tracing::info!("the store is not empty, so the demo town is not loaded");
        return Ok(is_ours && !editions.is_empty());
    }
    // First, so that the edition is not found to have nobody.
    let mut roster = roster::read(demo::ROSTER).map_err(Failure::refused)?.entries;
    roster.sort_by(|a, b| a.grid.cmp(&b.grid));
    let kept = store.roster(OffsetDateTime::now_utc()).await?;
    if kept.is_empty() {
        store.replace_roster(&roster, None).await?;
    } else if kept != roster {
        tracing::info!("the store has a roster of its own, so the demo town is not loaded");
        return Ok(false);
    }
    if editions.is_empty() {
        let mut reading = Reading::default();
        reading.read_geojson("the demo town", demo::GRIDS);
        let mut checked = edition::check(reading, false, &[], Vec::new()).await;
        let name = Some(demo::EDITION.to_owned());
        edition::save_draft(store, name, "the demo town (invented)".to_owned(), &mut checked).await?;
    }
    edition::publish(store, demo::EDITION, None, &[]).await.map_err(Failure::refused)?;
    Ok(true)
}

fn refused(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::refused(match error.kind() {
        ErrorKind::AddrInUse => {
            format!("{address} is in use already; stop the other program or take another port with --listen")
        }
        ErrorKind::PermissionDenied => {
            format!("listening on {address} is not permitted; take a port above 1023 with --listen")
        }
        ErrorKind::AddrNotAvailable => {
            format!("this machine has no address {}; --listen takes one it has", address.ip())
        }
        _ => format!("cannot listen on {address}: {error}"),
    })
}

fn greet(context: &Context, address: SocketAddr, status: &Status) -> Outcome {
    let url = format!("http://{address}");
    if context.json {
        return context.print_json(&serde_json::json!({"url": url, "edition": status.edition}));
    }
    let mut out = std::io::stdout().lock();
    match &status.edition {
        Some(edition) => writeln!(out, "serving edition {edition} at {url}")?,
        None if status.last_error.is_some() => {
            writeln!(out, "serving at {url}; the store cannot be reached yet, and is tried every second")?
        }
        None => {
            writeln!(out, "serving at {url}; no edition is in force yet: `gridward import FILE --publish` brings one")?
        }
    }
    out.flush()?;
    Ok(())
}
