//! The document's outline, with matrices read entry by entry: a matrix of a thousand places has a million entries, and a
//! general JSON value would take several times the room of a number for each.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::error::{MemberProblem, VroomError};
use super::member::escaped;
use crate::planner::units::MAX_MEASURE;

/// A square matrix, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) entries: Vec<u32>,
    pub(super) size: usize,
    pub(super) pointer: String,
}

/// The tables of one profile.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) durations: Option<Table>,
    pub(super) distances: Option<Table>,
    pub(super) costs: Option<Table>,
}

/// The document: its members as JSON, the matrices apart.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) members: Map<String, Value>,
    pub(super) matrices: Option<BTreeMap<String, Tables>>,
}

/// Reads a document.
pub(super) fn outline(json: &[u8]) -> Result<Outline, VroomError> {
    let mut reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = Part { reading: &mut reading, pointer: String::new(), kind: Kind::Root };
    let read = read.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    read.map_err(|error| VroomError::new("", MemberProblem::Json(error.to_string())))?;
    match reading.fault {
        Some(fault) => Err(fault),
        None => Ok(reading.outline),
    }
}

#[derive(Default)]
struct Reading {
    outline: Outline,
    /// The first fault found; reading goes on so that a text that is no JSON is always called that.
    fault: Option<VroomError>,
    entries: Vec<u32>,
    row_lengths: Vec<usize>,
}

impl Reading {
    fn fail(&mut self, pointer: String, problem: MemberProblem) {
        self.fault.get_or_insert(VroomError { pointer, problem });
    }

    /// Takes the entries just read as a matrix.
    fn table(&mut self, pointer: &str) -> Table {
        let (entries, lengths) = (std::mem::take(&mut self.entries), std::mem::take(&mut self.row_lengths));
        let size = lengths.len();
        if size == 0 {
            self.fail(pointer.to_owned(), MemberProblem::Empty("give a row for each place, or no matrix"));
        }
        if let Some(row) = lengths.iter().position(|&length| length != size) {
            self.fail(format!("{pointer}/{row}"), MemberProblem::RowLength { actual: lengths[row], expected: size });
        } else if let Some(place) = (0..size).find(|place| entries[place * size + place] != 0) {
            let problem = MemberProblem::Diagonal(entries[place * size + place]);
            self.fail(format!("{pointer}/{place}/{place}"), problem);
        }
        Table { entries, size, pointer: pointer.to_owned() }
    }
}

/// What part of the document is being read.
#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Root,
    Matrices,
    /// The tables of a profile.
    Profile(String),
    Matrix,
    Row,
    Entry,
}

struct Part<'r> {
    reading: &'r mut Reading,
    pointer: String,
    kind: Kind,
}

/// What an input may have.
pub(super) const ROOT_MEMBERS: [&str; 6] = ["jobs", "shipments", "vehicles", "matrices", "matrix", "options"];
const PROFILE_MEMBERS: [&str; 3] = ["durations", "distances", "costs"];

impl Part<'_> {
    fn wrong(self, found: &'static str) {
        let expected = match self.kind {
            Kind::Root | Kind::Matrices | Kind::Profile(_) => "an object",
            Kind::Matrix => "a list of rows",
            Kind::Row => "a list of whole numbers",
            Kind::Entry => "a whole number",
        };
        self.reading.fail(self.pointer, MemberProblem::Kind { found, expected });
    }

    fn within(&mut self, name: &str, kind: Kind) -> Part<'_> {
        Part { pointer: format!("{}/{}", self.pointer, escaped(name)), kind, reading: self.reading }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        if self.kind != Kind::Entry {
            self.wrong("a number");
            return Ok(());
        }
        let limit = MAX_MEASURE.unsigned_abs();
        match u32::try_from(value) {
            Ok(entry) if value <= limit => self.reading.entries.push(entry),
            _ => self.reading.fail(self.pointer, MemberProblem::TooLarge { value: value.to_string(), limit }),
        }
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        if self.kind == Kind::Entry {
            self.reading.fail(self.pointer, MemberProblem::Negative(value.to_string()));
        } else {
            self.wrong("a number");
        }
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        if self.kind == Kind::Entry {
            let is_negative = value < 0.0;
            let value = value.to_string();
            let problem = if is_negative { MemberProblem::Negative(value) } else { MemberProblem::Fraction(value) };
            self.reading.fail(self.pointer, problem);
        } else {
            self.wrong("a number");
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.wrong("true or false");
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.wrong("a text");
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.wrong("null");
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let inner = match self.kind {
            Kind::Matrix => Kind::Row,
            Kind::Row => Kind::Entry,
            _ => {
                self.wrong("a list");
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        };
        let mut length = 0;
        // An entry's pointer is written only where it is needed: most entries are sound.
        loop {
            let had_fault = self.reading.fault.is_some();
            let part = Part { reading: self.reading, pointer: String::new(), kind: inner.clone() };
            let more = list.next_element_seed(part)?.is_some();
            if !had_fault && let Some(fault) = &mut self.reading.fault {
                fault.pointer = format!("{}/{length}{}", self.pointer, fault.pointer);
            }
            if !more {
                break;
            }
            length += 1;
        }
        if self.kind == Kind::Row {
            self.reading.row_lengths.push(length);
        }
        self.pointer.clear();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        if matches!(self.kind, Kind::Matrix | Kind::Row | Kind::Entry) {
            self.wrong("an object");
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        if self.kind == Kind::Matrices {
            self.reading.outline.matrices = Some(BTreeMap::new());
        }
        while let Some(name) = map.next_key::<String>()? {
            match &self.kind {
                Kind::Root if name == "matrices" => map.next_value_seed(self.within(&name, Kind::Matrices))?,
                Kind::Root if name == "matrix" => {
                    map.next_value_seed(self.within(&name, Kind::Matrix))?;
                    let durations = Some(self.reading.table("/matrix"));
                    // With both, VROOM looks at `matrices` alone.
                    let profile =
                        || Some(BTreeMap::from([("car".to_owned(), Tables { durations, ..Tables::default() })]));
                    if self.reading.outline.matrices.is_none() {
                        self.reading.outline.matrices = profile();
                    }
                }
                Kind::Root if !ROOT_MEMBERS.contains(&name.as_str()) => {
                    map.next_value::<IgnoredAny>()?;
                    let expected = ROOT_MEMBERS.join(", ");
                    self.reading.fail(format!("/{}", escaped(&name)), MemberProblem::Unknown { expected });
                }
                Kind::Root => {
                    let value = map.next_value()?;
                    self.reading.outline.members.insert(name, value);
                }
                Kind::Matrices => map.next_value_seed(self.within(&name, Kind::Profile(name.clone())))?,
                Kind::Profile(profile) if PROFILE_MEMBERS.contains(&name.as_str()) => {
                    let profile = profile.clone();
                    map.next_value_seed(self.within(&name, Kind::Matrix))?;
                    let table = Some(self.reading.table(&format!("{}/{name}", self.pointer)));
                    let tables = self.reading.outline.matrices.get_or_insert_default().entry(profile).or_default();
                    match name.as_str() {
                        "durations" => tables.durations = table,
                        "distances" => tables.distances = table,
                        _ => tables.costs = table,
                    }
                }
                _ => {
                    let pointer = format!("{}/{}", self.pointer, escaped(&name));
                    map.next_value::<IgnoredAny>()?;
                    self.reading.fail(pointer, MemberProblem::Unknown { expected: PROFILE_MEMBERS.join(", ") });
                }
            }
        }
        Ok(())
    }
}
