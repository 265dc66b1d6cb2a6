use chrono::{DateTime, Duration, NaiveDate, Utc};
use sha2::{Digest as _, Sha256};

use super::{HomePlace, desk::HomeRules};
use crate::{
    dispatch::{PromiseInput, promisable},
    domain::{
        CentreData, Certainty, Commune, Consent, DayClock, Delegate, DeliveryReach, Dossier, HalfDay, HomeContact,
        HomeDelivery, HomeDeliveryId, HomeRequest, MessageKind, MessageParameter, MessageParameters, Phone, Position,
        PositionQuality, Proof, RequestState, RuleUnit, WantedHalfDay, to_micros,
    },
    service::{FieldProblem, Secret, Service, ServiceError, access::random},
    store::{Attempt, Attempted, Changed, NewCode, NewLink, OutboxMessage, PromiseDay, SecretDigest},
};

const NAME_CHARS_MAX: usize = 100;
const ADDRESS_CHARS_MAX: usize = 300;
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

/// Where a home is, as a citizen says it.
#[derive(Clone, PartialEq)]
pub struct HomePoint {
    /// The address as written.
    pub address: String,
    /// The commune's code; without it the address must say it beyond doubt.
    pub commune: Option<String>,
    /// The point on the map.
    pub position: Option<Position>,
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

/// A half-day that can be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDayOffer {
    /// The day.
    pub date: NaiveDate,
    /// The half.
    pub half_day: HalfDay,
    /// When it begins.
    pub begins_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
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

/// A home that was found in the service area.
pub(super) struct Located {
    pub(super) address: String,
    pub(super) commune: Commune,
    pub(super) position: Position,
    pub(super) quality: PositionQuality,
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

    /// Where a home is, if results are brought there.
    pub(super) fn locate(
        &self,
        point: &HomePoint,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<Option<Located>, ServiceError> {
        let centre = self.centre()?;
        let today = self.today()?;
        let address = person_text("address", &point.address, (5, ADDRESS_CHARS_MAX), problems);
        let commune = match point.commune.as_deref().map(str::trim) {
            Some(code) => match centre.commune(code, today) {
                Some(commune) => commune.clone(),
                None => {
                    let message = "no commune in force today has this code: GET /v1/places/search finds them by name";
                    problems.push(FieldProblem::new("commune", message));
                    return Ok(None);
                }
            },
            None => match self.sure_commune(&address)? {
                Ok(commune) => commune,
                Err(message) => {
                    problems.push(FieldProblem::new("commune", message));
                    return Ok(None);
                }
            },
        };
        if centre.depot_of(&commune.code, today).is_none() {
            problems.push(FieldProblem::new("commune", format!("no results are brought to {}", commune.name)));
            return Ok(None);
        }
        let slack_m = HomeRules::on(&centre, today)?.point_slack_m;
        let (position, quality) = match point.position {
            None => (commune.position, commune.position_quality),
            Some(position) => {
                let reach_m = f64::from(commune.spread_radius_m) + f64::from(slack_m);
                if metres_between(position, commune.position) > reach_m {
                    let message =
                        format!("it lies too far from {}: choose the point, or the commune, anew", commune.name);
                    problems.push(FieldProblem::new("position", message));
                }
                (position, PositionQuality::Building)
            }
        };
        Ok(Some(Located { address, commune, position, quality }))
    }

    /// The commune that an address names beyond doubt, or what to do.
    fn sure_commune(&self, address: &str) -> Result<Result<Commune, String>, ServiceError> {
        let found = self.find_places(address)?;
        Ok(match found.first() {
            Some(HomePlace { commune, certainty: Certainty::Sure, .. }) => Ok(commune.clone()),
            Some(_) => {
                let names: Vec<String> =
                    found.iter().map(|place| format!("{} ({})", place.commune.name, place.commune.code)).collect();
                Err(format!("the address may mean {}: say which by its code", names.join(", ")))
            }
            None => Err("the address names no commune that is known here: say which by its code".into()),
        })
    }

    /// The half-days that can be promised to a home, from a day or now on.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] names what is wrong with the place.
    pub fn half_day_offers(
        &self,
        point: &HomePoint,
        from: Option<NaiveDate>,
    ) -> Result<Vec<HalfDayOffer>, ServiceError> {
        let mut problems = Vec::new();
        let located = self.locate(point, &mut problems)?;
        let Some(located) = located.filter(|_| problems.is_empty()) else {
            return Err(ServiceError::Invalid(problems));
        };
        let centre = self.centre()?;
        let today = self.today()?;
        let rules = HomeRules::on(&centre, today)?;
        let home = self.home_of(&centre, HomeDeliveryId::from_uuid(self.fresh_uuid()), None, &located, None)?;
        let mut offers = Vec::new();
        let mut date = from.map_or(today, |from| from.max(today));
        let mut days = 0;
        // Beyond the calendar nothing is promised.
        while days < rules.days_offered && centre.calendar.is_working_day(date).is_ok() {
            if centre.calendar.is_working_day(date)? {
                days += 1;
                let open: Vec<HalfDayOffer> = HalfDay::ALL
                    .into_iter()
                    .filter_map(|half| half_day_of(&centre, date, half))
                    .filter(|offer| offer.begins_at >= self.now() + rules.load_lead)
                    .collect();
                let halves: Vec<HalfDay> = open.iter().map(|offer| offer.half_day).collect();
                let (possible, _) = self.promisable_on(&centre, &home, date, &halves)?;
                offers.extend(open.into_iter().filter(|offer| possible.contains(&offer.half_day)));
            }
            let Some(next) = date.succ_opt() else { break };
            date = next;
        }
        Ok(offers)
    }

    /// Which halves of a day can be promised to a home, and as of which of that day's promises.
    pub(super) fn promisable_on(
        &self,
        centre: &CentreData,
        home: &HomeDelivery,
        date: NaiveDate,
        halves: &[HalfDay],
    ) -> Result<(Vec<HalfDay>, PromiseDay), ServiceError> {
        let (day, promised) = self.store().promised_on(centre.centre.id, date, self.now())?;
        if halves.is_empty() {
            return Ok((Vec::new(), day));
        }
        let input = PromiseInput {
            centre,
            date,
            promised: &promised,
            travel: self.travel(),
            weight_g: HomeRules::on(centre, self.today()?)?.promise_weight_g,
        };
        let possible = promisable(&input, home, halves).map_err(ServiceError::Dispatch)?;
        Ok((possible, day))
    }

    pub(super) fn home_of(
        &self,
        centre: &CentreData,
        id: HomeDeliveryId,
        dossier: Option<&Dossier>,
        located: &Located,
        wanted: Option<WantedHalfDay>,
    ) -> Result<HomeDelivery, ServiceError> {
        Ok(HomeDelivery {
            id,
            centre_id: centre.centre.id,
            dossier_id: dossier.map(|dossier| dossier.id),
            address: located.address.clone(),
            commune_code: located.commune.code.clone(),
            position: located.position,
            position_quality: located.quality,
            requested_at: to_micros(self.now()),
            wanted,
            synthetic: self.holds_a_synthetic_season(centre)?,
        })
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

    /// Refuses a half-day that cannot be asked for whoever asks.
    pub(super) fn check_half_day(
        &self,
        centre: &CentreData,
        rules: &HomeRules,
        date: NaiveDate,
        half: HalfDay,
        problems: &mut Vec<FieldProblem>,
    ) -> Result<(), ServiceError> {
        let (today, last) = (self.today()?, centre.calendar.to());
        let mut refuse = |message: String| problems.push(FieldProblem::new("half_day", message));
        if date < today || date > last {
            refuse(format!("expected a day from {today} to {last}"));
        } else if !centre.calendar.is_working_day(date)? {
            refuse(format!("{date} is not a working day"));
        } else {
            match half_day_of(centre, date, half) {
                None => refuse(format!("homes are not visited in the {half} of {date}")),
                Some(offer) if offer.begins_at < self.now() + rules.load_lead => {
                    refuse(format!("it is too late for the {half} of {date}"));
                }
                Some(_) => {}
            }
        }
        Ok(())
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

/// A half of a day, if homes are visited in it.
pub(super) fn half_day_of(centre: &CentreData, date: NaiveDate, half_day: HalfDay) -> Option<HalfDayOffer> {
    let hours = centre.half_days.iter().find(|row| row.half_day == half_day && row.effective.contains(date))?;
    let clock = DayClock::new(date, centre.centre.time_zone);
    Some(HalfDayOffer { date, half_day, begins_at: clock.at(hours.window.from), ends_at: clock.at(hours.window.to) })
}

/// Six digits from the operating system's random source.
pub(super) fn one_time_code() -> Result<String, ServiceError> {
    // 2^64 is so much more than a million that no digit is likelier than another to anybody who counts.
    Ok(format!("{:06}", u64::from_be_bytes(random::<8>()?) % 1_000_000))
}

/// The distance of two points, good to a few parts in a thousand at the distances that matter here.
fn metres_between(one: Position, other: Position) -> f64 {
    const METRES_PER_DEGREE: f64 = 111_320.0;
    let north = (one.lat() - other.lat()) * METRES_PER_DEGREE;
    let east = (one.lon() - other.lon()) * METRES_PER_DEGREE * one.lat().to_radians().cos();
    north.hypot(east)
}
