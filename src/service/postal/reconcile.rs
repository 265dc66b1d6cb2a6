use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    domain::{Act, Authority, CentreData, Concerns, DayClock, Party, PostalHandover, PostalParcel, PostalStep, S10},
    service::{FieldProblem, Service, ServiceError},
    store::{ToldEvent, ToldOf},
};

/// What has become of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelState {
    /// The parcel.
    pub parcel: PostalParcel,
    /// When the operator received it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The last that the operator told, and when it happened.
    pub last: Option<(PostalStep, DateTime<Utc>)>,
    /// Whether it should have been accepted by now and was not.
    pub overdue: bool,
}

/// A handover, compared with what the operator accepted.
#[derive(Debug, Clone)]
pub struct PostalHandoverDetail {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// The handover.
    pub handover: PostalHandover,
    /// Its parcels, in the order in which they were handed.
    pub parcels: Vec<ParcelState>,
    /// What was accepted with it though it was not handed: numbers in order.
    pub extra: Vec<S10>,
}

impl PostalHandoverDetail {
    /// How many parcels were accepted.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.parcels.iter().filter(|state| state.accepted_at.is_some()).count()
    }

    /// Those that were not.
    pub fn missing(&self) -> impl Iterator<Item = &ParcelState> {
        self.parcels.iter().filter(|state| state.accepted_at.is_none())
    }
}

/// A day's handovers, compared with what the operator accepted.
#[derive(Debug, Clone)]
pub struct PostalDay {
    /// The centre.
    pub centre: Arc<CentreData>,
    /// The day.
    pub date: NaiveDate,
    /// The handovers, by time.
    pub handovers: Vec<PostalHandoverDetail>,
    /// What was accepted on that day with no handover or with one of another day, and was not handed.
    pub extra: Vec<S10>,
}

impl Service {
    /// A handover with what has become of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], also for one that is not the caller's.
    pub fn postal_handover(&self, id: Uuid, authority: &Authority) -> Result<PostalHandoverDetail, ServiceError> {
        let centre = self.centre()?;
        let stored = self.store().postal_handover(centre.centre.id, id)?;
        let handover = stored.map(|stored| stored.handover).filter(|handover| is_theirs(handover, authority));
        let handover = handover.ok_or_else(|| ServiceError::not_found("postal handover", &id))?;
        self.reconciled(&centre, handover)
    }

    pub(super) fn reconciled(
        &self,
        centre: &Arc<CentreData>,
        handover: PostalHandover,
    ) -> Result<PostalHandoverDetail, ServiceError> {
        let mut details = self.reconcile(centre, vec![handover])?;
        details.pop().ok_or(ServiceError::Panicked)
    }

    /// The handovers of a day, as far as they are the caller's.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn postal_day(&self, date: NaiveDate, authority: &Authority) -> Result<PostalDay, ServiceError> {
        if !(1970..=9_999).contains(&date.year()) {
            let problem = FieldProblem::new("date", "expected a day between 1970 and 9999");
            return Err(ServiceError::Invalid(vec![problem]));
        }
        let centre = self.centre()?;
        let stored = self.store().postal_handovers_on(centre.centre.id, date)?;
        let theirs = stored.into_iter().map(|stored| stored.handover).filter(|it| is_theirs(it, authority));
        let handovers = self.reconcile(&centre, theirs.collect())?;
        let mut extra = Vec::new();
        // What nobody handed over is no one office's.
        if authority.only(Act::ReadPost).is_none() {
            let zone = centre.centre.time_zone;
            let begins = |date| DayClock::new(date, zone).instant(0);
            let (from, until) = (begins(date), begins(date.succ_opt().unwrap_or(date)));
            for told in self.store().postal_events(centre.centre.id, ToldOf::ExtraBetween(from, until))? {
                let listed = handovers.iter().any(|detail| Some(detail.handover.id) == told.event.handover_id);
                if !listed {
                    extra.push(told.event.number);
                }
            }
            extra.sort();
            extra.dedup();
        }
        Ok(PostalDay { centre, date, handovers, extra })
    }

    fn reconcile(
        &self,
        centre: &Arc<CentreData>,
        handovers: Vec<PostalHandover>,
    ) -> Result<Vec<PostalHandoverDetail>, ServiceError> {
        let now = self.now();
        let centre_id = centre.centre.id;
        let ids: Vec<Uuid> = handovers.iter().map(|handover| handover.id).collect();
        let mut parcels: HashMap<Uuid, Vec<PostalParcel>> = HashMap::new();
        for parcel in self.store().postal_parcels(centre_id, &ids)? {
            parcels.entry(parcel.handover_id).or_default().push(parcel);
        }
        let numbers: Vec<S10> = parcels.values().flatten().map(|parcel| parcel.number.clone()).collect();
        let mut told: HashMap<S10, Vec<ToldEvent>> = HashMap::new();
        for event in self.store().postal_events(centre_id, ToldOf::Numbers(&numbers))? {
            told.entry(event.event.number.clone()).or_default().push(event);
        }
        let mut details = Vec::with_capacity(handovers.len());
        for handover in handovers {
            let seconds = centre.rules.seconds("post_acceptance", handover.date);
            let seconds = seconds.map_err(|_| ServiceError::NoHomeDelivery { missing: "the rule post_acceptance" })?;
            let is_late = now > handover.handed_at + Duration::seconds(seconds);
            let state = |parcel: PostalParcel| {
                let told = told.get(&parcel.number).map_or(&[][..], Vec::as_slice);
                let accepted = told.iter().find(|told| told.event.step == PostalStep::Accepted);
                let accepted_at = accepted.map(|told| told.event.at);
                ParcelState {
                    accepted_at,
                    last: told.last().map(|told| (told.event.step, told.event.at)),
                    overdue: accepted_at.is_none() && is_late,
                    parcel,
                }
            };
            let extra = self.store().postal_events(centre_id, ToldOf::ExtraOf(handover.id))?;
            let mut extra: Vec<S10> = extra.into_iter().map(|told| told.event.number).collect();
            extra.sort();
            extra.dedup();
            let parcels = parcels.remove(&handover.id).unwrap_or_default().into_iter().map(state).collect();
            details.push(PostalHandoverDetail { centre: Arc::clone(centre), parcels, extra, handover });
        }
        Ok(details)
    }
}

fn is_theirs(handover: &PostalHandover, authority: &Authority) -> bool {
    let parties = [Party::Site(handover.from), Party::Site(handover.to)];
    authority.may(Act::ReadPost, &Concerns::from_iter(parties))
}
