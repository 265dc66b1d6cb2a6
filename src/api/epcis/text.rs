use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::{
    api::{body::JsonBytes, problem::Failure, problem_code::ProblemCode},
    service::CAPTURE_BYTES_MAX,
};

/// The body of a capture, as it came.
pub(crate) struct CaptureText(pub(super) String);

impl FromRequest for CaptureText {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Failure>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = JsonBytes::<CAPTURE_BYTES_MAX>::from_request(request, payload);
        Box::pin(async move {
            let text = String::from_utf8(bytes.await?.0.to_vec());
            text.map(Self)
                .map_err(|_| Failure::new(ProblemCode::MALFORMED_JSON, "the body is not JSON: it is not UTF-8"))
        })
    }
}
