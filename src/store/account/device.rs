use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{AuditEntry, SecretDigest, audit, party_columns, party_of};
use crate::{
    domain::{CentreId, DeviceId, Party, ShiftId},
    store::{
        Store, StoreError,
        columns::{Id, Micros, without_nul},
        connection::on_backend,
        schema::{device_enrolments, device_shifts, devices},
    },
};

/// A handheld, a phone or a desk scanner that may send scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The centre.
    pub centre_id: CentreId,
    /// Its id, which its scans carry.
    pub id: DeviceId,
    /// What it is called.
    pub name: String,
    /// The first characters of its token.
    pub prefix: String,
    /// When it was enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// Since when it may do nothing any more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last heard of, to the minute.
    pub last_seen_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = devices, treat_none_as_default_value = false)]
struct DeviceRow {
    centre_id: Id,
    id: Id,
    name: String,
    prefix: String,
    secret_sha256: Vec<u8>,
    enrolled_at: Micros,
    revoked_at: Option<Micros>,
    last_seen_at: Option<Micros>,
}

impl From<DeviceRow> for Device {
    fn from(row: DeviceRow) -> Self {
        Self {
            centre_id: row.centre_id.into(),
            id: row.id.into(),
            name: row.name,
            prefix: row.prefix,
            enrolled_at: row.enrolled_at.into(),
            revoked_at: row.revoked_at.map(DateTime::from),
            last_seen_at: row.last_seen_at.map(DateTime::from),
        }
    }
}

/// A one-time code that a handheld trades for its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The centre.
    pub centre_id: CentreId,
    /// The digest of the code.
    pub secret_sha256: SecretDigest,
    /// What the device will be called.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Until when it can be traded.
    pub expires_at: DateTime<Utc>,
}

/// What became of a code that was to be traded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// The device is enrolled under this name.
    As(String),
    /// No such code can be traded: it is unknown, was traded or has expired.
    NoSuchCode,
    /// Another device has the id.
    IdTaken,
}

#[derive(Insertable)]
#[diesel(table_name = device_enrolments)]
struct EnrolmentRow {
    centre_id: Id,
    secret_sha256: Vec<u8>,
    name: String,
    created_at: Micros,
    expires_at: Micros,
}

/// For how long a device is whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceShift {
    /// Its id.
    pub id: ShiftId,
    /// The courier, or the office whose desk scanner it is.
    pub party: Party,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = device_shifts, treat_none_as_default_value = false)]
struct ShiftRow {
    centre_id: Id,
    id: Id,
    device_id: Id,
    courier_id: Option<Id>,
    site_id: Option<Id>,
    from_at: Micros,
    until_at: Option<Micros>,
}

impl TryFrom<ShiftRow> for DeviceShift {
    type Error = StoreError;
    fn try_from(row: ShiftRow) -> Result<Self, StoreError> {
        let nobody = || StoreError::Corrupt { table: "device_shifts", problem: "it is nobody's".into() };
        Ok(Self {
            id: row.id.into(),
            party: party_of("device_shifts", row.site_id, row.courier_id)?.ok_or_else(nobody)?,
            from: row.from_at.into(),
            until: row.until_at.map(DateTime::from),
        })
    }
}

impl Store {
    /// Adds a code to be traded.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn insert_enrolment(&self, enrolment: &Enrolment, entry: &AuditEntry) -> Result<(), StoreError> {
        without_nul("name", &enrolment.name)?;
        let row = EnrolmentRow {
            centre_id: enrolment.centre_id.into(),
            secret_sha256: enrolment.secret_sha256.to_vec(),
            name: enrolment.name.clone(),
            created_at: enrolment.created_at.into(),
            expires_at: enrolment.expires_at.into(),
        };
        self.write(|connection| {
            on_backend!(connection, |c| diesel::insert_into(device_enrolments::table).values(&row).execute(c))?;
            audit::note(connection, entry)
        })
    }

    /// Trades a code for a device; the device's name is the code's. `entry` is told the name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn enrol(
        &self,
        code: &SecretDigest,
        device: &Device,
        secret: &SecretDigest,
        entry: impl FnOnce(&str) -> AuditEntry,
    ) -> Result<Enrolled, StoreError> {
        let (centre, id) = (Id::from(device.centre_id), Id::from(device.id));
        let at = Micros::from(device.enrolled_at);
        self.write(|connection| {
            let taken: i64 = devices::table.find((centre, id)).count().get_result(connection)?;
            if taken > 0 {
                return Ok(Enrolled::IdTaken);
            }
            let open = device_enrolments::table
                .find((centre, code.to_vec()))
                .filter(device_enrolments::used_at.is_null())
                .filter(device_enrolments::expires_at.gt(at));
            let used = (device_enrolments::used_at.eq(Some(at)), device_enrolments::device_id.eq(Some(id)));
            if on_backend!(connection, |c| diesel::update(open).set(used).execute(c))? == 0 {
                return Ok(Enrolled::NoSuchCode);
            }
            let name: String = device_enrolments::table
                .find((centre, code.to_vec()))
                .select(device_enrolments::name)
                .first(connection)?;
            let row = DeviceRow {
                centre_id: centre,
                id,
                name: name.clone(),
                prefix: device.prefix.clone(),
                secret_sha256: secret.to_vec(),
                enrolled_at: at,
                revoked_at: None,
                last_seen_at: None,
            };
            on_backend!(connection, |c| diesel::insert_into(devices::table).values(&row).execute(c))?;
            audit::note(connection, &entry(&name))?;
            Ok(Enrolled::As(name))
        })
    }

    /// The devices after the one with the id `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn devices(&self, centre: CentreId, after: Option<DeviceId>, limit: u32) -> Result<Vec<Device>, StoreError> {
        self.read(|connection| {
            let mut query = devices::table
                .filter(devices::centre_id.eq(Id::from(centre)))
                .select(DeviceRow::as_select())
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(devices::id.gt(Id::from(after)));
            }
            let rows: Vec<DeviceRow> = query.order(devices::id).limit(limit.into()).load(connection)?;
            Ok(rows.into_iter().map(Device::from).collect())
        })
    }

    /// One device.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn device(&self, centre: CentreId, id: DeviceId) -> Result<Option<Device>, StoreError> {
        self.read(|connection| {
            let found = devices::table.find((Id::from(centre), Id::from(id))).select(DeviceRow::as_select());
            Ok(found.first(connection).optional()?.map(Device::from))
        })
    }

    /// The device with this token.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn device_by_secret(&self, centre: CentreId, secret: &SecretDigest) -> Result<Option<Device>, StoreError> {
        self.read(|connection| {
            let found = devices::table
                .filter(devices::centre_id.eq(Id::from(centre)))
                .filter(devices::secret_sha256.eq(secret.to_vec()))
                .select(DeviceRow::as_select());
            Ok(found.first(connection).optional()?.map(Device::from))
        })
    }

    /// Whose a device was and is, in order of time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn device_shifts(&self, centre: CentreId, device: DeviceId) -> Result<Vec<DeviceShift>, StoreError> {
        self.read(|connection| {
            let rows: Vec<ShiftRow> = device_shifts::table
                .filter(device_shifts::centre_id.eq(Id::from(centre)))
                .filter(device_shifts::device_id.eq(Id::from(device)))
                .order((device_shifts::from_at, device_shifts::id))
                .select(ShiftRow::as_select())
                .load(connection)?;
            rows.into_iter().map(DeviceShift::try_from).collect()
        })
    }

    /// Ends the shift that a device is in at `at`, and begins `next` where there is one.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a courier or site that the centre does not have.
    pub fn change_shift(
        &self,
        centre: CentreId,
        device: DeviceId,
        next: Option<&DeviceShift>,
        at: DateTime<Utc>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        self.write(|connection| {
            let open = device_shifts::table
                .filter(device_shifts::centre_id.eq(Id::from(centre)))
                .filter(device_shifts::device_id.eq(Id::from(device)))
                .filter(device_shifts::until_at.is_null());
            let ended = device_shifts::until_at.eq(Some(Micros::from(at)));
            on_backend!(connection, |c| diesel::update(open).set(ended).execute(c))?;
            if let Some(shift) = next {
                let (site_id, courier_id) = party_columns(Some(shift.party));
                let row = ShiftRow {
                    centre_id: centre.into(),
                    id: shift.id.into(),
                    device_id: device.into(),
                    courier_id,
                    site_id,
                    from_at: shift.from.into(),
                    until_at: shift.until.map(Micros::from),
                };
                on_backend!(connection, |c| diesel::insert_into(device_shifts::table).values(&row).execute(c))
                    .map_err(|error| StoreError::naming(error, "shift", "a device, a courier or a site"))?;
            }
            audit::note(connection, entry)
        })
    }

    /// Revokes a device; answers whether it was good until now. Its shift ends.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn revoke_device(
        &self,
        centre: CentreId,
        id: DeviceId,
        at: DateTime<Utc>,
        entry: &AuditEntry,
    ) -> Result<bool, StoreError> {
        let (centre, id, at) = (Id::from(centre), Id::from(id), Micros::from(at));
        self.write(|connection| {
            let good = devices::table.find((centre, id)).filter(devices::revoked_at.is_null());
            let revoked = devices::revoked_at.eq(Some(at));
            if on_backend!(connection, |c| diesel::update(good).set(revoked).execute(c))? == 0 {
                return Ok(false);
            }
            let open = device_shifts::table
                .filter(device_shifts::centre_id.eq(centre))
                .filter(device_shifts::device_id.eq(id))
                .filter(device_shifts::until_at.is_null());
            let ended = device_shifts::until_at.eq(Some(at));
            on_backend!(connection, |c| diesel::update(open).set(ended).execute(c))?;
            audit::note(connection, entry)?;
            Ok(true)
        })
    }

    /// Notes that a device was heard of.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn touch_device(&self, centre: CentreId, id: DeviceId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(|connection| {
            let target = devices::table.find((Id::from(centre), Id::from(id)));
            let set = devices::last_seen_at.eq(Some(Micros::from(at)));
            on_backend!(connection, |c| diesel::update(target).set(set).execute(c))?;
            Ok(())
        })
    }
}
