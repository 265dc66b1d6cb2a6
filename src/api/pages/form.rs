use std::{collections::BTreeMap, future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};

use crate::api::{problem::Failure, problem_code::ProblemCode};

/// The largest form that is read, bytes.
const FORM_BYTES_MAX: usize = 16 << 10;

/// What was typed into a page's form.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Takes a field out; empty where it was not sent.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
        let is_form = essence.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            if !is_form {
                let detail = "expected application/x-www-form-urlencoded, as a browser sends a form";
                return Err(Failure::new(ProblemCode::UNSUPPORTED_MEDIA_TYPE, detail));
            }
            let unreadable = || Failure::new(ProblemCode::BAD_REQUEST, "the form cannot be read");
            let bytes = payload.await.map_err(|_| unreadable())?.to_bytes_limited(FORM_BYTES_MAX).await;
            let too_large = |_| Failure::new(ProblemCode::BODY_TOO_LARGE, "the form is too large");
            let bytes = bytes.map_err(too_large)?.map_err(|_| unreadable())?;
            let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
            let pairs = web::Query::<Vec<(String, String)>>::from_query(text).map_err(|_| unreadable())?;
            Ok(Self(pairs.into_inner().into_iter().collect()))
        })
    }
}
