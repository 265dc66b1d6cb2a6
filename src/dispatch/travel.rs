use std::collections::BTreeMap;

use super::DispatchError;
use crate::{
    domain::{Position, TravelBasis, TravelKind, VehicleProfile},
    planner,
    roads::{self, Point, Travel},
};

/// How long the ways take, for each kind of vehicle.
pub struct TravelModes {
    modes: BTreeMap<VehicleProfile, Travel>,
}

impl TravelModes {
    /// One answerer of travel questions for each kind of vehicle.
    #[must_use]
    pub fn new(motorbike: Travel, car: Travel, foot: Travel) -> Self {
        let modes = [(VehicleProfile::Motorbike, motorbike), (VehicleProfile::Car, car), (VehicleProfile::Foot, foot)];
        Self { modes: modes.into() }
    }

    /// The one for a kind of vehicle.
    ///
    /// # Panics
    /// Never: the constructor takes all three.
    #[must_use]
    pub fn of(&self, profile: VehicleProfile) -> &Travel {
        self.modes.get(&profile).expect("the constructor takes every profile")
    }

    /// What a plan's figures rest on, as plans show it: the profiles in use, each named.
    #[must_use]
    pub fn basis(&self, profiles: &[VehicleProfile]) -> TravelBasis {
        let bases: Vec<roads::TravelBasis> = profiles.iter().map(|profile| self.of(*profile).basis()).collect();
        let attribution = bases.iter().find_map(|basis| match basis {
            roads::TravelBasis::Network { attribution, .. } => Some(attribution.clone()),
            roads::TravelBasis::Estimate { .. } => None,
        });
        TravelBasis {
            kind: if attribution.is_some() { TravelKind::Network } else { TravelKind::Estimate },
            label: bases.iter().map(roads::TravelBasis::label).collect::<Vec<_>>().join("; "),
            attribution,
        }
    }

    /// The planner's matrix over `positions` for one kind of vehicle.
    pub(super) fn matrix(
        &self,
        profile: VehicleProfile,
        positions: &[Position],
    ) -> Result<planner::Matrix, DispatchError> {
        let points = positions.iter().map(|position| point(*position)).collect::<Result<Vec<_>, _>>()?;
        let travel = self.of(profile).matrix(&points)?;
        let size = points.len();
        let mut matrix = planner::Matrix {
            durations: Vec::with_capacity(size * size),
            distances: Vec::with_capacity(size * size),
            speeds: Vec::new(),
        };
        for from in 0..size {
            for to in 0..size {
                let leg = travel.get(from, to);
                matrix.durations.push(leg.map_or(planner::UNREACHABLE, |leg| leg.seconds));
                matrix.distances.push(leg.map_or(planner::UNREACHABLE, |leg| leg.metres));
            }
        }
        Ok(matrix)
    }
}

/// A position as the roads layer has it.
///
/// # Errors
/// Never for a valid position; the roads layer checks again.
pub fn point(position: Position) -> Result<Point, roads::RoadsError> {
    Point::from_degrees(position.lat(), position.lon())
}
