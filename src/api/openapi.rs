use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};
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
             read part by part with `limit` and `cursor`; the `Link` header leads on.\n\n\
             People come in with POST /v1/login (a cookie), other systems and devices with a token; what a role may not do is \
             403, and what is not theirs is 404. `RateLimit` says how many more requests may come.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(schemes()))
        .security(Some(["session", "token"].map(|name| SecurityRequirement::new(name, [""; 0]))))
        .tags(Some([
            tag("health", "Whether the service runs and is ready"),
            tag("centre", "The centre, its sites, timetable and calendar"),
            tag("dossiers", "Cases, as the one-stop system tells of them"),
            tag("items", "The things that are carried"),
            tag("custody", "Scans, who has what, and what has to be explained"),
            tag(
                "complaints",
                "What citizens say of the service: ratings, complaints, and what losses are made good with",
            ),
            tag("post", "What is handed to the postal operator, and what the operator tells of it"),
            tag("reports", "Figures from what was recorded"),
            tag("timetable-designs", "Other timetables tried on a season"),
            tag("evidence", "Photos and signatures that scans name"),
            tag("papers", "Labels, manifests, minutes and control slips, and their verification"),
            tag("plans", "The plans of working days, made by jobs"),
            tag("live", "The day as it goes: alerts, re-plans, moves by hand, and its close"),
            tag("runs", "The document runs and line hauls of a plan"),
            tag("rounds", "The home-delivery rounds of a plan"),
            tag("events", "What happens, as it happens"),
            tag("webhooks", "Partners that are told of what happens"),
            tag("notifications", "What people are told, and how that stands"),
            tag("epcis", "Events exchanged with partners, as EPCIS 2.0 has it"),
            tag("solve", "Routing problems of your own, in VROOM's JSON"),
            tag("access", "Coming in, accounts, tokens, and the log of administrative acts"),
            tag("devices", "Handhelds: enrolling, giving out, revoking"),
            tag("problems", "What can go wrong"),
        ]))
        .build()
}

/// How a caller is recognised.
fn schemes() -> utoipa::openapi::Components {
    let cookie = ApiKeyValue::with_description(
        super::authentication::COOKIE,
        "Set by POST /v1/login. Requests that another site's page makes are refused.",
    );
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token of another system, whose scopes say what it may do, or of an enrolled device"));
    ComponentsBuilder::new()
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme("token", SecurityScheme::Http(token.build()))
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
