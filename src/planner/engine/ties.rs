//! What jobs ask of each other across tours.

use std::cmp::Reverse;

use super::relay::{Bounds, Times};
use super::{Fleet, Tour};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::problem::Problem;
use crate::planner::units::{JobIndex, Seconds, VehicleIndex};

/// What the jobs of a problem ask of each other.
pub(super) struct Bonds {
    /// By job: which groups it is in.
    together: Vec<Vec<usize>>,
    apart: Vec<Vec<usize>>,
    /// By job: who takes on what it brings; empty where nobody takes on anything.
    followers: Vec<Vec<JobIndex>>,
    /// By job: where it stands in an order in which forerunners come first, else the important ones.
    urgency: Vec<Urgency>,
}

/// The order in which jobs are inserted: ascending.
pub(super) type Urgency = (Reverse<u8>, usize);

impl Bonds {
    /// The bonds of a problem, if there are any.
    pub(super) fn of(problem: &Problem) -> Option<Self> {
        let jobs = problem.jobs();
        let by_job = |groups: &[Vec<JobIndex>]| {
            let mut groups_of = vec![Vec::new(); jobs.len()];
            for (group, members) in groups.iter().enumerate() {
                for &job in members {
                    groups_of[job].push(group);
                }
            }
            groups_of
        };
        let has_relays = jobs.iter().any(|job| job.follows.is_some());
        if problem.together().is_empty() && problem.apart().is_empty() && !has_relays {
            return None;
        }
        let mut followers = vec![Vec::new(); if has_relays { jobs.len() } else { 0 }];
        let mut urgency: Vec<Urgency> = jobs.iter().map(|job| (Reverse(job.priority), 0)).collect();
        for (index, job) in jobs.iter().enumerate() {
            if let Some(follows) = job.follows {
                followers[follows.job].push(index);
            }
            // Whoever is followed is as important as all that depend on it.
            let mut follower = job;
            while let Some(follows) = follower.follows {
                urgency[index].1 += 1;
                urgency[follows.job].0 = urgency[follows.job].0.min(Reverse(job.priority));
                follower = &jobs[follows.job];
            }
        }
        Some(Self { together: by_job(problem.together()), apart: by_job(problem.apart()), followers, urgency })
    }

    pub(super) fn has_relays(&self) -> bool {
        !self.followers.is_empty()
    }

    /// Who takes on what a job brings.
    pub(super) fn followers(&self, job: JobIndex) -> &[JobIndex] {
        self.followers.get(job).map_or(&[], |followers| followers)
    }
}

/// Where the jobs stand that others are bound to. Without bonds it knows nothing and allows everything.
#[derive(Debug, Clone, Default)]
pub(in crate::planner) struct Ties {
    /// By job; empty where the problem has no bonds.
    vehicle_of: Vec<Option<VehicleIndex>>,
    /// By job, where it takes part in a relay.
    times: Vec<Option<Times>>,
}

impl Ties {
    /// The ties among the jobs of some tours.
    pub(in crate::planner) fn of(fleet: &Fleet, tours: &[Tour]) -> Self {
        let mut ties = Self::default();
        if let Some(bonds) = &fleet.bonds {
            ties.vehicle_of = vec![None; fleet.problem.jobs().len()];
            ties.times = vec![None; if bonds.has_relays() { ties.vehicle_of.len() } else { 0 }];
            for tour in tours {
                ties.record(tour);
            }
        }
        ties
    }

    /// Takes note of a tour.
    pub(in crate::planner) fn record(&mut self, tour: &Tour) {
        self.put(tour, Some(tour.vehicle));
        for &(job, times) in &tour.times {
            self.times[job] = Some(times);
        }
    }

    /// Takes note that a tour is no more.
    pub(in crate::planner) fn forget(&mut self, tour: &Tour) {
        self.put(tour, None);
        for &(job, _) in &tour.times {
            self.times[job] = None;
        }
    }

    fn put(&mut self, tour: &Tour, vehicle: Option<VehicleIndex>) {
        if self.bind() {
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

    /// Whether a job may be on a vehicle with what is planned now, times aside.
    pub(in crate::planner) fn allow(
        &self,
        fleet: &Fleet,
        vehicle: VehicleIndex,
        job: JobIndex,
    ) -> Result<(), ExclusionReason> {
        let Some(bonds) = fleet.bonds.as_ref().filter(|_| self.bind()) else {
            return Ok(());
        };
        if let Some(follows) = fleet.problem.jobs()[job].follows
            && self.vehicle_of[follows.job].is_none()
        {
            return Err(ExclusionReason::ForerunnerUnplanned { forerunner: follows.job });
        }
        if let Some((mate, of_mate)) = self.mates(fleet, bonds, job).find(|&(_, of_mate)| of_mate != vehicle) {
            return Err(ExclusionReason::Together { mate, vehicle: of_mate });
        }
        let rivals = bonds.apart[job].iter().flat_map(|&group| &fleet.problem.apart()[group]);
        match rivals.copied().find(|&rival| rival != job && self.vehicle_of[rival] == Some(vehicle)) {
            Some(rival) => Err(ExclusionReason::Apart { rival }),
            None => Ok(()),
        }
    }

    /// What the jobs of other tours ask of the times of a tour with these jobs.
    pub(super) fn bounds(&self, fleet: &Fleet, vehicle: VehicleIndex, jobs: impl Iterator<Item = JobIndex>) -> Bounds {
        let mut asked = Bounds::default();
        let Some(bonds) = fleet.bonds.as_ref().filter(|_| !self.times.is_empty()) else { return asked };
        let elsewhere = |job: JobIndex| self.times[job].filter(|_| self.vehicle_of[job] != Some(vehicle));
        let handling = |job: JobIndex| fleet.problem.jobs()[job].follows.map_or(0, |follows| follows.handling);
        let jobs: Vec<JobIndex> = jobs.collect();
        for &job in &jobs {
            let forerunner = fleet.problem.jobs()[job].follows.map(|follows| follows.job);
            if let Some(times) = forerunner.filter(|other| !jobs.contains(other)).and_then(elsewhere) {
                asked.ready.push((job, times.arrives + handling(job)));
            }
            for &follower in bonds.followers(job).iter().filter(|other| !jobs.contains(other)) {
                if let Some(times) = elsewhere(follower) {
                    asked.awaited.push((job, follower, times.loads - handling(follower)));
                }
            }
        }
        asked
    }

    /// Why a tour does not wait as long as it should for goods that other tours bring, if so.
    pub(super) fn unready(&self, fleet: &Fleet, tour: &Tour) -> Option<ExclusionReason> {
        tour.times.iter().find_map(|&(job, times)| {
            let (forerunner, ready) = self.ready(fleet, job)?;
            (times.loads < ready).then_some(ExclusionReason::ForerunnerLate { forerunner, ready })
        })
    }

    /// The same, but with the goods that a job takes on ready from the start.
    pub(in crate::planner) fn with_goods_ready(&self, fleet: &Fleet, job: JobIndex) -> Self {
        let mut ties = self.clone();
        if let Some(follows) = fleet.problem.jobs()[job].follows
            && let Some(Some(times)) = ties.times.get_mut(follows.job)
        {
            times.arrives = -follows.handling;
        }
        ties
    }

    /// When the goods that a job takes on are ready, if others bring them.
    pub(in crate::planner) fn ready(&self, fleet: &Fleet, job: JobIndex) -> Option<(JobIndex, Seconds)> {
        let follows = fleet.problem.jobs()[job].follows?;
        let times = self.times.get(follows.job).copied()??;
        Some((follows.job, times.arrives + follows.handling))
    }
}

/// Adds to the jobs that leave a tour those that would keep them from going anywhere else, and those that could not stay
/// without them. Returns those on other tours that could not stay either, the last in a row of followers first.
pub(super) fn drag_along(fleet: &Fleet, tour: &Tour, leaving: &mut Vec<JobIndex>) -> Vec<JobIndex> {
    let Some(bonds) = &fleet.bonds else { return Vec::new() };
    let is_here = |job: JobIndex| !fleet.is_locked[job] && tour.jobs().any(|other| other == job);
    let mut elsewhere = Vec::new();
    let mut seen = 0;
    while let Some(&job) = leaving.get(seen) {
        for &mate in bonds.together[job].iter().flat_map(|&group| &fleet.problem.together()[group]) {
            if !leaving.contains(&mate) && is_here(mate) {
                leaving.push(mate);
            }
        }
        let mut followers: Vec<JobIndex> = bonds.followers(job).to_vec();
        while let Some(follower) = followers.pop() {
            if is_here(follower) {
                if !leaving.contains(&follower) {
                    leaving.push(follower);
                }
            } else if !elsewhere.contains(&follower) {
                elsewhere.push(follower);
                followers.extend(bonds.followers(follower));
            }
        }
        seen += 1;
    }
    elsewhere.sort_by_key(|&job| (Reverse(bonds.urgency[job].1), job));
    elsewhere
}

impl Fleet<'_> {
    /// Whether any job takes on what another brings.
    pub(super) fn has_relays(&self) -> bool {
        self.bonds.as_ref().is_some_and(Bonds::has_relays)
    }

    /// Where a job stands in the order of insertion.
    pub(super) fn urgency(&self, job: JobIndex) -> Urgency {
        match &self.bonds {
            Some(bonds) => bonds.urgency[job],
            None => (Reverse(self.problem.jobs()[job].priority), 0),
        }
    }

    /// Whether the times of one tour matter for those of another.
    pub(super) fn concerns_tour(&self, one: &Tour, other: &Tour) -> bool {
        other.times.iter().any(|&(job, _)| self.concerns(one, job))
    }

    /// Whether the times of a tour matter for where a job fits.
    pub(super) fn concerns(&self, tour: &Tour, job: JobIndex) -> bool {
        let Some(bonds) = self.bonds.as_ref().filter(|_| !tour.times.is_empty()) else { return false };
        let follows = self.problem.jobs()[job].follows.map(|follows| follows.job);
        tour.times.iter().any(|(other, _)| Some(*other) == follows || bonds.followers(job).contains(other))
    }
}
