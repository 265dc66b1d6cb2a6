//! What a network holds, in figures.

use std::collections::BTreeMap;

use petgraph::graph::DiGraph;
use serde::{Deserialize, Serialize};

use super::{ATTRIBUTION, Arc, Parts, RoadKind};
use crate::roads::{BoundingBox, Point, Profile};

/// Counts, lengths and labels of a network.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct NetworkSummary {
    /// What the network is called in labels.
    pub name: String,
    /// Who must be named wherever the network is used.
    pub attribution: String,
    /// State of the map, in seconds since 1970, where the extract states it.
    pub data_timestamp_s: Option<i64>,
    /// The extract's bounding box, or that of its roads where it states none.
    pub bounds: Option<BoundingBox>,
    /// Junctions, ends, barriers and landing stages.
    pub vertices: u64,
    /// Roads between vertices, both directions as one.
    pub roads: u64,
    /// Directed edges: open directions of roads.
    pub edges: u64,
    /// Points of the roads' shapes.
    pub shape_points: u64,
    /// Stretches of ferry.
    pub ferries: u64,
    /// References to nodes that the extract does not hold.
    pub missing_nodes: u64,
    /// Kilometres by OpenStreetMap highway class, and `ferry`.
    pub km_by_class: BTreeMap<String, f64>,
    /// What each profile may use.
    pub profiles: BTreeMap<Profile, ProfileSummary>,
}

/// What one profile may use of a network.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ProfileSummary {
    /// Directed edges open to it.
    pub edges: u64,
    /// Strongly connected parts.
    pub components: u64,
    /// Vertices of the largest strongly connected part, the only one used for routing.
    pub main_part_vertices: u64,
    /// Kilometres of road within that part, both directions as one.
    pub main_part_km: f64,
}

impl NetworkSummary {
    pub(super) fn of(
        parts: &Parts,
        graph: &DiGraph<Point, Arc>,
        main_part: &[u8],
        components: [u64; Profile::COUNT],
    ) -> Self {
        let profiles = Profile::ALL
            .into_iter()
            .map(|profile| {
                let in_main = |vertex: u32| main_part[vertex as usize] & profile.bit() != 0;
                let mut edges = 0;
                let mut main_part_cm = 0;
                for road in &parts.roads {
                    let open = [false, true].into_iter().filter(|&b| road.time_ms(profile, b).is_some()).count();
                    edges += open as u64;
                    if open > 0 && in_main(road.from) && in_main(road.to) {
                        main_part_cm += u64::from(road.length_cm);
                    }
                }
                let main_part_vertices = main_part.iter().filter(|&&bits| bits & profile.bit() != 0).count() as u64;
                let components = components[profile.index()];
                (profile, ProfileSummary { edges, components, main_part_vertices, main_part_km: km(main_part_cm) })
            })
            .collect();
        Self {
            name: parts.origin.name.clone(),
            attribution: ATTRIBUTION.to_owned(),
            data_timestamp_s: parts.origin.timestamp_s,
            bounds: parts.origin.bounds,
            vertices: parts.vertices.len() as u64,
            roads: parts.roads.len() as u64,
            edges: graph.edge_count() as u64,
            shape_points: parts.shape.len() as u64,
            ferries: parts.roads.iter().filter(|road| road.kind == RoadKind::Ferry).count() as u64,
            missing_nodes: parts.missing_nodes,
            km_by_class: parts.km_by_class.clone(),
            profiles,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn km(cm: u64) -> f64 {
    cm as f64 / 100_000.0
}
