//! The canonical form of a scan.

use conthoi::{
    domain::{Action, AttemptFailure, EvidenceRef, LegCarrier, Place, Position, RunId, Scan, SiteId},
    ledger::content::{Aside, canonical, hex, read, sha256},
};
use uuid::Uuid;

use super::town::{Device, at, courier, item, pouch, site, with};

fn full() -> Scan {
    let scan = Device::new(1).scan(at(5), courier(1), Action::Give, &[item(2), item(1)]);
    Scan {
        trip: Some(LegCarrier::Run(RunId::from_uuid(Uuid::from_u128(9)))),
        place: Some(Place::Site(SiteId::from_uuid(Uuid::from_u128(8)))),
        position: Some(Position::new(9.601_234_5, 105.97).unwrap()),
        evidence: vec![EvidenceRef::from_sha256([0xab; 32])],
        note: Some("cửa sau, \"gấp\"".into()),
        ..with(scan, site(1))
    }
}

#[test]
fn it_is_one_line_with_sorted_keys() {
    let scan = full();
    let aside = Aside::of(&scan, [7; 16]).unwrap();
    let text = canonical(&scan, Some(&aside));
    let expected = format!(
        "{{\"action\":{{\"kind\":\"give\"}},\"actor\":{{\"courier\":\"00000000-0000-0000-0000-000000c00001\"}},\
         \"aside\":\"{}\",\"codes\":[\"{}\",\"{}\"],\"counterparty\":{{\"site\":\"00000000-0000-0000-0000-000000517e01\"}},\
         \"device_id\":\"00000000-0000-0000-0000-000000de0001\",\"device_seq\":1,\"device_time\":\"2019-06-14T00:05:00Z\",\
         \"evidence\":[\"{}\"],\"id\":\"{}\",\"place\":{{\"site\":\"00000000-0000-0000-0000-000000000008\"}},\
         \"trip\":{{\"run\":\"00000000-0000-0000-0000-000000000009\"}}}}",
        aside.digest(),
        item(2),
        item(1),
        "ab".repeat(32),
        scan.id,
    );
    assert_eq!(text, expected);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&value).unwrap(), text, "sorting the keys changes nothing");
    assert_eq!(hex(&sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn it_reads_back() {
    let mut device = Device::new(2);
    let mut scans = vec![full()];
    for action in [
        Action::Seal { pouch: pouch(1), seal: Some("S-1".into()) },
        Action::Seal { pouch: pouch(1), seal: None },
        Action::Open { pouch: pouch(1) },
        Action::AttemptFailed { reason: AttemptFailure::Absent },
        Action::ReportFound,
        Action::Correct { scan: scans[0].id },
        Action::Count,
    ] {
        scans.push(device.scan(at(1), site(1), action, &[item(1)]));
    }
    for scan in scans {
        let aside = Aside::of(&scan, [1; 16]);
        let text = canonical(&scan, aside.as_ref());
        assert_eq!(read(&text, aside.as_ref()).unwrap(), scan);
    }
}

#[test]
fn what_is_kept_apart_can_be_erased_and_not_be_exchanged() {
    let scan = full();
    let aside = Aside::of(&scan, [7; 16]).unwrap();
    let text = canonical(&scan, Some(&aside));
    assert!(!text.contains("105.97") && !text.contains("gấp"), "{text}");
    let erased = read(&text, None).unwrap();
    assert_eq!(erased, Scan { note: None, position: None, ..scan.clone() });
    for other in [
        Aside { salt: [8; 16], ..aside.clone() },
        Aside { text: aside.text.replace("105.97", "105.98"), ..aside.clone() },
    ] {
        assert!(read(&text, Some(&other)).is_err());
    }
    let plain = Scan { note: None, position: None, ..scan };
    assert_eq!(Aside::of(&plain, [7; 16]), None);
    assert!(read(&canonical(&plain, None), Some(&aside)).is_err());
}

#[test]
fn what_is_no_scan_is_refused() {
    for text in ["", "{}", "[]", "{\"action\":{\"kind\":\"fly\"}}"] {
        assert!(read(text, None).is_err(), "{text}");
    }
    let more = canonical(&full(), None).replacen('{', "{\"more\":1,", 1);
    assert!(read(&more, None).is_err());
}
