//! What is known already: where jobs fit best in tours met before, and which jobs no vehicle can take.
//!
//! A search comes back to the same tours again and again: most steps are taken back, and many repeat what another did.
//! So answers are kept by what a tour is ([`Tour::mark`]), not by where or when it was.

use rayon::prelude::*;

use super::insertion::{self, Effort, Insertion};
use super::{Fleet, Scratch, Ties, Tour};
use crate::planner::cost::Cost;
use crate::planner::units::{JobIndex, VehicleIndex};

/// How many answers are kept at most and at least; both powers of two.
const ANSWERS_MAX: usize = 1 << 18;
const ANSWERS_MIN: usize = 1 << 12;

/// With more pairs of jobs and kinds of vehicles than this, trying them all takes longer than it saves.
const PAIRS_MAX: usize = 1_000_000;

#[derive(Clone)]
struct Answer {
    mark: u64,
    job: JobIndex,
    found: Option<Insertion>,
    /// Where nothing was found: it would have cost at least this, if anything fits.
    below: Cost,
}

/// The best insertions found lately.
pub(super) struct Memo {
    answers: Vec<Answer>,
    /// Where jobs ask something of other tours, an answer depends on more than the tour.
    holds: bool,
}

impl Memo {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let pairs = fleet.problem.jobs().len() * fleet.problem.vehicles().len();
        let size = (4 * pairs).next_power_of_two().clamp(ANSWERS_MIN, ANSWERS_MAX);
        // Nothing fits where nothing is asked: no job has this number.
        let nothing = Answer { mark: 0, job: JobIndex::MAX, found: None, below: Cost::ZERO };
        let holds = fleet.bonds.is_none();
        Self { answers: if holds { vec![nothing; size] } else { Vec::new() }, holds }
    }

    /// The cheapest insertion of a job into a tour, if any is feasible. One that costs `limit` or more may be missed.
    pub(super) fn best(
        &mut self,
        fleet: &Fleet,
        ties: &Ties,
        tour: &Tour,
        job: JobIndex,
        limit: Cost,
        scratch: &mut Scratch,
    ) -> Option<Insertion> {
        let look = |scratch| insertion::best_below(fleet, ties, tour, job, Effort::Quick, limit, scratch).ok();
        if !self.holds {
            return look(scratch);
        }
        let of_job = (job as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        #[allow(clippy::cast_possible_truncation, reason = "the low bits choose the place")]
        let at = (tour.mark ^ (of_job >> 32)) as usize & (self.answers.len() - 1);
        let answer = &self.answers[at];
        if answer.mark == tour.mark && answer.job == job && (answer.found.is_some() || limit <= answer.below) {
            return answer.found;
        }
        let found = look(scratch);
        self.answers[at] = Answer { mark: tour.mark, job, found, below: limit };
        found
    }
}

/// Which vehicles can take which jobs at all.
pub(super) struct Screen {
    /// By the first of equal vehicles, then by job.
    takes: Vec<Vec<bool>>,
}

impl Screen {
    pub(super) fn new(fleet: &Fleet) -> Self {
        let vehicles = 0..fleet.problem.vehicles().len();
        let is_first = |vehicle: &VehicleIndex| fleet.plans[*vehicle].twin_of == *vehicle;
        let pairs = vehicles.clone().filter(is_first).count() * fleet.problem.jobs().len();
        let takes = |vehicle: VehicleIndex| match fleet.plans[vehicle].twin_of {
            twin if twin == vehicle => taken_by(fleet, vehicle, pairs <= PAIRS_MAX),
            _ => Vec::new(),
        };
        Self { takes: vehicles.into_par_iter().map(takes).collect() }
    }

    pub(super) fn takes(&self, fleet: &Fleet, vehicle: VehicleIndex, job: JobIndex) -> bool {
        self.takes[fleet.plans[vehicle].twin_of][job]
    }

    /// Whether some vehicle can take a job.
    pub(super) fn is_possible(&self, job: JobIndex) -> bool {
        self.takes.iter().any(|takes| takes.get(job).is_some_and(|&takes| takes))
    }
}

/// Which jobs a vehicle has the skills for and, where that says something and is to be tried, could take if it had nothing
/// else to do. With breaks, reloads, or ties to others, what does not fit alone may fit beside other jobs.
fn taken_by(fleet: &Fleet, vehicle: VehicleIndex, tries: bool) -> Vec<bool> {
    let of = &fleet.problem.vehicles()[vehicle];
    let mut scratch = Scratch::default();
    let alone = if tries && fleet.bonds.is_none() && of.breaks.is_empty() && of.reload.is_none() {
        Tour::new(fleet, vehicle, fleet.plans[vehicle].base.clone(), &mut scratch).ok()
    } else {
        None
    };
    let takes = |job: JobIndex| {
        fleet.missing_skill(vehicle, job).is_none()
            && alone.as_ref().is_none_or(|tour| {
                insertion::best(fleet, &Ties::default(), tour, job, Effort::Exhaustive, &mut scratch).is_ok()
            })
    };
    (0..fleet.problem.jobs().len()).map(takes).collect()
}
