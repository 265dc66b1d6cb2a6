//! The parameters of the standard's `SimpleEventQuery` (EPCIS 2.0, section 8.2.7.1) as a URL has them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{
    domain::to_micros,
    ledger::epcis::{Namespaces, Term, TypedTerm, Writing, event_id_key},
    service::{FieldProblem, Service},
    store::{EventCursor, EventFilter, EventOrder},
};

/// Events in one part when nothing is said, as the standard has it.
const PER_PAGE_DEFAULT: u32 = 30;
/// Events in one part at most.
const PER_PAGE_MAX: u32 = 1_000;
/// Values of one parameter at most.
const VALUES_MAX: usize = 500;

/// What there is besides the parameters with a type in their names.
const KNOWN: &str = "eventType, GE_eventTime, LT_eventTime, GE_recordTime, LT_recordTime, EQ_action, EQ_bizStep, \
    EQ_disposition, EQ_persistentDisposition_set, EQ_persistentDisposition_unset, EQ_readPoint, WD_readPoint, \
    EQ_bizLocation, WD_bizLocation, EQ_transformationID, MATCH_epc, MATCH_parentID, MATCH_inputEPC, MATCH_outputEPC, \
    MATCH_anyEPC, MATCH_epcClass, MATCH_inputEPCClass, MATCH_outputEPCClass, MATCH_anyEPCClass, EQ_eventID, \
    EXISTS_errorDeclaration, GE_errorDeclaration_Time, LT_errorDeclaration_Time, EQ_errorReason, EQ_correctiveEventID, \
    EQ_bizTransaction_TYPE, EQ_source_TYPE, EQ_destination_TYPE, orderBy, orderDirection, eventCountLimit, \
    maxEventCount, perPage and nextPageToken";

/// What to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventQuery {
    pub(super) filter: EventFilter,
    pub(super) order: EventOrder,
    pub(super) descending: bool,
    pub(super) per_page: u32,
    pub(super) after: Option<EventCursor>,
    /// How many events are still to come at most.
    pub(super) left: Option<u64>,
    /// How many may be found.
    pub(super) count_max: Option<u64>,
}

impl EventQuery {
    /// What leads on after an event.
    pub(super) fn token(after: EventCursor, left: Option<u64>) -> String {
        let left = left.map(|left| format!(".{left}")).unwrap_or_default();
        format!("{}.{}{left}", after.at.timestamp_micros(), after.number)
    }
}

fn read_token(text: &str) -> Option<(EventCursor, Option<u64>)> {
    let mut parts = text.split('.');
    let at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let number = parts.next()?.parse().ok()?;
    let left = parts.next().map(str::parse).transpose().ok()?;
    parts.next().is_none().then_some((EventCursor { at, number }, left))
}

impl Service {
    /// Reads the parameters of a query. Lists have bars between their values.
    ///
    /// # Errors
    /// Every parameter that cannot be accepted; an unknown one is refused, since a query without it finds more.
    pub fn read_event_query(&self, parameters: &[(String, String)]) -> Result<EventQuery, Vec<FieldProblem>> {
        let namespaces = Namespaces::default();
        let mut reader = Reader {
            writing: Writing::new(&namespaces, self.exchange().base()),
            problems: Vec::new(),
            query: EventQuery {
                filter: EventFilter::default(),
                order: EventOrder::Number,
                descending: false,
                per_page: PER_PAGE_DEFAULT,
                after: None,
                left: None,
                count_max: None,
            },
            direction: None,
            resumed: None,
        };
        let mut seen = BTreeSet::new();
        for (name, value) in parameters {
            if seen.insert(name.as_str()) {
                reader.take(name, value);
            } else {
                reader.refuse(name, "it is given twice: give it once, with bars between its values");
            }
        }
        reader.finish()
    }
}

struct Reader<'a> {
    writing: Writing<'a>,
    problems: Vec<FieldProblem>,
    query: EventQuery,
    direction: Option<bool>,
    resumed: Option<u64>,
}

impl Reader<'_> {
    fn refuse(&mut self, name: &str, message: impl Into<String>) {
        self.problems.push(FieldProblem::new(name, message));
    }

    fn take(&mut self, name: &str, value: &str) {
        match name {
            "orderBy" => match value {
                "eventTime" => self.query.order = EventOrder::EventTime,
                "recordTime" => self.query.order = EventOrder::RecordTime,
                _ => self.refuse(name, "events are ordered by eventTime or recordTime only"),
            },
            "orderDirection" => match value {
                "ASC" => self.direction = Some(false),
                "DESC" => self.direction = Some(true),
                _ => self.refuse(name, "expected ASC or DESC"),
            },
            "eventCountLimit" => self.query.left = self.count(name, value),
            "maxEventCount" => self.query.count_max = self.count(name, value),
            "perPage" => {
                if let Some(count) = self.count(name, value) {
                    // A larger page than there are is no mistake: the Link header leads on.
                    self.query.per_page = u32::try_from(count).unwrap_or(u32::MAX).min(PER_PAGE_MAX);
                }
            }
            "nextPageToken" => match read_token(value) {
                Some((after, left)) => {
                    self.query.after = Some(after);
                    self.resumed = left;
                }
                None => self.refuse(name, "it is not the token of a next page: follow the Link header"),
            },
            "EXISTS_errorDeclaration" => self.query.filter.declarations = true,
            _ if self.time(name, value) || self.column(name, value) || self.named(name, value) => {}
            _ => self.refuse(name, format!("there is no such parameter here: expected {KNOWN}")),
        }
    }

    fn count(&mut self, name: &str, value: &str) -> Option<u64> {
        let count = value.parse().ok().filter(|count| *count > 0);
        if count.is_none() {
            self.refuse(name, "expected a whole number from 1 on");
        }
        count
    }

    fn list<'v>(&mut self, name: &str, value: &'v str) -> Vec<&'v str> {
        let values: Vec<&str> = value.split('|').collect();
        if values.iter().any(|value| value.is_empty()) {
            self.refuse(name, "a value is empty: expected one or more values with bars between them");
        } else if values.len() > VALUES_MAX {
            self.refuse(name, format!("there are more than {VALUES_MAX} values"));
        }
        values
    }

    /// Takes a parameter that is a time.
    fn time(&mut self, name: &str, value: &str) -> bool {
        let filter = &mut self.query.filter;
        let target = match name {
            "GE_eventTime" => &mut filter.event_time.0,
            "LT_eventTime" => &mut filter.event_time.1,
            "GE_recordTime" => &mut filter.record_time.0,
            "LT_recordTime" => &mut filter.record_time.1,
            "GE_errorDeclaration_Time" => &mut filter.declared_at.0,
            "LT_errorDeclaration_Time" => &mut filter.declared_at.1,
            _ => return false,
        };
        match DateTime::parse_from_rfc3339(value) {
            Ok(at) => *target = Some(to_micros(at.with_timezone(&Utc))),
            Err(_) => self.refuse(
                name,
                "expected a time with a zone, such as 2019-06-14T07:30:00.000+07:00 (in a URL write + as %2B)",
            ),
        }
        true
    }

    /// Takes a parameter that an event answers with one value.
    fn column(&mut self, name: &str, value: &str) -> bool {
        let writing = self.writing;
        let uri = |text: &str| writing.uri(text);
        let write: &dyn Fn(&str) -> String = match name {
            "eventType" => &|text| writing.event_type(text),
            "EQ_action" => &str::to_owned,
            "EQ_bizStep" => &|text| writing.biz_step(text),
            "EQ_disposition" => &|text| writing.disposition(text),
            // No place is known to lie within another, so what lies within one is that place itself.
            "EQ_readPoint" | "WD_readPoint" | "EQ_bizLocation" | "WD_bizLocation" => &uri,
            "EQ_eventID" => &event_id_key,
            _ => return false,
        };
        let values: Vec<String> = self.list(name, value).into_iter().map(write).collect();
        if name == "EQ_action" && values.iter().any(|action| !["ADD", "OBSERVE", "DELETE"].contains(&action.as_str())) {
            self.refuse(name, "expected ADD, OBSERVE or DELETE");
        }
        let filter = &mut self.query.filter;
        let target = match name {
            "eventType" => &mut filter.types,
            "EQ_action" => &mut filter.actions,
            "EQ_bizStep" => &mut filter.biz_steps,
            "EQ_disposition" => &mut filter.dispositions,
            "EQ_readPoint" | "WD_readPoint" => &mut filter.read_points,
            "EQ_bizLocation" | "WD_bizLocation" => &mut filter.biz_locations,
            _ => &mut filter.event_ids,
        };
        if let Some(known) = target {
            // EQ and WD of one place must both hold.
            known.retain(|value| values.contains(value));
        } else {
            *target = Some(values);
        }
        true
    }

    /// Takes a parameter that names things.
    fn named(&mut self, name: &str, value: &str) -> bool {
        let kinds: &[Term] = match name {
            "MATCH_epc" => &[Term::Epc],
            "MATCH_parentID" => &[Term::Parent],
            "MATCH_inputEPC" => &[Term::InputEpc],
            "MATCH_outputEPC" => &[Term::OutputEpc],
            "MATCH_anyEPC" => &[Term::Epc, Term::Parent, Term::InputEpc, Term::OutputEpc],
            "MATCH_epcClass" => &[Term::EpcClass],
            "MATCH_inputEPCClass" => &[Term::InputClass],
            "MATCH_outputEPCClass" => &[Term::OutputClass],
            "MATCH_anyEPCClass" => &[Term::EpcClass, Term::InputClass, Term::OutputClass],
            "EQ_transformationID" => &[Term::Transformation],
            "EQ_persistentDisposition_set" => &[Term::DispositionSet],
            "EQ_persistentDisposition_unset" => &[Term::DispositionUnset],
            "EQ_errorReason" => &[Term::ErrorReason],
            "EQ_correctiveEventID" => &[Term::CorrectiveEvent],
            _ => return self.typed(name, value),
        };
        let values = self.list(name, value);
        let pattern = |value: &&str| value.starts_with("urn:epc:idpat:") || value.starts_with("urn:epc:pat:");
        if name.starts_with("MATCH_") && !name.ends_with("Class") && values.iter().any(pattern) {
            self.refuse(name, "patterns are not supported: give the things one by one, with bars between them");
        }
        let terms = values.iter().flat_map(|value| kinds.iter().map(|kind| self.writing.term(*kind, value)));
        let terms = terms.collect();
        self.query.filter.terms.push(terms);
        true
    }

    fn typed(&mut self, name: &str, value: &str) -> bool {
        let lists = [
            ("EQ_bizTransaction_", TypedTerm::BizTransaction),
            ("EQ_source_", TypedTerm::Source),
            ("EQ_destination_", TypedTerm::Destination),
        ];
        let found = lists.into_iter().find_map(|(prefix, list)| Some((list, name.strip_prefix(prefix)?)));
        let Some((list, kind)) = found.filter(|(_, kind)| !kind.is_empty()) else { return false };
        let values = self.list(name, value);
        let terms = values.iter().map(|value| self.writing.typed_term(list, Some(kind), value)).collect();
        self.query.filter.terms.push(terms);
        true
    }

    fn finish(mut self) -> Result<EventQuery, Vec<FieldProblem>> {
        if self.query.left.is_some() && self.query.count_max.is_some() {
            self.refuse("maxEventCount", "it cannot be given together with eventCountLimit");
        }
        if self.query.left.is_some() && self.query.after.is_some() {
            self.query.left = self.resumed.or(self.query.left);
        }
        // The standard's default direction holds where an order was asked for; else the order is that of recording.
        self.query.descending = self.direction.unwrap_or(self.query.order != EventOrder::Number);
        if self.problems.is_empty() { Ok(self.query) } else { Err(self.problems) }
    }
}
