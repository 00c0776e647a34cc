//! `/openapi.json`, made from the handlers, and `/docs`, its page. Both need no other host.

use utoipa::OpenApi;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::admission::KeyScheme;
use super::open311;
use super::problem::PROBLEM_JSON;

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
    components(schemas(super::locate::Crs, super::batch::BatchRow, super::reports::batch::RowWord)),
    modifiers(&KeyScheme),
)]
pub(crate) struct Document;

/// The page `/docs` over the document, and the document itself.
pub(crate) fn page(document: utoipa::openapi::OpenApi) -> SwaggerUi {
    let document = completed(document);
    // Without this, the page asks another host whether the document is valid.
    let config = Config::from("/openapi.json").validator_url("none");
    SwaggerUi::new("/docs").url("/openapi.json", document).config(config)
}

/// With what all of the API have in common: whoever may do something with a key may do it signed in, and rates are limited.
fn completed(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let (key, session) = (by("key"), by("session"));
    let ours = |path: &str| path.starts_with("/v1/") || path.starts_with(open311::BELOW);
    for (path, item) in document.paths.paths.iter_mut().filter(|(path, _)| ours(path)) {
        let all = [&mut item.get, &mut item.post, &mut item.delete, &mut item.put, &mut item.patch];
        for operation in all.into_iter().flatten() {
            if path.starts_with(open311::BELOW) {
                open311::describe_errors(operation);
            }
            if let Some(security) = operation.security.as_mut().filter(|security| security.contains(&key))
                && !security.contains(&session)
            {
                security.push(session.clone());
            }
            operation.responses.responses.entry("429".to_owned()).or_insert_with(|| {
                let schema = Ref::from_schema_name("ProblemDetails");
                let content = ContentBuilder::new().schema(Some(schema)).build();
                let response = ResponseBuilder::new().description("Too many requests").content(PROBLEM_JSON, content);
                RefOr::T(response.build())
            });
        }
    }
    document
}

fn by(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new(scheme, std::iter::empty::<String>())
}
