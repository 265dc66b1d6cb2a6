//! What single scans mean, one rule a test.

use chrono::Duration;
use conthoi::{
    domain::{Action, AttemptFailure, Party, Scan},
    ledger::{CustodyState, Discrepancy, DiscrepancyKind, Recorded, custody_of},
};

use super::town::{Device, LIMITS, at, at_once, courier, item, pouch, site, told, with};

fn words(discrepancies: &[Discrepancy]) -> Vec<&'static str> {
    discrepancies.iter().map(|found| found.kind.word()).collect()
}

/// The centre's desk, a courier's handheld, a department's desk.
fn devices() -> (Device, Device, Device) {
    (Device::new(1), Device::new(2), Device::new(3))
}

#[test]
fn nothing_scanned_is_nothing_known() {
    let custody = told(&item(1), &[]);
    assert_eq!((custody.holder, custody.state()), (None, CustodyState::Unknown));
}

#[test]
fn a_handoff_is_complete_when_both_sides_have_scanned() {
    let (mut desk, mut handheld, _) = devices();
    let mut scans = vec![
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(desk.scan(at(10), site(1), Action::Give, &[item(1)]), courier(1)),
    ];
    let given = told(&item(1), &scans);
    assert_eq!((given.holder, given.state()), (Some(site(1)), CustodyState::HandedOver));
    let handover = given.handover.unwrap();
    assert_eq!((handover.to, handover.since, handover.scan), (courier(1), at(10), scans[1].id));
    let [open] = &given.discrepancies[..] else { panic!("{:?}", given.discrepancies) };
    assert_eq!(open.kind, DiscrepancyKind::NotReceived { giver: site(1), receiver: courier(1) });
    assert_eq!((open.owner, open.raised_at), (Some(courier(1)), at(10) + Duration::seconds(LIMITS.handover_s)));
    assert_eq!(open.due_at, open.raised_at + Duration::seconds(LIMITS.resolve_s));

    scans.push(with(handheld.scan(at(11), courier(1), Action::Receive, &[item(1)]), site(1)));
    let received = told(&item(1), &scans);
    assert_eq!((received.holder, received.state(), received.handover), (Some(courier(1)), CustodyState::Held, None));
    assert_eq!(received.discrepancies, []);
    let held: Vec<Party> = received.chain.iter().map(|holding| holding.holder).collect();
    assert_eq!(held, [site(1), courier(1)]);
    assert_eq!(received.scans, scans.iter().map(|scan| scan.id).collect::<Vec<_>>());
}

#[test]
fn a_receipt_alone_moves_the_thing_and_asks_the_giver() {
    let (mut desk, mut handheld, _) = devices();
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(handheld.scan(at(11), courier(1), Action::Receive, &[item(1)]), site(1)),
    ];
    let custody = told(&item(1), &scans);
    assert_eq!(custody.holder, Some(courier(1)));
    let [open] = &custody.discrepancies[..] else { panic!("{:?}", custody.discrepancies) };
    assert_eq!(open.kind, DiscrepancyKind::NotGiven { giver: site(1), receiver: courier(1) });
    assert_eq!((open.owner, open.raised_at), (Some(site(1)), at(11) + Duration::seconds(LIMITS.handover_s)));
}

#[test]
fn whoever_acts_on_a_thing_has_it_and_is_asked_about() {
    let (mut desk, mut handheld, mut other) = devices();
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        handheld.scan(at(5), courier(1), Action::Load, &[item(1)]),
        other.scan(at(9), site(2), Action::Count, &[item(1)]),
    ];
    let custody = told(&item(1), &scans);
    assert_eq!(custody.holder, Some(site(2)));
    let kinds: Vec<&DiscrepancyKind> = custody.discrepancies.iter().map(|found| &found.kind).collect();
    assert_eq!(
        kinds,
        [
            &DiscrepancyKind::UnexpectedHolder { expected: Some(site(1)), found: courier(1) },
            &DiscrepancyKind::UnexpectedHolder { expected: Some(courier(1)), found: site(2) },
        ]
    );
    assert_eq!(custody.discrepancies[0].owner, Some(site(1)));
}

#[test]
fn one_scan_of_a_pouch_moves_its_content() {
    let (mut desk, mut handheld, mut other) = devices();
    let seal = Action::Seal { pouch: pouch(1), seal: Some("7".into()) };
    let mut scans = vec![
        desk.scan(at(0), site(1), Action::Register, &[item(1), item(2)]),
        desk.scan(at(1), site(1), seal, &[item(1), item(2)]),
        with(desk.scan(at(2), site(1), Action::Give, &[pouch(1)]), courier(1)),
        with(handheld.scan(at(3), courier(1), Action::Receive, &[pouch(1)]), site(1)),
    ];
    let carried = told(&item(1), &scans);
    assert_eq!((carried.holder, carried.inside), (Some(courier(1)), Some(pouch(1))));
    assert_eq!(carried.discrepancies, []);

    scans.push(with(handheld.scan(at(20), courier(1), Action::Give, &[pouch(1)]), site(2)));
    let handed = told(&item(1), &scans);
    assert_eq!((handed.state(), handed.handover.unwrap().to), (CustodyState::HandedOver, site(2)));
    assert_eq!(handed.discrepancies, [], "the pouch is late, not each thing in it");
    assert_eq!(words(&told(&pouch(1), &scans).discrepancies), ["not_received"]);

    scans.push(with(other.scan(at(21), site(2), Action::Receive, &[pouch(1)]), courier(1)));
    scans.push(other.scan(at(22), site(2), Action::Open { pouch: pouch(1) }, &[item(1), item(3)]));
    let counted = told(&item(1), &scans);
    assert_eq!((counted.holder, counted.inside, counted.discrepancies.len()), (Some(site(2)), None, 0));
    let lost = told(&item(2), &scans);
    assert_eq!((lost.state(), lost.holder, lost.inside), (CustodyState::Missing, Some(site(2)), None));
    assert_eq!(lost.discrepancies[0].kind, DiscrepancyKind::MissingInPouch { pouch: pouch(1) });
    let extra = told(&item(3), &scans);
    assert_eq!(extra.holder, Some(site(2)));
    assert_eq!(extra.discrepancies[0].kind, DiscrepancyKind::ExtraInPouch { pouch: pouch(1) });

    scans.push(desk.scan(at(40), site(1), Action::ReportFound, &[item(2)]));
    let found = told(&item(2), &scans);
    assert_eq!((found.state(), found.holder), (CustodyState::Held, Some(site(1))));
}

#[test]
fn a_pouch_in_a_pouch_moves_with_it() {
    let (mut desk, mut handheld, _) = devices();
    let seal = |n| Action::Seal { pouch: pouch(n), seal: None };
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        desk.scan(at(1), site(1), seal(1), &[item(1)]),
        desk.scan(at(2), site(1), seal(2), &[pouch(1)]),
        with(desk.scan(at(3), site(1), Action::Give, &[pouch(2)]), courier(1)),
        with(handheld.scan(at(4), courier(1), Action::Receive, &[pouch(2)]), site(1)),
    ];
    let custody = told(&item(1), &scans);
    assert_eq!((custody.holder, custody.inside), (Some(courier(1)), Some(pouch(1))));
}

#[test]
fn two_pouches_each_in_the_other_end_nowhere_endless() {
    let (mut desk, ..) = devices();
    let seal = |n| Action::Seal { pouch: pouch(n), seal: None };
    let scans = [desk.scan(at(1), site(1), seal(1), &[pouch(2)]), desk.scan(at(2), site(1), seal(2), &[pouch(1)])];
    assert_eq!(told(&pouch(1), &scans).inside, Some(pouch(2)));
    assert_eq!(told(&pouch(2), &scans).inside, None);
}

#[test]
fn a_thing_scanned_by_itself_is_out_of_its_pouch() {
    let (mut desk, ..) = devices();
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        desk.scan(at(1), site(1), Action::Seal { pouch: pouch(1), seal: None }, &[item(1)]),
        desk.scan(at(2), site(1), Action::Count, &[item(1)]),
    ];
    let custody = told(&item(1), &scans);
    assert_eq!((custody.inside, custody.holder), (None, Some(site(1))));
    assert_eq!(custody.discrepancies[0].kind, DiscrepancyKind::OutsidePouch { pouch: pouch(1) });
}

#[test]
fn attempts_delivery_and_what_comes_after() {
    let (mut desk, mut handheld, _) = devices();
    let failed = Action::AttemptFailed { reason: AttemptFailure::Absent };
    let mut scans = vec![
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(desk.scan(at(1), site(1), Action::Give, &[item(1)]), courier(1)),
        with(handheld.scan(at(2), courier(1), Action::Receive, &[item(1)]), site(1)),
        handheld.scan(at(30), courier(1), failed, &[item(1)]),
        handheld.scan(at(90), courier(1), Action::Deliver, &[item(1)]),
    ];
    let delivered = told(&item(1), &scans);
    assert_eq!((delivered.state(), delivered.discrepancies.len()), (CustodyState::Delivered, 0));
    assert_eq!((delivered.attempts.len(), delivered.attempts[0].at), (1, at(30)));
    scans.push(desk.scan(at(120), site(1), Action::Count, &[item(1)]));
    let back = told(&item(1), &scans);
    assert_eq!(back.holder, Some(site(1)));
    let expected = DiscrepancyKind::UnexpectedHolder { expected: Some(Party::Recipient), found: site(1) };
    assert_eq!((&back.discrepancies[0].kind, back.discrepancies[0].owner), (&expected, Some(site(1))));
}

#[test]
fn losses_and_damage_have_an_owner_until_explained() {
    let (mut desk, mut handheld, _) = devices();
    let mut scans = vec![
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(desk.scan(at(1), site(1), Action::Give, &[item(1)]), courier(1)),
        with(handheld.scan(at(2), courier(1), Action::Receive, &[item(1)]), site(1)),
        handheld.scan(at(30), courier(1), Action::ReportDamaged, &[item(1)]),
        handheld.scan(at(40), courier(1), Action::ReportMissing, &[item(1)]),
    ];
    let lost = told(&item(1), &scans);
    assert_eq!((lost.state(), lost.holder, lost.damaged), (CustodyState::Missing, Some(courier(1)), true));
    assert_eq!(words(&lost.discrepancies), ["damaged", "missing"]);
    assert!(lost.discrepancies.iter().all(|found| found.owner == Some(courier(1))));
    scans.push(desk.scan(at(50), site(1), Action::ReportFound, &[item(1)]));
    let found = told(&item(1), &scans);
    assert_eq!((found.holder, words(&found.discrepancies)), (Some(site(1)), vec!["damaged"]));
    scans.push(desk.scan(at(60), site(1), Action::Seal { pouch: pouch(1), seal: None }, &[item(1)]));
    scans.push(desk.scan(at(70), site(1), Action::Open { pouch: pouch(1) }, &[]));
    let left_out = told(&item(1), &scans);
    let told = words(&left_out.discrepancies);
    assert_eq!(told, ["damaged", "missing_in_pouch"], "the first loss was explained");
}

#[test]
fn a_correction_strikes_out_the_codes_it_names() {
    let (mut desk, mut handheld, _) = devices();
    let wrong = handheld.scan(at(5), courier(1), Action::Load, &[item(1), item(2)]);
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1), item(2)]),
        wrong.clone(),
        handheld.scan(at(6), courier(1), Action::Correct { scan: wrong.id }, &[item(1)]),
    ];
    let corrected = told(&item(1), &scans);
    assert_eq!((corrected.holder, corrected.discrepancies.len()), (Some(site(1)), 0));
    assert_eq!(corrected.struck, [wrong.id]);
    assert_eq!(told(&item(2), &scans).holder, Some(courier(1)), "only what the correction names");

    let seal = desk.scan(at(10), site(1), Action::Seal { pouch: pouch(1), seal: None }, &[item(1)]);
    let unsealed = desk.scan(at(11), site(1), Action::Correct { scan: seal.id }, &[pouch(1), item(1)]);
    assert_eq!(told(&item(1), &[scans[0].clone(), seal.clone()]).inside, Some(pouch(1)));
    assert_eq!(told(&item(1), &[scans[0].clone(), seal, unsealed]).inside, None);
}

#[test]
fn a_wrong_clock_does_not_turn_a_handoff_round() {
    let (mut desk, mut handheld, mut other) = devices();
    // The handheld is six hours behind, the department's desk five hours ahead.
    let behind = |minutes: i64| at(minutes - 360);
    let ahead = |minutes: i64| at(minutes + 300);
    let scans = [
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(desk.scan(at(1), site(1), Action::Give, &[item(1)]), courier(1)),
        with(handheld.scan(behind(2), courier(1), Action::Receive, &[item(1)]), site(1)),
        with(handheld.scan(behind(30), courier(1), Action::Give, &[item(1)]), site(2)),
        with(other.scan(ahead(31), site(2), Action::Receive, &[item(1)]), courier(1)),
        with(other.scan(ahead(60), site(2), Action::Give, &[item(1)]), courier(1)),
        with(handheld.scan(behind(61), courier(1), Action::Receive, &[item(1)]), site(2)),
        with(handheld.scan(behind(90), courier(1), Action::Give, &[item(1)]), site(1)),
        with(desk.scan(at(91), site(1), Action::Receive, &[item(1)]), courier(1)),
    ];
    let custody = told(&item(1), &scans);
    assert_eq!((custody.holder, custody.discrepancies.len()), (Some(site(1)), 0));
    assert_eq!(custody.scans, scans.iter().map(|scan| scan.id).collect::<Vec<_>>());
}

#[test]
fn a_clock_far_ahead_does_not_rule_until_that_day() {
    let (mut desk, mut handheld, _) = devices();
    let next_year = desk.scan(at(500_000), site(1), Action::Count, &[item(1)]);
    let records = [
        Recorded { scan: next_year, received_at: at(10) },
        at_once(&handheld.scan(at(20), courier(1), Action::Load, &[item(1)])),
    ];
    assert_eq!(custody_of(&item(1), &records, &LIMITS).holder, Some(courier(1)));
}

#[test]
fn the_same_finding_has_the_same_id_and_another_has_another() {
    let (mut desk, ..) = devices();
    let scans: Vec<Scan> = vec![
        desk.scan(at(0), site(1), Action::Register, &[item(1)]),
        with(desk.scan(at(1), site(1), Action::Give, &[item(1)]), courier(1)),
    ];
    let first = told(&item(1), &scans).discrepancies[0].clone();
    let again = told(&item(1), &[scans[1].clone(), scans[0].clone()]).discrepancies[0].clone();
    assert_eq!(first.id(), again.id());
    assert_ne!(first.id(), Discrepancy { code: Some(item(2)), ..first.clone() }.id());
    assert_ne!(first.id(), Discrepancy { scan: scans[0].id, ..first.clone() }.id());
    assert_ne!(first.id(), Discrepancy { kind: DiscrepancyKind::Missing, ..first }.id());
}
