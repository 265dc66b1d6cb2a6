use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    change::Followed,
    window::{HomeWindow, Seen},
};
use crate::{
    domain::{
        Action, AttemptFailure, CentreData, DeliveryClock, DeliveryEvent, DeliveryFact, HomeDelivery, HomeFact,
        HomeRequest, LegCarrier, Party, PostalStep, RequestState, S10, SiteId, SiteKind,
    },
    ledger::Recorded,
    service::{CustodyDetail, Service, ServiceError},
    store::ToldOf,
};

/// Where a result is, as its citizen is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HomeStage {
    /// The code that makes the request final has not been given.
    AwaitingCode,
    /// The request was given up.
    Cancelled,
    /// It is to be fetched at the counter.
    CounterPickup,
    /// The department has not handed it over yet.
    BeingSettled,
    /// It is under way to the centre, or to the post office that its round leaves from.
    UnderWay,
    /// It lies at an office, from which it will be brought.
    At(SiteId),
    /// It is on board of the courier who brings it.
    OnItsWay,
    /// An attempt failed, and there will be another.
    NotMet(AttemptFailure),
    /// It goes back to the authority.
    GoingBack,
    /// It is back at the authority.
    Returned,
    /// It was handed over.
    Delivered,
    /// It is being looked for.
    Missing,
    /// It is lost.
    Lost,
}

/// All that is known of a home delivery.
#[derive(Debug, Clone)]
pub struct HomeTrack {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// The request.
    pub request: HomeRequest,
    /// What planning reads of it.
    pub home: HomeDelivery,
    /// The dossier's code.
    pub dossier: String,
    /// Where it is.
    pub stage: HomeStage,
    /// Since when, where that is known.
    pub since: Option<DateTime<Utc>>,
    /// When it comes, while it is still to come.
    pub window: Option<HomeWindow>,
    /// Whether it may still be changed.
    pub changeable: bool,
    /// The legal clock.
    pub clock: DeliveryClock,
    /// What happened as the clock counts it, in order.
    pub happened: Vec<DeliveryFact>,
    /// What was recorded beside scans.
    pub facts: Vec<HomeFact>,
    /// The codes of its things.
    pub items: Vec<String>,
}

/// What the ledger has of a home delivery's things.
pub(super) struct Things {
    pub(super) codes: Vec<String>,
    pub(super) custody: Vec<CustodyDetail>,
}

impl Things {
    /// The scans of a thing that count, in order.
    fn scans(detail: &CustodyDetail) -> impl DoubleEndedIterator<Item = &Recorded> {
        detail.custody.scans.iter().filter_map(|id| detail.scans.get(id))
    }

    /// The scan with which it was last taken on board of something: a load, or a receipt for a trip.
    fn taken(detail: &CustodyDetail) -> Option<&Recorded> {
        Self::scans(detail).rev().find(|record| match record.scan.action {
            Action::Load => true,
            Action::Receive => record.scan.trip.is_some(),
            _ => false,
        })
    }

    /// Whether a thing is on board of a round: a courier has it, and took it for that.
    fn is_on_board(detail: &CustodyDetail) -> bool {
        if !matches!(detail.custody.holder, Some(Party::Courier(_))) {
            return false;
        }
        // A load that names no trip may be for the round, and then it is too late.
        Self::taken(detail).is_some_and(|record| !matches!(record.scan.trip, Some(LegCarrier::Run(_))))
    }

    pub(super) fn any_on_board(&self) -> bool {
        self.custody.iter().any(Self::is_on_board)
    }

    pub(super) fn loaded_at(&self) -> Option<DateTime<Utc>> {
        let boards = self.custody.iter().filter(|detail| Self::is_on_board(detail));
        boards.filter_map(Self::taken).map(Recorded::at).max()
    }

    /// The round that it is on board of.
    pub(super) fn round(&self) -> Option<uuid::Uuid> {
        let boards = self.custody.iter().filter(|detail| Self::is_on_board(detail));
        boards.filter_map(Self::taken).find_map(|record| match record.scan.trip {
            Some(LegCarrier::Round(round)) => Some(round.uuid()),
            _ => None,
        })
    }

    /// What scans tell the legal clock.
    fn facts(&self, centre: &CentreData, confirmed_at: Option<DateTime<Utc>>, by_post: bool) -> Vec<DeliveryFact> {
        let mut facts = Vec::new();
        let Some(confirmed_at) = confirmed_at else { return facts };
        let authority = |party: Option<Party>| match party {
            Some(Party::Site(site)) => centre.site(site).is_some_and(|site| site.kind == SiteKind::Department),
            _ => false,
        };
        for detail in &self.custody {
            let carried = detail.custody.chain.iter().find(|holding| matches!(holding.holder, Party::Courier(_)));
            // Where the post brings it home, the carrier of the law is the post, and tells itself when it received it.
            if let Some(holding) = carried.filter(|_| !by_post) {
                // What the carrier had before it was asked to bring it home counts from then on.
                facts.push(DeliveryFact { at: holding.since.max(confirmed_at), event: DeliveryEvent::Accepted });
            }
            for attempt in &detail.custody.attempts {
                facts.push(DeliveryFact { at: attempt.at, event: DeliveryEvent::Failed(attempt.reason) });
            }
            for record in Self::scans(detail) {
                let event = match record.scan.action {
                    Action::Deliver => DeliveryEvent::Delivered,
                    Action::HandBack if authority(record.scan.counterparty) => DeliveryEvent::Returned,
                    _ => continue,
                };
                facts.push(DeliveryFact { at: record.at(), event });
            }
        }
        facts
    }
}

impl Service {
    pub(super) fn things_of(&self, request: &HomeRequest) -> Result<Things, ServiceError> {
        let centre = self.centre()?.centre.id;
        let codes = self.store().item_codes_of_home(centre, request.id)?;
        let mut custody = Vec::with_capacity(codes.len());
        for code in &codes {
            match self.custody(code) {
                Ok(detail) => custody.push(detail),
                // No scanner can have read such a code.
                Err(ServiceError::Misread(_) | ServiceError::NotFound { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(Things { codes, custody })
    }

    pub(super) fn is_on_board(&self, request: &HomeRequest) -> Result<bool, ServiceError> {
        let things = self.things_of(request)?;
        let done = things.custody.iter().any(|detail| detail.custody.holder == Some(Party::Recipient));
        Ok(done || things.any_on_board() || self.is_with_the_post(request)?)
    }

    /// Whether it was handed to the postal operator and has not come back.
    fn is_with_the_post(&self, request: &HomeRequest) -> Result<bool, ServiceError> {
        let numbers = self.store().postal_numbers_of_home(request.centre_id, request.id)?;
        let told = self.store().postal_events(request.centre_id, ToldOf::Numbers(&numbers))?;
        let is_back = |number: &S10| {
            told.iter().any(|told| told.event.number == *number && told.event.step == PostalStep::Returned)
        };
        Ok(numbers.iter().any(|number| !is_back(number)))
    }

    /// How the home delivery of a link stands.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`].
    pub fn track_home_delivery(&self, link: &str) -> Result<HomeTrack, ServiceError> {
        let followed = self.by_link(link)?;
        self.track(followed)
    }

    pub(super) fn track(&self, followed: Followed) -> Result<HomeTrack, ServiceError> {
        let Followed { request, home, dossier } = followed;
        let centre = self.centre()?;
        let zone = centre.centre.time_zone;
        let things = self.things_of(&request)?;
        let facts = self.store().home_facts(centre.centre.id, request.id)?;
        let numbers = self.store().postal_numbers_of_home(centre.centre.id, request.id)?;
        let mut happened = things.facts(&centre, request.confirmed_at, !numbers.is_empty());
        happened.extend(facts.iter().filter_map(HomeFact::of_the_clock));
        let paid = self.store().compensations_of_home(centre.centre.id, request.id)?;
        happened
            .extend(paid.into_iter().map(|(at, dong)| DeliveryFact { at, event: DeliveryEvent::Compensated(dong) }));
        happened.sort_unstable();
        happened.dedup();
        let clock = DeliveryClock::of(&happened, request.reach, &centre.calendar, &centre.rules, zone)?;
        let (mut stage, mut since) = stage(&request, &things, &happened, &clock);
        let told = self.store().postal_events(centre.centre.id, ToldOf::Numbers(&numbers))?;
        let coming_by_post = matches!(stage, HomeStage::At(_) | HomeStage::UnderWay | HomeStage::NotMet(_));
        if let Some(last) = told.last().filter(|_| coming_by_post) {
            let by_post = match last.event.step {
                PostalStep::Accepted | PostalStep::InTransit => Some(HomeStage::UnderWay),
                PostalStep::OutForDelivery => Some(HomeStage::OnItsWay),
                _ => None,
            };
            if let Some(by_post) = by_post {
                (stage, since) = (by_post, Some(last.event.at));
            }
        }
        let coming = matches!(
            stage,
            HomeStage::BeingSettled
                | HomeStage::UnderWay
                | HomeStage::At(_)
                | HomeStage::OnItsWay
                | HomeStage::NotMet(_)
                | HomeStage::AwaitingCode
        );
        let seen = Seen { things: &things, happened: &happened };
        let window = if coming { self.home_window(&centre, &home, &seen)? } else { None };
        let open = matches!(request.state, RequestState::AwaitingCode | RequestState::Confirmed);
        let changeable = open && coming && stage != HomeStage::OnItsWay && !self.is_with_the_post(&request)?;
        Ok(HomeTrack {
            dossier: dossier.code.to_string(),
            stage,
            since,
            window,
            changeable,
            clock,
            happened,
            facts,
            items: things.codes,
            centre,
            request,
            home,
        })
    }
}

/// Where it is, and since when.
fn stage(
    request: &HomeRequest,
    things: &Things,
    happened: &[DeliveryFact],
    clock: &DeliveryClock,
) -> (HomeStage, Option<DateTime<Utc>>) {
    use crate::domain::DeliveryNext;
    let last = |is: fn(&DeliveryEvent) -> bool| happened.iter().rev().find(|fact| is(&fact.event)).map(|fact| fact.at);
    if let Some(at) = last(|event| *event == DeliveryEvent::Delivered) {
        return (HomeStage::Delivered, Some(at));
    }
    if let Some(at) = last(|event| *event == DeliveryEvent::Lost) {
        return (HomeStage::Lost, Some(at));
    }
    if let Some(at) = last(|event| *event == DeliveryEvent::Returned) {
        return (HomeStage::Returned, Some(at));
    }
    match request.state {
        RequestState::AwaitingCode => return (HomeStage::AwaitingCode, Some(request.requested_at)),
        RequestState::Cancelled => return (HomeStage::Cancelled, request.ended_at),
        RequestState::CounterPickup => return (HomeStage::CounterPickup, request.ended_at),
        RequestState::Confirmed => {}
    }
    if things.custody.iter().any(|detail| detail.custody.missing) {
        return (HomeStage::Missing, None);
    }
    if things.any_on_board() && !matches!(clock.next, DeliveryNext::Return(_)) {
        let loaded = things.loaded_at();
        let failed_since = happened.iter().rev().find_map(|fact| match fact.event {
            DeliveryEvent::Failed(reason) if loaded.is_none_or(|loaded| fact.at >= loaded) => Some((reason, fact.at)),
            _ => None,
        });
        return match failed_since {
            Some((reason, at)) => (HomeStage::NotMet(reason), Some(at)),
            None => (HomeStage::OnItsWay, loaded),
        };
    }
    if matches!(clock.next, DeliveryNext::Return(_)) {
        return (HomeStage::GoingBack, None);
    }
    let failed = happened.iter().rev().find_map(|fact| match fact.event {
        DeliveryEvent::Failed(reason) => Some((reason, fact.at)),
        _ => None,
    });
    if let Some((reason, at)) = failed {
        return (HomeStage::NotMet(reason), Some(at));
    }
    // Of several things the one that is least far tells when it can come.
    let mut stage = (HomeStage::BeingSettled, None);
    for detail in &things.custody {
        let since = detail.custody.chain.last().map(|holding| holding.since);
        stage = match detail.custody.holder {
            None => return (HomeStage::BeingSettled, None),
            Some(Party::Site(site)) => (HomeStage::At(site), since),
            Some(Party::Courier(_)) => (HomeStage::UnderWay, since),
            Some(Party::Recipient) => stage,
        };
    }
    stage
}
