//! A first solution by insertion with regret: next comes the job that would lose most by waiting.
//!
//! The best insertion of every waiting job into every tour is kept; when a tour changes, only its column is
//! computed again.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use rayon::prelude::*;

use super::insertion::{self, Effort, Insertion};
use super::{Fleet, Scratch, Ties, Tour};
use crate::planner::cost::Cost;
use crate::planner::solve::{Control, Phase, Progress};
use crate::planner::units::JobIndex;

/// One waiting job with its best insertion into each tour.
struct Row {
    job: JobIndex,
    insertions: Vec<Option<Insertion>>,
    /// The best tour, and how much dearer the second best is.
    choice: Option<(usize, Cost)>,
}

/// How many jobs are looked at before the caller is asked again whether to go on.
const ROWS_BETWEEN_CONTROLS: usize = 512;
/// The regret of a job that only one tour can take.
const ONLY_CHOICE: Cost = Cost(i64::MAX / 4);

impl Row {
    fn compute(&mut self, fleet: &Fleet, ties: &Ties, tours: &[Tour], columns: &[usize], scratch: &mut Scratch) {
        for &column in columns {
            let found = insertion::best(fleet, ties, &tours[column], self.job, Effort::Quick, scratch);
            self.insertions[column] = found.ok();
        }
        if !ties.bind() {
            return;
        }
        // What was planned meanwhile may keep it out of tours that have not changed.
        for (insertion, tour) in self.insertions.iter_mut().zip(tours).filter(|(insertion, _)| insertion.is_some()) {
            if ties.allow(fleet, tour.vehicle, self.job).is_err() {
                *insertion = None;
            }
        }
    }

    /// Finds the best tour. Where an equal vehicle still waits at home, waiting costs nothing.
    fn choose(&mut self, has_spare: &[bool]) {
        let mut best: Option<(usize, Cost)> = None;
        let mut second: Option<Cost> = None;
        for (column, insertion) in self.insertions.iter().enumerate() {
            let Some(added) = insertion.map(|insertion| insertion.added) else {
                continue;
            };
            if best.is_none_or(|(_, least)| added < least) {
                second = best.map(|(_, least)| least);
                best = Some((column, added));
            } else if second.is_none_or(|second| added < second) {
                second = Some(added);
            }
        }
        self.choice = best.map(|(column, least)| {
            let regret =
                if has_spare[column] { Cost::ZERO } else { second.map_or(ONLY_CHOICE, |second| second - least) };
            (column, regret)
        });
    }
}

/// Inserts the pending jobs while any fits. Returns those left out, or breaks when told to.
pub(in crate::planner) fn run(
    fleet: &Fleet,
    tours: &mut [Tour],
    pending: Vec<JobIndex>,
    control: &mut Control<'_>,
    scratch: &mut Scratch,
) -> ControlFlow<(), Vec<JobIndex>> {
    let total = pending.len() as u64;
    let mut cost: Cost = tours.iter().map(|tour| tour.cost).sum();
    let mut is_spare = fleet.is_spare(tours);
    let mut ties = Ties::of(fleet, tours);
    let mut rows: Vec<Row> =
        pending.into_iter().map(|job| Row { job, insertions: vec![None; tours.len()], choice: None }).collect();
    let all = |is_spare: &[bool]| (0..is_spare.len()).filter(|&column| !is_spare[column]).collect::<Vec<_>>();
    let mut columns = all(&is_spare);
    let mut changed = None;
    loop {
        let progress =
            Progress { phase: Phase::Construct, done: total - rows.len() as u64, total, cost, unassigned: rows.len() };
        let has_spare = has_spare(fleet, tours, &is_spare);
        let shown: &[Tour] = tours;
        // The first look at every pair takes longest; in parts, it too can be stopped.
        for part in rows.chunks_mut(ROWS_BETWEEN_CONTROLS) {
            control(&progress)?;
            part.par_iter_mut().with_min_len(16).for_each_init(Scratch::default, |scratch, row| {
                if changed.is_some_and(|changed| fleet.concerns(&shown[changed], row.job)) {
                    row.compute(fleet, &ties, shown, &all(&is_spare), scratch);
                } else {
                    row.compute(fleet, &ties, shown, &columns, scratch);
                }
                row.choose(&has_spare);
            });
        }
        let urgency = |row: &Row| {
            let (_, regret) = row.choice?;
            let priority = fleet.problem.jobs()[row.job].priority;
            Some((regret, priority, Reverse(row.job)))
        };
        let most_urgent = rows.iter().enumerate().filter_map(|(index, row)| Some((urgency(row)?, index))).max();
        let Some((_, index)) = most_urgent else {
            return ControlFlow::Continue(rows.into_iter().map(|row| row.job).collect());
        };
        let row = rows.swap_remove(index);
        let Some((column, insertion)) = row.choice.and_then(|(column, _)| Some((column, row.insertions[column]?)))
        else {
            continue;
        };
        let nodes = insertion::insert(fleet, &tours[column].nodes, row.job, insertion.spot);
        let tour = Tour::tied(fleet, &ties, tours[column].vehicle, nodes, scratch);
        tours[column] = tour.expect("a computed insertion fits");
        ties.record(&tours[column]);
        cost += insertion.added;
        let was_spare = std::mem::replace(&mut is_spare, fleet.is_spare(tours));
        columns.clear();
        columns.push(column);
        columns.extend((0..tours.len()).filter(|&column| was_spare[column] && !is_spare[column]));
        changed = Some(column);
        // Tours that wait for goods of the changed one, or it for theirs, are scheduled against its new times.
        let waits = |other: usize| other != column && fleet.concerns_tour(&tours[column], &tours[other]);
        columns.extend((0..tours.len()).filter(|&other| waits(other)));
    }
}

/// For each tour, whether it is empty and an equal vehicle waits behind it.
fn has_spare(fleet: &Fleet, tours: &[Tour], is_spare: &[bool]) -> Vec<bool> {
    let mut spares_of = vec![false; tours.len()];
    for (tour, _) in tours.iter().zip(is_spare).filter(|&(_, &spare)| spare) {
        spares_of[fleet.plans[tour.vehicle].twin_of] = true;
    }
    tours.iter().map(|tour| tour.nodes.is_empty() && spares_of[fleet.plans[tour.vehicle].twin_of]).collect()
}
