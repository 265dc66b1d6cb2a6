use std::sync::{Arc, PoisonError};

use super::{
    ReplayFigures, ReplaySeason, Scenario,
    season::{DAY_S, Day, Moment},
    seconds_of,
    tours::{Ask, Tours, solve},
};

/// Items that wait at a place, each with when it may leave.
type Queue = Vec<(Moment, usize)>;

struct State<'a> {
    season: &'a ReplaySeason,
    scenario: &'a Scenario,
    /// At the centre, for each place.
    outbound: Vec<Queue>,
    /// At each place, for the centre.
    inbound: Vec<Queue>,
    arrived: Vec<Option<Moment>>,
    figures: ReplayFigures,
}

/// One run of one day.
#[derive(Clone, Copy)]
struct Run {
    day_begins: Moment,
    departs: i64,
    back_by: i64,
    /// When the next run leaves, on whatever day.
    next: Moment,
}

impl ReplaySeason {
    /// Rides the season by a timetable.
    #[must_use]
    pub fn ride(&self, scenario: &Scenario) -> ReplayFigures {
        self.ride_until(scenario, &|| false).unwrap_or_default()
    }

    /// The same, unless `stop` says so meanwhile.
    #[must_use]
    pub fn ride_until(&self, scenario: &Scenario, stop: &dyn Fn() -> bool) -> Option<ReplayFigures> {
        let mut state = State {
            season: self,
            scenario,
            outbound: vec![Queue::new(); self.places.len()],
            inbound: vec![Queue::new(); self.places.len()],
            arrived: vec![None; self.flows.len()],
            figures: ReplayFigures::default(),
        };
        let mut fed = 0;
        for (n, day) in self.days.iter().enumerate() {
            if stop() {
                return None;
            }
            let begins = Moment::try_from(n).unwrap_or(0) * DAY_S;
            fed = state.feed(fed, begins + DAY_S, day);
            let runs = scenario.runs();
            for (nth, run) in runs.iter().enumerate() {
                let (next_day, next) = runs.get(nth + 1).map_or((DAY_S, runs[0]), |next| (0, *next));
                state.ride(
                    day,
                    Run {
                        day_begins: begins,
                        departs: seconds_of(run.departs),
                        back_by: seconds_of(run.back_by),
                        next: begins + next_day + seconds_of(next.departs),
                    },
                );
            }
        }
        Some(state.finish())
    }
}

impl State<'_> {
    /// Takes in the items that become ready before `until`.
    fn feed(&mut self, from: usize, until: Moment, day: &Day) -> usize {
        let mut place = from;
        while let Some(flow) = self.season.flows.get(place).filter(|flow| flow.ready < until) {
            if flow.at == 0 {
                let too_late = flow.received_here && flow.ready.rem_euclid(DAY_S) > day.cut_off && flow.ready >= 0;
                let release = if too_late { until } else { flow.ready + day.rules.loading_lead_s };
                self.outbound[flow.to].push((release, place));
            } else {
                self.inbound[flow.at].push((flow.ready, place));
            }
            place += 1;
        }
        place
    }

    fn ride(&mut self, day: &Day, run: Run) {
        let leaves = run.day_begins + run.departs;
        let mut ask = Ask {
            places: self.season.always,
            urgent: 0,
            limit_s: run.back_by - run.departs,
            riders: self.scenario.riders(),
        };
        for place in 1..self.season.places.len() {
            let there = leaves + i64::from(self.season.matrix.durations[place]);
            let waits = self.outbound[place].iter().any(|(release, _)| *release <= leaves)
                || self.inbound[place].iter().any(|(ready, _)| *ready <= there);
            ask.places |= u128::from(waits) << place;
        }
        if ask.places == 0 {
            return;
        }
        let mut tours = self.season.tours_of(ask);
        let served = tours.iter().flatten().fold(0_u128, |mask, place| mask | 1 << place);
        if served != ask.places {
            // Not all can be visited: what is due before the next run goes first.
            ask.urgent = self.urgent(run, leaves) & ask.places;
            tours = self.season.tours_of(ask);
        }
        self.figures.runs += u64::from(!tours.is_empty());
        for tour in tours.iter() {
            self.route(day, run, tour);
        }
    }

    fn urgent(&self, run: Run, leaves: Moment) -> u128 {
        let presses = |(release, item): &(Moment, usize)| {
            *release <= leaves && self.season.flows[*item].due.is_some_and(|due| due < run.next + DAY_S / 24)
        };
        let pressing =
            |place: &usize| self.outbound[*place].iter().any(presses) || self.inbound[*place].iter().any(presses);
        (1..self.season.places.len()).filter(pressing).fold(0, |mask, place| mask | 1 << place)
    }

    /// One courier's way: gives and takes at each office what there is, as long as the way back can be made in time.
    fn route(&mut self, day: &Day, run: Run, tour: &[usize]) {
        let (season, rules) = (self.season, &day.rules);
        let size = season.places.len();
        let leg = |from: usize, to: usize| season.matrix.leg(size, from, to);
        let capacity = season.vehicle.capacity_items as usize;
        let leaves = run.day_begins + run.departs;
        let planned: usize =
            tour.iter().map(|place| self.outbound[*place].iter().filter(|(at, _)| *at <= leaves).count()).sum();
        let mut on_board = planned.min(capacity);
        let (mut at, mut now, mut way, mut stops) = (0_usize, run.departs, 0_i64, 0_u64);
        let mut taken: Vec<usize> = Vec::new();
        for &place in tour {
            let (Some(there), Some(home)) = (leg(at, place), leg(place, 0)) else { continue };
            let arrives = now + there.duration;
            let open = day.windows[place].iter().find(|window| window.1 >= arrives);
            let Some(start) = open.map(|window| arrives.max(window.0)) else { continue };
            let moment = run.day_begins + start;
            let base = start + rules.joint_count_base_s + home.duration;
            if base > run.back_by {
                continue;
            }
            // Counting takes its time, which must be left.
            let left = ((run.back_by - base) / rules.joint_count_per_item_s.max(1)).max(0);
            let mut may = usize::try_from(left).unwrap_or(usize::MAX);
            let given = take(&mut self.outbound[place], may.min(on_board), |release| release <= leaves);
            may -= given.len();
            on_board -= given.len();
            for &item in &given {
                self.arrived[item] = Some(moment);
            }
            let room = capacity.saturating_sub(on_board + taken.len());
            let here = take(&mut self.inbound[place], may.min(room), |ready| ready <= moment);
            let counted = i64::try_from(given.len() + here.len()).unwrap_or(i64::MAX);
            taken.extend(here);
            now = start + rules.joint_count_base_s + rules.joint_count_per_item_s * counted;
            way += there.distance;
            at = place;
            stops += 1;
        }
        let Some(home) = leg(at, 0).filter(|_| stops > 0) else { return };
        let returns = now + home.duration;
        self.bring(day, run, returns, &taken);
        let (vehicle, crew_s) = (&season.vehicle, returns - run.departs);
        let distance_m = way + home.distance;
        self.figures.routes += 1;
        self.figures.stops += stops;
        self.figures.distance_m += distance_m;
        self.figures.crew_s += crew_s;
        self.figures.cost_dong += i64::from(vehicle.fixed_cost_dong)
            + crew_s * i64::from(vehicle.cost_per_hour_dong) / 3_600
            + distance_m * i64::from(vehicle.cost_per_km_dong) / 1_000;
    }

    /// What a route brought to the centre: arrived, or to go on with a run that leaves after this one must be back.
    fn bring(&mut self, day: &Day, run: Run, returns: i64, taken: &[usize]) {
        let again = run.day_begins + run.back_by + day.rules.unloading_s + day.rules.loading_lead_s;
        for &item in taken {
            match self.season.flows[item].to {
                0 => self.arrived[item] = Some(run.day_begins + returns),
                onward => self.outbound[onward].push((again, item)),
            }
        }
    }

    fn finish(mut self) -> ReplayFigures {
        let real = |moment: Moment| -> i64 {
            let date = usize::try_from(moment.div_euclid(DAY_S)).ok().and_then(|n| self.season.days.get(n));
            let first = i64::from(self.season.days[0].date.to_epoch_days());
            let days = date.map_or(first + moment.div_euclid(DAY_S), |day| i64::from(day.date.to_epoch_days()));
            days * DAY_S + moment.rem_euclid(DAY_S)
        };
        let mut transit = Vec::with_capacity(self.arrived.len());
        for (flow, arrived) in self.season.flows.iter().zip(&self.arrived) {
            if let Some(due) = flow.due.filter(|due| *due >= flow.ready) {
                self.figures.with_due += 1;
                self.figures.on_time += u64::from(arrived.is_some_and(|at| at <= due));
            }
            match arrived {
                Some(at) => transit.push((real(*at) - real(flow.ready)).max(0)),
                None => self.figures.under_way += 1,
            }
        }
        self.figures.with_transit(transit)
    }
}

/// At most `most` items out of a queue, those that have waited longest first.
fn take(queue: &mut Queue, most: usize, may: impl Fn(Moment) -> bool) -> Vec<usize> {
    queue.sort_unstable();
    let ready = queue.partition_point(|(at, _)| may(*at));
    queue.drain(..ready.min(most)).map(|(_, item)| item).collect()
}

impl ReplaySeason {
    fn tours_of(&self, ask: Ask) -> Arc<Tours> {
        let book = || self.tours.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tours) = book().known(&ask) {
            return tours;
        }
        // Solved without the lock: two who ask the same at once find the same.
        let problem = book().problem(&ask);
        let tours = problem.map(|(problem, places)| solve(&problem, &places)).unwrap_or_default();
        book().keep(ask, tours)
    }
}
