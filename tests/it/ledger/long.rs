//! A pouch that has gone to and fro for years, scanned by hundreds of devices.

use std::time::{Duration, Instant};

use conthoi::{
    domain::{Action, Code},
    ledger::{Custody, Recorded, custody_of},
};

use super::town::{Device, LIMITS, at, at_once, courier, item, pouch, site, with};

/// How often the pouch goes out; each trip is scanned six times.
const TRIPS: usize = 3_000;

/// The scans of one pouch. Every trip takes the next courier, with a device of their own, to the next office. `forgotten` leaves
/// out one receipt in a hundred, so that the scans do not fit together.
fn scans_of(couriers: usize, forgotten: bool) -> (Code, Vec<Recorded>) {
    let bag = pouch(1);
    let offices = couriers.div_ceil(2);
    let mut centre = Device::new(1);
    let mut of_couriers: Vec<Device> = (0..couriers).map(|n| Device::new(1_000 + n as u128)).collect();
    let mut of_offices: Vec<Device> = (0..offices).map(|n| Device::new(10_000 + n as u128)).collect();
    let mut records = Vec::with_capacity(TRIPS * 6);
    for trip in 0..TRIPS {
        let minute = |after: i64| at(i64::try_from(trip).unwrap() * 480 + after);
        let (rider, office) = (courier((trip % couriers) as u128), site(1 + (trip % offices) as u128));
        let (ridden, behind) = (&mut of_couriers[trip % couriers], &mut of_offices[trip % offices]);
        let (seal, open) = (Action::Seal { pouch: bag.clone(), seal: None }, Action::Open { pouch: bag.clone() });
        let (letter, alone) = ([item(u32::try_from(trip).unwrap())], [bag.clone()]);
        let trip_scans = [
            centre.scan(minute(0), site(0), seal, &letter),
            with(centre.scan(minute(1), site(0), Action::Give, &alone), rider),
            with(ridden.scan(minute(2), rider, Action::Receive, &alone), site(0)),
            with(ridden.scan(minute(60), rider, Action::Give, &alone), office),
            with(behind.scan(minute(61), office, Action::Receive, &alone), rider),
            behind.scan(minute(70), office, open, &letter),
        ];
        let left_out = |n: usize| forgotten && n == 2 && trip % 100 == 50;
        records.extend(trip_scans.iter().enumerate().filter(|(n, _)| !left_out(*n)).map(|(_, scan)| at_once(scan)));
    }
    (bag, records)
}

fn timed(couriers: usize, forgotten: bool) -> (Custody, Duration) {
    let (bag, records) = scans_of(couriers, forgotten);
    let begun = Instant::now();
    let custody = custody_of(&bag, &records, &LIMITS);
    (custody, begun.elapsed())
}

#[test]
#[ignore = "a measurement: cargo test --release --test it ledger::long -- --ignored --nocapture"]
fn many_devices_cost_hardly_more_than_few() {
    for forgotten in [false, true] {
        let (custody, few) = timed(4, forgotten);
        assert_eq!(custody.scans.len(), TRIPS * 6 - if forgotten { TRIPS / 100 } else { 0 });
        let (custody, many) = timed(400, forgotten);
        assert_eq!(custody.holder, Some(site(1 + ((TRIPS - 1) % 200) as u128)));
        assert_eq!(custody.discrepancies.is_empty(), !forgotten);
        println!("{TRIPS} trips, forgotten: {forgotten}: 4 couriers {few:?}, 400 couriers {many:?}");
        assert!(many < few * 4, "{few:?} with 4 couriers, {many:?} with 400");
    }
}
