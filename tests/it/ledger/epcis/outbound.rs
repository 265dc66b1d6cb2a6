//! Our scans as events: sound by the same rules as what partners send.

use conthoi::{
    domain::{Action, AttemptFailure, Code, HomeDeliveryId, Place, Position, Scan, SiteId},
    ledger::{
        Recorded,
        epcis::{self, GS1_CONTEXT, outbound},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::town::{Device, at, courier, item, pouch, site, with};

fn naming() -> outbound::Naming {
    outbound::Naming::new("https://example.vn/epcis/", chrono_tz::Asia::Ho_Chi_Minh).unwrap()
}

fn recorded(scan: Scan) -> Recorded {
    Recorded { scan, received_at: at(90) }
}

fn read(events: &[Value]) -> Vec<epcis::Event> {
    let document = json!({
        "@context": [GS1_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-05T07:30:00Z",
        "epcisBody": {"eventList": events},
    });
    epcis::read(&document.to_string()).unwrap().all().unwrap_or_else(|faults| panic!("{faults:#?}\n{document:#}"))
}

#[test]
fn a_handoff_names_who_had_it_and_who_has_it() {
    let mut device = Device::new(1);
    let given = recorded(with(device.scan(at(5), courier(1), Action::Give, &[item(1)]), site(1)));
    let taken = recorded(with(device.scan(at(6), courier(1), Action::Receive, &[item(1)]), site(1)));
    let here =
        |event: &Value| (event["sourceList"][0]["source"].clone(), event["destinationList"][0]["destination"].clone());
    let given = outbound::event_of(&given, &naming()).unwrap();
    let taken = outbound::event_of(&taken, &naming()).unwrap();
    let courier = json!("https://example.vn/epcis/couriers/00000000-0000-0000-0000-000000c00001");
    let site = json!("https://example.vn/epcis/sites/00000000-0000-0000-0000-000000517e01");
    assert_eq!(here(&given), (courier.clone(), site.clone()));
    assert_eq!(here(&taken), (site, courier));
    assert_eq!((&given["bizStep"], &taken["bizStep"]), (&json!("shipping"), &json!("receiving")));
    assert_eq!(given["eventTime"], "2019-06-14T07:05:00.000+07:00");
    assert_eq!(given["eventTimeZoneOffset"], "+07:00");
    assert_eq!(given["sourceList"][0]["type"], "possessing_party");
    assert_eq!(read(&[given, taken]).len(), 2);
}

#[test]
fn every_action_is_told_soundly() {
    let mut device = Device::new(2);
    let sscc: Code = "sscc:040123450000001112".parse().unwrap();
    let actions = [
        Action::Register,
        Action::Seal { pouch: pouch(1), seal: Some("S-1".into()) },
        Action::Seal { pouch: sscc, seal: None },
        Action::Open { pouch: pouch(1) },
        Action::Load,
        Action::Unload,
        Action::Give,
        Action::Receive,
        Action::Deliver,
        Action::HandBack,
        Action::AttemptFailed { reason: AttemptFailure::Absent },
        Action::AttemptFailed { reason: AttemptFailure::Damaged },
        Action::ReportMissing,
        Action::ReportDamaged,
        Action::ReportFound,
        Action::Count,
    ];
    let codes: [Code; 4] =
        [item(1), "gdti:4012345000054987".parse().unwrap(), "postal:RN473124829VN".parse().unwrap(), item(2)];
    let mut events = Vec::new();
    for action in actions {
        let mut scan = device.scan(at(5), courier(1), action.clone(), &codes);
        if matches!(action, Action::Give | Action::Receive | Action::HandBack) {
            scan = with(scan, site(1));
        }
        assert_eq!(scan.validate(), Ok(()), "{action:?}");
        scan.place = Some(Place::Site(SiteId::from_uuid(Uuid::from_u128(8))));
        let event = outbound::event_of(&recorded(scan), &naming()).unwrap();
        let is_pouch = action.pouch().is_some();
        assert_eq!(event["type"], if is_pouch { "AggregationEvent" } else { "ObjectEvent" }, "{action:?}");
        assert_eq!(event[if is_pouch { "childEPCs" } else { "epcList" }].as_array().unwrap().len(), 4, "{action:?}");
        events.push(event);
    }
    let hashes: std::collections::BTreeSet<String> = read(&events).iter().map(epcis::event_hash).collect();
    assert_eq!(hashes.len(), events.len(), "two different scans are told as one event");
    let nothing = device.scan(at(5), courier(1), Action::Count, &[]);
    assert_eq!(outbound::event_of(&recorded(nothing), &naming()), None);
    let empty =
        outbound::event_of(&recorded(device.scan(at(5), courier(1), Action::Open { pouch: pouch(1) }, &[])), &naming());
    read(&[empty.unwrap()]);
}

#[test]
fn nothing_personal_is_told() {
    let scan = Scan {
        place: Some(Place::Home(HomeDeliveryId::from_uuid(Uuid::from_u128(77)))),
        position: Some(Position::new(9.601_234_5, 105.97).unwrap()),
        note: Some("gọi 0912345678".into()),
        ..Device::new(3).scan(at(5), courier(1), Action::Deliver, &[item(1)])
    };
    let told = outbound::event_of(&recorded(scan), &naming()).unwrap().to_string();
    for secret in ["0912345678", "9.6", "105.9", "00000000004d"] {
        assert!(!told.contains(secret), "{secret} is in {told}");
    }
}

#[test]
fn a_correction_takes_back_the_event_and_gives_the_right_one() {
    let mut device = Device::new(4);
    let wrong = recorded(device.scan(at(5), courier(1), Action::Load, &[item(1), item(2)]));
    let action = Action::Correct { scan: wrong.scan.id };
    let part = recorded(device.scan(at(8), courier(1), action.clone(), &[item(2)]));
    let all = recorded(device.scan(at(9), courier(1), action, &[item(1), item(2)]));
    assert_eq!(outbound::event_of(&part, &naming()), None);
    assert_eq!(outbound::correction(&part, &wrong, &naming()), None);

    let first = outbound::event_of(&wrong, &naming()).unwrap();
    let events = outbound::correction(&wrong, &part, &naming()).unwrap();
    let [declaration, right] = &events[..] else { panic!("{events:?}") };
    assert_eq!(declaration["eventID"], first["eventID"]);
    assert_eq!(declaration["errorDeclaration"]["correctiveEventIDs"], json!([right["eventID"]]));
    assert_eq!(right["epcList"], json!([naming().thing(&item(1))]));
    let read_events = read(&[first, declaration.clone(), right.clone()]);
    assert_eq!(epcis::event_hash(&read_events[0]), epcis::event_hash(&read_events[1]));
    assert!(!read_events[0].is_error_declaration() && read_events[1].is_error_declaration());

    let events = outbound::correction(&wrong, &all, &naming()).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["errorDeclaration"]["reason"], "did_not_occur");
    read(&events);
}

#[test]
fn names_need_a_base() {
    for base in
        ["", "example.vn/", "http://example.vn/", "https://example.vn", "https://example.vn/?a/", "https://a b/"]
    {
        assert_eq!(outbound::Naming::new(base, chrono_tz::UTC), None, "{base}");
    }
}
