//! Contraction hierarchies: the ranking of one profile's vertices that makes exact searches short.
//!
//! Geisberger, Sanders, Schultes, Delling, "Contraction Hierarchies" (WEA 2008); the order is found by the importance
//! of Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies" (level, shortcuts per removed edge, hops).
//! Matrices sweep the hierarchy from the top down for several sources at once, restricted to what the targets need:
//! Delling, Goldberg, Werneck, "Faster Batched Shortest Paths in Road Networks" (RPHAST, ATMOS 2011).
//!
//! Invariants: a [`Core`] is strongly connected, so every search succeeds; vertices of a [`Hierarchy`] are numbered
//! by falling importance, so "higher" is "smaller number" and every upward step makes the number smaller, except within
//! the heart: the vertices too entangled to be contracted, which have the smallest numbers and are searched by Dijkstra's
//! algorithm. A town has no heart, a country a small one. The least
//! [`Cost`] between two vertices is unique, so fast answers equal a plain Dijkstra's to the last unit.

mod contract;
mod cost;
#[cfg(test)]
mod oracle;
mod search;
mod sweep;

use serde::{Deserialize, Serialize};

pub(super) use cost::Cost;
pub(super) use search::{Entry, PathSearch};
pub(super) use sweep::Sweep;

use super::{Profile, RoadNetwork, RoadsError};

/// Not a vertex.
const NONE: u32 = u32::MAX;

/// The largest strongly connected part of the network for one profile, densely numbered, at most one edge a pair.
#[derive(Debug)]
pub(super) struct Core {
    /// The network's vertex behind each core vertex, rising.
    vertex_of: Vec<u32>,
    /// Sorted by tail and head.
    edges: Vec<CoreEdge>,
}

#[derive(Clone, Copy, Debug)]
struct CoreEdge {
    tail: u32,
    head: u32,
    cost: Cost,
    /// A road direction: the road's number doubled, plus one against its drawing.
    arc: u32,
}

/// What contraction finds out; kept in the network file because finding it takes long.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Ranking {
    /// Core vertices by rising importance; those it leaves out form the heart, which is searched as it is.
    order: Vec<u32>,
    /// Pairs of edges (core edges first, then earlier shortcuts) that each shortcut strings together.
    shortcuts: Vec<(u32, u32)>,
}

impl Core {
    pub(super) fn of(network: &RoadNetwork, profile: Profile) -> Self {
        let mut core_of = vec![NONE; network.vertex_count()];
        let mut vertex_of = Vec::new();
        for vertex in 0..u32::try_from(network.vertex_count()).expect("vertices are numbered with 32 bits") {
            if network.is_in_main_part(vertex, profile) {
                core_of[vertex as usize] = u32::try_from(vertex_of.len()).expect("no more than vertices");
                vertex_of.push(vertex);
            }
        }
        let mut edges = Vec::new();
        for (number, road) in (0_u32..).zip(network.roads()) {
            let (from, to) = (core_of[road.from as usize], core_of[road.to as usize]);
            if from == NONE || to == NONE || from == to {
                continue;
            }
            for (backward, tail, head) in [(false, from, to), (true, to, from)] {
                if let Some(time_ms) = road.time_ms(profile, backward) {
                    let cost = Cost::new(time_ms, road.length_cm);
                    edges.push(CoreEdge { tail, head, cost, arc: number * 2 + u32::from(backward) });
                }
            }
        }
        edges.sort_unstable_by_key(|edge| (edge.tail, edge.head, edge.cost, edge.arc));
        edges.dedup_by_key(|edge| (edge.tail, edge.head));
        Self { vertex_of, edges }
    }

    /// Ranks the vertices; deterministic.
    pub(super) fn rank(&self) -> Ranking {
        self.rank_to(contract::CORE_LINKS)
    }

    fn rank_to(&self, most_links: usize) -> Ranking {
        contract::Contraction::of(self).run(most_links)
    }
}

/// A step from a vertex to a higher one, or, in the reverse graph, from a higher one.
#[derive(Clone, Copy)]
struct Step {
    other: u32,
    edge: u32,
    cost: Cost,
}

/// Steps of all vertices in one array.
struct Steps {
    first: Vec<u32>,
    steps: Vec<Step>,
}

impl Steps {
    fn of(&self, vertex: u32) -> &[Step] {
        &self.steps[self.first[vertex as usize] as usize..self.first[vertex as usize + 1] as usize]
    }

    /// From `(vertex, step)` pairs; of parallel steps the cheapest stays.
    fn gather(vertices: usize, mut pairs: Vec<(u32, Step)>) -> Self {
        pairs.sort_unstable_by_key(|(vertex, step)| (*vertex, step.other, step.cost, step.edge));
        pairs.dedup_by_key(|(vertex, step)| (*vertex, step.other));
        let mut first = vec![0; vertices + 1];
        for (vertex, _) in &pairs {
            first[*vertex as usize + 1] += 1;
        }
        for vertex in 0..vertices {
            first[vertex + 1] += first[vertex];
        }
        Self { first, steps: pairs.into_iter().map(|(_, step)| step).collect() }
    }
}

/// What an edge is made of: a road direction, or two earlier edges.
#[derive(Clone, Copy)]
enum Made {
    Arc(u32),
    Of(u32, u32),
}

/// A ranked core, ready for searches.
pub(super) struct Hierarchy {
    /// By network vertex; [`NONE`] outside the core.
    number_of: Vec<u32>,
    /// How many vertices form the heart.
    heart: u32,
    /// For each vertex, edges to higher vertices; in the heart, to all others of the heart.
    up: Steps,
    /// For each vertex outside the heart, edges from higher vertices.
    from_above: Steps,
    made: Vec<Made>,
}

impl Hierarchy {
    /// Prepares searches for one profile.
    ///
    /// # Errors
    /// [`RoadsError::NetworkContent`] when the network's ranking does not fit its roads, which only a network file
    /// from elsewhere can bring about.
    pub(super) fn of(network: &RoadNetwork, profile: Profile) -> Result<Self, RoadsError> {
        let core = Core::of(network, profile);
        Self::ranked(network.vertex_count(), &core, network.ranking(profile))
            .ok_or_else(|| RoadsError::NetworkContent(format!("the ranking for {profile} does not fit the roads")))
    }

    fn ranked(network_vertices: usize, core: &Core, ranking: &Ranking) -> Option<Self> {
        let count = core.vertex_of.len();
        let mut number_of_core = vec![NONE; count];
        let heart = u32::try_from(count.checked_sub(ranking.order.len())?).ok()?;
        for (number, &vertex) in (heart..).zip(ranking.order.iter().rev()) {
            let slot = number_of_core.get_mut(vertex as usize)?;
            if std::mem::replace(slot, number) != NONE {
                return None;
            }
        }
        let left_out = number_of_core.iter_mut().filter(|slot| **slot == NONE);
        for (number, slot) in (0..heart).zip(left_out) {
            *slot = number;
        }
        let mut edges: Vec<(u32, u32, Cost, u32)> = core
            .edges
            .iter()
            .map(|edge| (number_of_core[edge.tail as usize], number_of_core[edge.head as usize], edge.cost, 1))
            .collect();
        let mut made: Vec<Made> = core.edges.iter().map(|edge| Made::Arc(edge.arc)).collect();
        for &(a, b) in &ranking.shortcuts {
            let (tail, middle, cost_a, hops_a) = *edges.get(a as usize)?;
            let (middle_too, head, cost_b, hops_b) = *edges.get(b as usize)?;
            let hops = hops_a.checked_add(hops_b)?;
            // A path visits no vertex twice; a longer shortcut could unpack without end.
            if middle != middle_too
                || middle < heart
                || middle <= tail.max(head)
                || tail == head
                || hops as usize >= count
            {
                return None;
            }
            edges.push((tail, head, cost_a.plus(cost_b), hops));
            made.push(Made::Of(a, b));
        }
        let mut up = Vec::new();
        let mut from_above = Vec::new();
        for (edge, &(tail, head, cost, _)) in (0_u32..).zip(&edges) {
            if head < tail || head < heart {
                up.push((tail, Step { other: head, edge, cost }));
            } else {
                from_above.push((head, Step { other: tail, edge, cost }));
            }
        }
        let mut number_of = vec![NONE; network_vertices];
        for (core_vertex, &vertex) in core.vertex_of.iter().enumerate() {
            number_of[vertex as usize] = number_of_core[core_vertex];
        }
        Some(Self {
            number_of,
            heart,
            up: Steps::gather(count, up),
            from_above: Steps::gather(count, from_above),
            made,
        })
    }

    /// The hierarchy's number of a network vertex in the core.
    pub(super) fn number_of(&self, vertex: u32) -> u32 {
        self.number_of[vertex as usize]
    }

    fn vertex_count(&self) -> usize {
        self.up.first.len() - 1
    }

    /// Appends the road directions that `edge` stands for, in travel order.
    fn unpack(&self, edge: u32, arcs: &mut Vec<u32>) {
        let mut stack = vec![edge];
        while let Some(edge) = stack.pop() {
            match self.made[edge as usize] {
                Made::Arc(arc) => arcs.push(arc),
                Made::Of(a, b) => stack.extend([b, a]),
            }
        }
    }
}
