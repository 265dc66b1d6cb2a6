use chrono::NaiveDate;

use super::{
    HomePoint,
    ask::{Located, one_time_code},
    desk::HomeRules,
};
use crate::{
    domain::{
        CentreData, DayClock, Destination, Dossier, HalfDay, HomeDelivery, HomeDeliveryId, HomeRequest, MessageKind,
        MessageParameter, MessageParameters, QueueTicket, RequestState, WantedHalfDay,
    },
    service::{Expected, FieldProblem, Service, ServiceError, access::secret_digest, notify::promised},
    store::{Changed, CodePurpose, CodeTried, ItemsGo, NewCode, OutboxMessage},
};

/// Others who change the same at the same time make one look again, so often at most.
const LOOKS_MAX: u32 = 8;

/// What a citizen changes.
#[derive(Clone, Default, PartialEq)]
pub struct HomeChange {
    /// Another place.
    pub point: Option<HomePoint>,
    /// Another half-day.
    pub half_day: Option<(NaiveDate, HalfDay)>,
}

/// A request with what planning reads of it.
pub(super) struct Followed {
    pub(super) request: HomeRequest,
    pub(super) home: HomeDelivery,
    pub(super) dossier: Dossier,
}

impl Service {
    /// What a link stands for.
    pub(super) fn by_link(&self, link: &str) -> Result<Followed, ServiceError> {
        let centre = self.centre()?.centre.id;
        let found = self.store().home_by_link(centre, &secret_digest(link), self.now())?;
        self.followed(found.ok_or(ServiceError::NoSuchLink)?)?.ok_or(ServiceError::NoSuchLink)
    }

    /// A home delivery, also one that no citizen asked for here: then what is known of it stands for a request.
    pub(super) fn any_followed(&self, id: HomeDeliveryId) -> Result<Followed, ServiceError> {
        if let Some(followed) = self.followed(id)? {
            return Ok(followed);
        }
        let not_found = || ServiceError::not_found("home delivery", &id);
        let centre = self.centre()?;
        let home = self.store().home_deliveries(centre.centre.id, &[id])?.pop().ok_or_else(not_found)?;
        let dossier_id = home.dossier_id.ok_or_else(not_found)?;
        let dossier = self.store().dossiers(centre.centre.id, &[dossier_id])?.pop().ok_or_else(not_found)?;
        let day = DayClock::date_of(home.requested_at, centre.centre.time_zone);
        let reach = centre.reach_of(&home.commune_code, day);
        let request = HomeRequest {
            id,
            centre_id: centre.centre.id,
            dossier_id,
            state: RequestState::Confirmed,
            revision: 0,
            requested_at: home.requested_at,
            held_until: home.requested_at,
            confirmed_at: Some(home.requested_at),
            ended_at: None,
            reach,
            fee_dong: 0,
            consent_version: String::new(),
            consented_at: home.requested_at,
            contact: None,
            ticket: None,
        };
        Ok(Followed { request, home, dossier })
    }

    pub(super) fn followed(&self, id: HomeDeliveryId) -> Result<Option<Followed>, ServiceError> {
        let centre = self.centre()?.centre.id;
        let Some(request) = self.store().home_request(centre, id)? else { return Ok(None) };
        let home = self.store().home_deliveries(centre, &[id])?.pop();
        let dossier = self.store().dossiers(centre, &[request.dossier_id])?.pop();
        Ok(home.zip(dossier).map(|(home, dossier)| Followed { request, home, dossier }))
    }

    /// Makes a request final with the code that was sent. Giving the code again changes nothing.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::WrongCode`], and [`ServiceError::TooLate`] for a request that was given up.
    pub fn confirm_home_delivery(&self, link: &str, code: &str) -> Result<(), ServiceError> {
        let followed = self.by_link(link)?;
        let Followed { request, home, .. } = &followed;
        match request.state {
            RequestState::AwaitingCode => {}
            RequestState::Confirmed => return Ok(()),
            RequestState::CounterPickup | RequestState::Cancelled => {
                return Err(ServiceError::TooLate { why: "the request was given up" });
            }
        }
        let centre = self.centre()?;
        let now = self.now();
        let digest = self.phone_key()?.code_digest(request.id, "request", code.trim());
        let tried = self.store().try_home_code(centre.centre.id, request.id, CodePurpose::Request, &digest, now)?;
        if tried != CodeTried::Right {
            return Err(ServiceError::WrongCode);
        }
        // The half-day was kept free for as long as the code is good.
        let confirmed = HomeRequest {
            state: RequestState::Confirmed,
            revision: request.revision + 1,
            confirmed_at: Some(now),
            ..request.clone()
        };
        let told = promised(&confirmed, home);
        let told = told.map(|told| self.home_messages(&centre, &confirmed, MessageKind::HomeConfirmed, told, ""));
        let told = told.transpose()?.unwrap_or_default();
        match self.store().change_home_request(&confirmed, home, None, (ItemsGo::Home, centre.hub().id), &told)? {
            Changed::Done => Ok(()),
            _ => Err(ServiceError::RequestChanged { revision: request.revision + 1 }),
        }
    }

    /// Sends another code, as often as the centre's rule allows.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::NoMoreCodes`], [`ServiceError::HalfDayFull`] when the half-day has gone to
    /// somebody else meanwhile, and [`ServiceError::TooLate`] when no code is awaited.
    pub fn resend_home_code(&self, link: &str) -> Result<(), ServiceError> {
        let Followed { request, home, .. } = self.by_link(link)?;
        if request.state != RequestState::AwaitingCode {
            return Err(ServiceError::TooLate { why: "no code is awaited any more" });
        }
        let centre = self.centre()?;
        let rules = HomeRules::on(&centre, self.today()?)?;
        let now = self.now();
        let held =
            HomeRequest { held_until: now + rules.code_validity, revision: request.revision + 1, ..request.clone() };
        let code = one_time_code()?;
        let new = NewCode {
            code_hmac: self.phone_key()?.code_digest(request.id, "request", &code),
            expires_at: held.held_until,
            tries: rules.code_tries,
        };
        let Some(wanted) = home.wanted else { return Err(ServiceError::HalfDayFull) };
        let (store, purpose) = (self.store(), CodePurpose::Request);
        if !store.renew_home_code(centre.centre.id, request.id, purpose, &new, rules.code_sends)? {
            return Err(ServiceError::NoMoreCodes);
        }
        let nth = (MessageKind::HomeCode, i64::from(held.revision));
        let told = self.code_message(&centre, &held, nth, &code, &rules)?;
        let go = (ItemsGo::AsBefore, centre.hub().id);
        for _ in 0..LOOKS_MAX {
            let halves: Vec<HalfDay> = wanted.half_day.into_iter().collect();
            let (possible, day) = self.promisable_on(&centre, &home, wanted.date, &halves)?;
            if possible.is_empty() {
                return Err(ServiceError::HalfDayFull);
            }
            match self.store().change_home_request(&held, &home, Some(day), go, &told)? {
                Changed::Done => return Ok(()),
                Changed::DayChanged => {}
                Changed::LostRace | Changed::AnotherActive => {
                    return Err(ServiceError::RequestChanged { revision: request.revision + 1 });
                }
            }
        }
        Err(ServiceError::HalfDayFull)
    }

    /// Changes where or when a result is brought.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::RequestChanged`], [`ServiceError::TooLate`] once it is on board, and those of a
    /// new request.
    pub fn change_home_delivery(
        &self,
        link: &str,
        change: &HomeChange,
        expected: &Expected,
    ) -> Result<(), ServiceError> {
        let followed = self.changeable(link, expected)?;
        let centre = self.centre()?;
        let today = self.today()?;
        let rules = HomeRules::on(&centre, today)?;
        let mut problems = Vec::new();
        let located = match &change.point {
            Some(point) => self.locate(point, &mut problems)?,
            None => None,
        };
        let before = followed.home.wanted;
        let wanted = match change.half_day {
            Some((date, half)) => {
                self.check_half_day(&centre, &rules, date, half, &mut problems)?;
                Some(WantedHalfDay { date, half_day: Some(half) })
            }
            None => before,
        };
        if !problems.is_empty() || (change.point.is_some() && located.is_none()) {
            return Err(ServiceError::Invalid(problems));
        }
        let Some(wanted) = wanted else {
            let problem = FieldProblem::new("half_day", "say when, too: it had no half-day");
            return Err(ServiceError::Invalid(vec![problem]));
        };
        if Some(wanted) != before {
            self.check_day(&centre, &followed.dossier, wanted.date)?;
        }
        self.promise_anew(&centre, &followed, located, wanted)
    }

    fn promise_anew(
        &self,
        centre: &CentreData,
        followed: &Followed,
        located: Option<Located>,
        wanted: WantedHalfDay,
    ) -> Result<(), ServiceError> {
        let Followed { request, home, .. } = followed;
        let mut home = HomeDelivery { wanted: Some(wanted), ..home.clone() };
        let mut request = HomeRequest { revision: request.revision + 1, ..request.clone() };
        if let Some(located) = located {
            request.reach = centre.reach_of(&located.commune.code, self.today()?);
            let fee = centre.homes.fee_dong(request.reach, self.today()?);
            request.fee_dong = fee.ok_or(ServiceError::NoHomeDelivery { missing: "fees.csv" })?;
            home.address = located.address;
            home.commune_code = located.commune.code;
            home.position = located.position;
            home.position_quality = located.quality;
        }
        // What is not final yet is told with the confirmation.
        let told = promised(&request, &home).filter(|_| request.state == RequestState::Confirmed);
        let occasion = request.revision.to_string();
        let told = told.map(|told| self.home_messages(centre, &request, MessageKind::HomeChanged, told, &occasion));
        let told = told.transpose()?.unwrap_or_default();
        let go = (ItemsGo::AsBefore, centre.hub().id);
        for _ in 0..LOOKS_MAX {
            let halves: Vec<HalfDay> = wanted.half_day.into_iter().collect();
            let (possible, day) = self.promisable_on(centre, &home, wanted.date, &halves)?;
            if possible.is_empty() {
                return Err(ServiceError::HalfDayFull);
            }
            match self.store().change_home_request(&request, &home, Some(day), go, &told)? {
                Changed::Done => return Ok(()),
                Changed::DayChanged => {}
                Changed::LostRace | Changed::AnotherActive => {
                    return Err(ServiceError::RequestChanged { revision: request.revision });
                }
            }
        }
        Err(ServiceError::HalfDayFull)
    }

    /// The request of a link, if it may still be changed and is the one expected.
    fn changeable(&self, link: &str, expected: &Expected) -> Result<Followed, ServiceError> {
        let followed = self.by_link(link)?;
        let revision = followed.request.revision;
        let holds = match expected {
            Expected::Anything | Expected::SomePlan => true,
            Expected::NoPlan => false,
            Expected::OneOf(tags) => tags.contains(&revision.to_string()),
        };
        if !holds {
            return Err(ServiceError::RequestChanged { revision });
        }
        match followed.request.state {
            RequestState::AwaitingCode | RequestState::Confirmed => {}
            RequestState::CounterPickup => return Err(ServiceError::TooLate { why: "it is fetched at the counter" }),
            RequestState::Cancelled => return Err(ServiceError::TooLate { why: "it was cancelled" }),
        }
        if self.is_on_board(&followed.request)? {
            return Err(ServiceError::TooLate { why: "the result is on its way" });
        }
        Ok(followed)
    }

    /// Gives a home delivery up.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::RequestChanged`] and [`ServiceError::TooLate`].
    pub fn cancel_home_delivery(&self, link: &str, expected: &Expected) -> Result<(), ServiceError> {
        let followed = self.changeable(link, expected)?;
        self.give_up(&followed, RequestState::Cancelled, None)
    }

    /// Has the citizen fetch the result at the counter instead, with a place in the queue of a day.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::RequestChanged`], [`ServiceError::TooLate`], and [`ServiceError::Invalid`] for a
    /// day on which the result cannot be fetched.
    pub fn fetch_at_counter(
        &self,
        link: &str,
        date: NaiveDate,
        expected: &Expected,
    ) -> Result<QueueTicket, ServiceError> {
        let followed = self.changeable(link, expected)?;
        let centre = self.centre()?;
        let today = self.today()?;
        let refuse = |message: String| ServiceError::Invalid(vec![FieldProblem::new("date", message)]);
        if date < today {
            return Err(refuse(format!("expected a day from {today} on")));
        }
        if !centre.calendar.is_working_day(date)? {
            return Err(refuse(format!("{date} is not a working day")));
        }
        self.check_day(&centre, &followed.dossier, date).map_err(|error| match error {
            ServiceError::Invalid(problems) => {
                let problems = problems.into_iter().map(|problem| FieldProblem::new("date", problem.message));
                ServiceError::Invalid(problems.collect())
            }
            other => other,
        })?;
        for _ in 0..LOOKS_MAX {
            let number = self.store().last_queue_ticket(centre.centre.id, date)? + 1;
            let ticket = QueueTicket { date, number };
            match self.give_up(&followed, RequestState::CounterPickup, Some(ticket)) {
                // Somebody else took that number.
                Err(ServiceError::Store(crate::store::StoreError::Duplicate { .. })) => {}
                Err(error) => return Err(error),
                Ok(()) => return Ok(ticket),
            }
        }
        Err(ServiceError::RequestChanged { revision: followed.request.revision })
    }

    fn give_up(
        &self,
        followed: &Followed,
        state: RequestState,
        ticket: Option<QueueTicket>,
    ) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let rules = HomeRules::on(&centre, self.today()?)?;
        let request = HomeRequest {
            state,
            revision: followed.request.revision + 1,
            ended_at: Some(now),
            ticket,
            ..followed.request.clone()
        };
        let told = self.given_up(&centre, &request, ticket)?;
        let go = (ItemsGo::Centre, centre.hub().id);
        match self.store().change_home_request(&request, &followed.home, None, go, &told)? {
            Changed::Done => {}
            _ => return Err(ServiceError::RequestChanged { revision: request.revision }),
        }
        self.store().shorten_home_links(centre.centre.id, request.id, now + rules.link_after_end)?;
        Ok(())
    }

    /// What tells the citizen that a request was given up.
    fn given_up(
        &self,
        centre: &CentreData,
        request: &HomeRequest,
        ticket: Option<QueueTicket>,
    ) -> Result<Vec<OutboxMessage>, ServiceError> {
        let (kind, parameters) = match ticket {
            None => (MessageKind::HomeCancelled, MessageParameters::default()),
            Some(QueueTicket { date, number }) => (
                MessageKind::HomeCounter,
                MessageParameters::default().with(MessageParameter::Date, date).with(MessageParameter::Ticket, number),
            ),
        };
        self.home_messages(centre, request, kind, parameters, "")
    }

    /// Where a new item of a dossier goes: home, when that was asked for and it would go to the centre.
    pub(in crate::service) fn destination_of(
        &self,
        centre: &CentreData,
        dossier: Option<crate::domain::DossierId>,
        to: Destination,
    ) -> Result<Destination, ServiceError> {
        match (dossier, to) {
            (Some(dossier), Destination::Site(site)) if site == centre.hub().id => {
                let home = self.store().confirmed_home_request(centre.centre.id, dossier)?;
                Ok(home.map_or(to, Destination::Home))
            }
            _ => Ok(to),
        }
    }
}
