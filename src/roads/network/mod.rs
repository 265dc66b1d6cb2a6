//! The road network: vertices where a traveller has a choice or the speed changes, roads between them, and who may
//! use which.
//!
//! Invariants, also checked when a network file is read: every road's ends and shape lie inside the network; a
//! road's shape has at least two points; the largest strongly connected part of each profile is known.
//! The network does not know where it came from beyond its labels, and answers no queries: see
//! [`Router`](super::Router).

mod file;
mod summary;

use std::{cmp::Reverse, collections::BTreeMap};

use petgraph::{
    graph::{DiGraph, NodeIndex},
    visit::EdgeFiltered,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use summary::{NetworkSummary, ProfileSummary};

use super::{
    BoundingBox, Point, Profile, RoadsError,
    hierarchy::{Core, Ranking},
};

/// Travel time of a direction that a profile may not take.
pub(super) const CLOSED: u32 = u32::MAX;

/// The licence demands it wherever the network or anything computed from it is shown.
pub const ATTRIBUTION: &str = "© OpenStreetMap contributors, ODbL 1.0";

/// What a road is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadKind {
    /// A stretch of road or path.
    Land,
    /// A stretch of ferry.
    Ferry,
    /// Between a ferry and the land: no length, the boarding and waiting time towards the ferry.
    Landing,
    /// Through a barrier: no length, open to those whom it lets pass.
    Barrier,
}

/// A road between two vertices, drawn from `from` to `to`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Road {
    pub(super) kind: RoadKind,
    pub(super) from: u32,
    pub(super) to: u32,
    /// Range of the network's shape points.
    pub(super) first_point: u32,
    pub(super) points: u32,
    pub(super) length_cm: u32,
    /// Milliseconds from `from` to `to`, by profile; [`CLOSED`] where the profile may not.
    pub(super) forward_ms: [u32; Profile::COUNT],
    /// Milliseconds from `to` to `from`, by profile.
    pub(super) backward_ms: [u32; Profile::COUNT],
}

impl Road {
    pub(super) fn time_ms(&self, profile: Profile, backward: bool) -> Option<u32> {
        let ms = if backward { self.backward_ms } else { self.forward_ms }[profile.index()];
        (ms != CLOSED).then_some(ms)
    }
}

/// One direction of a road that some profile may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arc {
    pub(super) road: u32,
    pub(super) backward: bool,
}

/// Where a network came from.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Origin {
    pub(super) name: String,
    pub(super) timestamp_s: Option<i64>,
    pub(super) bounds: Option<BoundingBox>,
}

/// The raw material of a network.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) origin: Origin,
    pub(super) vertices: Vec<Point>,
    pub(super) roads: Vec<Road>,
    pub(super) shape: Vec<Point>,
    pub(super) km_by_class: BTreeMap<String, f64>,
    pub(super) missing_nodes: u64,
}

/// A road network with everything routing needs, immutable.
///
/// The graph is a [`DiGraph`]: directed, because one-ways are; with reverse adjacency, which the search for
/// strongly connected parts needs and `petgraph`'s `Csr` lacks; with 32-bit indices, which fit any country. It is the
/// network's topology for analysis; queries run on flat arrays derived from it.
pub struct RoadNetwork {
    graph: DiGraph<Point, Arc>,
    roads: Vec<Road>,
    shape: Vec<Point>,
    /// For each vertex, the profiles (as bits) whose largest strongly connected part it belongs to.
    main_part: Vec<u8>,
    rankings: [Ranking; Profile::COUNT],
    summary: NetworkSummary,
}

impl RoadNetwork {
    /// Finishes a network: finds the parts and ranks the vertices, telling `before_ranking` of each profile.
    pub(super) fn build(
        parts: Parts,
        before_ranking: &mut dyn FnMut(Profile) -> Result<(), RoadsError>,
    ) -> Result<Self, RoadsError> {
        let graph = graph_of(&parts.vertices, &parts.roads);
        let divisions: Vec<Division> =
            Profile::ALL.par_iter().map(|&profile| divide(&graph, &parts.roads, profile)).collect();
        let mut main_part = vec![0; parts.vertices.len()];
        for (profile, division) in Profile::ALL.into_iter().zip(&divisions) {
            division.main.iter().for_each(|vertex| main_part[vertex.index()] |= profile.bit());
        }
        let components = [0, 1, 2].map(|index: usize| divisions[index].components);
        let summary = NetworkSummary::of(&parts, &graph, &main_part, components);
        let mut network =
            Self { graph, roads: parts.roads, shape: parts.shape, main_part, rankings: Default::default(), summary };
        for profile in Profile::ALL {
            before_ranking(profile)?;
        }
        let rankings: Vec<Ranking> =
            Profile::ALL.par_iter().map(|&profile| Core::of(&network, profile).rank()).collect();
        for (slot, ranking) in network.rankings.iter_mut().zip(rankings) {
            *slot = ranking;
        }
        Ok(network)
    }

    /// Counts, lengths, parts and labels.
    #[must_use]
    pub fn summary(&self) -> &NetworkSummary {
        &self.summary
    }

    /// The topology: positions at the vertices, one edge for each open direction of each road.
    #[must_use]
    pub fn graph(&self) -> &DiGraph<Point, Arc> {
        &self.graph
    }

    pub(super) fn roads(&self) -> &[Road] {
        &self.roads
    }

    /// The road's polyline in drawing direction.
    pub(super) fn shape_of(&self, road: &Road) -> &[Point] {
        &self.shape[road.first_point as usize..][..road.points as usize]
    }

    pub(super) fn is_in_main_part(&self, vertex: u32, profile: Profile) -> bool {
        self.main_part[vertex as usize] & profile.bit() != 0
    }

    pub(super) fn vertex_count(&self) -> usize {
        self.main_part.len()
    }

    pub(super) fn ranking(&self, profile: Profile) -> &Ranking {
        &self.rankings[profile.index()]
    }
}

fn graph_of(vertices: &[Point], roads: &[Road]) -> DiGraph<Point, Arc> {
    let mut graph = DiGraph::with_capacity(vertices.len(), roads.len() * 2);
    for point in vertices {
        graph.add_node(*point);
    }
    for (number, road) in (0..).zip(roads) {
        let (from, to) = (NodeIndex::from(road.from), NodeIndex::from(road.to));
        if road.forward_ms != [CLOSED; Profile::COUNT] {
            graph.add_edge(from, to, Arc { road: number, backward: false });
        }
        if road.backward_ms != [CLOSED; Profile::COUNT] {
            graph.add_edge(to, from, Arc { road: number, backward: true });
        }
    }
    graph
}

/// How a profile's roads fall apart.
struct Division {
    /// Strongly connected parts, vertices that no road of the profile touches left out.
    components: u64,
    /// The vertices of the largest part.
    main: Vec<NodeIndex>,
}

fn divide(graph: &DiGraph<Point, Arc>, roads: &[Road], profile: Profile) -> Division {
    let mut touched = vec![false; graph.node_count()];
    for road in roads {
        if road.time_ms(profile, false).or(road.time_ms(profile, true)).is_some() {
            touched[road.from as usize] = true;
            touched[road.to as usize] = true;
        }
    }
    let open = EdgeFiltered::from_fn(graph, |edge| {
        let arc: &Arc = edge.weight();
        roads[arc.road as usize].time_ms(profile, arc.backward).is_some()
    });
    let mut parts = petgraph::algo::kosaraju_scc(&open);
    parts.retain(|part| touched[part[0].index()]);
    let mut part_of = vec![usize::MAX; graph.node_count()];
    for (number, part) in parts.iter().enumerate() {
        for vertex in part {
            part_of[vertex.index()] = number;
        }
    }
    // Measured by road length: after contraction, vertices say little about size.
    let mut length_cm = vec![0_u64; parts.len()];
    for road in roads {
        let (from, to) = (part_of[road.from as usize], part_of[road.to as usize]);
        if from == to && road.time_ms(profile, false).or(road.time_ms(profile, true)).is_some() {
            length_cm[from] += u64::from(road.length_cm);
        }
    }
    // Of equally large parts the one with the lowest vertex, whatever order the algorithm finds them in.
    let size = |number: &usize| (length_cm[*number], Reverse(parts[*number].iter().copied().min()));
    let largest = (0..parts.len()).filter(|&number| length_cm[number] > 0).max_by_key(size);
    let components = parts.len() as u64;
    Division { components, main: largest.map_or(Vec::new(), |number| parts.swap_remove(number)) }
}
