//! Making a solution better by tearing out strings of neighbouring jobs and putting them back.
//!
//! The ruin is that of Christiaens and Vanden Berghe, "Slack Induction by String Removals" (2020): around a random
//! job, a few strings of visits, each from another tour. The recreation is greedy insertion in one of several orders, with
//! now and then a tour overlooked. A worse outcome is kept with a probability that falls to nothing (annealing).
//! Relocating, exchanging and re-ordering one or a few jobs are all special cases of this one move.

use std::ops::ControlFlow;

use rand::{Rng, RngExt};

use super::memo::{Memo, Screen};
use super::recreate::Orders;
use super::ruin::Stops;
use super::{Fleet, Scratch, Ties, Tour, neighbours};
use crate::planner::cooling::{Cooling, Stage};
use crate::planner::cost::Cost;
use crate::planner::solve::{Pace, Phase, Progress};
use crate::planner::units::JobIndex;

/// How many neighbours of a job are worth knowing.
const NEIGHBOURS: usize = 60;

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
    let mut cooling = search.cooling();
    for done in 0.. {
        let Best { cost, unassigned, .. } = search.best;
        let unassigned = unassigned + search.hopeless.len();
        match pace(&Progress { phase: Phase::Improve, done, total: 0, cost, unassigned }) {
            ControlFlow::Continue(spent) if spent < 1.0 => search.advance(cooling.stage(spent, done)),
            ControlFlow::Continue(_) => break,
            ControlFlow::Break(()) => {
                outcome = ControlFlow::Break(());
                break;
            }
        }
    }
    *tours = search.best.tours;
    outcome
}

/// The best solution met.
struct Best {
    tours: Vec<Tour>,
    left_out: Vec<JobIndex>,
    left_out_weight: i64,
    unassigned: usize,
    cost: Cost,
}

pub(super) struct Search<'a, R> {
    pub(super) fleet: &'a Fleet<'a>,
    pub(super) near: Vec<Vec<JobIndex>>,
    pub(super) tours: Vec<Tour>,
    pub(super) tour_of: Vec<Option<usize>>,
    pub(super) ties: Ties,
    pub(super) left_out: Vec<JobIndex>,
    /// The jobs that no vehicle can take at all. They are left out too, and not among those above.
    pub(super) hopeless: Vec<JobIndex>,
    pub(super) stops: Stops,
    pub(super) screen: Screen,
    pub(super) memo: Memo,
    pub(super) orders: Orders,
    pub(super) rng: R,
    pub(super) scratch: &'a mut Scratch,
    cost: Cost,
    best: Best,
    /// How many steps ago the best became better, or was returned to.
    stale_steps: u64,
}

impl<'a, R: Rng> Search<'a, R> {
    fn new(fleet: &'a Fleet<'a>, tours: Vec<Tour>, left_out: Vec<JobIndex>, rng: R, scratch: &'a mut Scratch) -> Self {
        let screen = Screen::new(fleet);
        let (left_out, hopeless): (Vec<_>, Vec<_>) = left_out.into_iter().partition(|&job| screen.is_possible(job));
        let cost = tours.iter().map(|tour| tour.cost).sum();
        let best = Best {
            tours: tours.clone(),
            left_out: left_out.clone(),
            left_out_weight: weight(fleet, &left_out),
            unassigned: left_out.len(),
            cost,
        };
        Self {
            fleet,
            near: neighbours::nearest(fleet.problem, NEIGHBOURS),
            tour_of: tour_of(fleet, &tours),
            ties: Ties::of(fleet, &tours),
            tours,
            left_out,
            hopeless,
            stops: Stops::new(fleet.problem),
            screen,
            memo: Memo::new(fleet),
            orders: Orders::new(fleet),
            rng,
            scratch,
            cost,
            best,
            stale_steps: 0,
        }
    }

    /// The scale of temperatures is what a planned job costs on average, vehicles aside.
    #[allow(clippy::cast_precision_loss, reason = "a temperature need not be exact")]
    fn cooling(&self) -> Cooling {
        let used = self.tours.iter().filter(|tour| !tour.nodes.is_empty());
        let fixed = used.map(|tour| Cost::of_currency(self.fleet.problem.vehicles()[tour.vehicle].costs.fixed));
        let planned = self.tour_of.iter().flatten().count().max(1);
        let mean = (self.cost - fixed.sum()).0 as f64 / planned as f64;
        Cooling::new(mean.max(1.0), planned)
    }

    /// Ruins, recreates, and takes it back unless the outcome is accepted.
    fn advance(&mut self, now: Stage) {
        self.stale_steps += 1;
        if now.returns || now.returns_after.is_some_and(|patience| self.stale_steps > patience) {
            self.go_on_from_best();
        }
        let cost_before = self.cost;
        let left_out_before = self.left_out.clone();
        let weight_before = weight(self.fleet, &left_out_before);
        let mut before: Vec<(usize, Tour)> = Vec::new();
        let mut removed = self.ruin(&mut before);
        self.retry_left_out(&mut removed);
        self.recreate(removed, &mut before);

        let weight = weight(self.fleet, &self.left_out);
        #[allow(clippy::cast_precision_loss, reason = "annealing need not be exact")]
        let worsening = (self.cost - cost_before).0 as f64;
        let chance: f64 = self.rng.random();
        let is_accepted = weight < weight_before
            || (weight == weight_before && worsening < -now.temperature * chance.max(f64::MIN_POSITIVE).ln());
        if is_accepted {
            self.keep_best(weight);
        } else {
            self.restore(before, left_out_before, cost_before);
        }
    }

    /// Copies the tours that differ from the best solution, if the present one is better.
    fn keep_best(&mut self, left_out_weight: i64) {
        let best = &mut self.best;
        if (left_out_weight, self.cost) >= (best.left_out_weight, best.cost) {
            return;
        }
        let is_tied = self.ties.bind();
        let differs = |(best, tour): &(&mut Tour, &Tour)| is_tied || best.mark != tour.mark;
        for (best, tour) in best.tours.iter_mut().zip(&self.tours).filter(differs) {
            best.clone_from(tour);
        }
        best.left_out.clone_from(&self.left_out);
        best.left_out_weight = left_out_weight;
        best.unassigned = self.left_out.len();
        best.cost = self.cost;
        self.stale_steps = 0;
    }

    fn go_on_from_best(&mut self) {
        self.stale_steps = 0;
        self.tours.clone_from(&self.best.tours);
        self.left_out.clone_from(&self.best.left_out);
        self.cost = self.best.cost;
        self.tour_of = tour_of(self.fleet, &self.tours);
        self.ties = Ties::of(self.fleet, &self.tours);
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

    /// Puts a tour in the place of another, and the other aside unless one of that place already is.
    pub(super) fn replace(&mut self, index: usize, tour: Tour, before: &mut Vec<(usize, Tour)>) {
        self.cost += tour.cost - self.tours[index].cost;
        self.ties.forget(&self.tours[index]);
        self.ties.record(&tour);
        let old = std::mem::replace(&mut self.tours[index], tour);
        if before.iter().all(|&(changed, _)| changed != index) {
            before.push((index, old));
        }
    }
}

fn weight(fleet: &Fleet, jobs: &[JobIndex]) -> i64 {
    jobs.iter().map(|&job| 1 + i64::from(fleet.problem.jobs()[job].priority)).sum()
}

fn tour_of(fleet: &Fleet, tours: &[Tour]) -> Vec<Option<usize>> {
    let mut tour_of = vec![None; fleet.problem.jobs().len()];
    for (index, tour) in tours.iter().enumerate() {
        for job in tour.jobs() {
            tour_of[job] = Some(index);
        }
    }
    tour_of
}
