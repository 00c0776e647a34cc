//! `/openapi.json`, made from the handlers, and `/docs`, its page. Both need no other host.

use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::admission::KeyScheme;

/// The head of the document. Tiles are listed here because their route and their path differ: the router knows no
/// `{y}.mvt`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gridward",
        description = "Governance grids (网格) of three tiers: which grid is a place in, and who answers there. \
                       Errors are application/problem+json (RFC 9457). Parameters that are not known are refused.",
    ),
    tags(
        (name = "lookups", description = "A place to its grids and to who answers there"),
        (name = "grids", description = "The grids themselves"),
        (name = "editions", description = "Sets of grids, from a draft to being in force; writing needs a key"),
        (name = "jobs", description = "Long work that was asked for"),
        (name = "events", description = "What happened, read, followed, and told to other systems"),
        (name = "tiles", description = "Vector tiles"),
        (name = "access", description = "Keys, accounts, signing in, and the audit log"),
        (name = "pages", description = "For people"),
        (name = "operation", description = "Health and figures"),
    ),
    paths(super::tiles::tile, super::tiles::edition_tile),
    components(schemas(super::locate::Crs, super::batch::BatchRow)),
    modifiers(&KeyScheme),
)]
pub(crate) struct Document;

/// The page `/docs` over the document, and the document itself.
pub(crate) fn page(document: utoipa::openapi::OpenApi) -> SwaggerUi {
    // Without this, the page asks another host whether the document is valid.
    let config = Config::from("/openapi.json").validator_url("none");
    SwaggerUi::new("/docs").url("/openapi.json", document).config(config)
}
