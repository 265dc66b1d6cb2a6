//! Parties, devices and scans, written shortly.

use chrono::{DateTime, Duration, TimeZone, Utc};
use conthoi::{
    domain::{
        Action, Code, CourierId, DeviceId, IdSource, ItemCode, Party, PouchCode, Scan, ScanId, SeededIds, SiteId,
    },
    ledger::{Custody, Limits, Recorded, custody_of},
};
use uuid::Uuid;

pub(crate) const LIMITS: Limits = Limits { handover_s: 3_600, device_s: 7_200, resolve_s: 28_800 };

pub(crate) fn site(n: u128) -> Party {
    Party::Site(SiteId::from_uuid(Uuid::from_u128(0x51_7E00 + n)))
}

pub(crate) fn courier(n: u128) -> Party {
    Party::Courier(CourierId::from_uuid(Uuid::from_u128(0xC0_0000 + n)))
}

pub(crate) fn device(n: u128) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_u128(0xDE_0000 + n))
}

pub(crate) fn item(n: u32) -> Code {
    Code::Item(ItemCode::issue(&format!("T{n:06}")).unwrap())
}

pub(crate) fn pouch(n: u32) -> Code {
    Code::Pouch(PouchCode::issue(&format!("T{n:06}")).unwrap())
}

/// Friday, 14 June 2019, `minutes` after seven in Sóc Trăng.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2019, 6, 14, 0, 0, 0).unwrap() + Duration::minutes(minutes)
}

/// A device that scans.
pub(crate) struct Device {
    pub(crate) id: DeviceId,
    pub(crate) next: u64,
    ids: SeededIds,
}

impl Device {
    pub(crate) fn new(n: u128) -> Self {
        Self { id: device(n), next: 1, ids: SeededIds::new(u64::try_from(n).unwrap(), 0) }
    }

    /// A scan at the time that the device's clock shows.
    pub(crate) fn scan(&mut self, at: DateTime<Utc>, actor: Party, action: Action, codes: &[Code]) -> Scan {
        self.ids.set_time(u64::try_from(at.timestamp_millis()).unwrap());
        let scan = Scan {
            id: ScanId::from_uuid(self.ids.next_uuid()),
            device_id: self.id,
            device_seq: self.next,
            device_time: at,
            actor,
            action,
            codes: codes.to_vec(),
            counterparty: None,
            trip: None,
            place: None,
            position: None,
            evidence: Vec::new(),
            note: None,
        };
        self.next += 1;
        scan
    }
}

pub(crate) fn with(scan: Scan, counterparty: Party) -> Scan {
    Scan { counterparty: Some(counterparty), ..scan }
}

/// The scan as received when it was made.
pub(crate) fn at_once(scan: &Scan) -> Recorded {
    Recorded { scan: scan.clone(), received_at: scan.device_time }
}

pub(crate) fn told(code: &Code, scans: &[Scan]) -> Custody {
    let records: Vec<Recorded> = scans.iter().map(at_once).collect();
    custody_of(code, &records, &LIMITS)
}
