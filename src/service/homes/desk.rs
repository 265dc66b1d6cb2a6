use std::sync::{Arc, PoisonError};

use chrono::{Duration, Months, NaiveDate};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{
    domain::{CentreData, Certainty, Commune, Gazetteer, HomeDeliveryId, Phone, RuleUnit},
    service::{Service, ServiceError, access::random},
};

/// A keyed digest of a telephone number on a slip.
pub(in crate::service) type PhoneDigest = [u8; 32];

/// The key under which a centre digests numbers and codes: few enough to be tried out, they must not be digested without one.
#[derive(Clone)]
pub(in crate::service) struct PhoneKey([u8; 32]);

impl PhoneKey {
    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// The digest of the number on the slip of the dossier `code`: the same number on another slip has another one.
    pub(in crate::service) fn digest(&self, code: &str, phone: &Phone) -> PhoneDigest {
        self.mac(&[b"slip", code.as_bytes(), phone.reveal().as_bytes()]).finalize().into_bytes().into()
    }

    /// Whether the slip of `code` has this number; it takes the same time whatever is known of the slip.
    pub(super) fn is_of(&self, known: Option<&PhoneDigest>, code: &str, phone: &Phone) -> bool {
        let mac = self.mac(&[b"slip", code.as_bytes(), phone.reveal().as_bytes()]);
        let right = mac.verify_slice(known.unwrap_or(&[0; 32])).is_ok();
        right && known.is_some()
    }

    /// The digest of a one-time code.
    pub(super) fn code_digest(&self, home: HomeDeliveryId, purpose: &str, code: &str) -> PhoneDigest {
        let id = home.uuid();
        let parts = [b"code", id.as_bytes().as_slice(), purpose.as_bytes(), code.as_bytes()];
        self.mac(&parts).finalize().into_bytes().into()
    }
}

/// A place that a text may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct HomePlace {
    /// The commune in force.
    pub commune: Commune,
    /// The unit whose name was read: the same, or one that has been merged into it.
    pub named: Commune,
    /// How well the text fits, in thousandths.
    pub score_permille: u16,
    /// How sure it is.
    pub certainty: Certainty,
    /// Whether results are brought there.
    pub served: bool,
}

impl Service {
    /// The key under which the centre digests numbers; made when it is first needed.
    pub(in crate::service) fn phone_key(&self) -> Result<PhoneKey, ServiceError> {
        let centre = self.centre()?.centre.id;
        let keys = &self.inner.homes.phone_keys;
        if let Some(key) = keys.lock().unwrap_or_else(PoisonError::into_inner).get(&centre) {
            return Ok(key.clone());
        }
        let key = PhoneKey(self.store().phone_key(centre, &random::<32>()?, self.now())?);
        keys.lock().unwrap_or_else(PoisonError::into_inner).insert(centre, key.clone());
        Ok(key)
    }

    fn gazetteer(&self, centre: &Arc<CentreData>) -> Arc<Gazetteer> {
        let mut kept = self.inner.homes.gazetteer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, gazetteer)) = kept.as_ref()
            && (Arc::ptr_eq(known, centre) || known.communes == centre.communes)
        {
            return Arc::clone(gazetteer);
        }
        let gazetteer = Arc::new(Gazetteer::new(centre.communes.clone()));
        *kept = Some((Arc::clone(centre), Arc::clone(&gazetteer)));
        gazetteer
    }

    /// The communes in force today that a text may mean, the likeliest first.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn find_places(&self, text: &str) -> Result<Vec<HomePlace>, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let gazetteer = self.gazetteer(&centre);
        let found = gazetteer.find(text, today).into_iter().map(|candidate| HomePlace {
            commune: candidate.commune.clone(),
            named: candidate.named.clone(),
            score_permille: candidate.score_permille,
            certainty: candidate.certainty,
            served: centre.depot_of(&candidate.commune.code, today).is_some(),
        });
        Ok(found.collect())
    }
}

/// The rules of home deliveries, as in force on a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct HomeRules {
    pub(super) link_validity: Months,
    pub(super) link_after_end: Months,
    pub(super) code_validity: Duration,
    pub(super) code_tries: u32,
    pub(super) code_sends: u32,
    pub(super) tries_per_dossier: u32,
    pub(super) tries_per_address: u32,
    pub(super) tries_wait: Duration,
    pub(super) days_offered: u32,
    pub(super) point_slack_m: u32,
    pub(super) promise_weight_g: u32,
    pub(super) load_lead: Duration,
}

impl HomeRules {
    pub(super) fn on(centre: &CentreData, date: NaiveDate) -> Result<Self, ServiceError> {
        let number = |name: &'static str, unit: RuleUnit| {
            let number = centre.rules.count(name, unit, date).ok().and_then(|number| u32::try_from(number).ok());
            number.ok_or(ServiceError::NoHomeDelivery { missing: name })
        };
        let seconds = |name: &'static str| number(name, RuleUnit::Second).map(|s| Duration::seconds(s.into()));
        let months = |name: &'static str| number(name, RuleUnit::Month).map(Months::new);
        Ok(Self {
            link_validity: months("home_link_validity")?,
            link_after_end: months("home_link_after_end")?,
            code_validity: seconds("home_code_validity")?,
            code_tries: number("home_code_tries", RuleUnit::Count)?,
            code_sends: number("home_code_sends", RuleUnit::Count)?,
            tries_per_dossier: number("home_tries_per_dossier", RuleUnit::Count)?,
            tries_per_address: number("home_tries_per_address", RuleUnit::Count)?,
            tries_wait: seconds("home_tries_wait")?,
            days_offered: number("home_days_offered", RuleUnit::WorkingDay)?,
            point_slack_m: number("home_point_slack_m", RuleUnit::Count)?,
            promise_weight_g: number("home_promise_weight_g", RuleUnit::Count)?,
            load_lead: seconds("home_load_lead")?,
        })
    }
}
