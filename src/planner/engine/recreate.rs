//! Putting jobs back, one by one, each where it is cheapest, now and then overlooking a tour.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::improve::Search;
use super::insertion::{self, Insertion};
use super::{Fleet, Tour};
use crate::planner::cost::Cost;
use crate::planner::job::{Job, JobKind, Task};
use crate::planner::units::{JobIndex, Seconds};

/// One tour in this many is overlooked at an insertion.
const BLINK_ONE_IN: u32 = 100;
/// The same for a job whose goods another takes on: where it is cheapest is often too late or too far for the other.
const BLINK_IF_FOLLOWED_ONE_IN: u32 = 4;
/// Of the jobs that are left out, how many a step tries to place.
const RETRIES_MAX: usize = 10;

/// What jobs are sorted by before they are put back, smaller first, and how often.
pub(super) struct Orders {
    keys: Vec<(u32, Vec<i64>)>,
    /// How often a random order is taken.
    random: u32,
}

impl Orders {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let jobs = fleet.problem.jobs();
        let by = |key: &dyn Fn(&Job) -> i64| jobs.iter().map(key).collect::<Vec<_>>();
        let far = |job: &Job| -> i64 {
            let start = fleet.problem.vehicles().first().and_then(|vehicle| vehicle.start);
            let leg = start.and_then(|start| fleet.problem.leg(0, start, job.kind.first_task().place));
            leg.map_or(0, |leg| leg.duration)
        };
        let mut keys = vec![
            (3, by(&|job| -job.amount.iter().sum::<i64>())),
            (2, by(&|job| -far(job))),
            (1, by(&|job| far(job))),
            (2, by(&|job| -job.kind.first_task().service)),
        ];
        let of_clock = [(2, by(&|job| closes(job) - opens(job))), (2, by(&opens)), (2, by(&|job| -closes(job)))];
        keys.extend(of_clock);
        keys.push((2, by(&|job| job.due.iter().map(|due| due.at).max().unwrap_or(Seconds::MAX))));
        keys.push((4, by(&|job| -i64::from(job.priority))));
        keys.retain(|(_, keys)| keys.iter().any(|key| Some(key) != keys.first()));
        Self { keys, random: 4 }
    }

    /// Puts jobs into one of the orders.
    fn sort(&self, jobs: &mut [JobIndex], rng: &mut impl Rng) {
        jobs.shuffle(rng);
        let all: u32 = self.random + self.keys.iter().map(|&(often, _)| often).sum::<u32>();
        let mut drawn = rng.random_range(0..all);
        for (often, keys) in &self.keys {
            if drawn < *often {
                jobs.sort_by_key(|&job| keys[job]);
                return;
            }
            drawn -= often;
        }
    }
}

fn last(job: &Job) -> &Task {
    match &job.kind {
        JobKind::Shipment { delivery, .. } => delivery,
        _ => job.kind.first_task(),
    }
}

fn opens(job: &Job) -> Seconds {
    job.kind.first_task().windows.first().map_or(0, |window| window.start).max(job.release)
}

fn closes(job: &Job) -> Seconds {
    last(job).windows.last().map_or(Seconds::from(u32::MAX), |window| window.end)
}

impl<R: Rng> Search<'_, R> {
    /// Moves some of the jobs that are left out among those to be inserted.
    pub(super) fn retry_left_out(&mut self, removed: &mut Vec<JobIndex>) {
        self.left_out.shuffle(&mut self.rng);
        let keep = self.left_out.len().saturating_sub(RETRIES_MAX);
        removed.extend(self.left_out.drain(keep..));
    }

    /// Inserts jobs where each is cheapest, in one of the orders; where jobs ask something of each other, in the order that
    /// asks for.
    pub(super) fn recreate(&mut self, mut jobs: Vec<JobIndex>, before: &mut Vec<(usize, Tour)>) {
        self.orders.sort(&mut jobs, &mut self.rng);
        if self.ties.bind() {
            jobs.sort_by_key(|&job| self.fleet.urgency(job));
        }
        for job in jobs {
            let mut listed = self.tours_near(job, before);
            let mut best = self.cheapest(job, &listed);
            if best.is_none() && self.ties.only_vehicle(self.fleet, job).is_none() {
                listed = self.tours_besides(job, &listed);
                best = self.cheapest(job, &listed);
            }
            let Some((insertion, index)) = best else {
                self.left_out.push(job);
                continue;
            };
            let nodes = insertion::insert(self.fleet, &self.tours[index].nodes, job, insertion.spot);
            // It fits, unless the memo confused two tours, which one in many billions of searches will see.
            match Tour::tied(self.fleet, &self.ties, self.tours[index].vehicle, nodes, self.scratch) {
                Ok(tour) => {
                    self.replace(index, tour, before);
                    self.tour_of[job] = Some(index);
                }
                Err(_) => self.left_out.push(job),
            }
        }
    }

    /// The cheapest insertion of a job into some tours, of which now and then one is overlooked.
    fn cheapest(&mut self, job: JobIndex, among: &[usize]) -> Option<(Insertion, usize)> {
        let mut best: Option<(Insertion, usize)> = None;
        let blink_one_in = if self.fleet.is_followed(job) { BLINK_IF_FOLLOWED_ONE_IN } else { BLINK_ONE_IN };
        for &index in among {
            if self.rng.random_ratio(1, blink_one_in) {
                continue;
            }
            let limit = best.map_or(Cost(i64::MAX), |(best, _)| best.added);
            let found = self.memo.best(self.fleet, &self.ties, &self.tours[index], job, limit, self.scratch);
            if let Some(insertion) = found
                && best.is_none_or(|(best, _)| insertion.added < best.added)
            {
                best = Some((insertion, index));
            }
        }
        best
    }

    /// The tours worth trying for a job: those of its neighbours, those just ruined, and one empty of each kind.
    fn tours_near(&self, job: JobIndex, before: &[(usize, Tour)]) -> Vec<usize> {
        if let Some(vehicle) = self.ties.only_vehicle(self.fleet, job) {
            return (0..self.tours.len()).filter(|&index| self.tours[index].vehicle == vehicle).collect();
        }
        let mut is_listed = vec![false; self.tours.len()];
        let mut listed = Vec::new();
        let mut list = |index: usize| {
            if !std::mem::replace(&mut is_listed[index], true)
                && self.screen.takes(self.fleet, self.tours[index].vehicle, job)
            {
                listed.push(index);
            }
        };
        for index in self.near[job].iter().filter_map(|&other| self.tour_of[other]) {
            list(index);
        }
        for &(index, _) in before.iter().filter(|(index, _)| !self.tours[*index].nodes.is_empty()) {
            list(index);
        }
        // The first empty one of each kind.
        let mut stays_home = vec![false; self.tours.len()];
        for (index, tour) in self.tours.iter().enumerate().filter(|(_, tour)| tour.nodes.is_empty()) {
            if !std::mem::replace(&mut stays_home[self.fleet.plans[tour.vehicle].twin_of], true) {
                list(index);
            }
        }
        listed
    }

    /// The other tours that are not empty and could take a job.
    fn tours_besides(&self, job: JobIndex, listed: &[usize]) -> Vec<usize> {
        let is_worth_it = |index: &usize| {
            let tour = &self.tours[*index];
            !tour.nodes.is_empty() && !listed.contains(index) && self.screen.takes(self.fleet, tour.vehicle, job)
        };
        (0..self.tours.len()).filter(is_worth_it).collect()
    }
}
