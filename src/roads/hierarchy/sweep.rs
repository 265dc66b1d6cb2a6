//! From several sources to all targets at once, by one pass down the part of the hierarchy above the targets.

use super::{Cost, Entry, Hierarchy, NONE, search::Climb};

/// Sources that share one sweep. Eight costs fill a cache line.
const LANES: usize = 8;

/// The part of the hierarchy that the targets need, from the top down.
pub(in crate::roads) struct Sweep<'h> {
    hierarchy: &'h Hierarchy,
    /// By hierarchy vertex; [`NONE`] where no target needs it.
    slot_of: Vec<u32>,
    first: Vec<u32>,
    /// Slots above each slot, and what the way down from them costs.
    above: Vec<(u32, Cost)>,
}

/// Scratch space for sweeps, one a thread.
pub(in crate::roads) struct Sources {
    climb: Climb,
    costs: Vec<[Cost; LANES]>,
}

impl<'h> Sweep<'h> {
    /// How many sources one sweep serves.
    pub(in crate::roads) const LANES: usize = LANES;

    pub(in crate::roads) fn towards(hierarchy: &'h Hierarchy, targets: impl Iterator<Item = u32>) -> Self {
        let mut slot_of = vec![NONE; hierarchy.vertex_count()];
        let mut needed = Vec::new();
        let mut stack: Vec<u32> = targets.collect();
        while let Some(vertex) = stack.pop() {
            let slot = &mut slot_of[vertex as usize];
            if *slot == NONE {
                *slot = 0;
                needed.push(vertex);
                stack.extend(hierarchy.from_above.of(vertex).iter().map(|step| step.other));
            }
        }
        needed.sort_unstable();
        for (slot, &vertex) in (0..).zip(&needed) {
            slot_of[vertex as usize] = slot;
        }
        let mut first = vec![0];
        let mut above = Vec::new();
        for &vertex in &needed {
            above.extend(hierarchy.from_above.of(vertex).iter().map(|step| (slot_of[step.other as usize], step.cost)));
            first.push(u32::try_from(above.len()).expect("no more than the hierarchy's 32-bit steps"));
        }
        Self { hierarchy, slot_of, first, above }
    }

    pub(in crate::roads) fn sources(&self) -> Sources {
        Sources { climb: Climb::new(self.hierarchy), costs: vec![[Cost::NONE; LANES]; self.first.len() - 1] }
    }

    /// The slot of a target given to [`towards`](Self::towards).
    pub(in crate::roads) fn slot(&self, target: u32) -> u32 {
        self.slot_of[target as usize]
    }

    /// Computes the costs from up to [`LANES`](Self::LANES) sources, each with its entries, to every slot.
    pub(in crate::roads) fn run<'s>(&self, entries: &[&[Entry]], scratch: &'s mut Sources) -> &'s [[Cost; LANES]] {
        let Sources { climb, costs } = scratch;
        costs.fill([Cost::NONE; LANES]);
        for (lane, entries) in entries.iter().enumerate() {
            climb.run(&self.hierarchy.up, entries);
            for (vertex, cost) in climb.reached() {
                let slot = self.slot_of[vertex as usize];
                if slot != NONE {
                    costs[slot as usize][lane] = cost;
                }
            }
        }
        for slot in 0..costs.len() {
            let mut best = costs[slot];
            for &(above, down) in &self.above[self.first[slot] as usize..self.first[slot + 1] as usize] {
                let start = &costs[above as usize];
                for lane in 0..LANES {
                    best[lane] = best[lane].min(start[lane].plus(down));
                }
            }
            costs[slot] = best;
        }
        costs
    }
}
