//! The pages for people at browsers, as `web/` builds them: dispatch board, courier's handheld, department desk, citizen's page
//! and reports.
//!
//! They are files that the binary holds, and everything that they show they ask of the API. Each page has a content-security
//! policy that lets it load from this service only; what has its content's digest in its name is kept by browsers for good, a
//! page itself is asked for again each time. Where the pages were not built, each of them says how to build them.
//!
//! What it does not know: who asks, what is shown, any use case.

mod absent;
mod files;
mod policy;

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, Responder,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web,
};

use files::{Found, Packing, find};

/// The addresses of the pages, each with its file and what more than the others it may do.
const PAGES: [(&str, &str, policy::Extra); 5] = [
    ("/courier", "courier.html", policy::Extra::Camera),
    // Where the QR code of an enrolment leads; the code is behind `#`, which browsers do not send.
    ("/enrol", "courier.html", policy::Extra::Camera),
    ("/desk", "desk.html", policy::Extra::Camera),
    ("/dispatch", "dispatch.html", policy::Extra::Map),
    ("/reports", "reports.html", policy::Extra::Nothing),
];

/// What has a fixed address and is no page.
const FIXED: [&str; 6] =
    ["/citizen-sw.js", "/courier-sw.js", "/courier.webmanifest", "/icon.svg", "/icon-192.png", "/icon-512.png"];

/// Marks an answer that explains itself, to a person.
pub(crate) struct Page;

/// What a page that the service renders itself has in its head when the pages are built: its script and its style, as `web/`
/// names them in `file`.
pub(crate) fn built_head(file: &str) -> Option<String> {
    let found = find(file, Packing::Plain)?;
    let html = std::str::from_utf8(&found.bytes).ok()?;
    let (_, head) = html.split_once("<!--built-->")?;
    let (head, _) = head.split_once("</head>")?;
    Some(head.trim().to_owned())
}

/// The content-security policy of such a page: it sends forms and may draw a map.
pub(crate) fn policy_of_forms() -> &'static str {
    policy::of(policy::Extra::Map)
}

/// Every path that is answered here.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PAGES.into_iter().map(|(path, ..)| path).chain(FIXED).chain(["/assets/{name}"])
}

/// Adds the pages to an application.
pub fn routes(app: &mut web::ServiceConfig) {
    for (path, file, extra) in PAGES {
        app.route(path, web::get().to(move |request: HttpRequest| async move { page(&request, file, extra) }));
    }
    for path in FIXED {
        app.route(path, web::get().to(move |request: HttpRequest| async move { fixed(&request, path) }));
    }
    app.route("/assets/{name}", web::get().to(asset));
}

/// A page that a browser shows; `file` is its name in `web/dist`.
fn page(request: &HttpRequest, file: &str, extra: policy::Extra) -> HttpResponse {
    let Some(found) = find(file, Packing::accepted(request)) else {
        let mut absent = HttpResponse::ServiceUnavailable()
            .insert_header((header::CONTENT_SECURITY_POLICY, absent::policy()))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(absent::PAGE);
        absent.extensions_mut().insert(Page);
        return absent;
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, policy::of(extra)))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("permissions-policy", policy::permissions(extra)))
        .insert_header(("cross-origin-opener-policy", "same-origin"));
    answer(request, response, found, "no-cache")
}

fn fixed(request: &HttpRequest, path: &str) -> HttpResponse {
    match find(path.trim_start_matches('/'), Packing::accepted(request)) {
        Some(found) => answer(request, HttpResponse::Ok(), found, "no-cache"),
        None => HttpResponse::NotFound().finish(),
    }
}

/// A file that has its content's digest in its name.
async fn asset(request: HttpRequest, name: web::Path<String>) -> impl Responder {
    match find(&format!("assets/{name}"), Packing::accepted(&request)) {
        Some(found) => answer(&request, HttpResponse::Ok(), found, "public, max-age=31536000, immutable"),
        None => HttpResponse::NotFound().finish(),
    }
}

fn answer(request: &HttpRequest, mut response: HttpResponseBuilder, found: Found, keep: &'static str) -> HttpResponse {
    response
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::ETAG, found.etag.clone()))
        .insert_header((header::VARY, "Accept-Encoding"));
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == found.etag)) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.insert_header((header::CONTENT_TYPE, found.media_type));
    // Said in either case, so that what is small or packed already is not packed again.
    let encoding = if found.packed { "gzip" } else { "identity" };
    response.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
    response.body(found.bytes)
}
