//! Every fast answer against a plain Dijkstra, exactly, on random graphs. Compiled for tests only.

use std::{cmp::Reverse, collections::BinaryHeap};

use proptest::prelude::*;

use super::{Core, CoreEdge, Cost, Entry, Hierarchy, PathSearch, Sweep};

/// A ring, which makes it strongly connected, with chords; small costs, so that ties and zero edges abound.
fn core() -> impl Strategy<Value = Core> {
    (2_u32..40).prop_flat_map(|vertices| {
        let cost = (0_u32..6, 0_u32..6).prop_map(|(ms, cm)| Cost::new(ms, cm));
        let ring = prop::collection::vec(cost.clone(), vertices as usize);
        let chords = prop::collection::vec((0..vertices, 0..vertices, cost), 0..120);
        (ring, chords).prop_map(move |(ring, chords)| {
            let ring = (0..).zip(ring).map(|(tail, cost)| (tail, (tail + 1) % vertices, cost));
            let mut edges: Vec<CoreEdge> = ring
                .chain(chords)
                .filter(|(tail, head, _)| tail != head)
                .zip(0..)
                .map(|((tail, head, cost), arc)| CoreEdge { tail, head, cost, arc })
                .collect();
            edges.sort_unstable_by_key(|edge| (edge.tail, edge.head, edge.cost, edge.arc));
            edges.dedup_by_key(|edge| (edge.tail, edge.head));
            Core { vertex_of: (0..vertices).collect(), edges }
        })
    })
}

fn dijkstra(core: &Core, entries: &[Entry]) -> Vec<Cost> {
    let mut best = vec![Cost::NONE; core.vertex_of.len()];
    let mut queue: BinaryHeap<_> = entries.iter().map(|entry| Reverse((entry.cost, entry.vertex))).collect();
    while let Some(Reverse((cost, vertex))) = queue.pop() {
        if cost < best[vertex as usize] {
            best[vertex as usize] = cost;
            for edge in core.edges.iter().filter(|edge| edge.tail == vertex) {
                queue.push(Reverse((cost.plus(edge.cost), edge.head)));
            }
        }
    }
    best
}

proptest! {
    #[test]
    fn searches_and_sweeps_equal_a_plain_dijkstra(
        core in core(),
        most_links in 0_usize..30,
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0_u32..9), 2..20),
    ) {
        let vertices = core.vertex_of.len();
        let hierarchy = Hierarchy::ranked(vertices, &core, &core.rank_to(most_links)).expect("a ranking fits its core");
        let ends: Vec<Vec<Entry>> = picks
            .chunks(2)
            .map(|pair| {
                pair.iter()
                    .map(|(index, ms)| Entry {
                        vertex: u32::try_from(index.index(vertices)).expect("a vertex"),
                        cost: Cost::new(*ms, 0),
                    })
                    .collect()
            })
            .collect();
        let numbered = |ends: &[Entry]| -> Vec<Entry> {
            ends.iter()
                .map(|end| Entry { vertex: hierarchy.number_of(end.vertex), ..*end })
                .collect()
        };
        let numbered_ends: Vec<Vec<Entry>> = ends.iter().map(|end| numbered(end)).collect();
        let targets: Vec<u32> = numbered_ends.iter().flatten().map(|end| end.vertex).collect();
        let sweep = Sweep::towards(&hierarchy, targets.into_iter());
        let mut scratch = sweep.sources();
        let mut search = PathSearch::new(&hierarchy);
        for (sources, plain_sources) in
            numbered_ends.chunks(Sweep::LANES).zip(ends.chunks(Sweep::LANES))
        {
            let lanes: Vec<&[Entry]> = sources.iter().map(Vec::as_slice).collect();
            let costs = sweep.run(&lanes, &mut scratch).to_vec();
            for (lane, plain_source) in plain_sources.iter().enumerate() {
                let expected = dijkstra(&core, plain_source);
                for (target, plain_target) in numbered_ends.iter().zip(&ends) {
                    let plain = |end: &Entry| expected[end.vertex as usize].plus(end.cost);
                    let best = plain_target.iter().map(plain).min().expect("one or two");
                    let swept = target
                        .iter()
                        .map(|end| costs[sweep.slot(end.vertex) as usize][lane].plus(end.cost))
                        .min();
                    prop_assert_eq!(swept, Some(best));

                    let path = search.run(&hierarchy, &sources[lane], target).expect("connected");
                    prop_assert_eq!(path.cost, best);
                    // The path's edges join up, from its source to its target, and add up to its cost.
                    let mut at = plain_source[path.source].vertex;
                    let mut sum = plain_source[path.source].cost;
                    for arc in &path.arcs {
                        let edge = core.edges.iter().find(|edge| edge.arc == *arc).expect("an edge");
                        prop_assert_eq!(edge.tail, at);
                        at = edge.head;
                        sum = sum.plus(edge.cost);
                    }
                    prop_assert_eq!(at, plain_target[path.target].vertex);
                    prop_assert_eq!(sum.plus(plain_target[path.target].cost), best);
                }
            }
        }
    }
}
