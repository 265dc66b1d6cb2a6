use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{Display, Write as _},
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use chrono::{DateTime, NaiveDate, Utc};

use super::problem::{Failure, ProblemField};
use crate::domain::{
    AttemptFailure, Channel, HalfDay, IdentityDocument, LossKind, MessageKind, Proof, RatingStep, Receiver,
    RequestState, Role, SiteKind,
    report::{Grouping, Quarter},
};

/// A value of a path or a query that can be read from text.
pub(crate) trait Param: Sized {
    /// Reads it; the error says what is expected.
    fn read(text: &str) -> Result<Self, String>;
}

impl Param for NaiveDate {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not a date: expected YYYY-MM-DD, such as 2019-06-14"))
    }
}

impl Param for DateTime<Utc> {
    fn read(text: &str) -> Result<Self, String> {
        DateTime::parse_from_rfc3339(text).map(|at| crate::domain::to_micros(at.with_timezone(&Utc))).map_err(|_| {
            format!(
                "{text:?} is not a time: expected RFC 3339 with an offset, such as 2019-06-14T07:30:00+07:00 (in a query \
                 write + as %2B)"
            )
        })
    }
}

impl Param for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Param for bool {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not a yes or no: expected true or false"))
    }
}

impl Param for u64 {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not a whole number from 0 to 18446744073709551615"))
    }
}

impl Param for f64 {
    fn read(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| format!("{text:?} is not a number"))
    }
}

/// Ids and words of the domain, whose own errors say what is expected.
macro_rules! domain_params {
    ($($name:ident: $what:literal),+) => {$(
        impl Param for crate::domain::$name {
            fn read(text: &str) -> Result<Self, String> {
                Self::from_str(text).map_err(|_| format!(concat!("{:?} is not the id of ", $what, ": expected a UUID"), text))
            }
        }
    )+};
}

domain_params!(ItemId: "an item", RunId: "a run", RoundId: "a round", RouteId: "a route");

/// Words of the domain, whose own errors list those there are.
macro_rules! domain_words {
    ($($name:ident)+) => {$(
        impl Param for $name {
            fn read(text: &str) -> Result<Self, String> {
                text.parse::<Self>().map_err(|error| error.to_string())
            }
        }
    )+};
}

domain_words!(
    AttemptFailure Channel Grouping HalfDay IdentityDocument LossKind MessageKind Proof Quarter RatingStep Receiver
    RequestState Role SiteKind
);

impl Param for uuid::Uuid {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not a UUID"))
    }
}

/// The variable parts of the path.
pub(crate) struct PathParams(HttpRequest);

impl PathParams {
    /// A part as text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.match_info().query(name)
    }

    /// A part, read.
    pub(crate) fn get<T: Param>(&self, name: &str) -> Result<T, Failure> {
        T::read(self.text(name)).map_err(|message| Failure::parameter(name, message))
    }
}

impl FromRequest for PathParams {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.clone())))
    }
}

/// The query, of which every parameter must be known and given once.
pub(crate) struct QueryParams {
    given: BTreeMap<String, String>,
    known: BTreeSet<&'static str>,
    errors: Vec<ProblemField>,
    /// The path without the query.
    pub(crate) path: String,
}

impl FromRequest for QueryParams {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request.path(), request.query_string()))
    }
}

impl QueryParams {
    fn read(path: &str, query: &str) -> Result<Self, Failure> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|error| Failure::parameter("query", format!("the query cannot be read: {error}")))?;
        let mut params =
            Self { given: BTreeMap::new(), known: BTreeSet::new(), errors: Vec::new(), path: path.to_owned() };
        for (name, value) in pairs.into_inner() {
            if params.given.insert(name.clone(), value).is_some() {
                params.errors.push(ProblemField::parameter(name, "it is given twice: give it once"));
            }
        }
        Ok(params)
    }

    /// A parameter, if it is given; a bad value is kept for [`Self::finish`].
    pub(crate) fn get<T: Param>(&mut self, name: &'static str) -> Option<T> {
        self.known.insert(name);
        match T::read(self.given.get(name)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.errors.push(ProblemField::parameter(name, message));
                None
            }
        }
    }

    /// Notes that a parameter which must be there is missing, unless it is there and was noted as bad.
    pub(crate) fn missing(&mut self, name: &'static str) {
        if !self.given.contains_key(name) {
            self.refuse(name, "it is missing");
        }
    }

    /// Notes that a parameter's value cannot be accepted.
    pub(crate) fn refuse(&mut self, name: &'static str, problem: impl Display) {
        self.errors.push(ProblemField::parameter(name, problem.to_string()));
    }

    /// The given parameters but for one, as a query string.
    pub(crate) fn without(&self, name: &str) -> String {
        Self::encode(self.given.iter().filter(|(given, _)| *given != name))
    }

    /// Parameters as a query string.
    pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
        let encode = |text: &str| {
            text.bytes().fold(String::new(), |mut out, byte| {
                if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    let _ = write!(out, "%{byte:02X}");
                }
                out
            })
        };
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pairs.join("&")
    }

    /// Every problem found, unknown parameters included.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        let expected = self.known.iter().copied().collect::<Vec<_>>().join(", ");
        let mut errors = std::mem::take(&mut self.errors);
        for name in self.given.keys().filter(|name| !self.known.contains(name.as_str())) {
            let message = match expected.as_str() {
                "" => "it is unknown here: this path takes no query parameters".to_owned(),
                known => format!("it is unknown here: expected {known}"),
            };
            errors.push(ProblemField::parameter(name, message));
        }
        if errors.is_empty() { Ok(()) } else { Err(Failure::parameters(errors)) }
    }
}

/// For a path that takes no query parameters.
pub(crate) struct NoQuery;

impl FromRequest for NoQuery {
    type Error = Failure;
    type Future = Ready<Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = QueryParams::read(request.path(), request.query_string());
        ready(read.and_then(|mut params| params.finish().map(|()| Self)))
    }
}
