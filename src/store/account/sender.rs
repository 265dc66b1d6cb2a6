use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    domain::{CentreId, DeviceId, ScanId},
    store::{
        Store, StoreError,
        columns::{Id, Micros},
        connection::on_backend,
        schema::{scan_doubts, scan_senders},
    },
};

/// Why it is not sure that a scan's sender could speak for its actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanDoubt {
    /// The scan.
    pub scan_id: ScanId,
    /// Who sent it.
    pub sender: String,
    /// What is not sure.
    pub doubt: String,
}

#[derive(Insertable)]
#[diesel(table_name = scan_senders)]
struct SenderRow {
    centre_id: Id,
    device_id: Id,
    sender: String,
    first_at: Micros,
}

#[derive(Insertable)]
#[diesel(table_name = scan_doubts)]
struct DoubtRow {
    centre_id: Id,
    scan_id: Id,
    sender: String,
    doubt: String,
    noted_at: Micros,
}

impl Store {
    /// Notes who sends scans in the name of which devices, and which of the scans are in doubt. What is known stays as it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn note_senders(
        &self,
        centre: CentreId,
        sender: &str,
        devices: &[DeviceId],
        doubts: &[ScanDoubt],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            for device in devices {
                let row = SenderRow {
                    centre_id: centre.into(),
                    device_id: (*device).into(),
                    sender: sender.to_owned(),
                    first_at: at.into(),
                };
                on_backend!(connection, |c| diesel::insert_into(scan_senders::table)
                    .values(&row)
                    .on_conflict_do_nothing()
                    .execute(c))?;
            }
            for doubt in doubts {
                let row = DoubtRow {
                    centre_id: centre.into(),
                    scan_id: doubt.scan_id.into(),
                    sender: doubt.sender.clone(),
                    doubt: doubt.doubt.clone(),
                    noted_at: at.into(),
                };
                on_backend!(connection, |c| diesel::insert_into(scan_doubts::table)
                    .values(&row)
                    .on_conflict_do_nothing()
                    .execute(c))?;
            }
            Ok(())
        })
    }
}
