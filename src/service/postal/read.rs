//! The one format in which the operator tells events, pushed or polled.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    domain::{AttemptFailure, PostalEvent, PostalStep, S10, to_micros},
    service::FieldProblem,
};

/// Events in one document at most.
pub const POSTAL_EVENTS_MAX: usize = 1_000;
/// Characters of an operator's id at most.
const ID_CHARS_MAX: usize = 64;

/// Reads one event. No problem repeats what was read.
///
/// # Errors
/// Every problem, with the field it is about.
pub fn read_postal_event(json: Value) -> Result<PostalEvent, Vec<FieldProblem>> {
    let Value::Object(mut object) = json else { return Err(vec![FieldProblem::new("", "expected an object")]) };
    let mut problems = Vec::new();
    let id = text(&mut object, "id", true, &mut problems);
    let number = text(&mut object, "number", true, &mut problems);
    let word = text(&mut object, "event", true, &mut problems);
    let reason = text(&mut object, "reason", false, &mut problems);
    let at = text(&mut object, "at", true, &mut problems);
    let handover_id = text(&mut object, "handover_id", false, &mut problems);
    let mut refuse = |field: &str, message: String| problems.push(FieldProblem::new(field, message));
    for name in object.keys() {
        let known = "it is unknown here: expected id, number, event, reason, at, handover_id";
        refuse(name, known.to_owned());
    }
    let sound = |id: &String| (1..=ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    if id.as_ref().is_some_and(|id| !sound(id)) {
        refuse("id", "expected 1 to 64 visible ASCII characters".into());
    }
    let number: Option<S10> = number.and_then(|text| {
        let number = text.parse().ok();
        if number.is_none() {
            let expected = "expected an S10 number with its right check digit, such as RR473124829VN";
            refuse("number", expected.into());
        }
        number
    });
    let at = at.and_then(|text| match DateTime::parse_from_rfc3339(&text) {
        Ok(at) => Some(to_micros(at.with_timezone(&Utc))),
        Err(_) => {
            refuse("at", "expected RFC 3339 with an offset, such as 2019-06-14T07:30:00+07:00".into());
            None
        }
    });
    let handover_id: Option<Uuid> = handover_id.and_then(|text| {
        let id = text.parse().ok();
        if id.is_none() {
            refuse("handover_id", "expected a UUID".into());
        }
        id
    });
    let reason: Option<AttemptFailure> = reason.and_then(|text| {
        let reason = text.parse().ok();
        if reason.is_none() {
            let expected =
                "expected wrong_address, moved, not_found, absent, refused, no_document, damaged or not_reached";
            refuse("reason", expected.into());
        }
        reason
    });
    let step = word.and_then(|word| {
        let step = PostalStep::of(&word, reason);
        if step.is_none() {
            if !PostalStep::WORDS.contains(&word.as_str()) {
                refuse("event", format!("expected {}", PostalStep::WORDS.join(", ")));
            } else if reason.is_some() {
                refuse("reason", "only attempt_failed has a reason: leave it out".into());
            } else {
                refuse("reason", "it is missing: say why the attempt failed".into());
            }
        }
        step
    });
    match (id, number, step, at, problems.is_empty()) {
        (Some(id), Some(number), Some(step), Some(at), true) => Ok(PostalEvent { id, number, step, at, handover_id }),
        _ => Err(problems),
    }
}

fn text(object: &mut Map<String, Value>, name: &str, needed: bool, problems: &mut Vec<FieldProblem>) -> Option<String> {
    match object.remove(name) {
        Some(Value::String(text)) => Some(text),
        None | Some(Value::Null) => {
            if needed {
                problems.push(FieldProblem::new(name, "it is missing"));
            }
            None
        }
        Some(_) => {
            problems.push(FieldProblem::new(name, "expected a text"));
            None
        }
    }
}
