use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

use super::{
    HomeTrack,
    ask::{one_time_code, proofs},
    change::Followed,
    desk::HomeRules,
};
use crate::{
    domain::{
        Act, Authority, CentreData, Concerns, DayClock, DeliveryNext, EvidenceRef, HomeDeliveryId, HomeEvent, HomeFact,
        HomeRequest, MessageKind, Party, Place, Proof, Reach, Receiver, to_micros,
    },
    service::{FieldProblem, HomeStage, Service, ServiceError},
    store::{CodePurpose, CodeTried, HomeCursor, HomeFilter, Inserted, NewCode},
};

/// The clock of a device may be so far ahead.
const AHEAD: Duration = Duration::hours(1);
/// More digits of a document than are needed to know it again are not kept.
const LAST_DIGITS_MAX: usize = 4;
const DOCUMENTS_MAX: u32 = 1_000;

/// What happened, as somebody of the centre tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewHomeEvent {
    /// The fee was paid.
    Fee {
        /// How much, đồng.
        amount_dong: u32,
        /// To which courier, by code.
        courier: String,
    },
    /// The delivery was proved.
    Proof {
        /// How.
        proof: Proof,
        /// The signature or the photo.
        evidence: Option<EvidenceRef>,
        /// The code that the recipient told.
        code: Option<String>,
    },
    /// Anything that needs no look at other data to be understood.
    Plain(HomeEvent),
}

/// Something to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHomeFact {
    /// When it happened; `None` for now.
    pub at: Option<DateTime<Utc>>,
    /// What.
    pub event: NewHomeEvent,
}

/// What is still missing of a home delivery that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenPoint {
    /// Nobody recorded that an identity document was looked at.
    Identity,
    /// Nothing proves it as the centre's policy asks.
    Proof,
    /// The fee was not collected.
    Fee,
    /// Documents to be withdrawn were not all collected.
    DocumentsMissing,
    /// Documents withdrawn have not been brought back.
    DocumentsNotReturned,
}

impl OpenPoint {
    /// Its stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Proof => "proof",
            Self::Fee => "fee",
            Self::DocumentsMissing => "documents_missing",
            Self::DocumentsNotReturned => "documents_not_returned",
        }
    }
}

/// A home delivery as the centre's people see it.
#[derive(Debug, Clone)]
pub struct StaffHome {
    /// All that is known of it.
    pub track: HomeTrack,
    /// What is still missing once it was handed over.
    pub open: Vec<OpenPoint>,
    /// Whether its first attempt was, or still can be, in time.
    pub in_time: bool,
}

/// A part of the list of requests.
#[derive(Debug, Clone)]
pub struct HomePage {
    /// The requests with the codes of their communes and their half-days, by the time they came.
    pub homes: Vec<(HomeRequest, crate::domain::HomeDelivery)>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<HomeCursor>,
}

impl Service {
    /// The requests of citizens, at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::NoCentre`] and its like.
    pub fn home_requests(
        &self,
        filter: &HomeFilter,
        after: Option<HomeCursor>,
        limit: u32,
    ) -> Result<HomePage, ServiceError> {
        let centre = self.centre()?.centre.id;
        let mut requests = self.store().home_requests(centre, filter, after, limit.saturating_add(1))?;
        let more = requests.len() > limit as usize;
        requests.truncate(limit as usize);
        let last = requests.last().filter(|_| more);
        let next = last.map(|last| HomeCursor { requested_at: last.requested_at, id: last.id });
        let ids: Vec<HomeDeliveryId> = requests.iter().map(|request| request.id).collect();
        let homes = self.store().home_deliveries(centre, &ids)?;
        let with_home = requests.into_iter().filter_map(|request| {
            let home = homes.iter().find(|home| home.id == request.id)?.clone();
            Some((request, home))
        });
        Ok(HomePage { homes: with_home.collect(), next })
    }

    /// A home delivery, if it is `authority`'s to see; otherwise it is as if there were none.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn home_delivery_for(&self, authority: &Authority, id: HomeDeliveryId) -> Result<StaffHome, ServiceError> {
        let followed = self.reached_home(authority, Act::ReadHomeDeliveries, id)?;
        self.staff_home(followed)
    }

    fn staff_home(&self, followed: Followed) -> Result<StaffHome, ServiceError> {
        let track = self.track(followed)?;
        let in_time = track.clock.is_in_time(self.today()?);
        let open = if track.stage == HomeStage::Delivered { open_points(&track) } else { Vec::new() };
        Ok(StaffHome { track, open, in_time })
    }

    /// Whose a home delivery is: the courier's whose round calls there or who has, or had, its things, and the offices'
    /// that it leaves from.
    fn concerns_of_home(&self, centre: &CentreData, followed: &Followed) -> Result<Concerns, ServiceError> {
        let home = &followed.home;
        let mut concerns: Concerns = std::iter::once(Party::Site(centre.hub().id)).collect();
        let day = home.wanted.map_or_else(|| self.today(), |wanted| Ok(wanted.date))?;
        concerns.extend(centre.depot_of(&home.commune_code, day).map(Party::Site));
        let mut days = vec![day, self.today()?];
        days.dedup();
        for day in days {
            if let Some(plan) = self.store().plan(centre.centre.id, day)? {
                let calls = plan
                    .rounds
                    .iter()
                    .filter(|round| round.route.stops.iter().any(|stop| stop.place == Place::Home(home.id)));
                concerns.extend(calls.map(|round| Party::Courier(round.route.courier_id)));
            }
        }
        for detail in self.things_of(&followed.request)?.custody {
            let holders = detail.custody.chain.iter().map(|holding| holding.holder).chain(detail.custody.holder);
            concerns.extend(holders.filter(|holder| matches!(holder, Party::Courier(_))));
        }
        Ok(concerns)
    }

    fn reached_home(&self, authority: &Authority, act: Act, id: HomeDeliveryId) -> Result<Followed, ServiceError> {
        let followed = self.any_followed(id)?;
        if authority.reach(act) == Reach::All {
            return Ok(followed);
        }
        let centre = self.centre()?;
        if authority.may(act, &self.concerns_of_home(&centre, &followed)?) {
            Ok(followed)
        } else {
            Err(ServiceError::not_found("home delivery", &id))
        }
    }

    /// Records what happened to a home delivery, under an id that whoever records it has made; recording it again is harmless.
    /// Answers the fact and whether it is new.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`] for what cannot be, [`ServiceError::WrongCode`],
    /// [`ServiceError::FactDiffers`], and [`ServiceError::Forbidden`] for a loss recorded by others than dispatchers.
    pub fn record_home_fact(
        &self,
        authority: &Authority,
        recorded_by: &str,
        (id, fact_id): (HomeDeliveryId, Uuid),
        new: &NewHomeFact,
    ) -> Result<(HomeFact, bool), ServiceError> {
        let followed = self.reached_home(authority, Act::RecordHomeFacts, id)?;
        if matches!(new.event, NewHomeEvent::Plain(HomeEvent::Lost))
            && authority.reach(Act::RecordHomeFacts) != Reach::All
        {
            return Err(ServiceError::Forbidden { why: "only a dispatcher or an admin records a loss" });
        }
        let centre = self.centre()?;
        let now = self.now();
        let track = self.track(followed)?;
        let known = track.facts.iter().find(|fact| fact.id == fact_id);
        let at = new.at.map(to_micros).or(known.map(|known| known.at)).unwrap_or(now);
        let mut problems = Vec::new();
        if at > now + AHEAD {
            problems.push(FieldProblem::new("at", "it lies in the future: a fact is told when it happened"));
        }
        let event = event(&centre, &track, known.is_some(), &new.event, at, &mut problems);
        let Some(event) = event.filter(|_| problems.is_empty()) else { return Err(ServiceError::Invalid(problems)) };
        if let NewHomeEvent::Proof { proof: Proof::Code, code: Some(code), .. } = &new.event
            && known.is_none()
        {
            let digest = self.phone_key()?.code_digest(id, "delivery", code.trim());
            let tried = self.store().try_home_code(centre.centre.id, id, CodePurpose::Delivery, &digest, now)?;
            if tried != CodeTried::Right {
                return Err(ServiceError::WrongCode);
            }
        }
        let fact = HomeFact {
            id: fact_id,
            centre_id: centre.centre.id,
            home_delivery_id: id,
            at,
            recorded_at: now,
            recorded_by: recorded_by.to_owned(),
            event,
        };
        let date = DayClock::date_of(at, centre.centre.time_zone);
        match self.store().insert_home_fact(&fact, date)? {
            Inserted::Created => Ok((fact, true)),
            Inserted::Exists => Ok((known.cloned().unwrap_or(fact), false)),
            Inserted::Conflict { .. } => Err(ServiceError::FactDiffers { id: fact_id }),
        }
    }

    /// Sends the recipient the one-time code that proves a delivery.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::NoMoreCodes`], and [`ServiceError::TooLate`] where no number is known.
    pub fn send_delivery_code(&self, authority: &Authority, id: HomeDeliveryId) -> Result<(), ServiceError> {
        let Followed { request, .. } = self.reached_home(authority, Act::RecordHomeFacts, id)?;
        let centre = self.centre()?;
        let rules = HomeRules::on(&centre, self.today()?)?;
        if request.contact.is_none() {
            return Err(ServiceError::TooLate { why: "no number is known for it" });
        }
        let code = one_time_code()?;
        let new = NewCode {
            code_hmac: self.phone_key()?.code_digest(id, "delivery", &code),
            expires_at: self.now() + rules.code_validity,
            tries: rules.code_tries,
        };
        if !self.store().renew_home_code(centre.centre.id, id, CodePurpose::Delivery, &new, rules.code_sends)? {
            return Err(ServiceError::NoMoreCodes);
        }
        // It is good only so long, and so is its message.
        let request = HomeRequest { held_until: new.expires_at, ..request };
        let nth = (MessageKind::DeliveryCode, self.now().timestamp_micros());
        let told = self.code_message(&centre, &request, nth, &code, &rules)?;
        Ok(self.store().add_messages(centre.centre.id, &told)?)
    }
}

/// The event, if it can be; `again` when it was recorded before.
fn event(
    centre: &CentreData,
    track: &HomeTrack,
    again: bool,
    new: &NewHomeEvent,
    at: DateTime<Utc>,
    problems: &mut Vec<FieldProblem>,
) -> Option<HomeEvent> {
    let mut refuse = |field: &str, message: String| {
        problems.push(FieldProblem::new(field, message));
        None
    };
    let date = DayClock::date_of(at, centre.centre.time_zone);
    match new {
        NewHomeEvent::Fee { amount_dong, courier } => {
            let fee = track.request.fee_dong;
            let paid = track.facts.iter().any(|fact| matches!(fact.event, HomeEvent::FeeCollected { .. }));
            if paid && !again {
                return refuse("kind", "the fee was collected before".into());
            }
            if *amount_dong != fee {
                return refuse("amount_dong", format!("the fee agreed to is {fee} đồng"));
            }
            match centre.couriers.iter().find(|known| known.code == *courier) {
                Some(courier) => Some(HomeEvent::FeeCollected { amount_dong: fee, courier_id: courier.id }),
                None => refuse("courier", "no courier has this code".into()),
            }
        }
        NewHomeEvent::Proof { proof, evidence, code } => {
            let taken = proofs(centre, date);
            if !taken.contains(proof) {
                let taken: Vec<&str> = taken.into_iter().map(Proof::as_str).collect();
                return refuse("proof", format!("this centre takes {}", taken.join(", ")));
            }
            match (proof, evidence, code) {
                (Proof::Code, None, Some(_)) => Some(HomeEvent::Proved { proof: *proof, evidence: None }),
                (Proof::Code, ..) => {
                    refuse("code", "expected the code that the recipient told, and no evidence".into())
                }
                (_, Some(evidence), None) => Some(HomeEvent::Proved { proof: *proof, evidence: Some(*evidence) }),
                (..) => refuse("evidence", "expected the digest of the signature or photo, and no code".into()),
            }
        }
        NewHomeEvent::Plain(event) => match event {
            HomeEvent::IdentityChecked { receiver, last_digits, .. } => {
                let plain = last_digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if !(1..=LAST_DIGITS_MAX).contains(&last_digits.len()) || !plain {
                    let message = format!("expected the last 1 to {LAST_DIGITS_MAX} digits or letters, and no more");
                    return refuse("last_digits", message);
                }
                let has_delegate = track.request.contact.as_ref().is_some_and(|contact| contact.delegate.is_some());
                if *receiver == Receiver::Delegate && !has_delegate {
                    return refuse("receiver", "the citizen has named no delegate".into());
                }
                Some(event.clone())
            }
            HomeEvent::DocumentsWithdrawn { expected, collected } => {
                if *expected > DOCUMENTS_MAX || collected > expected {
                    return refuse("collected", format!("expected at most as many as were to be, and {DOCUMENTS_MAX}"));
                }
                Some(event.clone())
            }
            HomeEvent::DocumentsReturned { count } => {
                let (collected, returned) = documents(track);
                if !again && *count > collected.saturating_sub(returned) {
                    return refuse("count", format!("{collected} were withdrawn, of which {returned} are back"));
                }
                Some(event.clone())
            }
            HomeEvent::Invited => match track.clock.next {
                DeliveryNext::InviteAgain { not_before } if date >= not_before => Some(event.clone()),
                _ if again => Some(event.clone()),
                DeliveryNext::InviteAgain { not_before } => {
                    refuse("at", format!("the next invitation counts from {not_before} on"))
                }
                _ => refuse("kind", "no invitation is due: it follows an attempt at which nobody was met".into()),
            },
            other => Some(other.clone()),
        },
    }
}

/// How many documents were withdrawn, and how many are back.
fn documents(track: &HomeTrack) -> (u32, u32) {
    track.facts.iter().fold((0, 0), |(collected, returned), fact| match fact.event {
        HomeEvent::DocumentsWithdrawn { collected: more, .. } => (collected + more, returned),
        HomeEvent::DocumentsReturned { count } => (collected, returned + count),
        _ => (collected, returned),
    })
}

fn open_points(track: &HomeTrack) -> Vec<OpenPoint> {
    let zone = track.centre.centre.time_zone;
    let has = |is: fn(&HomeEvent) -> bool| track.facts.iter().any(|fact| is(&fact.event));
    let mut open = Vec::new();
    if !has(|event| matches!(event, HomeEvent::IdentityChecked { .. })) {
        open.push(OpenPoint::Identity);
    }
    let day = track.since.map(|at| DayClock::date_of(at, zone));
    let needs_proof = day.is_some_and(|day| !proofs(&track.centre, day).is_empty());
    if needs_proof && !has(|event| matches!(event, HomeEvent::Proved { .. })) {
        open.push(OpenPoint::Proof);
    }
    let at_home = track.request.ticket.is_none();
    if at_home && track.request.fee_dong > 0 && !has(|event| matches!(event, HomeEvent::FeeCollected { .. })) {
        open.push(OpenPoint::Fee);
    }
    let short = |event: &HomeEvent| match event {
        HomeEvent::DocumentsWithdrawn { expected, collected } => collected < expected,
        _ => false,
    };
    if track.facts.iter().any(|fact| short(&fact.event)) {
        open.push(OpenPoint::DocumentsMissing);
    }
    let (collected, returned) = documents(track);
    if returned < collected {
        open.push(OpenPoint::DocumentsNotReturned);
    }
    open
}
