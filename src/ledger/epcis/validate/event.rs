//! Which members each type of event has, and which need each other (EPCIS 2.0, section 7.4).

use serde_json::Value;

use super::{
    super::{
        Fault, Namespaces, Rule, deeper,
        vocabulary::{
            BIZ_STEP, BIZ_TRANSACTION_TYPE, COMPONENT, DISPOSITION, ERROR_REASON, EXCEPTION, MEASUREMENT,
            SOURCE_DESTINATION_TYPE,
        },
    },
    shape::{Checker, Members, Shape},
};

const QUANTITIES: Shape = Shape::List(&Shape::Closed(
    &[("epcClass", Shape::EpcClass), ("quantity", Shape::Number), ("uom", Shape::Any)],
    &["epcClass"],
));

const ERROR_DECLARATION: Members = &[
    ("declarationTime", Shape::Time),
    ("reason", Shape::Word(&ERROR_REASON)),
    ("correctiveEventIDs", Shape::List(&Shape::Uri)),
];

const SENSOR_ELEMENT: Members = &[
    ("sensorMetadata", Shape::Object(SENSOR_METADATA, &[])),
    ("sensorReport", Shape::NonEmpty(&Shape::Object(SENSOR_REPORT, &["type"]))),
];

const SENSOR_METADATA: Members = &[
    ("time", Shape::Time),
    ("startTime", Shape::Time),
    ("endTime", Shape::Time),
    ("deviceID", Shape::Uri),
    ("deviceMetadata", Shape::Uri),
    ("rawData", Shape::Uri),
    ("dataProcessingMethod", Shape::Uri),
    ("bizRules", Shape::Uri),
];

const SENSOR_REPORT: Members = &[
    ("type", Shape::Word(&MEASUREMENT)),
    ("exception", Shape::Word(&EXCEPTION)),
    ("deviceID", Shape::Uri),
    ("deviceMetadata", Shape::Uri),
    ("rawData", Shape::Uri),
    ("dataProcessingMethod", Shape::Uri),
    ("bizRules", Shape::Uri),
    ("time", Shape::Time),
    ("microorganism", Shape::Uri),
    ("chemicalSubstance", Shape::Uri),
    ("coordinateReferenceSystem", Shape::Uri),
    ("value", Shape::Number),
    ("component", Shape::Word(&COMPONENT)),
    ("stringValue", Shape::Text),
    ("booleanValue", Shape::Truth),
    ("hexBinaryValue", Shape::Hex),
    ("uriValue", Shape::Uri),
    ("minValue", Shape::Number),
    ("maxValue", Shape::Number),
    ("meanValue", Shape::Number),
    ("sDev", Shape::Number),
    ("percRank", Shape::Number),
    ("percValue", Shape::Number),
    ("uom", Shape::Text),
];

/// Of every event, those of extensions included.
const COMMON: Members = &[
    ("@context", Shape::Context),
    ("type", Shape::Text),
    ("eventTime", Shape::Time),
    ("recordTime", Shape::Time),
    ("eventTimeZoneOffset", Shape::Offset),
    ("eventID", Shape::Uri),
    ("certificationInfo", Shape::Certification),
    ("errorDeclaration", Shape::Object(ERROR_DECLARATION, &["declarationTime"])),
];

/// Of every event of the standard.
const SHARED: Members = &[
    ("bizStep", Shape::Word(&BIZ_STEP)),
    ("disposition", Shape::Word(&DISPOSITION)),
    (
        "persistentDisposition",
        Shape::Closed(
            &[("set", Shape::Set(&Shape::Word(&DISPOSITION))), ("unset", Shape::Set(&Shape::Word(&DISPOSITION)))],
            &[],
        ),
    ),
    ("readPoint", Shape::Place),
    ("bizLocation", Shape::Place),
    (
        "bizTransactionList",
        Shape::List(&Shape::Closed(
            &[("type", Shape::Word(&BIZ_TRANSACTION_TYPE)), ("bizTransaction", Shape::Uri)],
            &["bizTransaction"],
        )),
    ),
    (
        "sourceList",
        Shape::List(&Shape::Closed(
            &[("type", Shape::Word(&SOURCE_DESTINATION_TYPE)), ("source", Shape::Uri)],
            &["type", "source"],
        )),
    ),
    (
        "destinationList",
        Shape::List(&Shape::Closed(
            &[("type", Shape::Word(&SOURCE_DESTINATION_TYPE)), ("destination", Shape::Uri)],
            &["type", "destination"],
        )),
    ),
    ("sensorElementList", Shape::List(&Shape::Object(SENSOR_ELEMENT, &["sensorReport"]))),
];

const OBJECT: Members = &[
    ("epcList", Shape::Set(&Shape::Epc)),
    ("quantityList", QUANTITIES),
    ("action", Shape::Action),
    ("ilmd", Shape::Ilmd),
];
const TRANSACTION: Members = &[
    ("parentID", Shape::Epc),
    ("epcList", Shape::List(&Shape::Epc)),
    ("quantityList", QUANTITIES),
    ("action", Shape::Action),
];
/// Of an `AggregationEvent` and of an `AssociationEvent`.
const PARENT: Members = &[
    ("parentID", Shape::Epc),
    ("childEPCs", Shape::List(&Shape::Epc)),
    ("childQuantityList", QUANTITIES),
    ("action", Shape::Action),
];
const TRANSFORMATION: Members = &[
    ("inputEPCList", Shape::Set(&Shape::Epc)),
    ("inputQuantityList", QUANTITIES),
    ("outputEPCList", Shape::Set(&Shape::Epc)),
    ("outputQuantityList", QUANTITIES),
    ("transformationID", Shape::Uri),
    ("ilmd", Shape::Ilmd),
];

/// Checks an event that came on its own: it needs its own context.
pub(in super::super) fn lone_event(event: &Value, namespaces: &Namespaces, faults: &mut Vec<Fault>) {
    if event.is_object() && event.get("@context").is_none() {
        faults.push(Fault::new("/@context", Rule::Context, "`@context` is missing: expected that of GS1 at least"));
    }
    self::event("", event, namespaces, faults);
}

/// Checks an event of a document.
pub(in super::super) fn event(pointer: &str, event: &Value, namespaces: &Namespaces, faults: &mut Vec<Fault>) {
    let mut checker = Checker { namespaces, faults };
    if !checker.is_object(pointer, event) {
        return;
    }
    let Some(kind) = event.get("type") else { return checker.missing(pointer, "type") };
    let own: (Members, &[&str]) = match kind.as_str() {
        Some("ObjectEvent") => (OBJECT, &["action"]),
        Some("AggregationEvent") => (PARENT, &["action"]),
        Some("TransactionEvent") => (TRANSACTION, &["action", "bizTransactionList"]),
        Some("TransformationEvent") => (TRANSFORMATION, &[]),
        Some("AssociationEvent") => (PARENT, &["action", "parentID"]),
        Some(other) => return checker.extended_event(pointer, event, other),
        None => return checker.fault(deeper(pointer, "type"), Rule::Type, "expected the type of the event as a text"),
    };
    let known: Vec<(&str, Shape)> = [COMMON, SHARED, own.0].concat();
    let required = [&["eventTime", "eventTimeZoneOffset"], own.1].concat();
    checker.members(pointer, event, &known, &required);
    checker.combinations(pointer, event, kind.as_str().unwrap_or_default());
}

/// Whether a list is there with something in it. What is no list has its own fault already.
fn filled(event: &Value, name: &str) -> bool {
    event.get(name).is_some_and(|list| list.as_array().is_none_or(|list| !list.is_empty()))
}

impl Checker<'_> {
    /// An event of a type of somebody else's: its own members are its maker's business.
    fn extended_event(&mut self, pointer: &str, event: &Value, kind: &str) {
        if !self.namespaces.is_extension(kind) {
            let message = "there is no such type of event: expected ObjectEvent, AggregationEvent, TransactionEvent, \
                           TransformationEvent or AssociationEvent, or the URI of an extension";
            return self.fault(deeper(pointer, "type"), Rule::Vocabulary, message);
        }
        for name in ["eventTime", "eventTimeZoneOffset"] {
            if event.get(name).is_none() {
                self.missing(pointer, name);
            }
        }
        for (name, shape) in COMMON {
            if let Some(value) = event.get(*name) {
                self.value(&deeper(pointer, name), value, *shape);
            }
        }
    }

    fn combinations(&mut self, pointer: &str, event: &Value, kind: &str) {
        let action = event.get("action").and_then(Value::as_str);
        let has = |name: &str| event.get(name).is_some();
        match kind {
            "ObjectEvent" => {
                let sensed = filled(event, "sensorElementList");
                let named = filled(event, "epcList") || filled(event, "quantityList");
                if !named && !(sensed && (has("readPoint") || has("epcList"))) {
                    let message = "it says of no thing that it happened to: expected `epcList`, `quantityList`, or \
                                   `sensorElementList` with `readPoint`";
                    self.fault(pointer, Rule::Combination, message);
                }
                if has("ilmd") && action.is_some_and(|action| action != "ADD") {
                    let message = "master data of lots and instances are given only with action ADD";
                    self.fault(deeper(pointer, "ilmd"), Rule::Combination, message);
                }
            }
            "AggregationEvent" | "AssociationEvent" => {
                if !has("parentID") && kind == "AggregationEvent" && matches!(action, Some("ADD" | "DELETE")) {
                    let message = "`parentID` is missing: only with action OBSERVE it may be left out";
                    self.fault(deeper(pointer, "parentID"), Rule::Missing, message);
                }
                let children = filled(event, "childEPCs") || filled(event, "childQuantityList");
                if !children && action != Some("DELETE") {
                    let message = "it has no children: expected `childEPCs` or `childQuantityList`; only with action \
                                   DELETE both may be left out, for all children";
                    self.fault(pointer, Rule::Combination, message);
                }
            }
            "TransactionEvent" => {
                if event.get("bizTransactionList").and_then(Value::as_array).is_some_and(Vec::is_empty) {
                    let message = "it is empty: expected at least one business transaction";
                    self.fault(deeper(pointer, "bizTransactionList"), Rule::Combination, message);
                }
                let named = filled(event, "epcList") || filled(event, "quantityList");
                if !named && !has("epcList") && action != Some("DELETE") {
                    let message = "it names no thing: expected `epcList` or `quantityList`; only with action DELETE both \
                                   may be left out";
                    self.fault(pointer, Rule::Combination, message);
                } else if !named && !has("parentID") && action != Some("DELETE") {
                    let message = "it is empty: that is only allowed with `parentID`, `quantityList` or action DELETE";
                    self.fault(deeper(pointer, "epcList"), Rule::Combination, message);
                }
            }
            _ => {
                let input = filled(event, "inputEPCList") || filled(event, "inputQuantityList");
                let output = filled(event, "outputEPCList") || filled(event, "outputQuantityList");
                if !(input && output) && !(has("transformationID") && (input || output)) {
                    let message = "expected input and output, or with `transformationID` at least one of them";
                    self.fault(pointer, Rule::Combination, message);
                }
            }
        }
        self.persistent_disposition(pointer, event);
        for list in ["quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"] {
            self.quantities(&deeper(pointer, list), event.get(list));
        }
    }

    fn persistent_disposition(&mut self, pointer: &str, event: &Value) {
        let Some(value) = event.get("persistentDisposition").filter(|value| value.is_object()) else { return };
        let pointer = deeper(pointer, "persistentDisposition");
        if value.get("set").is_none() && value.get("unset").is_none() {
            self.fault(&pointer, Rule::Combination, "expected `set` or `unset`");
        }
        for name in ["set", "unset"] {
            if value.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty) {
                self.fault(
                    deeper(&pointer, name),
                    Rule::Combination,
                    "it is empty: expected at least one, or leave it out",
                );
            }
        }
    }

    fn quantities(&mut self, pointer: &str, list: Option<&Value>) {
        for (place, element) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let Some(uom) = element.get("uom") else { continue };
            let pointer = deeper(&deeper(pointer, place), "uom");
            let code = |text: &str| {
                (2..=3).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            };
            if !uom.as_str().is_some_and(code) {
                let message =
                    "expected a unit of UN/ECE Recommendation 20: two or three capitals or digits, such as KGM";
                self.fault(&pointer, Rule::Vocabulary, message);
            }
            if element.get("quantity").is_none() {
                self.fault(&pointer, Rule::Combination, "there is a unit without a `quantity`");
            }
        }
    }
}
