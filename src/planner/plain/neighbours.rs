//! Which jobs are near which.
//!
//! By travel alone, which is the simpler rule: in the one paired run that was made, neighbours weighed by waiting and
//! lateness too (as Vidal's) looked no better.

use rayon::prelude::*;

use super::model::{Model, Node};

/// How many neighbours of a job a ruin may reach.
const REACH: usize = 100;
/// How many neighbours name the routes worth looking at for a job.
const FEW: usize = 20;

/// For each job, the others by nearness.
pub(super) struct Neighbours {
    lists: Vec<u32>,
    each: usize,
}

impl Neighbours {
    pub(super) fn new(model: &Model) -> Self {
        let jobs = model.jobs.len();
        let each = REACH.min(jobs.saturating_sub(1));
        let Some(kind) = model.kinds.first() else {
            return Self { lists: Vec::new(), each: 0 };
        };
        let table = &model.tables[kind.table];
        let travel = |a: &Node, b: &Node| table.leg(a.place, b.place).time.min(table.leg(b.place, a.place).time);
        let near = |job: usize| {
            let apart = |other: usize| {
                let others = model.nodes_of(other);
                let pairs = model.nodes_of(job).iter().flat_map(|a| others.iter().map(move |b| (a, b)));
                pairs.map(|(a, b)| travel(a, b)).min().unwrap_or(i32::MAX)
            };
            let mut others: Vec<(i32, u32)> =
                (0..jobs).filter(|&other| other != job).map(|other| (apart(other), other as u32)).collect();
            if others.len() > each {
                others.select_nth_unstable(each);
                others.truncate(each);
            }
            others.sort_unstable();
            others.into_iter().map(|(_, other)| other).collect::<Vec<u32>>()
        };
        let lists: Vec<Vec<u32>> = (0..jobs).into_par_iter().map(near).collect();
        Self { lists: lists.concat(), each }
    }

    /// The others a ruin around a job may reach, nearest first.
    pub(super) fn of(&self, job: u32) -> &[u32] {
        &self.lists[job as usize * self.each..][..self.each]
    }

    /// The few others whose routes are worth looking at for a job.
    pub(super) fn nearest(&self, job: u32) -> &[u32] {
        &self.of(job)[..FEW.min(self.each)]
    }
}
