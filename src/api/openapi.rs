use utoipa::{
    ToSchema,
    openapi::{
        ComponentsBuilder, Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};
use utoipa_actix_web::AppExt;

use super::problem::{PROBLEM_JSON, Problem};

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
        .components(Some(shared()))
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

/// How a caller is recognised, and what a failure looks like.
fn shared() -> utoipa::openapi::Components {
    let cookie = ApiKeyValue::with_description(
        super::authentication::COOKIE,
        "Set by POST /v1/login. Requests that another site's page makes are refused.",
    );
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The token of another system, whose scopes say what it may do, or of an enrolled device"));
    let mut of_problems = Vec::new();
    Problem::schemas(&mut of_problems);
    ComponentsBuilder::new()
        .schema_from::<Problem>()
        .schemas_from_iter(of_problems)
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
        .security_scheme("token", SecurityScheme::Http(token.build()))
        .build()
}

/// The description with what every operation has in common: any failure is a problem document, also those that the operation
/// names by their status.
pub(super) fn with_failures(mut openapi: OpenApi) -> OpenApi {
    let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
    for path in openapi.paths.paths.values_mut() {
        let methods = [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete];
        for operation in methods.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses.entry("default".to_owned()).or_insert_with(|| Response::new("Any failure").into());
            for (status, response) in responses {
                if let RefOr::T(response) = response
                    && response.content.is_empty()
                    && (status == "default" || status.starts_with(['4', '5']))
                {
                    response.content.insert(PROBLEM_JSON.to_owned(), problem().into());
                }
            }
        }
    }
    openapi
}

/// The description of the API (OpenAPI 3.1).
///
/// # Panics
/// Never: the description is made of strings, numbers, lists and maps.
#[must_use]
pub fn document() -> String {
    let (_, openapi) =
        actix_web::App::new().into_utoipa_app().openapi(about()).configure(super::endpoints).split_for_parts();
    with_failures(openapi).to_pretty_json().expect("the description is made of serialisable parts")
}
