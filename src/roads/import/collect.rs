//! What the two readings of a map leave behind: usable ways, and the positions of their nodes.

use std::collections::HashMap;

use crate::roads::{
    Point, RoadsError,
    rules::{RoadRules, WayTravel},
};

/// Usable ways in file order: node references in one flat array, travel rules shared between ways.
#[derive(Default)]
pub(super) struct Ways {
    refs: Vec<i64>,
    /// End of each way's references in `refs`.
    ends: Vec<usize>,
    travel_of: Vec<u32>,
    travels: Vec<WayTravel>,
    interned: HashMap<WayTravel, u32>,
}

/// A usable way as one reading finds it.
pub(super) struct FoundWay {
    pub(super) travel: WayTravel,
    pub(super) refs: Vec<i64>,
}

impl Ways {
    pub(super) fn push(&mut self, way: FoundWay) {
        if way.refs.len() < 2 {
            return;
        }
        self.refs.extend_from_slice(&way.refs);
        self.ends.push(self.refs.len());
        let travel = self.intern(way.travel);
        self.travel_of.push(travel);
    }

    /// The number under which ways share one set of rules.
    pub(super) fn intern(&mut self, travel: WayTravel) -> u32 {
        if let Some(&known) = self.interned.get(&travel) {
            return known;
        }
        let number =
            u32::try_from(self.travels.len()).expect("fewer distinct tag combinations than ways, which fit in memory");
        self.travels.push(travel.clone());
        self.interned.insert(travel, number);
        number
    }

    pub(super) fn travel(&self, number: u32) -> &WayTravel {
        &self.travels[number as usize]
    }

    /// Every node that some usable way runs over, none found yet.
    pub(super) fn wanted_nodes(&self) -> Result<Nodes, RoadsError> {
        let mut ids = self.refs.clone();
        ids.sort_unstable();
        ids.dedup();
        ids.shrink_to_fit();
        // Piece ends are numbered with one bit more than nodes; see `assemble`.
        if ids.len() > (u32::MAX / 4) as usize || self.refs.len() > u32::MAX as usize {
            return Err(RoadsError::TooLarge { what: "road nodes", limit: u64::from(u32::MAX / 4) });
        }
        Ok(Nodes { points: vec![None; ids.len()], ids, blocked: HashMap::new() })
    }

    /// Every pair of consecutive nodes of every way.
    pub(super) fn each_segment(&self, nodes: &Nodes, mut visit: impl FnMut(u32, u32)) {
        let mut start = 0;
        for &end in &self.ends {
            let mut indices = self.refs[start..end].iter().map(|&id| nodes.wanted_index(id));
            let mut previous = indices.next();
            for index in indices {
                if let Some(previous) = previous.replace(index) {
                    visit(previous, index);
                }
            }
            start = end;
        }
    }

    /// Each way as node indices and its rules' number, handed to `visit` in file order.
    pub(super) fn drain_indexed(&mut self, nodes: &Nodes, mut visit: impl FnMut(&mut Self, &[u32], u32)) {
        let refs = std::mem::take(&mut self.refs);
        let ends = std::mem::take(&mut self.ends);
        let travel_of = std::mem::take(&mut self.travel_of);
        let mut indices = Vec::new();
        let mut start = 0;
        for (end, travel) in ends.into_iter().zip(travel_of) {
            indices.clear();
            indices.extend(refs[start..end].iter().map(|&id| nodes.wanted_index(id)));
            visit(self, &indices, travel);
            start = end;
        }
    }
}

/// The wanted nodes, ordered by OpenStreetMap id; an index into this order names a node from here on.
pub(super) struct Nodes {
    ids: Vec<i64>,
    points: Vec<Option<Point>>,
    /// Barriers: which profiles a node stops.
    blocked: HashMap<u32, u8>,
}

/// A wanted node as one reading finds it.
pub(super) struct FoundNode {
    index: u32,
    point: Point,
    blocked: u8,
}

impl Nodes {
    pub(super) fn index_of(&self, id: i64) -> Option<u32> {
        let index = self.ids.binary_search(&id).ok()?;
        u32::try_from(index).ok()
    }

    fn wanted_index(&self, id: i64) -> u32 {
        self.index_of(id).expect("every way's references were listed as wanted")
    }

    /// The node as a wanted one; `Ok(None)` when no usable way runs over it, an error text when it is nowhere.
    pub(super) fn find<'a>(
        &self,
        id: i64,
        position_e7: impl FnOnce() -> Option<(i32, i32)>,
        tags: impl FnOnce() -> Vec<(&'a str, &'a str)>,
        rules: &RoadRules,
    ) -> Result<Option<FoundNode>, String> {
        let Some(index) = self.index_of(id) else {
            return Ok(None);
        };
        let point = position_e7()
            .and_then(|(lat, lon)| Point::from_e7(lat, lon))
            .ok_or_else(|| format!("node {id} lies outside latitude ±90, longitude ±180 or has no position"))?;
        Ok(Some(FoundNode { index, point, blocked: rules.blocked_at(&tags()) }))
    }

    pub(super) fn put(&mut self, node: &FoundNode) {
        self.points[node.index as usize] = Some(node.point);
        if node.blocked != 0 {
            self.blocked.insert(node.index, node.blocked);
        }
    }

    /// Where the node is; `None` when the extract was cut without it.
    pub(super) fn point(&self, index: u32) -> Option<Point> {
        self.points[index as usize]
    }

    pub(super) fn blocked(&self, index: u32) -> u8 {
        self.blocked.get(&index).copied().unwrap_or(0)
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}
