use chrono::{DateTime, Duration, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use super::{
    desk::HomeRules,
    offers::{HomePoint, Located},
};
use crate::{
    domain::{
        CentreData, Consent, Delegate, DeliveryReach, Dossier, HalfDay, HomeContact, HomeDelivery, HomeDeliveryId,
        HomeRequest, MessageKind, MessageParameter, MessageParameters, Phone, Proof, RequestState, RuleUnit,
        WantedHalfDay, to_micros,
    },
    service::{FieldProblem, Secret, Service, ServiceError, access::random},
    store::{Attempt, Attempted, Changed, NewCode, NewLink, OutboxMessage, SecretDigest},
};

const NAME_CHARS_MAX: usize = 100;
/// Tries are forgotten when none came for so long.
const TRIES_MEMORY: Duration = Duration::hours(24);
/// Others who promise for the same day at the same time make one look again, so often at most.
const LOOKS_MAX: u32 = 8;

/// Somebody who is to receive a result for its citizen.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDelegate {
    /// The name.
    pub name: String,
    /// What the authorisation is.
    pub authorisation: String,
}

/// What a citizen asks for.
#[derive(Clone, PartialEq)]
pub struct NewHomeRequest {
    /// The dossier's code on the slip.
    pub dossier: String,
    /// The telephone number on the slip.
    pub phone: String,
    /// The citizen's name.
    pub name: String,
    /// Who receives the result, where it is not the citizen.
    pub delegate: Option<NewDelegate>,
    /// Where to.
    pub point: HomePoint,
    /// When.
    pub date: NaiveDate,
    /// In which half of that day.
    pub half_day: HalfDay,
    /// The version of the text that is agreed to.
    pub consent: String,
}

/// A request that was taken.
#[derive(Debug, Clone)]
pub struct AskedHome {
    /// The request.
    pub request: HomeRequest,
    /// What planning reads of it.
    pub home: HomeDelivery,
    /// The link's secret, shown once.
    pub link: Secret,
    /// Until when that is good.
    pub link_expires_at: DateTime<Utc>,
}

/// On what terms results are brought home today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeTermsNow {
    /// What is agreed to.
    pub consent: Consent,
    /// What it costs by reach, đồng.
    pub fees: Vec<(DeliveryReach, u32)>,
    /// What proves a delivery.
    pub proofs: Vec<Proof>,
}

fn subject(kind: &str, of: &str) -> SecretDigest {
    Sha256::new().chain_update(kind).chain_update(":").chain_update(of).finalize().into()
}

/// A text of a person: without control characters, of a sensible length, blanks at its ends dropped.
pub(super) fn person_text(
    field: &str,
    text: &str,
    (least, most): (usize, usize),
    problems: &mut Vec<FieldProblem>,
) -> String {
    let text = text.trim();
    let chars = text.chars().count();
    if !(least..=most).contains(&chars) || text.chars().any(char::is_control) {
        problems.push(FieldProblem::new(
            field,
            format!("expected {least} to {most} characters without control characters"),
        ));
    }
    text.to_owned()
}

pub(super) fn contact(new: &NewHomeRequest, problems: &mut Vec<FieldProblem>) -> Option<HomeContact> {
    let name = person_text("recipient/name", &new.name, (2, NAME_CHARS_MAX), problems);
    let delegate = new.delegate.as_ref().map(|delegate| Delegate {
        name: person_text("recipient/delegate/name", &delegate.name, (2, NAME_CHARS_MAX), problems),
        authorisation: person_text(
            "recipient/delegate/authorisation",
            &delegate.authorisation,
            (1, NAME_CHARS_MAX),
            problems,
        ),
    });
    let phone =
        new.phone.parse::<Phone>().map_err(|error| problems.push(FieldProblem::new("phone", error.to_string())));
    Some(HomeContact { name, phone: phone.ok()?, delegate })
}

impl Service {
    /// On what terms results are brought home today.
    ///
    /// # Errors
    /// [`ServiceError::NoHomeDelivery`] where this centre brings none.
    pub fn home_terms(&self) -> Result<HomeTermsNow, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let missing = |missing| ServiceError::NoHomeDelivery { missing };
        let consent = centre.homes.consent(today).ok_or_else(|| missing("consents.csv"))?.clone();
        let reaches = [DeliveryReach::SameDistrict, DeliveryReach::WithinProvince];
        let fees = reaches.iter().filter_map(|reach| Some((*reach, centre.homes.fee_dong(*reach, today)?))).collect();
        Ok(HomeTermsNow { consent, fees, proofs: proofs(&centre, today) })
    }

    /// Takes a citizen's request and sends the one-time code that makes it final. `address` is where it comes from.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] for what cannot be accepted whoever asks; [`ServiceError::NoSuchSlip`] when code and number do
    /// not go together, [`ServiceError::TooManyTries`] after too many of those; then
    /// [`ServiceError::PresenceRequired`], [`ServiceError::AlreadyRequested`] and [`ServiceError::HalfDayFull`].
    pub fn ask_home_delivery(&self, new: &NewHomeRequest, address: &str) -> Result<AskedHome, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let rules = HomeRules::on(&centre, today)?;
        let terms = self.home_terms()?;
        let mut problems = Vec::new();
        let contact = contact(new, &mut problems);
        let located = self.locate(&new.point, &mut problems)?;
        let code = centre.centre.dossier_codes.recognise(&new.dossier).map(|(code, _)| code);
        let code = code.map_err(|error| problems.push(FieldProblem::new("dossier", error.to_string()))).ok();
        if new.consent.trim() != terms.consent.version {
            let message = format!("expected {:?}, the version of the text in force", terms.consent.version);
            problems.push(FieldProblem::new("consent", message));
        }
        self.check_half_day(&centre, &rules, new.date, new.half_day, &mut problems)?;
        let (Some(contact), Some(located), Some(code)) = (contact, located, code) else {
            return Err(ServiceError::Invalid(problems));
        };
        if !problems.is_empty() {
            return Err(ServiceError::Invalid(problems));
        }
        let dossier = self.matching_dossier(&centre, &rules, code.as_str(), &contact.phone, address)?;
        self.check_dossier(&centre, &dossier, new.date)?;
        self.take(&centre, &rules, new, (contact, located, dossier))
    }

    /// The dossier that has this code and this number. What finds nothing looks and lasts the same, whatever the reason.
    pub(super) fn matching_dossier(
        &self,
        centre: &CentreData,
        rules: &HomeRules,
        code: &str,
        phone: &Phone,
        address: &str,
    ) -> Result<Dossier, ServiceError> {
        let id = centre.centre.id;
        let (slip, place) = (subject("slip", code), subject("slip-address", address));
        let wait = |free: u32| move |failures: u32| (failures >= free).then_some(rules.tries_wait);
        let (of_slip, of_place) = (wait(rules.tries_per_dossier), wait(rules.tries_per_address));
        let subjects = [
            Attempted { subject_sha256: slip, lock_after: &of_slip },
            Attempted { subject_sha256: place, lock_after: &of_place },
        ];
        let now = self.now();
        if let Attempt::LockedUntil(until) = self.store().count_attempt(id, &subjects, now, TRIES_MEMORY)? {
            let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1);
            return Err(ServiceError::TooManyTries { seconds });
        }
        let key = self.phone_key()?;
        let found = self.store().dossier_with_phone(id, code)?;
        let known = found.as_ref().and_then(|(_, known)| known.as_ref());
        let right = key.is_of(known, code, phone);
        let Some((dossier, _)) = found.filter(|_| right) else { return Err(ServiceError::NoSuchSlip) };
        self.store().forget_attempts(id, &slip)?;
        self.store().uncount_attempt(id, &place)?;
        Ok(dossier)
    }

    fn take(
        &self,
        centre: &CentreData,
        rules: &HomeRules,
        new: &NewHomeRequest,
        (contact, located, dossier): (HomeContact, Located, Dossier),
    ) -> Result<AskedHome, ServiceError> {
        let now = self.now();
        let today = self.today()?;
        let id = HomeDeliveryId::from_uuid(self.fresh_uuid());
        let wanted = WantedHalfDay { date: new.date, half_day: Some(new.half_day) };
        let home = self.home_of(centre, id, Some(&dossier), &located, Some(wanted))?;
        let reach = centre.reach_of(&located.commune.code, today);
        let fee_dong = centre.homes.fee_dong(reach, today);
        let code = one_time_code()?;
        let link = Secret::fresh("")?;
        let link_expires_at = to_micros(now + rules.link_validity);
        let request = HomeRequest {
            id,
            centre_id: centre.centre.id,
            dossier_id: dossier.id,
            state: RequestState::AwaitingCode,
            revision: 1,
            requested_at: now,
            held_until: now + rules.code_validity,
            confirmed_at: None,
            ended_at: None,
            reach,
            fee_dong: fee_dong.ok_or(ServiceError::NoHomeDelivery { missing: "fees.csv" })?,
            consent_version: new.consent.trim().to_owned(),
            consented_at: now,
            contact: Some(contact),
            ticket: None,
        };
        let new_link = NewLink { secret_sha256: link.digest(), expires_at: link_expires_at };
        let new_code = NewCode {
            code_hmac: self.phone_key()?.code_digest(id, "request", &code),
            expires_at: request.held_until,
            tries: rules.code_tries,
        };
        let messages = self.code_message(centre, &request, (MessageKind::HomeCode, 1), &code, rules)?;
        for _ in 0..LOOKS_MAX {
            let (possible, day) = self.promisable_on(centre, &home, new.date, &[new.half_day])?;
            if possible.is_empty() {
                return Err(ServiceError::HalfDayFull);
            }
            match self.store().insert_home_request(&request, &home, &new_link, &new_code, day, &messages)? {
                Changed::Done => return Ok(AskedHome { request, home, link, link_expires_at }),
                Changed::AnotherActive => return Err(ServiceError::AlreadyRequested),
                Changed::DayChanged | Changed::LostRace => {}
            }
        }
        Err(ServiceError::HalfDayFull)
    }

    /// The message that tells the citizen a one-time code; `nth` tells it from the ones before.
    pub(super) fn code_message(
        &self,
        centre: &CentreData,
        request: &HomeRequest,
        (kind, nth): (MessageKind, i64),
        code: &str,
        rules: &HomeRules,
    ) -> Result<Vec<OutboxMessage>, ServiceError> {
        let parameters = MessageParameters::default()
            .with(MessageParameter::Code, code)
            .with(MessageParameter::Minutes, rules.code_validity.num_minutes());
        self.home_messages(centre, request, kind, parameters, &nth.to_string())
    }
}

/// What proves a delivery on `date`.
pub(super) fn proofs(centre: &CentreData, date: NaiveDate) -> Vec<Proof> {
    let taken = |proof: &Proof| centre.rules.count(proof.rule(), RuleUnit::Count, date).is_ok_and(|value| value > 0);
    Proof::ALL.into_iter().filter(taken).collect()
}

/// Six digits from the operating system's random source.
pub(super) fn one_time_code() -> Result<String, ServiceError> {
    // 2^64 is so much more than a million that no digit is likelier than another to anybody who counts.
    Ok(format!("{:06}", u64::from_be_bytes(random::<8>()?) % 1_000_000))
}
