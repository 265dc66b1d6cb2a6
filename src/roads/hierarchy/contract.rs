//! Finding the ranking: vertices are removed one by one, least important first, down to a tangled heart; where a removed vertex lay on the
//! only best path between two neighbours, a shortcut takes its place.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{Core, Cost, Ranking};

/// How many links all the searches for witnesses around one vertex may follow before shortcuts are added unproved.
/// A missed witness costs space and time later, never correctness; sharing one allowance between a vertex's neighbours
/// keeps the dense top of the hierarchy cheap.
const WITNESS_LINKS_ESTIMATING: usize = 5_000;
const WITNESS_LINKS_CONTRACTING: usize = 50_000;
/// Contraction ends when the next vertex has more links: what is left is so entangled that removing more would cost
/// more than searching it. Towns and provinces are contracted whole; a country may leave some thousand vertices.
pub(super) const CORE_LINKS: usize = 80;
/// Vertices with more links are not estimated anew whenever a neighbour goes, only when their turn seems to come.
const EAGER_LINKS: usize = 24;

#[derive(Clone, Copy)]
struct Link {
    other: u32,
    cost: Cost,
    edge: u32,
    hops: u32,
}

pub(super) struct Contraction {
    out: Vec<Vec<Link>>,
    into: Vec<Vec<Link>>,
    level: Vec<u32>,
    shortcuts: Vec<(u32, u32)>,
    next_edge: u32,
    witness: WitnessSearch,
}

struct Shortcut {
    tail: u32,
    head: u32,
    link: Link,
    parts: (u32, u32),
}

impl Contraction {
    pub(super) fn of(core: &Core) -> Self {
        let count = core.vertex_of.len();
        let mut out = vec![Vec::new(); count];
        let mut into = vec![Vec::new(); count];
        let mut next_edge = 0;
        for edge in &core.edges {
            let link = |other| Link { other, cost: edge.cost, edge: next_edge, hops: 1 };
            out[edge.tail as usize].push(link(edge.head));
            into[edge.head as usize].push(link(edge.tail));
            next_edge += 1;
        }
        Self { out, into, level: vec![0; count], shortcuts: Vec::new(), next_edge, witness: WitnessSearch::new(count) }
    }

    /// Removes vertices until the next one has more than `most_links` links.
    pub(super) fn run(mut self, most_links: usize) -> Ranking {
        let count = u32::try_from(self.level.len()).expect("vertices are numbered with 32 bits");
        let mut current: Vec<u64> = (0..count).map(|vertex| self.importance(vertex)).collect();
        let mut queue: BinaryHeap<Reverse<(u64, u32)>> =
            current.iter().zip(0..).map(|(&importance, vertex)| Reverse((importance, vertex))).collect();
        let mut order = Vec::with_capacity(current.len());
        let mut contracted = vec![false; current.len()];
        let mut stale = vec![false; current.len()];
        while let Some(Reverse((importance, vertex))) = queue.pop() {
            if contracted[vertex as usize] || current[vertex as usize] != importance {
                continue;
            }
            if std::mem::take(&mut stale[vertex as usize]) {
                let now = self.importance(vertex);
                if now > importance {
                    current[vertex as usize] = now;
                    queue.push(Reverse((now, vertex)));
                    continue;
                }
            }
            if self.links(vertex) > most_links {
                break;
            }
            contracted[vertex as usize] = true;
            order.push(vertex);
            for neighbour in self.contract(vertex) {
                let index = neighbour as usize;
                if self.links(neighbour) > EAGER_LINKS {
                    stale[index] = true;
                    continue;
                }
                let now = self.importance(neighbour);
                if now != current[index] {
                    current[index] = now;
                    queue.push(Reverse((now, neighbour)));
                }
            }
        }
        Ranking { order, shortcuts: self.shortcuts }
    }

    fn links(&self, vertex: u32) -> usize {
        self.out[vertex as usize].len() + self.into[vertex as usize].len()
    }

    /// High for vertices to keep: those above many others, or whose removal adds more than it removes.
    fn importance(&mut self, vertex: u32) -> u64 {
        let shortcuts = self.shortcuts_around(vertex, WITNESS_LINKS_ESTIMATING);
        let around = self.out[vertex as usize].iter().chain(&self.into[vertex as usize]);
        let (removed, removed_hops) = around.fold((0, 0), |(n, hops), link| (n + 1, hops + u64::from(link.hops)));
        let added_hops: u64 = shortcuts.iter().map(|shortcut| u64::from(shortcut.link.hops)).sum();
        let share = |added: u64, removed: u64| (1000 * added).checked_div(removed).unwrap_or(0);
        1000 * u64::from(self.level[vertex as usize])
            + share(shortcuts.len() as u64, removed)
            + share(added_hops, removed_hops)
    }

    /// Removes the vertex and returns its neighbours, rising.
    fn contract(&mut self, vertex: u32) -> Vec<u32> {
        for shortcut in self.shortcuts_around(vertex, WITNESS_LINKS_CONTRACTING) {
            self.add(&shortcut);
        }
        let out = std::mem::take(&mut self.out[vertex as usize]);
        let into = std::mem::take(&mut self.into[vertex as usize]);
        for link in &out {
            self.into[link.other as usize].retain(|back| back.other != vertex);
        }
        for link in &into {
            self.out[link.other as usize].retain(|forth| forth.other != vertex);
        }
        let mut neighbours: Vec<u32> = out.iter().chain(&into).map(|link| link.other).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        let level = self.level[vertex as usize] + 1;
        for &neighbour in &neighbours {
            let slot = &mut self.level[neighbour as usize];
            *slot = level.max(*slot);
        }
        neighbours
    }

    /// The shortcuts that removing the vertex would need.
    fn shortcuts_around(&mut self, vertex: u32, witness_links: usize) -> Vec<Shortcut> {
        let mut needed = Vec::new();
        let out = &self.out[vertex as usize];
        let links = witness_links / self.into[vertex as usize].len().max(1);
        for arrival in &self.into[vertex as usize] {
            let tail = arrival.other;
            let via = |departure: &Link| arrival.cost.plus(departure.cost);
            let Some(reach) = out.iter().filter(|departure| departure.other != tail).map(via).max() else {
                continue;
            };
            self.witness.run(&self.out, tail, vertex, reach, links);
            for departure in out.iter().filter(|departure| departure.other != tail) {
                if self.witness.cost(departure.other) > via(departure) {
                    let hops = arrival.hops + departure.hops;
                    let link = Link { other: departure.other, cost: via(departure), edge: 0, hops };
                    needed.push(Shortcut { tail, head: departure.other, link, parts: (arrival.edge, departure.edge) });
                }
            }
        }
        needed
    }

    fn add(&mut self, shortcut: &Shortcut) {
        let edge = self.next_edge;
        self.next_edge += 1;
        self.shortcuts.push(shortcut.parts);
        let put = |links: &mut Vec<Link>, other: u32| {
            let link = Link { other, edge, ..shortcut.link };
            match links.iter_mut().find(|known| known.other == other) {
                Some(known) => *known = link,
                None => links.push(link),
            }
        };
        put(&mut self.out[shortcut.tail as usize], shortcut.head);
        put(&mut self.into[shortcut.head as usize], shortcut.tail);
    }
}

/// A small Dijkstra around a vertex about to be removed.
struct WitnessSearch {
    best: Vec<Cost>,
    /// Vertices whose `best` is set.
    reached: Vec<u32>,
    queue: BinaryHeap<Reverse<(Cost, u32)>>,
}

impl WitnessSearch {
    fn new(vertices: usize) -> Self {
        Self { best: vec![Cost::NONE; vertices], reached: Vec::new(), queue: BinaryHeap::new() }
    }

    /// Searches from `tail` around `without`, until `reach` is passed or the allowance of links is spent.
    fn run(&mut self, out: &[Vec<Link>], tail: u32, without: u32, reach: Cost, mut links: usize) {
        for vertex in self.reached.drain(..) {
            self.best[vertex as usize] = Cost::NONE;
        }
        self.queue.clear();
        self.reach(tail, Cost::ZERO);
        while let Some(Reverse((cost, vertex))) = self.queue.pop() {
            if cost > self.cost(vertex) {
                continue;
            }
            if cost > reach {
                break;
            }
            for link in &out[vertex as usize] {
                let onward = cost.plus(link.cost);
                if link.other != without && onward <= reach && onward < self.cost(link.other) {
                    self.reach(link.other, onward);
                }
            }
            let Some(left) = links.checked_sub(out[vertex as usize].len()) else {
                break;
            };
            links = left;
        }
    }

    /// The best cost found, which is an upper bound even where the search stopped early.
    fn cost(&self, vertex: u32) -> Cost {
        self.best[vertex as usize]
    }

    fn reach(&mut self, vertex: u32, cost: Cost) {
        self.best[vertex as usize] = cost;
        self.reached.push(vertex);
        self.queue.push(Reverse((cost, vertex)));
    }
}
