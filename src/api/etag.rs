use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName},
};

use super::problem::Failure;
use crate::service::{Expected, PlanVersion};

/// What a condition header names (RFC 9110, section 13).
#[derive(Debug, PartialEq, Eq)]
enum Condition {
    /// `*`
    Any,
    /// Entity tags: whether weak, and the opaque part.
    Tags(Vec<(bool, String)>),
}

/// The `ETag` of a plan's version.
pub(crate) fn etag(version: PlanVersion) -> String {
    format!("\"{version}\"")
}

/// Whether `If-None-Match` names this version, so that the client has it already. Compared weakly.
pub(crate) fn client_has(request: &HttpRequest, version: PlanVersion) -> Result<bool, Failure> {
    Ok(match condition(request, &header::IF_NONE_MATCH)? {
        None => false,
        Some(Condition::Any) => true,
        Some(Condition::Tags(tags)) => tags.iter().any(|(_, tag)| *tag == version.to_string()),
    })
}

/// What the client believes of the plan that it wants to replace. `If-Match` compares strongly: a weak tag never matches.
pub(crate) fn expected(request: &HttpRequest) -> Result<Expected, Failure> {
    let must_match = condition(request, &header::IF_MATCH)?;
    let must_not_match = condition(request, &header::IF_NONE_MATCH)?;
    match (must_match, must_not_match) {
        (None, None) => Ok(Expected::Anything),
        (None, Some(Condition::Any)) => Ok(Expected::NoPlan),
        (Some(Condition::Any), None) => Ok(Expected::SomePlan),
        (Some(Condition::Tags(tags)), None) => {
            Ok(Expected::OneOf(tags.into_iter().filter(|(weak, _)| !weak).map(|(_, tag)| tag).collect()))
        }
        (None, Some(Condition::Tags(_))) => {
            Err(bad(&header::IF_NONE_MATCH, "here it can only be *, for a day that must not have a plan yet"))
        }
        (Some(_), Some(_)) => Err(bad(&header::IF_MATCH, "it cannot be given together with If-None-Match")),
    }
}

/// The tags that `If-Match` names, where it is given and is not `*`. A weak tag never matches.
pub(crate) fn must_be(request: &HttpRequest) -> Result<Option<Vec<String>>, Failure> {
    Ok(match condition(request, &header::IF_MATCH)? {
        None | Some(Condition::Any) => None,
        Some(Condition::Tags(tags)) => Some(tags.into_iter().filter(|(weak, _)| !weak).map(|(_, tag)| tag).collect()),
    })
}

fn bad(name: &HeaderName, message: &str) -> Failure {
    Failure::parameter(name.as_str(), message)
}

fn condition(request: &HttpRequest, name: &HeaderName) -> Result<Option<Condition>, Failure> {
    let unreadable = || bad(name, "expected * or entity tags in double quotes, such as \"3-1560470400000000\"");
    let mut tags = Vec::new();
    let mut seen = false;
    for value in request.headers().get_all(name) {
        seen = true;
        let text = value.to_str().map_err(|_| unreadable())?.trim();
        if text == "*" {
            return Ok(Some(Condition::Any));
        }
        // Tags made here hold no comma, so a list can be split at commas; a foreign tag with a comma is refused.
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (weak, quoted) = part.strip_prefix("W/").map_or((false, part), |rest| (true, rest));
            let tag = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(unreadable)?;
            tags.push((weak, tag.to_owned()));
        }
    }
    match (seen, tags.is_empty()) {
        (false, _) => Ok(None),
        (true, true) => Err(unreadable()),
        (true, false) => Ok(Some(Condition::Tags(tags))),
    }
}
