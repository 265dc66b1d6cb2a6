//! Climbing the hierarchy, and the best path between two ends.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Cost, Hierarchy, NONE, Steps};

/// Where a traveller may enter the core, or leave it, and at what cost to get there.
#[derive(Clone, Copy, Debug)]
pub(in crate::roads) struct Entry {
    pub(in crate::roads) vertex: u32,
    pub(in crate::roads) cost: Cost,
}

/// How a climb came to a vertex.
#[derive(Clone, Copy)]
struct Came {
    from: u32,
    /// An edge, or the number of the entry where `from` is [`NONE`].
    by: u32,
}

/// All vertices that can be reached by steps upward only, and from there within the heart. Steps upward never lead
/// back, so handling the lowest vertex first settles each vertex once, without a queue by cost; the heart needs one.
pub(super) struct Climb {
    cost: Vec<Cost>,
    came: Vec<Came>,
    queue: BinaryHeap<u32>,
    heart_queue: BinaryHeap<Reverse<(Cost, u32)>>,
    heart: u32,
    reached: Vec<u32>,
}

impl Climb {
    pub(super) fn new(hierarchy: &Hierarchy) -> Self {
        let count = hierarchy.vertex_count();
        Self {
            cost: vec![Cost::NONE; count],
            came: vec![Came { from: NONE, by: NONE }; count],
            queue: BinaryHeap::new(),
            heart_queue: BinaryHeap::new(),
            heart: hierarchy.heart,
            reached: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, steps: &Steps, entries: &[Entry]) {
        for vertex in self.reached.drain(..) {
            self.cost[vertex as usize] = Cost::NONE;
        }
        for (number, entry) in (0..).zip(entries) {
            self.reach(entry.vertex, entry.cost, Came { from: NONE, by: number });
        }
        while let Some(vertex) = self.queue.pop() {
            self.follow(vertex, steps);
        }
        while let Some(Reverse((cost, vertex))) = self.heart_queue.pop() {
            if cost == self.cost[vertex as usize] {
                self.follow(vertex, steps);
            }
        }
    }

    fn follow(&mut self, vertex: u32, steps: &Steps) {
        let cost = self.cost[vertex as usize];
        for step in steps.of(vertex) {
            let came = Came { from: vertex, by: step.edge };
            self.reach(step.other, cost.plus(step.cost), came);
        }
    }

    fn reach(&mut self, vertex: u32, cost: Cost, came: Came) {
        let best = &mut self.cost[vertex as usize];
        if cost >= *best {
            return;
        }
        let first_time = std::mem::replace(best, cost) == Cost::NONE;
        if first_time {
            self.reached.push(vertex);
        }
        if vertex < self.heart {
            self.heart_queue.push(Reverse((cost, vertex)));
        } else if first_time {
            self.queue.push(vertex);
        }
        self.came[vertex as usize] = came;
    }

    /// The vertices reached, each with its cost.
    pub(super) fn reached(&self) -> impl Iterator<Item = (u32, Cost)> {
        self.reached.iter().map(|&vertex| (vertex, self.cost[vertex as usize]))
    }

    /// The edges from `vertex` down to its entry, and the entry's number.
    fn way_down(&self, mut vertex: u32) -> (Vec<u32>, usize) {
        let mut edges = Vec::new();
        loop {
            let came = self.came[vertex as usize];
            if came.from == NONE {
                return (edges, came.by as usize);
            }
            edges.push(came.by);
            vertex = came.from;
        }
    }
}

/// The best path between two ends, with scratch space to use again.
pub(in crate::roads) struct PathSearch {
    forward: Climb,
    backward: Climb,
}

/// A path through the core.
pub(in crate::roads) struct Path {
    pub(in crate::roads) cost: Cost,
    /// Numbers of the entries it starts and ends with.
    pub(in crate::roads) source: usize,
    pub(in crate::roads) target: usize,
    /// Road directions in travel order.
    pub(in crate::roads) arcs: Vec<u32>,
}

impl PathSearch {
    pub(in crate::roads) fn new(hierarchy: &Hierarchy) -> Self {
        Self { forward: Climb::new(hierarchy), backward: Climb::new(hierarchy) }
    }

    /// The best path from one of `sources` to one of `targets`; `None` only where one of them is empty.
    pub(in crate::roads) fn run(
        &mut self,
        hierarchy: &Hierarchy,
        sources: &[Entry],
        targets: &[Entry],
    ) -> Option<Path> {
        self.forward.run(&hierarchy.up, sources);
        self.backward.run(&hierarchy.from_above, targets);
        let backward = &self.backward.cost;
        let (cost, top) = self
            .forward
            .reached()
            .filter(|(vertex, _)| backward[*vertex as usize] != Cost::NONE)
            .map(|(vertex, cost)| (cost.plus(backward[vertex as usize]), vertex))
            .min()?;
        let (mut up, source) = self.forward.way_down(top);
        up.reverse();
        let (down, target) = self.backward.way_down(top);
        let mut arcs = Vec::new();
        for edge in up.into_iter().chain(down) {
            hierarchy.unpack(edge, &mut arcs);
        }
        Some(Path { cost, source, target, arcs })
    }
}
