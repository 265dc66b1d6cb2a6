//! The rules of the standard, each broken once.

use conthoi::ledger::epcis::{self, Rule, canonical_link};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::object_event;

fn event_of(kind: &str, members: &Value) -> Value {
    let mut event = json!({
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": kind,
        "eventTime": "2026-01-05T07:30:00Z",
        "eventTimeZoneOffset": "+07:00",
    });
    for (name, value) in members.as_object().unwrap() {
        event[name.as_str()] = value.clone();
    }
    event
}

/// What is wrong with an event on its own.
fn faults(event: &Value) -> Vec<(String, Rule)> {
    match epcis::read(&event.to_string()).and_then(epcis::Capture::all) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.pointer, fault.rule)).collect(),
    }
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut event = object_event();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match event.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        object => object[name.replace("~1", "/").as_str()] = value,
    }
    event
}

#[test]
fn a_changed_member_is_refused_where_it_stands() {
    assert_eq!(faults(&object_event()), []);
    let table: &[(&str, Value, Rule)] = &[
        ("/type", json!("ObjectEvnt"), Rule::Vocabulary),
        ("/type", json!(7), Rule::Type),
        ("/action", json!("observe"), Rule::Vocabulary),
        ("/action", json!("MOVE"), Rule::Vocabulary),
        ("/bizStep", json!("walking"), Rule::Vocabulary),
        ("/bizStep", json!("urn:epcglobal:cbv:bizstep:receiving"), Rule::Vocabulary),
        ("/bizStep", json!("https://ref.gs1.org/cbv/BizStep-walking"), Rule::Vocabulary),
        ("/bizStep", json!("cbv:BizStep-walking"), Rule::Vocabulary),
        ("/bizStep", json!(["receiving"]), Rule::Type),
        ("/disposition", json!("lost"), Rule::Vocabulary),
        ("/eventTime", json!("2026-01-05T07:30:00"), Rule::Time),
        ("/eventTime", json!("2026-01-05"), Rule::Time),
        ("/eventTime", json!("2026-02-30T07:30:00Z"), Rule::Time),
        ("/eventTime", json!("2026-01-05 07:30:00Z"), Rule::Time),
        ("/eventTime", json!("2026-01-05T07:30:00+15:00"), Rule::Time),
        ("/eventTime", json!(1_767_000_000), Rule::Type),
        ("/recordTime", json!("yesterday"), Rule::Time),
        ("/eventTimeZoneOffset", json!("+7:00"), Rule::Time),
        ("/eventTimeZoneOffset", json!("Z"), Rule::Time),
        ("/eventTimeZoneOffset", json!("+14:30"), Rule::Time),
        ("/eventTimeZoneOffset", json!("+07:60"), Rule::Time),
        ("/eventID", json!("17"), Rule::Uri),
        ("/eventID", json!("urn:uuid:with blank"), Rule::Uri),
        ("/readPoint", json!("urn:epc:id:sgln:4012345.00011.0"), Rule::Type),
        ("/readPoint/id", json!("hall 3"), Rule::Uri),
        ("/readPoint/id", json!("urn:epc:id:sgln:4012345.00011"), Rule::Identifier),
        ("/readPoint/floor", json!("3"), Rule::UnknownMember),
        ("/epcList", json!("urn:epc:id:sscc:4012345.0000000111"), Rule::Type),
        ("/epcList/0", json!("urn:epc:class:lgtin:4012345.012345.1"), Rule::Identifier),
        ("/epcList/0", json!("urn:epc:id:sscc:4012345.000000011"), Rule::Identifier),
        ("/epcList/0", json!("urn:epc:id:sgtim:4012345.098765.1"), Rule::Identifier),
        ("/epcList/0", json!("https://id.gs1.org/00/040123450000001113"), Rule::Identifier),
        ("/epcList/0", json!("https://id.gs1.org/21/040123450000001112"), Rule::Identifier),
        ("/parentID", json!("urn:epc:id:sscc:4012345.0000000111"), Rule::UnknownMember),
        ("/ilmd", json!({"ex:lot": "1"}), Rule::Combination),
        ("/remark", json!("x"), Rule::UnknownMember),
        ("/other:remark", json!("x"), Rule::UnknownMember),
        ("/sourceList", json!([{"type": "possessing_party"}]), Rule::Missing),
        ("/certificationInfo", json!("none"), Rule::Uri),
        ("/@context", json!(3), Rule::Context),
    ];
    for (pointer, value, rule) in table {
        let found = faults(&changed(pointer, value.clone()));
        let near = |found: &str| found.starts_with(pointer) || found.starts_with(&format!("{pointer}/"));
        assert!(
            found.len() == 1 && found[0].1 == *rule && near(&found[0].0),
            "{pointer} = {value}: expected {rule}, found {found:?}"
        );
    }
}

#[test]
fn a_changed_member_may_be_sound() {
    let table: &[(&str, Value)] = &[
        ("/bizStep", json!("https://example.com/step/walking")),
        ("/bizStep", json!("https://ref.gs1.org/cbv/BizStep-receiving")),
        ("/bizStep", json!("ex:walking")),
        ("/eventTime", json!("2026-01-05T07:30:00.123456789012-03:30")),
        ("/eventTimeZoneOffset", json!("-14:00")),
        ("/ex:remark", json!({"anything": [{"goes": null}]})),
        ("/https:~1~1ns.example.com~1remark", json!(1)),
        ("/readPoint/id", json!("geo:9.6,105.97")),
        ("/readPoint/ex:floor", json!("3")),
        ("/epcList/0", json!("https://example.com/things/17")),
        ("/epcList/0", json!("https://id.gs1.org/00/040123450000001112")),
        ("/epcList", json!(["urn:epc:id:gdti:4012345.55555.98", "urn:epc:id:giai:4012345.AAbb%2F"])),
        ("/errorDeclaration", json!({"declarationTime": "2026-01-05T07:30:00Z", "ex:by": "x"})),
        ("/type", json!("ex:OtherEvent")),
    ];
    for (pointer, value) in table {
        assert_eq!(faults(&changed(pointer, value.clone())), [], "{pointer} = {value}");
    }
}

#[test]
fn members_need_each_other() {
    let epc = "urn:epc:id:sscc:4012345.0000000111";
    let transaction = json!([{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141073467:1152"}]);
    let sensor = json!([{"sensorReport": [{"type": "Temperature", "value": 26.5, "uom": "CEL"}]}]);
    let place = json!({"id": "urn:epc:id:sgln:4012345.00011.0"});
    let table = [
        ("ObjectEvent", json!({"action": "ADD"}), Some(("", Rule::Combination))),
        ("ObjectEvent", json!({"action": "ADD", "epcList": []}), Some(("", Rule::Combination))),
        ("ObjectEvent", json!({"action": "ADD", "epcList": [epc, epc]}), Some(("/epcList/1", Rule::Duplicate))),
        ("ObjectEvent", json!({"action": "OBSERVE", "sensorElementList": sensor}), Some(("", Rule::Combination))),
        ("ObjectEvent", json!({"action": "OBSERVE", "sensorElementList": sensor, "readPoint": place}), None),
        ("AggregationEvent", json!({"action": "OBSERVE", "childEPCs": [epc]}), None),
        ("AggregationEvent", json!({"action": "ADD", "childEPCs": [epc]}), Some(("/parentID", Rule::Missing))),
        ("AggregationEvent", json!({"action": "ADD", "parentID": epc}), Some(("", Rule::Combination))),
        ("AggregationEvent", json!({"action": "DELETE", "parentID": epc}), None),
        (
            "AggregationEvent",
            json!({"action": "DELETE", "parentID": epc, "ilmd": {}}),
            Some(("/ilmd", Rule::UnknownMember)),
        ),
        ("AssociationEvent", json!({"action": "OBSERVE", "childEPCs": [epc]}), Some(("/parentID", Rule::Missing))),
        ("AssociationEvent", json!({"action": "ADD", "parentID": epc, "childEPCs": [epc]}), None),
        ("TransactionEvent", json!({"action": "ADD", "epcList": [epc]}), Some(("/bizTransactionList", Rule::Missing))),
        (
            "TransactionEvent",
            json!({"action": "ADD", "bizTransactionList": transaction}),
            Some(("", Rule::Combination)),
        ),
        ("TransactionEvent", json!({"action": "DELETE", "bizTransactionList": transaction}), None),
        (
            "TransactionEvent",
            json!({"action": "ADD", "bizTransactionList": [], "epcList": [epc]}),
            Some(("/bizTransactionList", Rule::Combination)),
        ),
        ("TransformationEvent", json!({"inputEPCList": [epc]}), Some(("", Rule::Combination))),
        ("TransformationEvent", json!({"inputEPCList": [epc], "transformationID": "urn:x:1"}), None),
        ("TransformationEvent", json!({"inputEPCList": [epc], "outputEPCList": [epc]}), None),
        (
            "TransformationEvent",
            json!({"inputEPCList": [epc], "outputEPCList": [epc], "action": "ADD"}),
            Some(("/action", Rule::UnknownMember)),
        ),
    ];
    for (kind, members, expected) in table {
        let expected: Vec<(String, Rule)> = expected.into_iter().map(|(at, rule)| (at.to_owned(), rule)).collect();
        assert_eq!(faults(&event_of(kind, &members)), expected, "{kind} {members}");
    }
}

#[test]
fn quantities_sensors_and_dispositions() {
    let class = "urn:epc:class:lgtin:4012345.012345.1";
    let table = [
        ("/quantityList", json!([{"epcClass": class, "quantity": "150"}]), "/0/quantity", Rule::Type),
        ("/quantityList", json!([{"epcClass": class, "quantity": 1, "uom": "kg"}]), "/0/uom", Rule::Vocabulary),
        ("/quantityList", json!([{"epcClass": class, "uom": "KGM"}]), "/0/uom", Rule::Combination),
        ("/quantityList", json!([{"quantity": 1}]), "/0/epcClass", Rule::Missing),
        ("/quantityList", json!([{"epcClass": "urn:epc:id:sscc:4012345.0000000111"}]), "/0/epcClass", Rule::Identifier),
        ("/sensorElementList", json!([{}]), "/0/sensorReport", Rule::Missing),
        ("/sensorElementList", json!([{"sensorReport": []}]), "/0/sensorReport", Rule::Type),
        ("/sensorElementList", json!([{"sensorReport": [{"value": 1}]}]), "/0/sensorReport/0/type", Rule::Missing),
        (
            "/sensorElementList",
            json!([{"sensorReport": [{"type": "Warmth"}]}]),
            "/0/sensorReport/0/type",
            Rule::Vocabulary,
        ),
        (
            "/sensorElementList",
            json!([{"sensorReport": [{"type": "Temperature", "value": "26"}]}]),
            "/0/sensorReport/0/value",
            Rule::Type,
        ),
        (
            "/sensorElementList",
            json!([{"sensorReport": [{"type": "Temperature", "booleanValue": "true"}]}]),
            "/0/sensorReport/0/booleanValue",
            Rule::Type,
        ),
        (
            "/sensorElementList",
            json!([{"sensorReport": [{"type": "Temperature", "hexBinaryValue": "0xff"}]}]),
            "/0/sensorReport/0/hexBinaryValue",
            Rule::Type,
        ),
        (
            "/sensorElementList",
            json!([{"sensorMetadata": {"time": "noon"}, "sensorReport": [{"type": "Temperature"}]}]),
            "/0/sensorMetadata/time",
            Rule::Time,
        ),
        ("/persistentDisposition", json!({}), "", Rule::Combination),
        ("/persistentDisposition", json!({"set": []}), "/set", Rule::Combination),
        ("/persistentDisposition", json!({"set": ["lost"]}), "/set/0", Rule::Vocabulary),
        ("/persistentDisposition", json!({"set": ["recalled", "recalled"]}), "/set/1", Rule::Duplicate),
        ("/errorDeclaration", json!({"reason": "incorrect_data"}), "/declarationTime", Rule::Missing),
        (
            "/errorDeclaration",
            json!({"declarationTime": "2026-01-05T07:30:00Z", "reason": "regret"}),
            "/reason",
            Rule::Vocabulary,
        ),
        (
            "/errorDeclaration",
            json!({"declarationTime": "2026-01-05T07:30:00Z", "correctiveEventIDs": ["x"]}),
            "/correctiveEventIDs/0",
            Rule::Uri,
        ),
        ("/bizTransactionList", json!([{"type": "invoice", "bizTransaction": "urn:x:1"}]), "/0/type", Rule::Vocabulary),
        ("/destinationList", json!([{"type": "location", "destination": "x"}]), "/0/destination", Rule::Uri),
        ("/sourceList", json!([{"type": "location", "source": "urn:x:1", "ex:a": 1}]), "/0/ex:a", Rule::UnknownMember),
    ];
    for (pointer, value, at, rule) in table {
        assert_eq!(faults(&changed(pointer, value.clone())), [(format!("{pointer}{at}"), rule)], "{pointer} = {value}");
    }
}

#[test]
fn documents_have_rules_of_their_own() {
    let document = |change: &dyn Fn(&mut Value)| {
        let mut event = object_event();
        event.as_object_mut().unwrap().remove("@context");
        let mut document = json!({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-01-05T07:30:00Z",
            "epcisBody": {"eventList": [event]},
        });
        change(&mut document);
        let faults = epcis::read(&document.to_string()).and_then(epcis::Capture::all).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.rule)).collect::<Vec<_>>()
    };
    let without = |name: &'static str| document(&|it| drop(it.as_object_mut().unwrap().remove(name)));
    let with = |name: &'static str, value: &Value| document(&|it| it[name] = value.clone());
    let one = |pointer: &str, rule| vec![(pointer.to_owned(), rule)];
    assert_eq!(document(&|_| ()), []);
    for name in ["@context", "schemaVersion", "creationDate", "epcisBody"] {
        assert_eq!(without(name), one(&format!("/{name}"), Rule::Missing));
    }
    assert_eq!(with("schemaVersion", &json!("1.2")), one("/schemaVersion", Rule::Version));
    assert_eq!(with("schemaVersion", &json!("two")), one("/schemaVersion", Rule::Version));
    assert_eq!(with("schemaVersion", &json!(2.0)), one("/schemaVersion", Rule::Type));
    assert_eq!(with("creationDate", &json!("2026-01-05")), one("/creationDate", Rule::Time));
    assert_eq!(with("epcisBody", &json!([])), one("/epcisBody", Rule::Type));
    assert_eq!(with("epcisBody", &json!({})), one("/epcisBody/eventList", Rule::Missing));
    assert_eq!(with("epcisBody", &json!({"eventList": {}})), one("/epcisBody/eventList", Rule::Type));
    assert_eq!(with("epcisBody", &json!({"eventList": [7]})), one("/epcisBody/eventList/0", Rule::Type));
    assert_eq!(with("@context", &json!([])), one("/@context", Rule::Context));
    assert_eq!(with("extra", &json!(1)), one("/extra", Rule::UnknownMember));
    assert_eq!(
        document(&|it| it["epcisBody"]["eventList"][0]["other:a"] = json!(1)),
        one("/epcisBody/eventList/0/other:a", Rule::UnknownMember)
    );
    // A context that lies elsewhere may declare the prefix.
    assert_eq!(
        document(&|it| {
            it["@context"].as_array_mut().unwrap().push(json!("https://example.com/context.jsonld"));
            it["epcisBody"]["eventList"][0]["other:a"] = json!(1);
        }),
        []
    );
}

#[test]
fn text_that_is_no_json_is_refused() {
    for text in ["", "{", "nothing", "{\"type\": \"ObjectEvent\", \"type\": \"ObjectEvent\"}", "[1e999]"] {
        let faults = epcis::read(text).unwrap_err();
        assert_eq!((faults.len(), faults[0].rule), (1, Rule::Json), "{text}");
    }
    for text in ["[]", "7", "null", "\"EPCISDocument\""] {
        assert_eq!(epcis::read(text).unwrap_err()[0].rule, Rule::Type, "{text}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(epcis::read(&deep).unwrap_err()[0].rule, Rule::Json);
}

#[test]
fn keys_have_one_canonical_link() {
    // GS1's own examples of EPC URIs, with check digits computed apart.
    let table = [
        ("urn:epc:id:sgtin:4012345.012345.12", "01/04012345123456/21/12"),
        ("urn:epc:id:sscc:4012345.0000000333", "00/040123450000003338"),
        ("urn:epc:id:sscc:4012345.1112223334", "00/140123451122233341"),
        ("urn:epc:id:sgln:4012345.00011.987", "414/4012345000115/254/987"),
        ("urn:epc:id:sgln:4012345.00011.0", "414/4012345000115"),
        ("urn:epc:id:pgln:4012345.00000", "417/4012345000009"),
        ("urn:epc:id:giai:4000001.111", "8004/4000001111"),
        ("urn:epc:id:gdti:4012345.55555.1234", "253/40123455555541234"),
        ("urn:epc:id:cpi:4012345.ABC.123", "8010/4012345ABC/8011/123"),
        ("urn:epc:class:lgtin:4054739.099914.20160711", "01/04054739999148/10/20160711"),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663"),
        ("urn:epc:id:sgtin:4012345.012345.a!b", "01/04012345123456/21/a%21b"),
        ("https://example.com/shop/01/4012345123456/10/lot/21/ser?17=261231", "01/04012345123456/21/ser"),
        ("http://example.com/gtin/04012345123456/lot/abc", "01/04012345123456/10/abc"),
        ("https://id.gs1.de/414/4012345000115", "414/4012345000115"),
    ];
    for (uri, path) in table {
        assert_eq!(canonical_link(uri), Some(format!("https://id.gs1.org/{path}")), "{uri}");
    }
    for uri in
        ["https://example.com/certificate/ABC12345", "urn:uuid:1", "urn:epc:id:sgtin:1.2.3", "geo:1,2", "", "http://"]
    {
        assert_eq!(canonical_link(uri), None, "{uri}");
    }
}

#[test]
fn two_writings_of_one_event_have_one_hash() {
    let hash = |event: &Value| epcis::event_hash(&epcis::read(&event.to_string()).unwrap().all().unwrap()[0]);
    let plain = hash(&object_event());
    let same: &[(&str, Value)] = &[
        ("/eventTime", json!("2026-01-05T00:30:00Z")),
        ("/bizStep", json!("https://ref.gs1.org/cbv/BizStep-receiving")),
        ("/bizStep", json!("cbv:BizStep-receiving")),
        ("/epcList/0", json!("https://id.example.com/sscc/040123450000001112")),
        ("/readPoint/id", json!("https://id.gs1.org/414/4012345000115")),
        ("/recordTime", json!("2026-01-06T00:30:00Z")),
        ("/eventID", json!("urn:uuid:0194d3a4-0000-7000-8000-000000000000")),
        ("/errorDeclaration", json!({"declarationTime": "2026-01-06T00:30:00Z"})),
    ];
    for (pointer, value) in same {
        assert_eq!(hash(&changed(pointer, value.clone())), plain, "{pointer} = {value}");
    }
    let other: &[(&str, Value)] = &[
        ("/eventTime", json!("2026-01-05T00:30:00.001Z")),
        ("/eventTimeZoneOffset", json!("+08:00")),
        ("/action", json!("ADD")),
        ("/disposition", json!("in_progress")),
        ("/ex:remark", json!("x")),
        ("/certificationInfo", json!("https://example.com/1")),
    ];
    for (pointer, value) in other {
        assert_ne!(hash(&changed(pointer, value.clone())), plain, "{pointer} = {value}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("type".to_owned()),
        Just("eventTime".to_owned()),
        Just("epcList".to_owned()),
        Just("sensorElementList".to_owned()),
        Just("sensorReport".to_owned()),
        Just("ex:List".to_owned()),
        Just("@context".to_owned()),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "urn:epc:(id|class|idpat):[a-z]{3,5}:[0-9.]{0,20}[.*%2F]{0,3}".prop_map(Value::from),
        "https://id.gs1.org/(01|00|414|8003|253)/[0-9]{10,18}(/(21|10|254)/.{0,5})?".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,12})?(Z|[+-][0-9]{2}:[0-9]{2})"
            .prop_map(Value::from),
        ".{0,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(word.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = epcis::read(&text);
        let _ = canonical_link(&text);
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json()) {
        let _ = epcis::read(&value.to_string());
    }

    /// Any member of a sound event replaced by anything: refused, or sound and then hashed and composed.
    #[test]
    fn no_member_makes_it_panic(
        value in any_json(),
        name in prop_oneof![
            Just("epcList"), Just("quantityList"), Just("ilmd"), Just("sensorElementList"), Just("ex:any"), Just("readPoint"),
            Just("certificationInfo"), Just("@context"), Just("type"), Just("eventTime"), Just("persistentDisposition"),
        ],
    ) {
        let mut event = object_event();
        event[name] = value;
        if let Ok(Ok(events)) = epcis::read(&event.to_string()).map(epcis::Capture::all) {
            prop_assert!(epcis::event_hash(&events[0]).starts_with("ni:///sha-256;"));
            let made = epcis::compose(epcis::DocumentForm::Query("all"), "2026-01-05T07:30:00Z", &events);
            prop_assert!(made["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0].is_object());
        }
    }
}
