//! What looking through the ledger has found.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    domain::{CentreId, DeviceId, ScanId},
    store::{
        ROWS_AT_ONCE, Store, StoreError,
        columns::{Id, Micros, without_nul},
        connection::{AnyConnection, on_backend},
        schema::{discrepancies, scan_devices, scan_reviews},
    },
};

/// How a discrepancy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscrepancyState {
    /// Somebody has to explain it.
    Open,
    /// Later scans explain it.
    Explained,
    /// Somebody has explained it.
    Resolved,
}

impl DiscrepancyState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Explained, Self::Resolved];

    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Explained => "explained",
            Self::Resolved => "resolved",
        }
    }
}

/// A discrepancy as it is kept. Texts of JSON are the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDiscrepancy {
    /// Its id.
    pub id: Uuid,
    /// What it is about: a code, or whatever the caller files its findings under.
    pub code: Option<String>,
    /// The scan that shows it.
    pub scan_id: ScanId,
    /// Its kind's word.
    pub kind: String,
    /// Its kind as JSON.
    pub detail: String,
    /// Who has to explain it, as JSON.
    pub owner: Option<String>,
    /// From when on it counts.
    pub raised_at: DateTime<Utc>,
    /// When it must be resolved.
    pub due_at: DateTime<Utc>,
    /// How it stands.
    pub state: DiscrepancyState,
    /// Who was asked to look into it, as JSON.
    pub assignee: Option<String>,
    /// What it was resolved with.
    pub reason: Option<String>,
    /// When it was resolved or explained.
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = discrepancies, treat_none_as_default_value = false)]
struct Row {
    centre_id: Id,
    id: Id,
    code: Option<String>,
    scan_id: Id,
    kind: String,
    detail: String,
    owner: Option<String>,
    raised_at: Micros,
    due_at: Micros,
    state: String,
    assignee: Option<String>,
    reason: Option<String>,
    closed_at: Option<Micros>,
}

impl Row {
    fn new(centre: CentreId, found: &StoredDiscrepancy) -> Self {
        Self {
            centre_id: centre.into(),
            id: Id(found.id),
            code: found.code.clone(),
            scan_id: found.scan_id.into(),
            kind: found.kind.clone(),
            detail: found.detail.clone(),
            owner: found.owner.clone(),
            raised_at: found.raised_at.into(),
            due_at: found.due_at.into(),
            state: found.state.as_str().to_owned(),
            assignee: found.assignee.clone(),
            reason: found.reason.clone(),
            closed_at: found.closed_at.map(Micros::from),
        }
    }
}

impl TryFrom<Row> for StoredDiscrepancy {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = DiscrepancyState::ALL.into_iter().find(|state| state.as_str() == row.state);
        let corrupt = || StoreError::Corrupt { table: "discrepancies", problem: "unknown state".into() };
        Ok(Self {
            id: row.id.0,
            code: row.code,
            scan_id: row.scan_id.into(),
            kind: row.kind,
            detail: row.detail,
            owner: row.owner,
            raised_at: row.raised_at.into(),
            due_at: row.due_at.into(),
            state: state.ok_or_else(corrupt)?,
            assignee: row.assignee,
            reason: row.reason,
            closed_at: row.closed_at.map(DateTime::from),
        })
    }
}

/// The running numbers seen of a device. `numbers` is the caller's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceNumbers {
    /// The device.
    pub device_id: DeviceId,
    /// The numbers.
    pub numbers: String,
    /// The highest of them.
    pub last_number: i64,
    /// When a scan of it was last received.
    pub last_received_at: DateTime<Utc>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = scan_devices)]
struct DeviceRow {
    centre_id: Id,
    device_id: Id,
    numbers: String,
    last_number: i64,
    last_received_at: Micros,
}

/// What looking through a part of the ledger has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// For each thing or device looked at all that is wrong with it now; what was found of it before and is no more is
    /// explained.
    pub of_subjects: BTreeMap<String, Vec<StoredDiscrepancy>>,
    /// The numbers of each device looked at.
    pub devices: Vec<DeviceNumbers>,
    /// What is wrong with single scans and stays so.
    pub lasting: Vec<StoredDiscrepancy>,
}

/// Which discrepancies to list; a field that is `None` lets every one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscrepancyFilter {
    /// In this state.
    pub state: Option<DiscrepancyState>,
    /// About the thing with this code, its kind in front.
    pub code: Option<String>,
    /// Which this party has to explain or was asked to look into, as it is stored.
    pub party: Option<String>,
}

/// The place in a list of discrepancies after the one with these two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscrepancyCursor {
    /// From when on it counts.
    pub raised_at: DateTime<Utc>,
    /// Its id.
    pub id: Uuid,
}

/// Stores what is found now of one thing and closes what was found of it before and is no more.
fn replace(connection: &mut AnyConnection, known: &[Row], found: &[Row], at: Micros) -> Result<(), StoreError> {
    for row in found {
        let before = known.iter().find(|known| known.id == row.id);
        let target = discrepancies::table.find((row.centre_id, row.id));
        match before.map(|known| known.state.as_str()) {
            None => {
                on_backend!(connection, |c| diesel::insert_into(discrepancies::table)
                    .values(row)
                    .on_conflict_do_nothing()
                    .execute(c))?;
            }
            Some("explained") => {
                let open = (discrepancies::state.eq("open"), discrepancies::closed_at.eq(None::<Micros>));
                on_backend!(connection, |c| diesel::update(target).set(open).execute(c))?;
            }
            // It is open already, or somebody has explained it.
            Some(_) => {}
        }
    }
    for gone in known.iter().filter(|known| known.state == "open" && found.iter().all(|row| row.id != known.id)) {
        let target = discrepancies::table.find((gone.centre_id, gone.id));
        let explained = (discrepancies::state.eq("explained"), discrepancies::closed_at.eq(Some(at)));
        on_backend!(connection, |c| diesel::update(target).set(explained).execute(c))?;
    }
    Ok(())
}

/// Stores what is found of a single scan.
pub(super) fn note(
    connection: &mut AnyConnection,
    centre: CentreId,
    found: &StoredDiscrepancy,
) -> Result<(), StoreError> {
    let row = Row::new(centre, found);
    on_backend!(connection, |c| diesel::insert_into(discrepancies::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(())
}

impl Store {
    /// How far the ledger has been looked through.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn reviewed_position(&self, centre: CentreId) -> Result<i64, StoreError> {
        self.read(|connection| {
            let position: Option<i64> = scan_reviews::table
                .find(Id::from(centre))
                .select(scan_reviews::position)
                .first(connection)
                .optional()?;
            Ok(position.unwrap_or(0))
        })
    }

    /// What is known of these devices.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn device_numbers(&self, centre: CentreId, devices: &[DeviceId]) -> Result<Vec<DeviceNumbers>, StoreError> {
        self.read(|connection| {
            let mut found = Vec::new();
            for devices in devices.chunks(ROWS_AT_ONCE) {
                let rows: Vec<DeviceRow> = scan_devices::table
                    .filter(scan_devices::centre_id.eq(Id::from(centre)))
                    .filter(scan_devices::device_id.eq_any(devices.iter().map(|id| Id::from(*id))))
                    .select(DeviceRow::as_select())
                    .load(connection)?;
                found.extend(rows.into_iter().map(|row| DeviceNumbers {
                    device_id: row.device_id.into(),
                    numbers: row.numbers,
                    last_number: row.last_number,
                    last_received_at: row.last_received_at.into(),
                }));
            }
            Ok(found)
        })
    }

    /// Keeps what looking through the ledger from one position to another has found, at the time given. Answers `false`, and
    /// keeps nothing, when somebody else has looked through it meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keep_findings(
        &self,
        centre: CentreId,
        (from, to): (i64, i64),
        findings: &Findings,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let centre_id = Id::from(centre);
        let at = Micros::from(at);
        self.write(|connection| {
            let review = (scan_reviews::centre_id.eq(centre_id), scan_reviews::position.eq(0_i64));
            on_backend!(connection, |c| diesel::insert_into(scan_reviews::table)
                .values(review)
                .on_conflict_do_nothing()
                .execute(c))?;
            let mine = scan_reviews::table
                .filter(scan_reviews::centre_id.eq(centre_id))
                .filter(scan_reviews::position.eq(from));
            if on_backend!(connection, |c| diesel::update(mine).set(scan_reviews::position.eq(to)).execute(c))? == 0 {
                return Ok(false);
            }
            let rows = |found: &[StoredDiscrepancy]| -> Vec<Row> {
                found.iter().map(|found| Row::new(centre, found)).collect()
            };
            for (subject, found) in &findings.of_subjects {
                let known: Vec<Row> = discrepancies::table
                    .filter(discrepancies::centre_id.eq(centre_id))
                    .filter(discrepancies::code.eq(subject))
                    .select(Row::as_select())
                    .load(connection)?;
                replace(connection, &known, &rows(found), at)?;
            }
            findings.devices.iter().try_for_each(|device| keep_device(connection, centre_id, device))?;
            findings.lasting.iter().try_for_each(|found| note(connection, centre, found))?;
            Ok(true)
        })
    }

    /// The discrepancies that count at `now`, by the time they were raised and id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn discrepancies(
        &self,
        centre: CentreId,
        filter: &DiscrepancyFilter,
        now: DateTime<Utc>,
        after: Option<DiscrepancyCursor>,
        limit: u32,
    ) -> Result<Vec<StoredDiscrepancy>, StoreError> {
        self.read(|connection| {
            let mut query = discrepancies::table
                .filter(discrepancies::centre_id.eq(Id::from(centre)))
                .filter(discrepancies::raised_at.le(Micros::from(now)))
                .select(Row::as_select())
                .into_boxed();
            if let Some(state) = filter.state {
                query = query.filter(discrepancies::state.eq(state.as_str()));
            }
            if let Some(code) = &filter.code {
                query = query.filter(discrepancies::code.eq(code.to_owned()));
            }
            if let Some(party) = &filter.party {
                let is_owner = discrepancies::owner.eq(party.to_owned());
                query = query.filter(is_owner.or(discrepancies::assignee.eq(party.to_owned())));
            }
            if let Some(DiscrepancyCursor { raised_at, id }) = after {
                let raised_at = Micros::from(raised_at);
                query = query
                    .filter(discrepancies::raised_at.ge(raised_at))
                    .filter(discrepancies::raised_at.gt(raised_at).or(discrepancies::id.gt(Id(id))));
            }
            let rows: Vec<Row> =
                query.order((discrepancies::raised_at, discrepancies::id)).limit(limit.into()).load(connection)?;
            rows.into_iter().map(StoredDiscrepancy::try_from).collect()
        })
    }

    /// One discrepancy.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn discrepancy(&self, centre: CentreId, id: Uuid) -> Result<Option<StoredDiscrepancy>, StoreError> {
        self.read(|connection| {
            let row: Option<Row> = discrepancies::table
                .find((Id::from(centre), Id(id)))
                .select(Row::as_select())
                .first(connection)
                .optional()?;
            row.map(StoredDiscrepancy::try_from).transpose()
        })
    }

    /// Keeps who looks into an open discrepancy; answers whether it was open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn assign_discrepancy(&self, centre: CentreId, id: Uuid, assignee: &str) -> Result<bool, StoreError> {
        self.write(|connection| {
            let open = discrepancies::table.find((Id::from(centre), Id(id))).filter(discrepancies::state.eq("open"));
            let set = discrepancies::assignee.eq(Some(assignee));
            Ok(on_backend!(connection, |c| diesel::update(open).set(set).execute(c))? == 1)
        })
    }

    /// Keeps with what an open discrepancy was resolved; answers whether it was open.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn resolve_discrepancy(
        &self,
        centre: CentreId,
        id: Uuid,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        without_nul("reason", reason)?;
        self.write(|connection| {
            let open = discrepancies::table.find((Id::from(centre), Id(id))).filter(discrepancies::state.eq("open"));
            let set = (
                discrepancies::state.eq("resolved"),
                discrepancies::reason.eq(Some(reason)),
                discrepancies::closed_at.eq(Some(Micros::from(at))),
            );
            Ok(on_backend!(connection, |c| diesel::update(open).set(set).execute(c))? == 1)
        })
    }
}

fn keep_device(connection: &mut AnyConnection, centre_id: Id, device: &DeviceNumbers) -> Result<(), StoreError> {
    let row = DeviceRow {
        centre_id,
        device_id: device.device_id.into(),
        numbers: device.numbers.clone(),
        last_number: device.last_number,
        last_received_at: device.last_received_at.into(),
    };
    let target = scan_devices::table.find((centre_id, row.device_id));
    let set = (
        scan_devices::numbers.eq(&row.numbers),
        scan_devices::last_number.eq(row.last_number),
        scan_devices::last_received_at.eq(row.last_received_at),
    );
    if on_backend!(connection, |c| diesel::update(target).set(set).execute(c))? == 0 {
        on_backend!(connection, |c| diesel::insert_into(scan_devices::table).values(&row).execute(c))?;
    }
    Ok(())
}
