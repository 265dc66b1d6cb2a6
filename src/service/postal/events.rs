use chrono::Duration;

use super::told_id;
use crate::{
    domain::{CentreData, DayClock, DeviceId, HomeFact, PostalEvent, PostalHandover, PostalParcel, PostalStep, ScanId},
    service::{FieldProblem, IncomingAction, IncomingScan, NamedParty, Service, ServiceError},
    store::Inserted,
};

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostalAnswer {
    /// It is new.
    Created,
    /// It was told before, the same in everything.
    Exists,
    /// Another event has its id; this one is not kept.
    Conflict,
    /// It cannot be accepted; nothing of it is kept.
    Rejected(Vec<FieldProblem>),
}

impl Service {
    /// Takes in what the operator tells, each event by itself.
    ///
    /// # Errors
    /// [`ServiceError::Store`] when the database does not answer: then all of them are told again.
    pub fn take_postal_events(
        &self,
        told: Vec<Result<PostalEvent, Vec<FieldProblem>>>,
        recorded_by: &str,
    ) -> Result<Vec<PostalAnswer>, ServiceError> {
        let centre = self.centre()?;
        let mut answers = Vec::with_capacity(told.len());
        for event in told {
            answers.push(match event {
                Err(problems) => PostalAnswer::Rejected(problems),
                Ok(event) => self.take_postal_event(&centre, &event, recorded_by)?,
            });
        }
        Ok(answers)
    }

    fn take_postal_event(
        &self,
        centre: &CentreData,
        event: &PostalEvent,
        recorded_by: &str,
    ) -> Result<PostalAnswer, ServiceError> {
        let now = self.now();
        let today = DayClock::date_of(now, centre.centre.time_zone);
        let refuse = |field: &str, message: &str| Ok(PostalAnswer::Rejected(vec![FieldProblem::new(field, message)]));
        let ahead = centre.rules.seconds("post_event_ahead", today);
        let ahead = ahead.map_err(|_| ServiceError::NoHomeDelivery { missing: "the rule post_event_ahead" })?;
        let ahead = Duration::seconds(ahead);
        if event.at > now + ahead || event.at.timestamp() < 0 {
            return refuse("at", "it lies in the future: an event is told when it has happened");
        }
        if let Some(id) = event.handover_id
            && self.store().postal_handover(centre.centre.id, id)?.is_none()
        {
            return refuse("handover_id", "there is no such handover");
        }
        let parcel = self.store().postal_parcel(centre.centre.id, &event.number)?;
        // That something was accepted which nobody handed over is what reconciling is for.
        if parcel.is_none() && event.step != PostalStep::Accepted {
            return refuse("number", "nothing was handed over under this number");
        }
        let kept = self.store().insert_postal_event(centre.centre.id, event, parcel.is_some(), now, recorded_by)?;
        let answer = match kept {
            Inserted::Created => PostalAnswer::Created,
            Inserted::Exists => PostalAnswer::Exists,
            Inserted::Conflict { .. } => return Ok(PostalAnswer::Conflict),
        };
        if let Some(parcel) = parcel {
            let handover = self.store().postal_handover(centre.centre.id, parcel.handover_id)?;
            let handover = handover.ok_or(ServiceError::Panicked)?.handover;
            self.note_home_event(centre, &parcel, event, recorded_by)?;
            self.tell_ledger(centre, &handover, &parcel, event)?;
        }
        Ok(answer)
    }

    /// Tells the home delivery's legal clock.
    fn note_home_event(
        &self,
        centre: &CentreData,
        parcel: &PostalParcel,
        event: &PostalEvent,
        recorded_by: &str,
    ) -> Result<(), ServiceError> {
        let (Some(home_delivery_id), Some(told)) = (parcel.home_delivery_id, event.step.of_the_home()) else {
            return Ok(());
        };
        let fact = HomeFact {
            id: told_id(centre.centre.id, "fact", &event.id, event.at),
            centre_id: centre.centre.id,
            home_delivery_id,
            at: event.at,
            recorded_at: self.now(),
            recorded_by: recorded_by.to_owned(),
            event: told,
        };
        let date = DayClock::date_of(event.at, centre.centre.time_zone);
        match self.store().insert_home_fact(&fact, date)? {
            Inserted::Created | Inserted::Exists => Ok(()),
            Inserted::Conflict { .. } => Err(ServiceError::FactDiffers { id: fact.id }),
        }
    }

    /// Tells the ledger who has the things: the post office counts what it was given, hands it to the recipient, or back.
    fn tell_ledger(
        &self,
        centre: &CentreData,
        handover: &PostalHandover,
        parcel: &PostalParcel,
        event: &PostalEvent,
    ) -> Result<(), ServiceError> {
        let (kind, with_giver) = match event.step {
            PostalStep::Accepted => ("receive", true),
            PostalStep::AttemptFailed(_) => ("attempt_failed", false),
            PostalStep::Delivered => ("deliver", false),
            PostalStep::Returned => ("hand_back", true),
            PostalStep::InTransit | PostalStep::OutForDelivery => return Ok(()),
        };
        let (Some(from), Some(to)) = (centre.site(handover.from), centre.site(handover.to)) else {
            return Err(ServiceError::not_found("site", &handover.from));
        };
        let reason = event.step.reason().map(|reason| reason.as_str().to_owned());
        self.record_postal_scan(IncomingScan {
            id: ScanId::from_uuid(told_id(centre.centre.id, "scan", &event.id, event.at)),
            device_id: DeviceId::from_uuid(told_id(centre.centre.id, "device", &event.id, event.at)),
            device_seq: 1,
            device_time: event.at,
            actor: NamedParty::Site(to.code.clone()),
            action: IncomingAction { kind: kind.into(), reason, ..IncomingAction::default() },
            codes: parcel.items.iter().map(|(_, code)| code.clone()).collect(),
            counterparty: with_giver.then(|| NamedParty::Site(from.code.clone())),
            trip: None,
            place: None,
            position: None,
            evidence: Vec::new(),
            note: None,
        })
    }
}
