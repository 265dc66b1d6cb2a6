//! What single values must be.

use serde_json::{Map, Value};

use super::super::{
    Fault, Namespaces, Rule, deeper,
    identifier::{self, Level},
    time,
    vocabulary::{self, Vocabulary},
};

/// What the value of a member must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Checked elsewhere.
    Any,
    Context,
    Text,
    Number,
    Truth,
    Hex,
    Date,
    Time,
    Offset,
    Version,
    Uri,
    /// A URI that names one thing.
    Epc,
    /// A URI that names a class of things.
    EpcClass,
    Action,
    /// A word of a list, or a URI of another making.
    Word(&'static Vocabulary),
    Header,
    /// A place with its id.
    Place,
    Ilmd,
    Certification,
    List(&'static Shape),
    /// A list without repetition.
    Set(&'static Shape),
    /// A list that is not empty.
    NonEmpty(&'static Shape),
    /// An object of these members, of which some are required, and extensions.
    Object(Members, &'static [&'static str]),
    /// An object of these members only.
    Closed(Members, &'static [&'static str]),
}

/// Names of members and what their values must be.
pub(super) type Members = &'static [(&'static str, Shape)];

pub(super) struct Checker<'a> {
    pub(super) namespaces: &'a Namespaces,
    pub(super) faults: &'a mut Vec<Fault>,
}

impl Checker<'_> {
    pub(super) fn fault(&mut self, pointer: impl Into<String>, rule: Rule, message: impl Into<String>) {
        self.faults.push(Fault::new(pointer, rule, message));
    }

    pub(super) fn missing(&mut self, pointer: &str, name: &str) {
        self.fault(deeper(pointer, name), Rule::Missing, format!("`{name}` is missing"));
    }

    pub(super) fn is_object(&mut self, pointer: &str, value: &Value) -> bool {
        self.object(pointer, value).is_some()
    }

    fn object<'v>(&mut self, pointer: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        if !value.is_object() {
            self.fault(pointer, Rule::Type, "expected an object");
        }
        value.as_object()
    }

    /// Checks an object that may also have extensions.
    pub(super) fn members(&mut self, pointer: &str, value: &Value, known: &[(&str, Shape)], required: &[&str]) {
        let Some(object) = self.object(pointer, value) else { return };
        self.known_members(pointer, object, known, required);
        for name in object.keys().filter(|name| known.iter().all(|(known, _)| known != name)) {
            self.extension_name(pointer, name);
        }
    }

    fn known_members(
        &mut self,
        pointer: &str,
        object: &Map<String, Value>,
        known: &[(&str, Shape)],
        required: &[&str],
    ) {
        for name in required.iter().filter(|name| !object.contains_key(**name)) {
            self.missing(pointer, name);
        }
        for (name, shape) in known {
            if let Some(value) = object.get(*name) {
                self.value(&deeper(pointer, name), value, *shape);
            }
        }
    }

    fn extension_name(&mut self, pointer: &str, name: &str) {
        if self.namespaces.is_extension(name) {
            return;
        }
        let message = if name.contains(':') {
            "the prefix of this extension is not declared in @context: declare it with its namespace"
        } else {
            "there is no such member here; an extension needs a prefix that is declared in @context"
        };
        self.fault(deeper(pointer, name), Rule::UnknownMember, message);
    }

    pub(super) fn value(&mut self, pointer: &str, value: &Value, shape: Shape) {
        match shape {
            Shape::Any => {}
            Shape::Context => self.context(pointer, value),
            Shape::Number => self.expect(pointer, value.is_number(), "expected a number, not in quotation marks"),
            Shape::Truth => self.expect(pointer, value.is_boolean(), "expected true or false"),
            Shape::Header => self.members(pointer, value, MASTER_HEADER, &[]),
            Shape::Place => self.members(pointer, value, PLACE, &["id"]),
            Shape::Ilmd => self.members(pointer, value, &[], &[]),
            Shape::Certification => self.certification(pointer, value),
            Shape::List(each) => self.list(pointer, value, *each),
            Shape::NonEmpty(each) => {
                self.list(pointer, value, *each);
                let message = "it is empty: expected at least one, or leave it out";
                self.expect(pointer, value.as_array().is_none_or(|list| !list.is_empty()), message);
            }
            Shape::Set(each) => {
                self.list(pointer, value, *each);
                self.no_repetition(pointer, value);
            }
            Shape::Object(members, required) => self.members(pointer, value, members, required),
            Shape::Closed(members, required) => self.closed(pointer, value, members, required),
            _ => match value.as_str() {
                Some(text) => self.text(pointer, text, shape),
                None => self.fault(pointer, Rule::Type, "expected a text"),
            },
        }
    }

    fn expect(&mut self, pointer: &str, holds: bool, message: &str) {
        if !holds {
            self.fault(pointer, Rule::Type, message);
        }
    }

    fn list(&mut self, pointer: &str, value: &Value, each: Shape) {
        let Some(list) = value.as_array() else {
            self.fault(pointer, Rule::Type, "expected a list");
            return;
        };
        for (place, part) in list.iter().enumerate() {
            self.value(&deeper(pointer, place), part, each);
        }
    }

    fn no_repetition(&mut self, pointer: &str, value: &Value) {
        let mut seen = std::collections::BTreeSet::new();
        for (place, part) in value.as_array().into_iter().flatten().enumerate() {
            if part.as_str().is_some_and(|text| !seen.insert(text)) {
                self.fault(deeper(pointer, place), Rule::Duplicate, "it is in the list already");
            }
        }
    }

    fn closed(&mut self, pointer: &str, value: &Value, members: Members, required: &[&str]) {
        let Some(object) = self.object(pointer, value) else { return };
        self.known_members(pointer, object, members, required);
        for name in object.keys().filter(|name| members.iter().all(|(known, _)| known != name)) {
            let message = "there is no such member here, and there are no extensions here";
            self.fault(deeper(pointer, name), Rule::UnknownMember, message);
        }
    }

    fn text(&mut self, pointer: &str, text: &str, shape: Shape) {
        match shape {
            Shape::Hex if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                self.fault(pointer, Rule::Type, "expected hexadecimal digits");
            }
            Shape::Date if !time::is_date(text) => {
                self.fault(pointer, Rule::Time, "expected a date: YYYY-MM-DD");
            }
            Shape::Time if time::parse(text).is_none() => {
                let message = "expected a time with its zone, such as 2026-01-05T07:30:00.000+07:00";
                self.fault(pointer, Rule::Time, message);
            }
            Shape::Offset if !time::is_offset(text) => {
                self.fault(pointer, Rule::Time, "expected a distance from UTC, such as +07:00, at most 14 hours");
            }
            Shape::Version => self.version(pointer, text),
            Shape::Action if !["ADD", "OBSERVE", "DELETE"].contains(&text) => {
                self.fault(pointer, Rule::Vocabulary, "expected ADD, OBSERVE or DELETE");
            }
            Shape::Uri | Shape::Epc | Shape::EpcClass => self.uri(pointer, text, shape),
            Shape::Word(list) => self.word(pointer, text, list),
            _ => {}
        }
    }

    fn version(&mut self, pointer: &str, text: &str) {
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !text.split('.').all(number) {
            self.fault(pointer, Rule::Version, "expected the version of EPCIS: 2.0");
        } else if text.split('.').next() != Some("2") {
            self.fault(pointer, Rule::Version, "only version 2 of EPCIS has JSON: expected 2.0");
        }
    }

    fn uri(&mut self, pointer: &str, text: &str, shape: Shape) {
        if !identifier::is_uri(text) {
            self.fault(pointer, Rule::Uri, "expected a URI, such as an EPC URI or a GS1 Digital Link");
            return;
        }
        match (identifier::check(text), shape) {
            (Err(message), _) => self.fault(pointer, Rule::Identifier, message),
            (Ok(Level::Class), Shape::Epc) => {
                self.fault(pointer, Rule::Identifier, "it names a class: expected the id of one thing");
            }
            (Ok(Level::Instance), Shape::EpcClass) => {
                self.fault(
                    pointer,
                    Rule::Identifier,
                    "it names one thing: expected a class, such as a GTIN with its lot",
                );
            }
            _ => {}
        }
    }

    fn word(&mut self, pointer: &str, text: &str, list: &Vocabulary) {
        if list.has(text) {
            return;
        }
        let what = list.what;
        if vocabulary::uri_of_urn(text).is_some() || text.starts_with("urn:epcglobal:cbv") {
            let message = format!("a {what} of CBV stands in JSON as a bare word, without its URN");
            self.fault(pointer, Rule::Vocabulary, message);
        } else if !identifier::is_uri(text) || list.knows(text) == Some(false) {
            let message = format!("CBV 2.0 knows no such {what}: expected one of its words, or a URI of your own");
            self.fault(pointer, Rule::Vocabulary, message);
        }
    }

    /// A URI, a list of URIs, or a list of details.
    fn certification(&mut self, pointer: &str, value: &Value) {
        let Some(list) = value.as_array() else { return self.value(pointer, value, Shape::Uri) };
        for (place, part) in list.iter().enumerate() {
            let pointer = deeper(pointer, place);
            if part.is_object() {
                self.members(&pointer, part, CERTIFICATION, &["gs1:CertificationDetails"]);
            } else {
                self.value(&pointer, part, Shape::Uri);
            }
        }
        if list.iter().any(Value::is_object) && !list.iter().all(Value::is_object) {
            self.fault(pointer, Rule::Type, "expected either URIs or details, not both");
        }
    }
}

const PLACE: Members = &[("id", Shape::Uri)];

const MASTER_HEADER: Members = &[(
    "epcisMasterData",
    Shape::Object(&[("vocabularyList", Shape::List(&Shape::Object(MASTER_VOCABULARY, &["type"])))], &[]),
)];

const MASTER_VOCABULARY: Members =
    &[("type", Shape::Uri), ("vocabularyElementList", Shape::List(&Shape::Object(MASTER_ELEMENT, &["id"])))];

const MASTER_ELEMENT: Members = &[
    ("id", Shape::Uri),
    ("attributes", Shape::List(&Shape::Object(&[("id", Shape::Uri), ("attribute", Shape::Any)], &["id"]))),
    ("children", Shape::List(&Shape::Uri)),
];

const CERTIFICATION: Members = &[(
    "gs1:CertificationDetails",
    Shape::Closed(
        &[
            ("gs1:certificationAgency", Shape::Text),
            ("gs1:certificationAgencyURL", Shape::Object(&[("id", Shape::Uri), ("@id", Shape::Uri)], &[])),
            ("gs1:certificationAuditDate", Shape::Date),
            ("gs1:certificationEndDate", Shape::Date),
            ("gs1:certificationIdentification", Shape::Text),
            ("gs1:certificationStandard", Shape::Text),
            ("gs1:certificationStartDate", Shape::Date),
            ("gs1:certificationStatement", Shape::Text),
            ("gs1:certificationStatus", Shape::Text),
            ("gs1:certificationSubject", Shape::Text),
            ("gs1:certificationType", Shape::Text),
            ("gs1:certificationURI", Shape::Uri),
            ("gs1:certificationValue", Shape::Text),
            ("gs1:initialCertificationDate", Shape::Date),
        ],
        &[],
    ),
)];
