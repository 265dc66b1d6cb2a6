use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::change::Followed;
use crate::{
    domain::{
        Complaint, ComplaintId, ComplaintReach, DeliveryReach, HomeDeliveryId, Matter, Rating, RatingId, RatingSource,
        RatingStep, RequestState,
    },
    service::{HomeStage, NamedMatter, NewComplaint, NewRating, Service, ServiceError},
};

impl Service {
    /// Takes a citizen's rating of a home delivery that is over, once: another one is refused.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::TooLate`] before it is over, [`ServiceError::RecordDiffers`] when another rating
    /// was given.
    pub fn rate_by_link(
        &self,
        link: &str,
        step: RatingStep,
        comment: Option<String>,
    ) -> Result<(Rating, bool), ServiceError> {
        let followed = self.by_link(link)?;
        let id = followed.request.id;
        let track = self.track(followed)?;
        let over = matches!(track.stage, HomeStage::Delivered | HomeStage::Returned | HomeStage::Lost);
        if !over && track.request.state != RequestState::CounterPickup {
            return Err(ServiceError::TooLate { why: "it can be rated once it is over" });
        }
        // One home delivery has one rating by its link: the rating has its id.
        let new = NewRating {
            at: None,
            step,
            source: RatingSource::Link,
            about: Some(NamedMatter::HomeDelivery(id)),
            comment,
        };
        self.record_rating(RatingId::from_uuid(id.uuid()), &new)
    }

    /// Takes a citizen's complaint about a home delivery, under an id that the citizen's program has made. The id under which it
    /// is kept follows from both, so that nobody meets another's.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], [`ServiceError::ComplaintTooLate`], [`ServiceError::Invalid`], and
    /// [`ServiceError::RecordDiffers`].
    pub fn complain_by_link(&self, link: &str, id: Uuid, text: &str) -> Result<(Complaint, bool), ServiceError> {
        let Followed { request, .. } = self.by_link(link)?;
        if request.state == RequestState::AwaitingCode {
            return Err(ServiceError::TooLate { why: "the request is not final yet" });
        }
        let reach = match request.reach {
            DeliveryReach::SameDistrict | DeliveryReach::WithinProvince => ComplaintReach::InProvince,
            DeliveryReach::ContiguousProvinces | DeliveryReach::OtherProvinces => ComplaintReach::BetweenProvinces,
        };
        let new = NewComplaint { about: Matter::HomeDelivery(request.id), reach, text: text.to_owned() };
        self.file_complaint(own(request.id, id), &new)
    }

    /// The complaint that a citizen has made about the home delivery of a link.
    ///
    /// # Errors
    /// [`ServiceError::NoSuchLink`], also when there is no such complaint.
    pub fn complaint_by_link(&self, link: &str, id: Uuid) -> Result<Complaint, ServiceError> {
        let Followed { request, .. } = self.by_link(link)?;
        match self.complaint(own(request.id, id)) {
            Err(ServiceError::NotFound { .. }) => Err(ServiceError::NoSuchLink),
            found => found,
        }
    }
}

/// The id under which a complaint of one home delivery is kept.
fn own(home: HomeDeliveryId, id: Uuid) -> ComplaintId {
    let digest = Sha256::new().chain_update(home.uuid().as_bytes()).chain_update(id.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ComplaintId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
