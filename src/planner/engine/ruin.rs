//! Tearing strings of visits out of the tours around a random job.

use rand::{Rng, RngExt};

use super::improve::Search;
use super::{Tour, ties};
use crate::planner::problem::Problem;
use crate::planner::units::{JobIndex, Place};

/// How many jobs a step tears out on average.
const REMOVED_MEAN: usize = 10;
/// The longest string torn out of one tour.
const STRING_MAX: usize = 10;
/// How often a string keeps some jobs in its middle.
const SPLIT_CHANCE: f64 = 0.5;
/// How often the kept middle grows by one more.
const SPLIT_GROWS_CHANCE: f64 = 0.01;

/// Where this many jobs share a place on average: how often whole places are torn out, how many at most, how often a next one is taken, how
/// often from all tours, and else from each tour.
const SHARED_BY: usize = 2;
const PLACES_CHANCE: f64 = 0.4;
const PLACES_MAX: usize = 3;
const PLACE_CHANCE: f64 = 0.3;
const EVERYWHERE_CHANCE: f64 = 0.3;
const TOUR_CHANCE: f64 = 0.3;

/// What is done at which place.
pub(super) struct Stops {
    /// By job: where it is given, or taken if it is a shipment.
    place_of: Vec<Place>,
    jobs_at: Vec<Vec<JobIndex>>,
    /// Whether jobs share places often enough to matter.
    are_shared: bool,
}

impl Stops {
    pub(super) fn new(problem: &Problem) -> Self {
        let place_of: Vec<Place> = problem.jobs().iter().map(|job| job.kind.first_task().place).collect();
        let mut jobs_at = vec![Vec::new(); problem.places()];
        for (job, &place) in place_of.iter().enumerate() {
            jobs_at[place].push(job);
        }
        let used = jobs_at.iter().filter(|jobs| !jobs.is_empty()).count();
        Self { are_shared: place_of.len() >= SHARED_BY * used, place_of, jobs_at }
    }
}

impl<R: Rng> Search<'_, R> {
    /// Tears out strings and says which jobs were in them.
    pub(super) fn ruin(&mut self, before: &mut Vec<(usize, Tour)>) -> Vec<JobIndex> {
        let jobs = self.tour_of.len();
        let planned = jobs - self.left_out.len() - self.hopeless.len();
        let used = self.tours.iter().filter(|tour| !tour.nodes.is_empty()).count().max(1);
        let longest = STRING_MAX.min((planned / used).max(1));
        let strings_most = (4 * REMOVED_MEAN / (1 + longest)).saturating_sub(1).max(1);
        let strings = self.rng.random_range(1..=strings_most);
        let seed = self.rng.random_range(0..jobs);
        if self.stops.are_shared && self.rng.random_bool(PLACES_CHANCE) {
            return self.ruin_places(seed, before);
        }
        let mut removed = Vec::new();
        let mut ruined: Vec<usize> = Vec::with_capacity(strings);
        for place in 0..=self.near[seed].len() {
            if ruined.len() == strings {
                break;
            }
            let job = if place == 0 { seed } else { self.near[seed][place - 1] };
            let Some(index) = self.tour_of[job].filter(|index| !ruined.contains(index)) else {
                continue;
            };
            if self.fleet.is_locked[job] {
                continue;
            }
            let string = self.string_around(index, job, longest);
            if self.tear(index, string, &mut removed, before) {
                ruined.push(index);
            }
        }
        removed
    }

    /// Tears out all that is done at a few neighbouring places, on all tours or some of them: a stop that many jobs share
    /// is only left out if they all go.
    fn ruin_places(&mut self, seed: JobIndex, before: &mut Vec<(usize, Tour)>) -> Vec<JobIndex> {
        let number = self.rng.random_range(1..=PLACES_MAX);
        let mut places = vec![self.stops.place_of[seed]];
        for &job in &self.near[seed] {
            let place = self.stops.place_of[job];
            if places.len() == number {
                break;
            }
            if !places.contains(&place) && self.rng.random_bool(PLACE_CHANCE) {
                places.push(place);
            }
        }
        let everywhere = self.rng.random_bool(EVERYWHERE_CHANCE);
        let mut strings: Vec<(usize, Vec<JobIndex>)> = Vec::new();
        for &job in places.iter().flat_map(|place| &self.stops.jobs_at[*place]) {
            let Some(index) = self.tour_of[job].filter(|_| !self.fleet.is_locked[job]) else { continue };
            match strings.iter_mut().find(|(other, _)| *other == index) {
                Some((_, string)) => string.push(job),
                None => strings.push((index, vec![job])),
            }
        }
        let mut removed = Vec::new();
        for (index, string) in strings {
            if everywhere || self.tour_of[seed] == Some(index) || self.rng.random_bool(TOUR_CHANCE) {
                self.tear(index, string, &mut removed, before);
            }
        }
        removed
    }

    /// Takes some jobs out of a tour, and out of others what depends on them, unless that cannot be.
    fn tear(
        &mut self,
        index: usize,
        mut string: Vec<JobIndex>,
        removed: &mut Vec<JobIndex>,
        before: &mut Vec<(usize, Tour)>,
    ) -> bool {
        // What one tour lost may have taken along what stood on another.
        string.retain(|&job| self.tour_of[job] == Some(index));
        let waiting = ties::drag_along(self.fleet, &self.tours[index], &mut string);
        let (taken, are_out) = self.take_out(&waiting, before);
        let nodes = self.tours[index].nodes_without(|job| string.contains(&job));
        // Without the triangle inequality a shorter route can be slower, so it is scheduled like any other.
        let vehicle = self.tours[index].vehicle;
        match Tour::tied(self.fleet, &self.ties, vehicle, nodes, self.scratch) {
            Ok(tour) if are_out => {
                self.replace(index, tour, before);
                for &job in &string {
                    self.tour_of[job] = None;
                }
                removed.extend(string);
                removed.extend(taken.iter().map(|(job, ..)| job));
                true
            }
            _ => {
                self.put_back(taken, before);
                false
            }
        }
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

    /// Up to `longest` jobs of a tour, this one near or among them: successive, or with some kept in their middle; locked
    /// ones are passed over.
    fn string_around(&mut self, index: usize, job: JobIndex, longest: usize) -> Vec<JobIndex> {
        let jobs: Vec<JobIndex> = self.tours[index].jobs().filter(|&job| !self.fleet.is_locked[job]).collect();
        let length = self.rng.random_range(1..=longest.min(jobs.len()));
        let mut kept = 0;
        if length > 1 && length < jobs.len() && self.rng.random_bool(SPLIT_CHANCE) {
            kept = 1;
            while length + kept < jobs.len() && self.rng.random_bool(SPLIT_GROWS_CHANCE) {
                kept += 1;
            }
        }
        let span = length + kept;
        let at = jobs.iter().position(|&other| other == job).expect("a tour has the jobs that are in it");
        let first_min = (at + 1).saturating_sub(span);
        let first_max = at.min(jobs.len() - span);
        let first = self.rng.random_range(first_min..=first_max);
        let before_kept = if kept > 0 { self.rng.random_range(1..length) } else { length };
        let mut string = jobs[first..first + before_kept].to_vec();
        string.extend_from_slice(&jobs[first + before_kept + kept..first + span]);
        string
    }
}
