//! Choosing routes that together serve every job of a region once, for less than a given cost.
//!
//! This is set partitioning. Prices on the jobs (Lagrange multipliers, adjusted by subgradient) tell what a route costs
//! beyond what its jobs are worth; a depth-first search then puts together routes whose excess is small. Both are cut
//! off after a fixed effort, so that the answer may miss the best choice, but is the same on every machine.

/// The most jobs of a region: what fits the words of [`Rows`].
pub(super) const ROWS_MAX: usize = 256;
/// Some jobs of a region.
pub(super) type Rows = [u64; ROWS_MAX / 64];

/// The most routes the search chooses from.
const CANDIDATES_MAX: usize = 6_000;
/// How often prices are adjusted.
const PRICINGS: usize = 120;
/// After so many adjustments in vain, steps become shorter.
const PATIENCE: usize = 6;
const SHORTER: f64 = 0.6;
/// How many partial choices the search makes.
const CHOICES_MAX: usize = 12_000;
/// Costs are whole numbers: what is not this much less is not less.
const LESS: f64 = 0.5;

/// A route to choose.
pub(super) struct Candidate {
    /// Its number in the pool.
    pub(super) column: u32,
    pub(super) rows: Rows,
    /// The same as numbers.
    pub(super) list: Box<[u32]>,
    pub(super) cost: f64,
}

/// What jobs and vehicles are worth.
#[derive(Clone)]
struct Prices {
    jobs: Vec<f64>,
    vehicle: f64,
}

impl Prices {
    /// What a route costs beyond what its jobs are worth.
    fn excess(&self, candidate: &Candidate) -> f64 {
        let worth: f64 = candidate.list.iter().map(|&row| self.jobs[row as usize]).sum();
        candidate.cost + self.vehicle - worth
    }

    fn total(&self, most: usize) -> f64 {
        self.jobs.iter().sum::<f64>() - self.vehicle * most as f64
    }
}

/// Looks for at most `most` candidates that serve every job once and cost less than `present` together. `prices` are
/// where to start from, one a job, and are left where they ended.
pub(super) fn cheapest(
    candidates: &[Candidate],
    present: f64,
    most: usize,
    prices: &mut [f64],
    effort: &mut u64,
) -> Option<Vec<usize>> {
    let rows = prices.len();
    if prices.iter().all(|&price| price == 0.0) {
        prices.fill(present / rows as f64);
    }
    let (best, bound) = adjusted(candidates, present, most, Prices { jobs: prices.to_vec(), vehicle: 0.0 }, effort);
    prices.copy_from_slice(&best.jobs);

    let mut ranked: Vec<(f64, usize)> =
        candidates.iter().enumerate().map(|(index, candidate)| (best.excess(candidate), index)).collect();
    ranked.retain(|&(excess, _)| excess <= present - bound);
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    ranked.truncate(CANDIDATES_MAX);
    let mut by_row: Vec<Vec<(f64, usize)>> = vec![Vec::new(); rows];
    for &(excess, index) in &ranked {
        for &row in &candidates[index].list {
            by_row[row as usize].push((excess, index));
        }
    }
    let slack = present - LESS - best.total(most);
    let mut search =
        Search { candidates, by_row: &by_row, most, left: CHOICES_MAX, slack, chosen: Vec::new(), found: None };
    search.choose(&Rows::default(), rows, 0.0);
    *effort += (CHOICES_MAX - search.left) as u64 * rows as u64 * 8;
    search.found
}

/// Prices under which the candidates give a high lower bound of the cost, and that bound.
fn adjusted(
    candidates: &[Candidate],
    present: f64,
    most: usize,
    mut prices: Prices,
    effort: &mut u64,
) -> (Prices, f64) {
    let sum: usize = candidates.iter().map(|candidate| candidate.list.len()).sum();
    let mut best = (prices.clone(), f64::MIN);
    let (mut pace, mut in_vain) = (1.0, 0);
    let mut unserved = vec![0_i32; prices.jobs.len()];
    for _ in 0..PRICINGS {
        *effort += sum as u64;
        unserved.fill(1);
        let mut bound = prices.total(most);
        let mut taken = 0_usize;
        for candidate in candidates {
            let excess = prices.excess(candidate);
            if excess < 0.0 {
                bound += excess;
                taken += 1;
                for &row in &candidate.list {
                    unserved[row as usize] -= 1;
                }
            }
        }
        if bound > best.1 {
            best = (prices.clone(), bound);
            in_vain = 0;
        } else {
            in_vain += 1;
            if in_vain >= PATIENCE {
                pace *= SHORTER;
                in_vain = 0;
                prices.clone_from(&best.0);
                continue;
            }
        }
        let over = taken as f64 - most as f64;
        let of_vehicles = if prices.vehicle > 0.0 || over > 0.0 { over * over } else { 0.0 };
        let norm = of_vehicles + unserved.iter().map(|&gap| f64::from(gap * gap)).sum::<f64>();
        if norm == 0.0 {
            break;
        }
        let step = pace * (present * 1.002 - bound).max(present * 1e-4) / norm;
        for (price, &gap) in prices.jobs.iter_mut().zip(&unserved) {
            *price += step * f64::from(gap);
        }
        prices.vehicle = (prices.vehicle + step * over).max(0.0);
    }
    best
}

struct Search<'a> {
    candidates: &'a [Candidate],
    /// For each job, the routes that serve it with their excess, the least first.
    by_row: &'a [Vec<(f64, usize)>],
    most: usize,
    /// How many choices may still be made.
    left: usize,
    /// How much excess a choice may have and still be cheaper than the best known.
    slack: f64,
    chosen: Vec<usize>,
    found: Option<Vec<usize>>,
}

impl Search<'_> {
    /// Serves the job whose cheapest route is dearest by each of its routes in turn. Routes may have negative excess, so
    /// cutting off where the slack is used up is a heuristic.
    fn choose(&mut self, served: &Rows, unserved: usize, spent: f64) {
        if unserved == 0 {
            self.slack = spent - LESS;
            self.found = Some(self.chosen.clone());
            return;
        }
        if self.chosen.len() >= self.most || self.left == 0 {
            return;
        }
        self.left -= 1;
        let candidates = self.candidates;
        let fits = |index: usize| candidates[index].rows.iter().zip(served).all(|(a, b)| a & b == 0);
        let mut hardest: Option<(f64, usize, usize)> = None;
        for (row, list) in self.by_row.iter().enumerate() {
            if (served[row / 64] >> (row % 64)) & 1 == 1 {
                continue;
            }
            let Some(first) = list.iter().position(|&(_, index)| fits(index)) else {
                return;
            };
            let least = list[first].0;
            if spent + least >= self.slack {
                return;
            }
            if hardest.is_none_or(|(dearest, _, _)| least > dearest) {
                hardest = Some((least, row, first));
            }
        }
        let Some((_, row, first)) = hardest else { return };
        let by_row = self.by_row;
        for &(excess, index) in &by_row[row][first..] {
            if spent + excess >= self.slack || self.left == 0 {
                return;
            }
            if !fits(index) {
                continue;
            }
            let mut with = *served;
            for (with, rows) in with.iter_mut().zip(&candidates[index].rows) {
                *with |= rows;
            }
            self.chosen.push(index);
            self.choose(&with, unserved - candidates[index].list.len(), spent + excess);
            self.chosen.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

    use super::*;

    fn candidate(column: u32, list: &[u32], cost: f64) -> Candidate {
        let mut rows = Rows::default();
        for &row in list {
            rows[row as usize / 64] |= 1 << (row % 64);
        }
        Candidate { column, rows, list: list.into(), cost }
    }

    /// The least cost of serving every row once, by trying every choice.
    fn by_trial(candidates: &[Candidate], rows: usize, most: usize) -> Option<f64> {
        let all = if rows == 64 { u64::MAX } else { (1 << rows) - 1 };
        let choices = (0_u32..1 << candidates.len()).filter(|choice| choice.count_ones() as usize <= most);
        let costs = choices.filter_map(|choice| {
            let chosen = candidates.iter().enumerate().filter(|(index, _)| choice >> index & 1 == 1);
            let (mut served, mut cost) = (0_u64, 0.0);
            for (_, candidate) in chosen {
                if served & candidate.rows[0] != 0 {
                    return None;
                }
                served |= candidate.rows[0];
                cost += candidate.cost;
            }
            (served == all).then_some(cost)
        });
        costs.min_by(f64::total_cmp)
    }

    #[test]
    fn a_choice_serves_each_job_once_within_the_limit_and_is_nearly_always_the_cheapest() {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(11);
        let (mut solved, mut missed) = (0, 0);
        for _ in 0..300 {
            let rows = 8_u32;
            let candidates: Vec<Candidate> = (0..14)
                .map(|column| {
                    let mut list: Vec<u32> = (0..rows).filter(|_| dice.random_bool(0.3)).collect();
                    list.push(dice.random_range(0..rows));
                    list.sort_unstable();
                    list.dedup();
                    candidate(column, &list, f64::from(dice.random_range(5..40)))
                })
                .collect();
            let most = dice.random_range(2..6);
            let best = by_trial(&candidates, rows as usize, most);
            let present = 150.0;
            let found = cheapest(&candidates, present, most, &mut vec![0.0; rows as usize], &mut 0);
            let Some(chosen) = found else {
                missed += usize::from(best.is_some());
                continue;
            };
            let served: u32 = chosen.iter().map(|&index| candidates[index].list.len() as u32).sum();
            let union = chosen.iter().fold(0, |union, &index| union | candidates[index].rows[0]);
            assert_eq!((served, union.count_ones()), (rows, rows));
            assert!(chosen.len() <= most);
            let cost: f64 = chosen.iter().map(|&index| candidates[index].cost).sum();
            assert!(cost < present);
            let best = best.expect("a choice was found");
            solved += 1;
            missed += usize::from(cost > best);
        }
        assert!(solved > 40, "{solved} solved");
        assert!(missed * 20 < solved, "{missed} of {solved} were not the cheapest");
    }
}
