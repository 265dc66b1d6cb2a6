//! The parameters of the standard's query.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{capture, document, exception, find, some_events};
use crate::api::{Client, World, on_each};

/// A store of the kind that tests of the query use: one event of each type, told in different writings.
async fn fill(client: &Client) {
    let common = |kind: &str, time: &str| {
        json!({
            "type": kind, "eventTime": format!("2026-01-05T{time}:00.000+07:00"), "eventTimeZoneOffset": "+07:00",
        })
    };
    let with = |mut event: Value, members: Value| {
        for (name, value) in members.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    };
    let events = [
        with(
            common("ObjectEvent", "08:00"),
            json!({
                "eventID": "urn:uuid:00000000-0000-4000-8000-000000000001", "action": "ADD", "bizStep": "commissioning",
                "disposition": "https://ref.gs1.org/cbv/Disp-active", "epcList": ["urn:epc:id:sscc:4012345.0000000111"],
                "readPoint": { "id": "urn:epc:id:sgln:4012345.00011.0" },
            }),
        ),
        with(
            common("AggregationEvent", "07:00"),
            json!({
                "action": "ADD", "bizStep": "packing", "parentID": "https://example.org/pallets/1",
                "childEPCs": ["https://id.gs1.org/00/040123450000001112"],
                "bizLocation": { "id": "https://example.org/hall" },
            }),
        ),
        with(
            common("TransactionEvent", "10:00"),
            json!({
                "action": "OBSERVE", "bizStep": "cbv:BizStep-shipping", "epcList": ["https://example.org/things/9"],
                "bizTransactionList": [{ "type": "po", "bizTransaction": "https://example.org/po/77" }],
                "sourceList": [{ "type": "possessing_party", "source": "https://example.org/us" }],
                "destinationList": [{ "type": "possessing_party", "destination": "https://example.org/them" }],
                "persistentDisposition": { "set": ["completeness_verified"], "unset": ["completeness_inferred"] },
            }),
        ),
        with(
            common("TransformationEvent", "09:00"),
            json!({
                "transformationID": "https://example.org/recipe/1",
                "inputEPCList": ["https://example.org/things/in"], "outputEPCList": ["https://example.org/things/out"],
                "inputQuantityList": [{ "epcClass": "urn:epc:class:lgtin:4012345.012345.998877", "quantity": 1 }],
            }),
        ),
    ];
    let job = capture(client, &document(&events).to_string()).await;
    assert_eq!(job["success"], true, "{job}");
}

/// The types that a query finds, each by its first three letters.
async fn kinds(client: &Client, query: &str) -> String {
    let found = find(client, query).await;
    found.iter().map(|event| &event["type"].as_str().unwrap()[..6]).collect::<Vec<_>>().join(" ")
}

#[actix_web::test]
async fn every_parameter_finds_what_it_names() {
    on_each!(World::imported, |client, _world| {
        fill(&client).await;
        let table = [
            ("", "Object Aggreg Transa Transf"),
            ("eventType=ObjectEvent%7CTransformationEvent", "Object Transf"),
            ("GE_eventTime=2026-01-05T09:00:00%2B07:00", "Transa Transf"),
            ("LT_eventTime=2026-01-05T01:00:00Z", "Aggreg"),
            ("GE_recordTime=2019-06-14T00:00:00Z", "Object Aggreg Transa Transf"),
            ("LT_recordTime=2019-06-14T00:00:00Z", ""),
            ("EQ_action=ADD", "Object Aggreg"),
            ("EQ_bizStep=packing", "Aggreg"),
            (
                "EQ_bizStep=https://ref.gs1.org/cbv/BizStep-packing%7Curn:epcglobal:cbv:bizstep:shipping",
                "Aggreg Transa",
            ),
            ("EQ_disposition=active", "Object"),
            ("EQ_disposition=urn:epcglobal:cbv:disp:active", "Object"),
            ("EQ_persistentDisposition_set=completeness_verified", "Transa"),
            ("EQ_persistentDisposition_unset=completeness_verified", ""),
            ("EQ_readPoint=urn:epc:id:sgln:4012345.00011.0", "Object"),
            ("WD_readPoint=urn:epc:id:sgln:4012345.00011.0", "Object"),
            ("EQ_readPoint=https://id.gs1.org/414/4012345000115", "Object"),
            ("EQ_bizLocation=https://example.org/hall", "Aggreg"),
            ("MATCH_epc=urn:epc:id:sscc:4012345.0000000111", "Object Aggreg"),
            ("MATCH_epc=https://id.gs1.org/00/040123450000001112", "Object Aggreg"),
            ("MATCH_epc=https://example.org/pallets/1", ""),
            ("MATCH_parentID=https://example.org/pallets/1", "Aggreg"),
            ("MATCH_anyEPC=https://example.org/pallets/1%7Chttps://example.org/things/out", "Aggreg Transf"),
            ("MATCH_inputEPC=https://example.org/things/in", "Transf"),
            ("MATCH_inputEPC=https://example.org/things/out", ""),
            ("MATCH_outputEPC=https://example.org/things/out", "Transf"),
            ("MATCH_inputEPCClass=urn:epc:class:lgtin:4012345.012345.998877", "Transf"),
            ("MATCH_anyEPCClass=urn:epc:class:lgtin:4012345.012345.998877", "Transf"),
            ("MATCH_epcClass=urn:epc:class:lgtin:4012345.012345.998877", ""),
            ("EQ_transformationID=https://example.org/recipe/1", "Transf"),
            ("EQ_bizTransaction_po=https://example.org/po/77", "Transa"),
            ("EQ_bizTransaction_inv=https://example.org/po/77", ""),
            ("EQ_source_possessing_party=https://example.org/us", "Transa"),
            ("EQ_source_urn:epcglobal:cbv:sdt:possessing_party=https://example.org/us", "Transa"),
            ("EQ_source_possessing_party=https://example.org/them", ""),
            ("EQ_destination_possessing_party=https://example.org/them", "Transa"),
            ("EQ_eventID=urn:uuid:00000000-0000-4000-8000-000000000001", "Object"),
            ("EXISTS_errorDeclaration", ""),
            ("EQ_action=ADD&EQ_bizStep=packing&MATCH_epc=urn:epc:id:sscc:4012345.0000000111", "Aggreg"),
            ("EQ_action=OBSERVE&EQ_bizStep=packing", ""),
            ("orderBy=eventTime&orderDirection=ASC", "Aggreg Object Transf Transa"),
            ("orderBy=eventTime", "Transa Transf Object Aggreg"),
            ("orderBy=recordTime&orderDirection=ASC", "Object Aggreg Transa Transf"),
            ("orderDirection=DESC", "Transf Transa Aggreg Object"),
            ("orderBy=eventTime&eventCountLimit=2", "Transa Transf"),
            ("maxEventCount=4", "Object Aggreg Transa Transf"),
        ];
        for (query, expected) in table {
            assert_eq!(kinds(&client, query).await, expected, "{query}");
        }
    });
}

#[actix_web::test]
async fn what_is_not_understood_is_refused_by_name() {
    on_each!(World::imported, |client, _world| {
        fill(&client).await;
        for (query, named) in [
            ("EQ_colour=red", "EQ_colour"),
            ("EXISTS_sensorElementList=", "EXISTS_sensorElementList"),
            ("EQ_source_=https://example.org/us", "EQ_source_"),
            ("limit=3", "limit"),
            ("GE_eventTime=yesterday", "GE_eventTime"),
            ("GE_eventTime=2026-01-05", "GE_eventTime"),
            ("EQ_action=JUMP", "EQ_action"),
            ("EQ_bizStep=", "EQ_bizStep"),
            ("EQ_bizStep=packing&EQ_bizStep=shipping", "EQ_bizStep"),
            ("MATCH_epc=urn:epc:idpat:sscc:4012345.*", "MATCH_epc"),
            ("orderBy=colour", "orderBy"),
            ("orderDirection=UP", "orderDirection"),
            ("perPage=0", "perPage"),
            ("eventCountLimit=-1", "eventCountLimit"),
            ("eventCountLimit=1&maxEventCount=1", "maxEventCount"),
            ("nextPageToken=there", "nextPageToken"),
        ] {
            let (status, kind, code, names) = exception(&client.get(&format!("/epcis/events?{query}")).await);
            assert_eq!((status, kind.as_str()), (400, "QueryParameterException"), "{query}");
            assert_eq!((code.as_str(), names), ("invalid_parameter", vec![named.to_owned()]), "{query}");
        }
        let (status, kind, ..) = exception(&client.get("/epcis/events?maxEventCount=3").await);
        assert_eq!((status, kind.as_str()), (413, "QueryTooLargeException"));
        let (status, kind, ..) = exception(&client.get("/epcis/events/urn:uuid:1").await);
        assert_eq!((status, kind.as_str()), (404, "NoSuchNameException"));
        let (status, kind, ..) = exception(&client.get("/epcis/nothing").await);
        assert_eq!((status, kind.as_str()), (404, "NoSuchNameException"));
    });
}

#[actix_web::test]
async fn parts_follow_each_other_in_every_order() {
    on_each!(World::imported, |client, _world| {
        let mut events = some_events(10);
        // Two of one time, and recorded out of the order of time.
        events[3]["eventTime"] = events[7]["eventTime"].clone();
        events[3]["epcList"] = json!(["https://example.org/things/3"]);
        events.rotate_left(4);
        capture(&client, &document(&events).to_string()).await;
        for order in [
            "",
            "&orderBy=eventTime",
            "&orderBy=eventTime&orderDirection=ASC",
            "&orderBy=recordTime",
            "&orderDirection=DESC",
        ] {
            let whole = find(&client, &order.replacen('&', "", 1)).await;
            assert_eq!(whole.len(), 10, "{order}");
            for (limit, expected) in [("", 10), ("&eventCountLimit=7", 7), ("&eventCountLimit=6", 6)] {
                let mut parts = Vec::new();
                let mut path = format!("/epcis/events?perPage=3{order}{limit}");
                while !path.is_empty() {
                    let answer = client.get(&path).await;
                    assert_eq!(answer.status, StatusCode::OK, "{path}");
                    parts.extend(crate::ledger::epcis::events_of(&answer.json()));
                    path = answer.header("link").split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                }
                assert_eq!(parts, whole[..expected], "{order}{limit}");
            }
        }
    });
}
