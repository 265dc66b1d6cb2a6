//! Travel on a road network by one profile: snapping, matrices, routes.
//!
//! A point is snapped to the nearest road of the profile's largest strongly connected part, so whatever is snapped
//! can reach and be reached from everything else that is. Travel starts and ends at the snapped place; the stretch
//! between it and the point is reported, not travelled. Turning round is possible anywhere a vertex stands; turn
//! restrictions are not known. The router knows nothing of time of day, vehicles or stops.

mod matrix;
mod route;
mod snap;

use std::{ops::ControlFlow, sync::Arc};

use rayon::prelude::*;

pub use matrix::{Leg, TravelMatrix, Unreachable};
pub use route::{RouteLeg, RoutePath};
pub use snap::UnreachableReason;

use super::{
    Point, Profile, RoadNetwork, RoadsError, TravelBasis,
    hierarchy::{Cost, Entry, Hierarchy, PathSearch, Sweep},
};
pub(super) use matrix::NO_LEG;
use snap::{End, Snap, SnapIndex};

/// How far from a road a point may lie, unless the caller says otherwise.
pub const DEFAULT_SNAP_LIMIT_M: u32 = 1_000;
/// Points of one matrix: 2³² pairs at most.
const POINT_LIMIT: usize = 65_535;

/// Refuses point lists that no matrix can hold.
pub(super) fn check_size(points: usize) -> Result<(), RoadsError> {
    if points > POINT_LIMIT { Err(RoadsError::TooManyPoints(points)) } else { Ok(()) }
}

/// How far a long matrix has come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MatrixProgress {
    /// Rows done, in no particular order.
    pub rows_done: usize,
    /// Rows in all.
    pub rows: usize,
}

/// Answers travel questions of one profile on one network. Cheap to share between threads.
pub struct Router {
    network: Arc<RoadNetwork>,
    profile: Profile,
    hierarchy: Hierarchy,
    index: SnapIndex,
    snap_limit_m: u32,
}

impl Router {
    /// Prepares a network for one profile.
    ///
    /// # Errors
    /// [`RoadsError::NetworkContent`] when the network, read from a forged file, contradicts itself.
    pub fn new(network: Arc<RoadNetwork>, profile: Profile) -> Result<Self, RoadsError> {
        let hierarchy = Hierarchy::of(&network, profile)?;
        let index = SnapIndex::of(&network, profile);
        Ok(Self { network, profile, hierarchy, index, snap_limit_m: DEFAULT_SNAP_LIMIT_M })
    }

    /// Changes how far from a road a point may lie before it counts as unreachable.
    #[must_use]
    pub fn with_snap_limit_m(mut self, limit_m: u32) -> Self {
        self.snap_limit_m = limit_m;
        self
    }

    /// The profile it answers for.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// What its answers rest on.
    #[must_use]
    pub fn basis(&self) -> TravelBasis {
        let summary = self.network.summary();
        TravelBasis::Network {
            profile: self.profile,
            name: summary.name.clone(),
            attribution: summary.attribution.clone(),
            data_timestamp_s: summary.data_timestamp_s,
        }
    }

    /// Metres from the point to the road it is snapped to.
    ///
    /// # Errors
    /// [`UnreachableReason`] when no usable road is within the limit.
    pub fn snap_distance_m(&self, point: Point) -> Result<u32, UnreachableReason> {
        self.snap(point).map(|snap| snap.distance_m)
    }

    /// Times and distances between all points, both ways, on all of rayon's current threads. The result does not
    /// depend on how many there are.
    ///
    /// # Errors
    /// [`RoadsError::TooManyPoints`].
    pub fn matrix(&self, points: &[Point]) -> Result<TravelMatrix, RoadsError> {
        self.matrix_with(points, &|_| ControlFlow::Continue(()))
    }

    /// As [`matrix`](Self::matrix), reporting progress from whichever thread made it and stopping when told to.
    ///
    /// # Errors
    /// [`RoadsError::TooManyPoints`], [`RoadsError::Cancelled`].
    pub fn matrix_with(
        &self,
        points: &[Point],
        progress: &(dyn Fn(MatrixProgress) -> ControlFlow<()> + Sync),
    ) -> Result<TravelMatrix, RoadsError> {
        let size = points.len();
        check_size(size)?;
        let snaps: Vec<Result<Snap, UnreachableReason>> = points.par_iter().map(|&point| self.snap(point)).collect();
        let mut seconds = vec![NO_LEG; size * size];
        let mut metres = vec![NO_LEG; size * size];
        self.fill(&snaps, &mut seconds, &mut metres, progress)?;
        Ok(TravelMatrix::new(
            size,
            seconds,
            metres,
            snaps.into_iter().map(|snap| snap.map(|s| s.distance_m)).collect(),
            self.basis(),
        ))
    }

    fn fill(
        &self,
        snaps: &[Result<Snap, UnreachableReason>],
        seconds: &mut [u32],
        metres: &mut [u32],
        progress: &(dyn Fn(MatrixProgress) -> ControlFlow<()> + Sync),
    ) -> Result<(), RoadsError> {
        let size = snaps.len();
        if size == 0 {
            return Ok(());
        }
        let core_ends = |ends: Vec<End>| ends.into_iter().map(|end| end.entry).collect::<Vec<Entry>>();
        let exits: Vec<Vec<Entry>> =
            snaps.iter().map(|snap| snap.as_ref().map_or(Vec::new(), |snap| core_ends(self.exits(snap)))).collect();
        let sweep = Sweep::towards(&self.hierarchy, exits.iter().flatten().map(|exit| exit.vertex));
        let exits: Vec<Vec<Entry>> = exits
            .into_iter()
            .map(|exits| exits.into_iter().map(|exit| Entry { vertex: sweep.slot(exit.vertex), ..exit }).collect())
            .collect();
        let rows_done = std::sync::atomic::AtomicUsize::new(0);
        let rows = Sweep::LANES * size;
        seconds.par_chunks_mut(rows).zip(metres.par_chunks_mut(rows)).enumerate().try_for_each_init(
            || sweep.sources(),
            |scratch, (batch, (seconds, metres))| {
                let first = batch * Sweep::LANES;
                let sources = &snaps[first..(first + Sweep::LANES).min(size)];
                let entries: Vec<Vec<Entry>> = sources
                    .iter()
                    .map(|snap| snap.as_ref().map_or(Vec::new(), |snap| core_ends(self.entries(snap))))
                    .collect();
                let entries: Vec<&[Entry]> = entries.iter().map(Vec::as_slice).collect();
                let costs = sweep.run(&entries, scratch);
                for (column, (target, exits)) in snaps.iter().zip(&exits).enumerate() {
                    for (lane, source) in sources.iter().enumerate() {
                        let cell = lane * size + column;
                        if first + lane == column {
                            (seconds[cell], metres[cell]) = (0, 0);
                            continue;
                        }
                        let (Ok(source), Ok(target)) = (source, target) else {
                            continue;
                        };
                        let around = exits.iter().map(|exit| costs[exit.vertex as usize][lane].plus(exit.cost)).min();
                        let direct = if source.road == target.road { self.direct(source, target) } else { None };
                        let ways = around.into_iter().chain(direct.map(|(cost, _)| cost));
                        if let Some(cost) = ways.min().filter(|&cost| cost < Cost::NONE) {
                            (seconds[cell], metres[cell]) = (cost.seconds(), cost.metres());
                        }
                    }
                }
                let rows_done =
                    sources.len() + rows_done.fetch_add(sources.len(), std::sync::atomic::Ordering::Relaxed);
                match progress(MatrixProgress { rows_done, rows: size }) {
                    ControlFlow::Continue(()) => Ok(()),
                    ControlFlow::Break(()) => Err(RoadsError::Cancelled),
                }
            },
        )
    }

    fn path_search(&self) -> PathSearch {
        PathSearch::new(&self.hierarchy)
    }
}
