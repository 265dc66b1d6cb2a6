use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    problem::{Failure, ProblemField},
    problem_code::ProblemCode,
};
use crate::service::FieldProblem;

/// The largest body that is read, bytes.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 20;

/// A JSON body, with the bytes it came as.
pub(crate) struct JsonBody {
    /// The document.
    pub(crate) json: Value,
}

type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

impl FromRequest for JsonBody {
    type Error = Failure;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload, BODY_BYTES_MAX);
        Box::pin(async move {
            let json = serde_json::from_slice(&bytes.await?)
                .map_err(|error| Failure::new(ProblemCode::MALFORMED_JSON, format!("the body is not JSON: {error}")))?;
            Ok(Self { json })
        })
    }
}

/// A JSON body of up to `MAX` bytes, as it came, to be read where reading may take its time.
pub(crate) struct JsonBytes<const MAX: usize>(pub(crate) web::Bytes);

impl<const MAX: usize> FromRequest for JsonBytes<MAX> {
    type Error = Failure;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload, MAX);
        Box::pin(async move { Ok(Self(bytes.await?)) })
    }
}

/// The bytes of a body that says it is JSON.
fn read(request: &HttpRequest, payload: &mut Payload, bytes_max: usize) -> Extracting<web::Bytes> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?").to_owned());
    let (content_type, encoding) = (header(header::CONTENT_TYPE), header(header::CONTENT_ENCODING));
    let payload = web::Payload::from_request(request, payload);
    Box::pin(async move {
        let unsupported = |detail: String| Err(Failure::new(ProblemCode::UNSUPPORTED_MEDIA_TYPE, detail));
        match content_type.as_deref() {
            None => return unsupported("the request has no Content-Type: expected application/json".into()),
            Some(given) if !is_json(given) => {
                return unsupported(format!("the body is {given:?}: expected application/json"));
            }
            Some(_) => {}
        }
        if let Some(encoding) = encoding.filter(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return unsupported(format!("the body is encoded as {encoding:?}: send it as it is"));
        }
        let unreadable = |error: actix_web::Error| {
            Failure::new(ProblemCode::BAD_REQUEST, format!("the body cannot be read: {error}"))
        };
        let too_large = format!("the body has more than {bytes_max} bytes, which is the most that is read");
        let bytes = payload.await.map_err(unreadable)?.to_bytes_limited(bytes_max).await;
        bytes.map_err(|_| Failure::new(ProblemCode::BODY_TOO_LARGE, too_large))?.map_err(unreadable)
    })
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads an object's fields one by one and keeps every problem with its JSON pointer.
pub(crate) struct Fields {
    object: Map<String, Value>,
    pointer: String,
    known: Vec<&'static str>,
    errors: Vec<ProblemField>,
}

impl Fields {
    /// The fields of a whole document.
    pub(crate) fn of(json: Value) -> Result<Self, Failure> {
        Self::nested(json, String::new()).map_err(|error| Failure::body(vec![error]))
    }

    fn nested(json: Value, pointer: String) -> Result<Self, ProblemField> {
        match json {
            Value::Object(object) => Ok(Self { object, pointer, known: Vec::new(), errors: Vec::new() }),
            other => Err(ProblemField::at(pointer, format!("expected an object, found {}", kind_of(&other)))),
        }
    }

    /// Notes that a field cannot be accepted.
    pub(crate) fn refuse(&mut self, name: &str, message: String) {
        self.errors.push(ProblemField::at(format!("{}/{}", self.pointer, escape(name)), message));
    }

    /// Notes that an element of a field's list cannot be accepted.
    pub(crate) fn refuse_inside(&mut self, name: &str, element: usize, message: String) {
        self.errors.push(ProblemField::at(format!("{}/{}/{element}", self.pointer, escape(name)), message));
    }

    /// A field that may be absent or null.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        self.known.push(name);
        match self.object.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => match serde_json::from_value(value) {
                Ok(value) => Some(value),
                Err(error) => {
                    self.refuse(name, in_plain_words(&error));
                    None
                }
            },
        }
    }

    /// A field that must be there. `None` means that a problem was noted.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Option<T> {
        if matches!(self.object.get(name), None | Some(Value::Null)) {
            self.known.push(name);
            self.object.remove(name);
            self.refuse(name, "it is missing".into());
            return None;
        }
        self.optional(name)
    }

    /// A field that is read from text. `None` when it is absent or a problem was noted.
    pub(crate) fn parsed<T: super::params::Param>(&mut self, name: &'static str, needed: bool) -> Option<T> {
        let text: String = if needed { self.required(name) } else { self.optional(name) }?;
        match T::read(&text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.refuse(name, message);
                None
            }
        }
    }

    /// An object inside, read by `read`.
    pub(crate) fn object<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Fields) -> Option<T>) -> Option<T> {
        self.known.push(name);
        let Some(value) = self.object.remove(name) else {
            self.refuse(name, "it is missing".into());
            return None;
        };
        match Fields::nested(value, format!("{}/{name}", self.pointer)) {
            Ok(mut inner) => {
                let value = read(&mut inner);
                inner.note_unknown();
                self.errors.append(&mut inner.errors);
                value
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    /// An object inside that may be absent or null, read by `read`.
    pub(crate) fn optional_object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields) -> Option<T>,
    ) -> Option<T> {
        if matches!(self.object.get(name), None | Some(Value::Null)) {
            self.known.push(name);
            self.object.remove(name);
            return None;
        }
        self.object(name, read)
    }

    /// The fields of one element of a batch, whose problems are told by themselves.
    pub(crate) fn lone(json: Value) -> Result<Self, Vec<FieldProblem>> {
        Self::nested(json, String::new()).map_err(|error| vec![FieldProblem::new("", error.message)])
    }

    /// The value that was read, or every problem found, of one element of a batch.
    pub(crate) fn finish_lone<T>(mut self, value: Option<T>) -> Result<T, Vec<FieldProblem>> {
        self.note_unknown();
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(self
                .errors
                .into_iter()
                .map(|error| {
                    let pointer = error.pointer.unwrap_or_default();
                    FieldProblem::new(pointer.trim_start_matches('/'), error.message)
                })
                .collect()),
        }
    }

    /// Notes that the object as a whole cannot be accepted.
    pub(crate) fn refuse_whole(&mut self, message: &str) {
        self.errors.push(ProblemField::at(self.pointer.clone(), message));
    }

    fn note_unknown(&mut self) {
        let expected = self.known.join(", ");
        for name in self.object.keys().cloned().collect::<Vec<_>>() {
            self.refuse(&name, format!("it is unknown here: expected {expected}"));
        }
    }

    /// The value that was read, or every problem found, unknown fields included.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Failure> {
        self.note_unknown();
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Failure::body(self.errors)),
        }
    }
}

/// The reader's message without the names of Rust's types.
fn in_plain_words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rsplit_once("expected ") {
        Some((before, "u32")) => format!("{before}expected a whole number from 0 to {}", u32::MAX),
        Some((before, "u64")) => format!("{before}expected a whole number from 0 on"),
        Some((before, "a string")) => format!("{before}expected a text"),
        _ => message,
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
