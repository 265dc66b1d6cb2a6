use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Actor, Secret,
    audit::Done,
    secret::{DEVICE, digest},
};
use crate::{
    domain::{DeviceId, ShiftId},
    service::{FieldProblem, NamedParty, Service, ServiceError, named_party, paging::cut},
    store::{Device, DeviceShift, Enrolled, Enrolment},
};

/// The longest name of a device, characters.
const NAME_CHARS_MAX: usize = 100;

/// A code that a new device trades for its token.
#[derive(Debug, Clone)]
pub struct NewEnrolment {
    /// The code.
    pub code: Secret,
    /// Until when it can be traded.
    pub expires_at: DateTime<Utc>,
}

/// A device that has just been enrolled.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// The device.
    pub device: Device,
    /// Its token.
    pub secret: Secret,
}

/// A device and whose it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceDetail {
    /// The device.
    pub device: Device,
    /// The shift that it is in.
    pub shift: Option<DeviceShift>,
}

/// A part of the list of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevicePage {
    /// The devices, by id.
    pub devices: Vec<DeviceDetail>,
    /// The id of the last when the list goes on.
    pub next: Option<DeviceId>,
}

impl Service {
    /// Makes a code with which one device can be enrolled.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for a name that is none.
    pub fn start_enrolment(&self, actor: &Actor, name: &str) -> Result<NewEnrolment, ServiceError> {
        let centre_id = self.centre()?.centre.id;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.contains('\0') {
            let message = format!("expected 1 to {NAME_CHARS_MAX} characters by which the device is known");
            return Err(ServiceError::Invalid(vec![FieldProblem::new("name", message)]));
        }
        let code = Secret::fresh_code()?;
        let now = self.now();
        let enrolment = Enrolment {
            centre_id,
            secret_sha256: code.digest(),
            name: name.to_owned(),
            created_at: now,
            expires_at: now + self.access_settings().enrolment_lasts,
        };
        let done = Done {
            act: "enrolment_started",
            kind: "device",
            id: name.to_owned(),
            before: None,
            after: Some(json!({ "expires_at": enrolment.expires_at })),
        };
        self.store().insert_enrolment(&enrolment, &self.audit_entry(centre_id, actor, done))?;
        Ok(NewEnrolment { code, expires_at: enrolment.expires_at })
    }

    /// Trades a code for a device's token, which is answered here and never again. The device may bring the id that its scans
    /// carry already.
    ///
    /// # Errors
    /// [`ServiceError::EnrolmentVoid`] and [`ServiceError::DeviceTaken`].
    pub fn enrol(&self, code: &str, id: Option<DeviceId>) -> Result<NewDevice, ServiceError> {
        let centre_id = self.centre()?.centre.id;
        // As a person keys it in: small letters and blanks or hyphens between groups.
        let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let code = code.to_ascii_uppercase();
        let secret = Secret::fresh(DEVICE)?;
        let id = id.unwrap_or_else(|| DeviceId::from_uuid(self.fresh_uuid()));
        let mut device = Device {
            centre_id,
            id,
            name: String::new(),
            prefix: secret.prefix(),
            enrolled_at: self.now(),
            revoked_at: None,
            last_seen_at: None,
        };
        let entry = |name: &str| {
            let actor = Actor { account_id: None, name: format!("device {name}") };
            let after = json!({ "name": name, "prefix": device.prefix });
            let done =
                Done { act: "device_enrolled", kind: "device", id: id.to_string(), before: None, after: Some(after) };
            self.audit_entry(centre_id, &actor, done)
        };
        match self.store().enrol(&digest(&code), &device, &secret.digest(), entry)? {
            Enrolled::As(name) => device.name = name,
            Enrolled::NoSuchCode => return Err(ServiceError::EnrolmentVoid),
            Enrolled::IdTaken => return Err(ServiceError::DeviceTaken { id }),
        }
        Ok(NewDevice { device, secret })
    }

    /// The devices after the one with the id `after`, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn devices(&self, after: Option<DeviceId>, limit: u32) -> Result<DevicePage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut devices = self.store().devices(centre, after, limit.saturating_add(1))?;
        let next = cut(&mut devices, limit, |last| last.id);
        let devices = devices.into_iter().map(|device| self.with_shift(device)).collect::<Result<Vec<_>, _>>()?;
        Ok(DevicePage { devices, next })
    }

    /// One device.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn device(&self, id: DeviceId) -> Result<DeviceDetail, ServiceError> {
        let found = self.store().device(self.centre()?.centre.id, id)?;
        self.with_shift(found.ok_or_else(|| ServiceError::not_found("device", &id))?)
    }

    fn with_shift(&self, device: Device) -> Result<DeviceDetail, ServiceError> {
        let shifts = self.store().device_shifts(device.centre_id, device.id)?;
        Ok(DeviceDetail { device, shift: shifts.into_iter().rfind(|shift| shift.until.is_none()) })
    }

    /// Gives a device to a courier, or to an office whose desk scanner it is; the shift that it was in ends. `None` gives it to
    /// nobody.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`], and [`ServiceError::DeviceRevoked`].
    pub fn give_device(
        &self,
        actor: &Actor,
        id: DeviceId,
        to: Option<&NamedParty>,
    ) -> Result<DeviceDetail, ServiceError> {
        let centre = self.centre()?;
        let found = self.device(id)?;
        if found.device.revoked_at.is_some() {
            return Err(ServiceError::DeviceRevoked { id });
        }
        let mut problems = Vec::new();
        let party = to.and_then(|named| named_party(&centre, named, "", &mut problems));
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let now = self.now();
        let next =
            party.map(|party| DeviceShift { id: ShiftId::from_uuid(self.fresh_uuid()), party, from: now, until: None });
        let done = Done {
            act: "device_given",
            kind: "device",
            id: id.to_string(),
            before: found.shift.map(|shift| json!(shift.party)),
            after: party.map(|party| json!(party)),
        };
        let entry = self.audit_entry(centre.centre.id, actor, done);
        self.store().change_shift(centre.centre.id, id, next.as_ref(), now, &entry)?;
        self.inner.access.principals.forget();
        self.device(id)
    }

    /// Revokes a device; the next request with its token is refused. Revoking it again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn revoke_device(&self, actor: &Actor, id: DeviceId) -> Result<DeviceDetail, ServiceError> {
        let centre = self.centre()?.centre.id;
        let found = self.device(id)?;
        let before = json!({ "name": found.device.name, "prefix": found.device.prefix });
        let done =
            Done { act: "device_revoked", kind: "device", id: id.to_string(), before: Some(before), after: None };
        self.store().revoke_device(centre, id, self.now(), &self.audit_entry(centre, actor, done))?;
        self.inner.access.principals.forget();
        self.device(id)
    }
}
