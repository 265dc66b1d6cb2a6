//! What GS1's own test documents and those of others demand.

use conthoi::ledger::epcis::{self, CaptureForm, DocumentForm, Rule};
use serde_json::Value;

use super::{events_of, files, published};

#[test]
fn every_published_event_has_its_hash() {
    let Some(folder) = published("hash") else { return };
    let hashes = files(&folder, &["hashes"]);
    let mut compared = 0;
    for (name, text) in files(&folder, &["jsonld"]) {
        let (_, expected) = hashes.iter().find(|(it, _)| *it == name).unwrap();
        let events = epcis::read(&text).unwrap_or_else(|faults| panic!("{name}: {faults:?}")).all().unwrap();
        let expected: Vec<&str> = expected.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(events.len(), expected.len(), "{name}");
        for (event, expected) in events.iter().zip(expected) {
            assert_eq!(epcis::event_hash(event), expected, "{name}: {}", epcis::prehash(event));
            compared += 1;
        }
    }
    assert!(compared >= 26, "only {compared} hashes were compared");
}

#[test]
fn every_published_event_has_its_canonical_text() {
    let Some(folder) = published("hash") else { return };
    let hashes = files(&folder, &["hashes"]);
    let documents = files(&folder, &["jsonld"]);
    for (name, expected) in files(&folder, &["prehashes"]) {
        let text = &documents.iter().find(|(it, _)| *it == name).unwrap().1;
        let events = epcis::read(text).unwrap().all().unwrap();
        let hashes = &hashes.iter().find(|(it, _)| *it == name).unwrap().1;
        for ((event, expected), hash) in events.iter().zip(expected.lines()).zip(hashes.lines()) {
            // One line of the published texts belongs to another event than the hash beside it.
            if epcis::prehash(event) != expected {
                assert_eq!(
                    (name.as_str(), epcis::event_hash(event).as_str()),
                    ("epcisDocWithCustomSchemaInContext", hash)
                );
            }
        }
    }
}

#[test]
fn published_documents_are_accepted_and_come_back_equal() {
    for folder in ["documents", "events", "hash"] {
        let Some(path) = published(folder) else { return };
        for (name, text) in files(&path, &["json", "jsonld"]) {
            let name = format!("{folder}/{name}");
            let sent: Value = serde_json::from_str(&text).unwrap();
            let capture = epcis::read(&text).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            let expected = match sent["type"].as_str().unwrap() {
                "EPCISDocument" => CaptureForm::Document,
                "EPCISQueryDocument" => CaptureForm::QueryDocument,
                _ => CaptureForm::Event,
            };
            assert_eq!(capture.form, expected, "{name}");
            let events = capture.all().unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            let values: Vec<Value> = events.iter().map(|event| event.value().clone()).collect();
            assert_eq!(values, events_of(&sent), "{name}");
            for event in &events {
                assert!(text.contains(event.text()), "{name}: an event is not kept as it was sent");
                assert_eq!(&serde_json::from_str::<Value>(event.text()).unwrap(), event.value(), "{name}");
            }

            let made = epcis::compose(DocumentForm::Document, "2026-01-05T07:30:00Z", &events);
            let again = epcis::read(&made.to_string()).unwrap().all().unwrap_or_else(|it| panic!("{name}: {it:#?}"));
            let hashes = |events: &[epcis::Event]| events.iter().map(epcis::event_hash).collect::<Vec<_>>();
            if !name.contains("IgnoreFields") {
                assert_eq!(hashes(&again), hashes(&events), "{name}: composed again, an event means something else");
            }
            assert_eq!(events_of(&made), values, "{name}");
        }
    }
}

#[test]
fn published_faults_are_named() {
    let Some(folder) = published("invalid") else { return };
    let list = "/epcisBody/eventList";
    let expected = [
        (
            "Combination_of_events_with_missing_mandatory_fields",
            vec![("/0/action", Rule::Missing), ("/1/eventTimeZoneOffset", Rule::Missing), ("/1/action", Rule::Missing)],
        ),
        (
            "Combination_of_non_standard_bizStep_and_disposition",
            vec![("/0/bizStep", Rule::Vocabulary), ("/1/disposition", Rule::Vocabulary)],
        ),
        ("ObjectEvent_with_ilmd_field_without_namespace", vec![("/0/ilmd/materialType", Rule::UnknownMember)]),
        (
            "ObjectEvent_with_invalid_certificationInfo",
            vec![("/0/certificationInfo/1/gs1:CertificationDetails/gs1:certificationAuditDate", Rule::Time)],
        ),
        ("ObjectEvent_with_non_standard_bizStep", vec![("/0/bizStep", Rule::Vocabulary)]),
        ("ObjectEvent_with_non_standard_disposition", vec![("/0/disposition", Rule::Vocabulary)]),
        ("ObjectEvent_with_unknown_field_in_quantityList", vec![("/0/quantityList/0/weight", Rule::UnknownMember)]),
        ("ObjectEvent_without_identifier_list", vec![("/0", Rule::Combination)]),
    ];
    for (name, text) in files(&folder, &["json"]) {
        let faults = epcis::read(&text).unwrap().all().unwrap_err();
        let found: Vec<(String, Rule)> = faults.iter().map(|fault| (fault.pointer.clone(), fault.rule)).collect();
        let (_, expected) = expected.iter().find(|(it, _)| *it == name).unwrap_or_else(|| panic!("{name}: {found:?}"));
        let expected: Vec<(String, Rule)> = expected.iter().map(|(it, rule)| (format!("{list}{it}"), *rule)).collect();
        assert_eq!(found, expected, "{name}");
    }
}
