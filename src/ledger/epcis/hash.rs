//! The event hash ID of CBV 2.0, section 8.9.
//!
//! Where the reference implementation that made the published test hashes is more definite than the text, it is followed:
//! `certificationInfo` counts, right after the time zone; the lists of business transactions, sources and destinations,
//! `ilmd` and extensions come last, in the order of their text; a type stands before what it is the type of.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    super::content::hex,
    Event, Namespaces, canonical_link, time,
    vocabulary::{
        self, BIZ_STEP, BIZ_TRANSACTION_TYPE, COMPONENT, DISPOSITION, EXCEPTION, MEASUREMENT, SOURCE_DESTINATION_TYPE,
        Vocabulary,
    },
};

/// The event hash ID: `ni:///sha-256;…?ver=CBV2.0`.
#[must_use]
pub fn event_hash(event: &Event) -> String {
    hash_id(&event_sha256(event))
}

/// The digest in an event's hash ID.
#[must_use]
pub fn event_sha256(event: &Event) -> [u8; 32] {
    Sha256::digest(prehash(event)).into()
}

/// The event hash ID with this digest.
#[must_use]
pub fn hash_id(digest: &[u8; 32]) -> String {
    format!("ni:///sha-256;{}?ver=CBV2.0", hex(digest))
}

/// The canonical text of an event that is hashed.
#[must_use]
pub fn prehash(event: &Event) -> String {
    Canonical { namespaces: event.namespaces(), ignored: event.ignored() }.event(event.value())
}

/// Members that never count.
const APART: [&str; 8] =
    ["@context", "#text", "comment", "rdfs:comment", "recordTime", "eventID", "type", "errorDeclaration"];

/// Members of a sensor's metadata and reports, in their order.
const METADATA: [&str; 8] =
    ["time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"];
const REPORT: [&str; 24] = [
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
];

struct Canonical<'a> {
    namespaces: &'a Namespaces,
    ignored: &'a [String],
}

impl Canonical<'_> {
    fn event(&self, event: &Value) -> String {
        let mut text = format!("eventType={}", event["type"].as_str().unwrap_or_default().trim());
        for name in ["eventTime", "eventTimeZoneOffset"] {
            text += &self.field(name, &event[name]);
        }
        text += &self.certificates(&event["certificationInfo"]);
        text += &self.list("epcList", "epc", &event["epcList"]);
        text += &self.field("parentID", &event["parentID"]);
        text += &self.list("inputEPCList", "epc", &event["inputEPCList"]);
        text += &self.list("childEPCs", "epc", &event["childEPCs"]);
        for name in ["quantityList", "childQuantityList", "inputQuantityList"] {
            text += &self.quantities(name, &event[name]);
        }
        text += &self.list("outputEPCList", "epc", &event["outputEPCList"]);
        text += &self.quantities("outputQuantityList", &event["outputQuantityList"]);
        for name in ["action", "transformationID"] {
            text += &self.field(name, &event[name]);
        }
        text += &self.word("bizStep", &BIZ_STEP, &event["bizStep"]);
        text += &self.word("disposition", &DISPOSITION, &event["disposition"]);
        text += &self.dispositions(&event["persistentDisposition"]);
        for name in ["readPoint", "bizLocation"] {
            text += &self.enclosed(name, self.field("id", &event[name]["id"]), &event[name], &["id"]);
        }
        text += &self.sensors(&event["sensorElementList"]);
        text + &self.rest(event)
    }

    /// What has no place of its own in the order.
    fn rest(&self, event: &Value) -> String {
        const PLACED: [&str; 23] = [
            "eventTime",
            "eventTimeZoneOffset",
            "epcList",
            "parentID",
            "inputEPCList",
            "childEPCs",
            "quantityList",
            "childQuantityList",
            "inputQuantityList",
            "outputEPCList",
            "outputQuantityList",
            "action",
            "transformationID",
            "bizStep",
            "disposition",
            "persistentDisposition",
            "readPoint",
            "bizLocation",
            "sensorElementList",
            "certificationInfo",
            "bizTransactionList",
            "sourceList",
            "destinationList",
        ];
        let mut parts = vec![
            self.typed("bizTransactionList", "bizTransaction", &BIZ_TRANSACTION_TYPE, &event["bizTransactionList"]),
            self.typed("sourceList", "source", &SOURCE_DESTINATION_TYPE, &event["sourceList"]),
            self.typed("destinationList", "destination", &SOURCE_DESTINATION_TYPE, &event["destinationList"]),
        ];
        for detail in list_of(&event["certificationInfo"]).iter().filter(|detail| detail.is_object()) {
            parts.extend(self.generic("certificationInfo", detail));
        }
        for (name, value) in event.as_object().into_iter().flatten() {
            if !PLACED.contains(&name.as_str()) && !self.is_apart(name) {
                parts.extend(self.generic(name, value));
            }
        }
        sorted(parts)
    }

    fn is_apart(&self, name: &str) -> bool {
        APART.contains(&name) || self.ignored.iter().any(|ignored| ignored == name)
    }

    fn certificates(&self, info: &Value) -> String {
        sorted(list_of(info).iter().map(|it| self.field("certificationInfo", it)).collect())
    }

    fn dispositions(&self, persistent: &Value) -> String {
        let words =
            |name| sorted(list_of(&persistent[name]).iter().map(|word| self.word(name, &DISPOSITION, word)).collect());
        wrapped("persistentDisposition", words("set") + &words("unset"))
    }

    fn quantities(&self, name: &str, list: &Value) -> String {
        let element = |element: &Value| {
            let fields = ["epcClass", "quantity", "uom"].map(|field| self.field(field, &element[field]));
            wrapped("quantityElement", fields.concat())
        };
        wrapped(name, sorted(list_of(list).iter().map(element).collect()))
    }

    fn list(&self, name: &str, member: &str, list: &Value) -> String {
        wrapped(name, sorted(list_of(list).iter().map(|it| self.field(member, it)).collect()))
    }

    fn typed(&self, name: &str, member: &str, types: &Vocabulary, list: &Value) -> String {
        let element = |it: &Value| self.word("type", types, &it["type"]) + &self.field(member, &it[member]);
        wrapped(name, sorted(list_of(list).iter().map(element).collect()))
    }

    fn sensors(&self, list: &Value) -> String {
        let element = |element: &Value| {
            let metadata = METADATA.map(|name| self.field(name, &element["sensorMetadata"][name])).concat();
            let metadata = self.enclosed("sensorMetadata", metadata, &element["sensorMetadata"], &METADATA);
            let reports = list_of(&element["sensorReport"]).iter().map(|report| self.report(report)).collect();
            let known = ["sensorMetadata", "sensorReport"];
            self.enclosed("sensorElement", metadata + &sorted(reports), element, &known)
        };
        wrapped("sensorElementList", sorted(list_of(list).iter().map(element).collect()))
    }

    fn report(&self, report: &Value) -> String {
        let field = |name| match name {
            "type" => self.word(name, &MEASUREMENT, &report[name]),
            "exception" => self.word(name, &EXCEPTION, &report[name]),
            "component" => self.word(name, &COMPONENT, &report[name]),
            _ => self.field(name, &report[name]),
        };
        self.enclosed("sensorReport", REPORT.map(field).concat(), report, &REPORT)
    }

    /// A standard field with its regular members and then its extensions.
    fn enclosed(&self, name: &str, regular: String, value: &Value, known: &[&str]) -> String {
        let extensions = value.as_object().into_iter().flatten();
        let extensions = extensions.filter(|(name, _)| !known.contains(&name.as_str()) && !self.is_apart(name));
        let extensions = extensions.flat_map(|(name, value)| self.generic(name, value)).collect();
        wrapped(name, regular + &sorted(extensions))
    }

    /// Extensions, and whatever is in them: names in full, members in order.
    fn generic(&self, name: &str, value: &Value) -> Vec<String> {
        let full = match self.namespaces.split(name) {
            Some((namespace, local)) => format!("{{{namespace}}}{local}"),
            None => name.to_owned(),
        };
        match value {
            Value::Array(list) => list.iter().flat_map(|part| self.generic(name, part)).collect(),
            Value::Object(members) => {
                let members = members.iter().filter(|(name, _)| *name == "type" || !self.is_apart(name));
                vec![full + &sorted(members.flat_map(|(name, value)| self.generic(name, value)).collect())]
            }
            Value::Null => Vec::new(),
            scalar => match self.scalar(scalar) {
                text if text.is_empty() => vec![full],
                text => vec![format!("{full}={text}")],
            },
        }
    }

    fn word(&self, name: &str, list: &Vocabulary, value: &Value) -> String {
        match value.as_str().and_then(|word| list.uri(word.trim())) {
            Some(uri) => format!("{name}={uri}"),
            None => self.field(name, value),
        }
    }

    /// `name=value`, or nothing without a value.
    fn field(&self, name: &str, value: &Value) -> String {
        let is_time = matches!(name, "eventTime" | "time" | "startTime" | "endTime");
        let time = value.as_str().filter(|_| is_time).and_then(|text| time::canonical(text.trim()));
        match time.unwrap_or_else(|| self.scalar(value)) {
            text if text.is_empty() => text,
            text => format!("{name}={text}"),
        }
    }

    fn scalar(&self, value: &Value) -> String {
        match value {
            Value::String(text) => self.canonical(text.trim()),
            Value::Number(number) => canonical_number(&number.to_string()).unwrap_or_else(|| number.to_string()),
            Value::Bool(truth) => truth.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        }
    }

    fn canonical(&self, text: &str) -> String {
        if let Some(number) = canonical_number(text) {
            return number;
        }
        let uri = vocabulary::uri_of_urn(text)
            .or_else(|| self.namespaces.split(text).map(|(namespace, local)| format!("{namespace}{local}")))
            .unwrap_or_else(|| text.to_owned());
        canonical_link(&uri).unwrap_or(uri)
    }
}

fn list_of(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
}

fn sorted(mut parts: Vec<String>) -> String {
    parts.sort_unstable();
    parts.concat()
}

fn wrapped(name: &str, content: String) -> String {
    if content.is_empty() { content } else { format!("{name}{content}") }
}

/// A decimal number without a plus, leading or trailing zeros; `None` of anything else. The digits themselves are moved, so
/// that no precision is lost.
fn canonical_number(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|it| it.abs() <= 400)?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let zeros = usize::try_from(-point).unwrap_or(0);
    let digits = "0".repeat(zeros) + &digits;
    let point = usize::try_from(point).unwrap_or(0);
    let digits = format!("{digits:0<point$}");
    let (whole, fraction) = digits.split_at(point);
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match fraction {
        "" if whole == "0" => "0".to_owned(),
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let table = [
            ("1.0", "1"),
            ("0.3434000", "0.3434"),
            ("+007.50", "7.5"),
            ("-0.0", "0"),
            ("26", "26"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            (".5", "0.5"),
            ("12345678901234567890.10", "12345678901234567890.1"),
            ("-2.50", "-2.5"),
        ];
        for (text, expected) in table {
            assert_eq!(canonical_number(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["", ".", "-", "1_0", "inf", "NaN", "1e", "0x1", "1.2.3", "1e999999999999"] {
            assert_eq!(canonical_number(text), None, "{text}");
        }
    }
}
