//! Making a solution better by tearing out strings of neighbouring jobs and putting them back.
//!
//! The ruin is that of Christiaens and Vanden Berghe, "Slack Induction by String Removals" (2020): around a random
//! job, a few strings of visits, each from another tour. The recreation is greedy insertion in a random order, with
//! now and then a tour overlooked. A worse outcome is kept with a probability that falls to nothing (annealing).
//! Relocating, exchanging and re-ordering one or a few jobs are all special cases of this one move.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::insertion::{self, Effort, Insertion};
use super::{Fleet, Scratch, Ties, Tour, neighbours, ties};
use crate::planner::cost::Cost;
use crate::planner::solve::{Pace, Phase, Progress};
use crate::planner::units::JobIndex;

/// How many jobs an iteration tears out on average.
const REMOVED_MEAN: usize = 10;
/// How many neighbours of a job are worth knowing.
const NEIGHBOURS: usize = 60;
/// The longest string torn out of one tour.
const STRING_MAX: usize = 10;
/// One tour in this many is overlooked at an insertion.
const BLINK_ONE_IN: u32 = 100;
/// Of the jobs that are left out, how many an iteration tries to place.
const RETRIES_MAX: usize = 10;

/// Searches until `pace` says that all is spent, and leaves the best tours found in `tours`. Breaks when told to.
pub(in crate::planner) fn run(
    fleet: &Fleet,
    tours: &mut Vec<Tour>,
    left_out: Vec<JobIndex>,
    rng: impl Rng,
    pace: &mut Pace<'_>,
    scratch: &mut Scratch,
) -> ControlFlow<()> {
    if tours.is_empty() || fleet.problem.jobs().is_empty() {
        return ControlFlow::Continue(());
    }
    let mut outcome = ControlFlow::Continue(());
    let mut search = Search::new(fleet, std::mem::take(tours), left_out, rng, scratch);
    let start_temperature = search.start_temperature();
    for done in 0.. {
        let best = search.best_cost();
        let progress = Progress {
            phase: Phase::Improve,
            done,
            total: 0,
            cost: best.1,
            unassigned: search.best.as_ref().map_or(search.left_out.len(), |best| best.unassigned),
        };
        match pace(&progress) {
            ControlFlow::Continue(spent) if spent < 1.0 => search.iterate(start_temperature * 0.01_f64.powf(spent)),
            ControlFlow::Continue(_) => break,
            ControlFlow::Break(()) => {
                outcome = ControlFlow::Break(());
                break;
            }
        }
    }
    *tours = search.into_best();
    outcome
}

/// The best solution, kept aside while the search is elsewhere.
struct Best {
    tours: Vec<Tour>,
    left_out_weight: i64,
    unassigned: usize,
    cost: Cost,
}

struct Search<'a, R> {
    fleet: &'a Fleet<'a>,
    near: Vec<Vec<JobIndex>>,
    tours: Vec<Tour>,
    tour_of: Vec<Option<usize>>,
    ties: Ties,
    left_out: Vec<JobIndex>,
    cost: Cost,
    /// The best solution, unless the present one is the best.
    best: Option<Best>,
    rng: R,
    scratch: &'a mut Scratch,
}

impl<'a, R: Rng> Search<'a, R> {
    fn new(fleet: &'a Fleet<'a>, tours: Vec<Tour>, left_out: Vec<JobIndex>, rng: R, scratch: &'a mut Scratch) -> Self {
        let mut tour_of = vec![None; fleet.problem.jobs().len()];
        for (index, tour) in tours.iter().enumerate() {
            for job in tour.jobs() {
                tour_of[job] = Some(index);
            }
        }
        let cost = tours.iter().map(|tour| tour.cost).sum();
        let near = neighbours::nearest(fleet.problem, NEIGHBOURS);
        let ties = Ties::of(fleet, &tours);
        Self { fleet, near, tours, tour_of, ties, left_out, cost, best: None, rng, scratch }
    }

    /// A tenth of what a planned job costs on average.
    fn start_temperature(&self) -> f64 {
        let planned = (self.tour_of.len() - self.left_out.len()).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a temperature need not be exact")]
        let mean = self.cost.0 as f64 / planned as f64;
        mean / 10.0
    }

    fn weight(&self, jobs: &[JobIndex]) -> i64 {
        jobs.iter().map(|&job| 1 + i64::from(self.fleet.problem.jobs()[job].priority)).sum()
    }

    fn best_cost(&self) -> (i64, Cost) {
        self.best
            .as_ref()
            .map_or_else(|| (self.weight(&self.left_out), self.cost), |best| (best.left_out_weight, best.cost))
    }

    fn into_best(self) -> Vec<Tour> {
        self.best.map_or(self.tours, |best| best.tours)
    }

    /// Ruins, recreates, and takes it back unless the outcome is accepted.
    fn iterate(&mut self, temperature: f64) {
        let cost_before = self.cost;
        let left_out_before = self.left_out.clone();
        let weight_before = self.weight(&left_out_before);
        let mut before: Vec<(usize, Tour)> = Vec::new();
        let mut removed = self.ruin(&mut before);
        self.retry_left_out(&mut removed);
        self.recreate(removed, &mut before);

        let weight = self.weight(&self.left_out);
        #[allow(clippy::cast_precision_loss, reason = "annealing need not be exact")]
        let worsening = (self.cost - cost_before).0 as f64;
        let chance: f64 = self.rng.random();
        let is_accepted = weight < weight_before
            || (weight == weight_before && worsening < -temperature * chance.max(f64::MIN_POSITIVE).ln());
        if is_accepted {
            self.keep_best((weight_before, cost_before), &before, left_out_before.len());
        } else {
            self.restore(before, left_out_before, cost_before);
        }
    }

    /// Sets the solution before this iteration aside if it was the best and the present one is worse; drops what
    /// is set aside if the present one is better.
    fn keep_best(&mut self, was: (i64, Cost), before: &[(usize, Tour)], unassigned: usize) {
        let now = (self.weight(&self.left_out), self.cost);
        match &self.best {
            None if now > was => {
                let mut tours = self.tours.clone();
                for (index, tour) in before {
                    tours[*index] = tour.clone();
                }
                self.best = Some(Best { tours, left_out_weight: was.0, unassigned, cost: was.1 });
            }
            Some(best) if now < (best.left_out_weight, best.cost) => self.best = None,
            _ => {}
        }
    }

    fn restore(&mut self, before: Vec<(usize, Tour)>, left_out: Vec<JobIndex>, cost: Cost) {
        for (index, _) in &before {
            self.ties.forget(&self.tours[*index]);
            for job in self.tours[*index].jobs() {
                self.tour_of[job] = None;
            }
        }
        for (index, tour) in before {
            for job in tour.jobs() {
                self.tour_of[job] = Some(index);
            }
            self.ties.record(&tour);
            self.tours[index] = tour;
        }
        self.left_out = left_out;
        self.cost = cost;
    }

    fn replace(&mut self, index: usize, tour: Tour, before: &mut Vec<(usize, Tour)>) {
        self.cost += tour.cost - self.tours[index].cost;
        self.ties.forget(&self.tours[index]);
        self.ties.record(&tour);
        let old = std::mem::replace(&mut self.tours[index], tour);
        if before.iter().all(|&(changed, _)| changed != index) {
            before.push((index, old));
        }
    }

    /// Tears strings out of the tours around a random job.
    fn ruin(&mut self, before: &mut Vec<(usize, Tour)>) -> Vec<JobIndex> {
        let jobs = self.tour_of.len();
        let used = self.tours.iter().filter(|tour| !tour.nodes.is_empty()).count().max(1);
        let longest = STRING_MAX.min((jobs / used).max(1));
        let strings_most = (4 * REMOVED_MEAN / (1 + longest)).saturating_sub(1).max(1);
        let strings = self.rng.random_range(1..=strings_most);
        let seed = self.rng.random_range(0..jobs);
        let mut removed = Vec::new();
        let mut ruined = BTreeSet::new();
        let around: Vec<JobIndex> = std::iter::once(seed).chain(self.near[seed].iter().copied()).collect();
        for job in around {
            if ruined.len() == strings {
                break;
            }
            let Some(index) = self.tour_of[job].filter(|index| !ruined.contains(index)) else {
                continue;
            };
            if self.fleet.is_locked[job] {
                continue;
            }
            let mut string = self.string_around(index, job, longest);
            let waiting = ties::drag_along(self.fleet, &self.tours[index], &mut string);
            let (taken, are_out) = self.take_out(&waiting, before);
            let nodes = self.tours[index].nodes_without(|job| string.contains(&job));
            // Without the triangle inequality a shorter route can be slower, so it is scheduled like any other.
            let vehicle = self.tours[index].vehicle;
            match Tour::tied(self.fleet, &self.ties, vehicle, nodes, self.scratch) {
                Ok(tour) if are_out => {
                    self.replace(index, tour, before);
                    ruined.insert(index);
                    for &job in &string {
                        self.tour_of[job] = None;
                    }
                    removed.extend(string);
                    removed.extend(taken.iter().map(|(job, ..)| job));
                }
                _ => self.put_back(taken, before),
            }
        }
        removed
    }

    /// Takes jobs out of whatever tours they are on, until one cannot be. Returns those that are out, each with its tour
    /// as it was, and whether all are.
    fn take_out(&mut self, jobs: &[JobIndex], before: &mut Vec<(usize, Tour)>) -> (Vec<(JobIndex, usize, Tour)>, bool) {
        let mut taken = Vec::new();
        for &job in jobs {
            let Some(index) = self.tour_of[job] else { continue };
            let was = self.tours[index].clone();
            let nodes = was.nodes_without(|other| other == job);
            match Tour::tied(self.fleet, &self.ties, was.vehicle, nodes, self.scratch) {
                Ok(tour) if !self.fleet.is_locked[job] => self.replace(index, tour, before),
                _ => return (taken, false),
            }
            self.tour_of[job] = None;
            taken.push((job, index, was));
        }
        (taken, true)
    }

    /// Takes back what [`Self::take_out`] did.
    fn put_back(&mut self, taken: Vec<(JobIndex, usize, Tour)>, before: &mut Vec<(usize, Tour)>) {
        for (job, index, was) in taken.into_iter().rev() {
            self.replace(index, was, before);
            self.tour_of[job] = Some(index);
        }
    }

    /// Up to `longest` successive jobs of a tour, this one among them; locked ones are passed over.
    fn string_around(&mut self, index: usize, job: JobIndex, longest: usize) -> Vec<JobIndex> {
        let jobs: Vec<JobIndex> = self.tours[index].jobs().filter(|&job| !self.fleet.is_locked[job]).collect();
        let length = self.rng.random_range(1..=longest.min(jobs.len()));
        let at = jobs.iter().position(|&other| other == job).expect("a tour has the jobs that are in it");
        let first_min = (at + 1).saturating_sub(length);
        let first_max = at.min(jobs.len() - length);
        let first = self.rng.random_range(first_min..=first_max);
        jobs[first..first + length].to_vec()
    }

    /// Moves some of the jobs that are left out among those to be inserted.
    fn retry_left_out(&mut self, removed: &mut Vec<JobIndex>) {
        self.left_out.shuffle(&mut self.rng);
        let keep = self.left_out.len().saturating_sub(RETRIES_MAX);
        removed.extend(self.left_out.drain(keep..));
    }

    /// Inserts jobs where each is cheapest, the important ones first, else in a random order.
    fn recreate(&mut self, mut jobs: Vec<JobIndex>, before: &mut Vec<(usize, Tour)>) {
        jobs.shuffle(&mut self.rng);
        jobs.sort_by_key(|&job| self.fleet.urgency(job));
        for job in jobs {
            let mut best: Option<(Insertion, usize)> = None;
            for index in self.tours_near(job, before) {
                if self.rng.random_ratio(1, BLINK_ONE_IN) {
                    continue;
                }
                let found =
                    insertion::best(self.fleet, &self.ties, &self.tours[index], job, Effort::Quick, self.scratch);
                if let Ok(insertion) = found
                    && best.is_none_or(|(best, _)| insertion.added < best.added)
                {
                    best = Some((insertion, index));
                }
            }
            if let Some((insertion, index)) = best {
                let nodes = insertion::insert(self.fleet, &self.tours[index].nodes, job, insertion.spot);
                let vehicle = self.tours[index].vehicle;
                let tour = Tour::tied(self.fleet, &self.ties, vehicle, nodes, self.scratch);
                self.replace(index, tour.expect("a computed insertion fits"), before);
                self.tour_of[job] = Some(index);
            } else {
                self.left_out.push(job);
            }
        }
    }

    /// The tours worth trying for a job: those of its neighbours, those just ruined, and one empty of each kind.
    fn tours_near(&self, job: JobIndex, before: &[(usize, Tour)]) -> BTreeSet<usize> {
        if let Some(vehicle) = self.ties.only_vehicle(self.fleet, job) {
            return (0..self.tours.len()).filter(|&index| self.tours[index].vehicle == vehicle).collect();
        }
        let of_neighbours = self.near[job].iter().filter_map(|&other| self.tour_of[other]);
        let changed = before.iter().map(|&(index, _)| index);
        let spare = self.fleet.is_spare(&self.tours);
        let empty = (0..self.tours.len()).filter(|&index| self.tours[index].nodes.is_empty() && !spare[index]);
        of_neighbours.chain(changed).chain(empty).filter(|&index| !spare[index]).collect()
    }
}
