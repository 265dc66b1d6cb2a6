//! Which jobs are near which.
//!
//! By travel alone, which is the simpler rule: in the one paired run that was made, neighbours weighed by waiting and
//! lateness too (as Vidal's) looked no better.

use rayon::prelude::*;

use super::model::Model;

/// How many neighbours of a job a ruin may reach.
const REACH: usize = 100;
/// How many neighbours name the routes worth looking at for a job, and for a shipment, which is near others at two places.
const FEW: usize = 20;
const FEW_OF_SHIPMENT: usize = 40;

/// For each job, the others by nearness.
pub(super) struct Neighbours {
    lists: Vec<u32>,
    each: usize,
    few: usize,
}

impl Neighbours {
    pub(super) fn new(model: &Model) -> Self {
        let jobs = model.jobs.len();
        let each = REACH.min(jobs.saturating_sub(1));
        let Some(kind) = model.kinds.first() else {
            return Self { lists: Vec::new(), each: 0, few: 0 };
        };
        let table = &model.tables[kind.table];
        let has_shipments = model.jobs.iter().any(|job| job.delivery.is_some());
        let few = if has_shipments { FEW_OF_SHIPMENT } else { FEW };
        let near = |job: usize| {
            let mut apart = vec![i32::MAX; jobs];
            for node in model.nodes_of(job) {
                let (there, back) = (table.times_from(node.place), table.times_to(node.place));
                for other in &model.nodes {
                    let travel = there[other.place as usize].min(back[other.place as usize]);
                    let apart = &mut apart[other.job as usize];
                    *apart = travel.min(*apart);
                }
            }
            let mut others: Vec<(i32, u32)> = apart.into_iter().zip(0..).collect();
            others.swap_remove(job);
            if others.len() > each {
                others.select_nth_unstable(each);
                others.truncate(each);
            }
            others.sort_unstable();
            others.into_iter().map(|(_, other)| other).collect::<Vec<u32>>()
        };
        let lists: Vec<Vec<u32>> = (0..jobs).into_par_iter().map(near).collect();
        Self { lists: lists.concat(), each, few: few.min(each) }
    }

    /// The others a ruin around a job may reach, nearest first.
    pub(super) fn of(&self, job: u32) -> &[u32] {
        &self.lists[job as usize * self.each..][..self.each]
    }

    /// The few others whose routes are worth looking at for a job.
    pub(super) fn nearest(&self, job: u32) -> &[u32] {
        &self.of(job)[..self.few]
    }
}
