//! SPEAKING: the service. May use: all above. Crates: `axum`, `tower`, `tower-http`, `utoipa`, `rust-embed`.
//!
//! One file per resource; [`problem`] is the only table of statuses. A request passes `layers` from the outside in:
//! observe, speak (Open311 alone), catch panics, guard, CORS, crowd, limit, bound; then its handler takes the snapshot once
//! and answers.

mod accounts;
mod admission;
pub(crate) mod audit;
mod batch;
pub(crate) mod diff;
mod editions;
mod events;
mod fields;
mod geojson;
mod grids;
mod health;
mod intake;
mod jobs;
mod keys;
mod layers;
mod limits;
pub(crate) mod locate;
mod negotiate;
mod open311;
mod openapi;
mod origin;
mod pages;
mod params;
pub(crate) mod phones;
mod problem;
mod publishing;
mod report;
mod reports;
mod rows;
mod serve;
mod session;
mod state;
mod stats;
pub(crate) mod style;
mod tiles;
mod uploads;
mod webhooks;
mod wish;

pub use origin::Network;
pub use serve::{serve, until_told_to_stop};
pub use state::{AppState, Settings};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::layers::Places;
use self::problem::{Kind, Problem};

/// The whole service.
pub fn router(state: AppState) -> Router {
    health::recorder();
    let (documented, mut document) = OpenApiRouter::with_openapi(openapi::Document::openapi())
        .routes(routes!(locate::locate_point))
        .routes(routes!(grids::list))
        .routes(routes!(grids::one))
        .routes(routes!(grids::children))
        .routes(routes!(grids::neighbors))
        .routes(routes!(editions::list))
        .routes(routes!(editions::one, editions::forget))
        .routes(routes!(editions::rollback))
        .routes(routes!(editions::withdraw))
        .routes(routes!(publishing::publish))
        .routes(routes!(publishing::repair))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::one, jobs::cancel))
        .routes(routes!(report::report))
        .routes(routes!(reports::read::list, reports::submit::submit))
        .routes(routes!(reports::read::one))
        .routes(routes!(reports::explain::explain))
        .routes(routes!(reports::duplicates::duplicates))
        .routes(routes!(reports::photos::list))
        .routes(routes!(reports::photos::picture))
        .routes(routes!(reports::photos::thumbnail))
        .routes(routes!(reports::act::act))
        .routes(routes!(reports::submit::assign))
        .routes(routes!(stats::stats))
        .routes(routes!(reports::rules::categories))
        .routes(routes!(reports::rules::rules, reports::rules::put_rules))
        .routes(routes!(events::events))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::one, webhooks::remove))
        .routes(routes!(webhooks::deliveries::list))
        .routes(routes!(webhooks::deliveries::replay))
        .routes(routes!(webhooks::deliveries::try_out))
        .routes(routes!(diff::diff))
        .routes(routes!(diff::diff_tiles))
        .routes(routes!(diff::count_reports))
        .routes(routes!(tiles::tilejson))
        .routes(routes!(tiles::edition_tilejson))
        .routes(routes!(tiles::style_json))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(session::who, session::sign_in, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::disable))
        .routes(routes!(accounts::set_password))
        .routes(routes!(audit::list))
        .routes(routes!(pages::viewer))
        .routes(routes!(pages::login))
        .routes(routes!(pages::mobile))
        .routes(routes!(pages::overview))
        .split_for_parts();
    let (batches, batch_document) = OpenApiRouter::new()
        .routes(routes!(batch::locate_many))
        .routes(routes!(diff::count_places))
        .routes(routes!(reports::batch::report_many))
        .split_for_parts();
    document.merge(batch_document);
    document.merge(open311::Described::openapi());
    // Photos are larger than other bodies, and take longer to come in.
    let (photos, photo_document) = OpenApiRouter::new().routes(routes!(reports::photos::add)).split_for_parts();
    document.merge(photo_document);
    let photos = photos.layer(DefaultBodyLimit::max(reports::photos::MAX_BODY_BYTES));
    // So do uploads, which say themselves how much they take.
    let (intake, intake_document) = OpenApiRouter::new().routes(routes!(intake::import)).split_for_parts();
    document.merge(intake_document);
    let intake = intake.layer(DefaultBodyLimit::disable());
    let compressed = documented
        .merge(open311::routes())
        .route("/assets/{*name}", get(pages::asset))
        .route("/favicon.ico", get(pages::favicon))
        .route("/offline.js", get(pages::offline))
        .merge(openapi::page(document))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    // Tiles are kept compressed.
    let tiles = Router::new()
        .route("/tiles/grids/{z}/{x}/{y}", get(tiles::tile))
        .route("/tiles/{edition}/grids/{z}/{x}/{y}", get(tiles::edition_tile));
    let bounded = compressed.merge(tiles).layer(from_fn_with_state(state.clone(), layers::bound));
    let service = bounded
        .merge(batches)
        .merge(intake)
        .merge(photos)
        .fallback(async || Problem::with(Kind::NoSuchPath, "/docs and /openapi.json name every address there is"))
        .layer(from_fn_with_state(state.clone(), limits::limit))
        .layer(from_fn_with_state(Places::new(&state.settings), layers::crowd))
        .layer(layers::cors())
        .layer(from_fn(layers::guard))
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .layer(from_fn(open311::speak))
        .layer(from_fn(layers::observe))
        .with_state(state);
    Router::new().fallback_service(service).layer(map_response(problem::with_methods))
}
