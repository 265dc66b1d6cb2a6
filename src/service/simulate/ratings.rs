//! What citizens press on the rating devices after they have handed a dossier in.

use chrono::{TimeDelta, Utc};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    SeasonRequest, SimulateError,
    arrivals::{quota, share},
};
use crate::domain::{
    CentreData, Dossier, Matter, Rating, RatingId, RatingSource, RatingStep, SeasonProfile, SeededIds, satisfied_from,
    to_micros,
};

/// A stream of chance of its own, so that ratings change nothing else of a season.
const STREAM: u64 = 0x7261_7469_6e67_7321;

/// As many ratings as published, of them as large a part satisfied as published.
pub(super) fn draw(
    centre: &CentreData,
    profile: &SeasonProfile,
    request: &SeasonRequest,
    dossiers: &[Dossier],
) -> Result<Vec<Rating>, SimulateError> {
    let published = centre.published.as_ref().ok_or(SimulateError::Missing("published figures in centre.toml"))?;
    let share = share(centre, profile, published, request)?;
    let count = quota(published.ratings, share, request.scale).min(dossiers.len());
    let satisfied = (count * published.ratings_satisfied_basis_points as usize + 5_000) / 10_000;
    let mut rng = ChaCha8Rng::seed_from_u64(request.seed ^ STREAM);
    let mut ids = SeededIds::new(request.seed ^ STREAM, 0);
    let least = satisfied_from(&centre.rules, request.from)?;
    let (good, bad): (Vec<RatingStep>, Vec<RatingStep>) = RatingStep::ALL.into_iter().partition(|step| *step >= least);
    let mut rated: Vec<&Dossier> = dossiers.iter().collect();
    rated.shuffle(&mut rng);
    let mut ratings = Vec::with_capacity(count);
    for (nth, dossier) in rated.into_iter().take(count).enumerate() {
        let steps = if nth < satisfied || bad.is_empty() { &good } else { &bad };
        let at: chrono::DateTime<Utc> = dossier.received_at + TimeDelta::minutes(rng.random_range(3..=15));
        ids.set_time(u64::try_from(at.timestamp_millis()).unwrap_or(0));
        ratings.push(Rating {
            id: RatingId::new(&mut ids),
            centre_id: centre.centre.id,
            at: to_micros(at),
            step: steps[rng.random_range(0..steps.len())],
            source: RatingSource::Device,
            about: Some(Matter::Dossier(dossier.id)),
            comment: None,
            synthetic: true,
        });
    }
    ratings.sort_by_key(|rating| (rating.at, rating.id));
    Ok(ratings)
}
