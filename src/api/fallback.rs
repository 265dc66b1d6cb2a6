use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    dev::ResourceDef,
    http::{Method, header},
    web,
};
use utoipa::openapi::{OpenApi, PathItem};

use super::{problem::Failure, problem_code::ProblemCode};

/// Every path of the service with the methods that it answers.
pub(crate) struct KnownPaths(Vec<(ResourceDef, Vec<Method>)>);

impl KnownPaths {
    /// The paths of the API's own description, and the pages beside it.
    pub(crate) fn of(openapi: &OpenApi) -> Self {
        // An id of an event may hold slashes.
        let pattern =
            |path: &str| if path == "/epcis/events/{id}" { "/epcis/events/{id:.+}".into() } else { path.to_owned() };
        let described = openapi.paths.paths.iter().map(|(path, item)| (ResourceDef::new(pattern(path)), methods(item)));
        let pages = ["/about", "/openapi.json", "/docs", "/docs/{_:.*}"].into_iter();
        let pages = pages.chain(crate::web::paths()).map(|path| (ResourceDef::new(path), vec![Method::GET]));
        let forms = super::pages::PATHS.into_iter().map(|(path, methods)| {
            (ResourceDef::new(path), methods.iter().filter_map(|method| method.parse().ok()).collect())
        });
        Self(described.chain(pages).chain(forms).collect())
    }

    fn methods_of(&self, path: &str) -> Vec<&Method> {
        // A path of its own goes before one with a variable part.
        let own = self.0.iter().filter(|(known, _)| known.pattern() == Some(path)).collect::<Vec<_>>();
        let matching = || self.0.iter().filter(|(known, _)| known.is_match(path)).collect();
        let found: Vec<&(ResourceDef, Vec<Method>)> = if own.is_empty() { matching() } else { own };
        let mut methods: Vec<&Method> = found.into_iter().flat_map(|(_, methods)| methods).collect();
        methods.sort_by_key(|method| method.as_str());
        methods.dedup();
        methods
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    let answers = [
        (Method::GET, item.get.is_some()),
        (Method::PUT, item.put.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::DELETE, item.delete.is_some()),
        (Method::PATCH, item.patch.is_some()),
    ];
    answers.into_iter().filter(|(_, answered)| *answered).map(|(method, _)| method).collect()
}

/// Nothing is there.
pub(crate) fn no_such_path() -> Failure {
    Failure::new(ProblemCode::NO_SUCH_PATH, "no endpoint has this path: /openapi.json lists all of them")
}

/// Answers what no endpoint answers: an unknown path, or a method that its path does not have.
pub(crate) async fn fallback(request: HttpRequest, known: web::Data<KnownPaths>) -> HttpResponse {
    let methods = known.methods_of(request.path());
    if methods.is_empty() {
        return no_such_path().error_response();
    }
    let mut allowed: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.push("OPTIONS");
    let allowed = allowed.join(", ");
    let mut response = if request.method() == Method::OPTIONS {
        HttpResponse::NoContent().finish()
    } else {
        let detail = format!("this path answers {allowed}, not {}", request.method());
        Failure::new(ProblemCode::METHOD_NOT_ALLOWED, detail).error_response()
    };
    if let Ok(value) = header::HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
