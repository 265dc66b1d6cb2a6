//! What jobs ask of each other across tours.

use super::{Fleet, Tour};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::problem::Problem;
use crate::planner::units::{JobIndex, VehicleIndex};

/// What the jobs of a problem ask of each other.
pub(super) struct Bonds {
    /// By job: which groups it is in.
    together: Vec<Vec<usize>>,
    apart: Vec<Vec<usize>>,
}

impl Bonds {
    /// The bonds of a problem, if there are any.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        let by_job = |groups: &[Vec<JobIndex>]| {
            let mut groups_of = vec![Vec::new(); problem.jobs().len()];
            for (group, members) in groups.iter().enumerate() {
                for &job in members {
                    groups_of[job].push(group);
                }
            }
            groups_of
        };
        let is_free = problem.together().is_empty() && problem.apart().is_empty();
        (!is_free).then(|| Self { together: by_job(problem.together()), apart: by_job(problem.apart()) })
    }
}

/// Where the jobs stand that others are bound to. Without bonds it knows nothing and allows everything.
#[derive(Debug, Clone, Default)]
pub(in crate::planner) struct Ties {
    /// By job; empty where the problem has no bonds.
    vehicle_of: Vec<Option<VehicleIndex>>,
}

impl Ties {
    /// The ties among the jobs of some tours.
    pub(in crate::planner) fn of(fleet: &Fleet, tours: &[Tour]) -> Self {
        let mut ties = Self::default();
        if fleet.bonds.is_some() {
            ties.vehicle_of = vec![None; fleet.problem.jobs().len()];
            for tour in tours {
                ties.record(tour);
            }
        }
        ties
    }

    /// Takes note of a tour.
    pub(super) fn record(&mut self, tour: &Tour) {
        self.put(tour, Some(tour.vehicle));
    }

    /// Takes note that a tour is no more.
    pub(super) fn forget(&mut self, tour: &Tour) {
        self.put(tour, None);
    }

    fn put(&mut self, tour: &Tour, vehicle: Option<VehicleIndex>) {
        if !self.vehicle_of.is_empty() {
            for job in tour.jobs() {
                self.vehicle_of[job] = vehicle;
            }
        }
    }

    /// Whether there is anything to ask.
    pub(super) fn bind(&self) -> bool {
        !self.vehicle_of.is_empty()
    }

    /// The planned jobs that bind another to their own vehicle, each with its vehicle.
    fn mates<'a>(
        &'a self,
        fleet: &'a Fleet,
        bonds: &'a Bonds,
        job: JobIndex,
    ) -> impl Iterator<Item = (JobIndex, VehicleIndex)> + 'a {
        let members = bonds.together[job].iter().flat_map(|&group| &fleet.problem.together()[group]);
        members.copied().filter(move |&mate| mate != job).filter_map(|mate| Some((mate, self.vehicle_of[mate]?)))
    }

    /// The only vehicle a job may be on with what is planned now, if there is but one.
    pub(super) fn only_vehicle(&self, fleet: &Fleet, job: JobIndex) -> Option<VehicleIndex> {
        let bonds = fleet.bonds.as_ref().filter(|_| self.bind())?;
        self.mates(fleet, bonds, job).next().map(|(_, vehicle)| vehicle)
    }

    /// Whether a job may be on a vehicle with what is planned now.
    pub(in crate::planner) fn allow(
        &self,
        fleet: &Fleet,
        vehicle: VehicleIndex,
        job: JobIndex,
    ) -> Result<(), ExclusionReason> {
        let Some(bonds) = fleet.bonds.as_ref().filter(|_| self.bind()) else {
            return Ok(());
        };
        if let Some((mate, of_mate)) = self.mates(fleet, bonds, job).find(|&(_, of_mate)| of_mate != vehicle) {
            return Err(ExclusionReason::Together { mate, vehicle: of_mate });
        }
        let rivals = bonds.apart[job].iter().flat_map(|&group| &fleet.problem.apart()[group]);
        match rivals.copied().find(|&rival| rival != job && self.vehicle_of[rival] == Some(vehicle)) {
            Some(rival) => Err(ExclusionReason::Apart { rival }),
            None => Ok(()),
        }
    }
}

/// Adds to the jobs that leave a tour those that would keep them from going anywhere else.
pub(super) fn drag_along(fleet: &Fleet, tour: &Tour, leaving: &mut Vec<JobIndex>) {
    let Some(bonds) = &fleet.bonds else { return };
    let mut seen = 0;
    while let Some(&job) = leaving.get(seen) {
        for mate in bonds.together[job].iter().flat_map(|&group| &fleet.problem.together()[group]) {
            if !leaving.contains(mate) && !fleet.is_locked[*mate] && tour.jobs().any(|other| other == *mate) {
                leaving.push(*mate);
            }
        }
        seen += 1;
    }
}
