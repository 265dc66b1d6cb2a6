use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder};
use utoipa_actix_web::AppExt;

/// What the description says of the whole API.
pub(super) fn about() -> OpenApi {
    let tag = |name: &str, description: &str| TagBuilder::new().name(name).description(Some(description)).build();
    let info = InfoBuilder::new()
        .title("Conthoi")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Logistics of a Vietnamese provincial one-stop centre: document runs and home deliveries.\n\n\
             Times are RFC 3339 with the centre's offset, distances metres, durations seconds, money đồng. Every failure \
             is an `application/problem+json` document (RFC 9457) whose `type` is explained under `/problems`. Lists are \
             read part by part with `limit` and `cursor`; the `Link` header leads on.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .tags(Some([
            tag("health", "Whether the service runs and is ready"),
            tag("centre", "The centre, its sites, timetable and calendar"),
            tag("items", "The things that are carried"),
            tag("custody", "Scans, who has what, and what has to be explained"),
            tag("evidence", "Photos and signatures that scans name"),
            tag("papers", "Labels, manifests, minutes and control slips, and their verification"),
            tag("plans", "The plans of working days, made by jobs"),
            tag("runs", "The document runs and line hauls of a plan"),
            tag("rounds", "The home-delivery rounds of a plan"),
            tag("solve", "Routing problems of your own, in VROOM's JSON"),
            tag("problems", "What can go wrong"),
        ]))
        .build()
}

/// The description of the API (OpenAPI 3.1).
///
/// # Panics
/// Never: the description is made of strings, numbers, lists and maps.
#[must_use]
pub fn document() -> String {
    let (_, openapi) =
        actix_web::App::new().into_utoipa_app().openapi(about()).configure(super::endpoints).split_for_parts();
    openapi.to_pretty_json().expect("the description is made of serialisable parts")
}
