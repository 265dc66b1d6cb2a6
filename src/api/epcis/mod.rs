//! EPCIS 2.0: capture and query as the standard's REST binding has them.
//!
//! Beside our own conventions the standard's hold below `/epcis`: its headers, its `|` between values, its pages
//! (`perPage`, `nextPageToken`), and its exceptions as the `type` of a problem.

pub(super) mod capture;
pub(super) mod events;
mod text;

use actix_web::http::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use super::{
    problem::{Failure, Problem, ProblemField},
    problem_code::ProblemCode,
};
use crate::service::{CAPTURE_BYTES_MAX, CAPTURE_EVENTS_MAX, Fault};

/// Whether the standard's conventions hold for a path.
fn is_below(path: &str) -> bool {
    path == "/epcis" || path.starts_with("/epcis/")
}

/// Adds what the standard wants in every answer below `/epcis`.
pub(super) fn add_headers(path: &str, headers: &mut HeaderMap) {
    if !is_below(path) {
        return;
    }
    let mut add = |name: &'static str, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    for name in ["gs1-epcis-version", "gs1-epcis-min", "gs1-epcis-max", "gs1-cbv-version", "gs1-cbv-min", "gs1-cbv-max"]
    {
        add(name, HeaderValue::from_static("2.0"));
    }
    add("gs1-epc-format", HeaderValue::from_static("Never_Translates"));
    add("gs1-vendor-version", HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    if path.starts_with("/epcis/capture") {
        add("gs1-epcis-capture-limit", HeaderValue::from(CAPTURE_EVENTS_MAX));
        // The standard's text has the first name, its description of the interface the second.
        add("gs1-capture-file-size-limit", HeaderValue::from(CAPTURE_BYTES_MAX));
        add("gs1-epcis-capture-file-size-limit", HeaderValue::from(CAPTURE_BYTES_MAX));
    }
}

/// Names a problem below `/epcis` by the standard's exception.
pub(super) fn name_exception(path: &str, problem: &mut Problem) {
    if !is_below(path) {
        return;
    }
    let exception = match (problem.status, problem.code.as_str()) {
        (400, "invalid_parameter") => "QueryParameterException",
        (400 | 409 | 422, _) => "ValidationException",
        (401 | 403 | 421, _) => "SecurityException",
        (404, _) => "NoSuchNameException",
        (413, "too_many_events") => "QueryTooLargeException",
        (413, _) => "CaptureLimitExceededException",
        _ => "ImplementationException",
    };
    problem.r#type = format!("epcisException:{exception}");
}

/// What is wrong with a document of events.
pub(super) fn faults(faults: Vec<Fault>) -> Failure {
    let detail = match faults.as_slice() {
        [one] => one.to_string(),
        [first, rest @ ..] => format!("{first}; and {} more faults", rest.len()),
        [] => "the document breaks a rule of EPCIS".to_owned(),
    };
    let errors = faults.into_iter().map(|fault| ProblemField::at(fault.pointer, fault.message)).collect();
    Failure::new(ProblemCode::INVALID_EPCIS, detail).with_errors(errors)
}

/// The text of an id in a path: what a router leaves escaped is read too.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// An id as a part of a path.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b':' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The status of a problem in a capture's errors.
fn status_of(is_repetition: bool) -> StatusCode {
    if is_repetition { StatusCode::CONFLICT } else { StatusCode::BAD_REQUEST }
}

#[cfg(test)]
mod tests {
    use super::{escaped, unescaped};

    #[test]
    fn ids_survive_a_path() {
        for id in ["ni:///sha-256;00ff?ver=CBV2.0", "urn:uuid:1", "https://example.org/a%2Fb+c/ü"] {
            assert_eq!(unescaped(&escaped(id)).as_deref(), Some(id));
        }
        assert_eq!(unescaped("%zz%4"), Some("%zz%4".to_owned()));
        assert_eq!(unescaped("%ff"), None);
    }
}
