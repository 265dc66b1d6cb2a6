//! The replay of a season against the planner's own days, and what must hold of it by itself.

use std::{collections::BTreeSet, ops::ControlFlow};

use conthoi::{
    dispatch::replay::{
        Begin, DesignRequest, ReplayFigures, ReplaySeason, RidersAndRuns, RunTime, Scenario, even_timetable, pareto,
        suggest,
    },
    domain::{Destination, ItemId, Place, RunKind, SiteId, parse_time},
    service::{
        estimated_travel, import,
        simulate::{Season, SeasonRequest, season},
    },
};

use super::town::{Town, date};

fn made(from: &str, to: &str) -> Season {
    let request = SeasonRequest { from: date(from), to: date(to), seed: 1, scale: 1 };
    season(&import::embedded(), &request, &mut |_, _| ControlFlow::Continue(())).unwrap()
}

fn prepared(season: &Season, from: &str, to: &str) -> ReplaySeason {
    let things = (season.items.as_slice(), season.dossiers.as_slice());
    ReplaySeason::prepare(&season.centre, (date(from), date(to)), Begin::Empty, things, &estimated_travel()).unwrap()
}

fn run(departs: &str, back_by: &str) -> RunTime {
    RunTime { departs: parse_time(departs).unwrap(), back_by: parse_time(back_by).unwrap() }
}

fn scenario(runs: &[(&str, &str)], riders: u32) -> Scenario {
    Scenario::new(runs.iter().map(|(departs, back_by)| run(departs, back_by)).collect(), riders).unwrap()
}

/// What the planner's document runs of a day come to: items brought where they go, calls, kilometres, crew seconds.
fn of_plan(town: &mut Town) -> [i64; 4] {
    let hub = town.site("TTPVHCC");
    let plan = town.plan();
    let items: std::collections::HashMap<_, _> = town.items.iter().map(|item| (item.id, item)).collect();
    let target = |id: ItemId| -> SiteId {
        match items[&id].to {
            Destination::Site(site) => site,
            Destination::Home(_) => hub,
        }
    };
    let mut arrived: BTreeSet<ItemId> = BTreeSet::new();
    let (mut stops, mut distance_m, mut crew_s) = (0, 0, 0);
    for route in plan.runs.iter().filter(|run| run.kind == RunKind::Document).flat_map(|run| &run.routes) {
        if route.is_idle() {
            continue;
        }
        stops += i64::try_from(route.stops.len()).unwrap() - 2;
        distance_m += route.distance_m();
        crew_s += route.duration_s();
        for stop in &route.stops {
            let Place::Site(here) = stop.place else { panic!("document runs stop at offices") };
            arrived.extend(stop.unload.iter().filter(|id| target(**id) == here));
        }
    }
    [i64::try_from(arrived.len()).unwrap(), stops, distance_m, crew_s]
}

/// On ordinary days, each from the state that the season has on that morning, the model and the planner agree: items within
/// 5 %, calls, kilometres and crew hours within 25 %.
#[test]
fn it_agrees_with_the_planner_on_single_days() {
    let season = made("2019-01-04", "2019-06-15");
    let (mut planner, mut model) = ([0_i64; 4], [0_i64; 4]);
    for day in ["2019-06-14", "2019-03-20"] {
        let mut town = Town::on(date(day));
        let (begins, ends) = (town.at("00:00"), town.at("23:59"));
        town.items = season
            .items
            .iter()
            .filter(|item| item.ready_at <= ends && item.delivered_at.is_none_or(|at| at >= begins))
            .cloned()
            .collect();
        town.dossiers.clone_from(&season.dossiers);
        town.homes.clone_from(&season.home_deliveries);
        let things = (town.items.as_slice(), town.dossiers.as_slice());
        let days = (date(day), date(day));
        let one = ReplaySeason::prepare(&town.centre, days, Begin::AsRecorded, things, &estimated_travel()).unwrap();
        let ridden = one.ride(one.current().unwrap());
        let of_model = [
            i64::try_from(ridden.arrived).unwrap(),
            i64::try_from(ridden.stops).unwrap(),
            ridden.distance_m,
            ridden.crew_s,
        ];
        let of_plan = of_plan(&mut town);
        println!("{day}: items, calls, metres, crew seconds: plan {of_plan:?}, replay {of_model:?}");
        for n in 0..4 {
            planner[n] += of_plan[n];
            model[n] += of_model[n];
        }
    }
    for (what, n, percent) in [("items", 0, 5), ("calls", 1, 25), ("metres", 2, 25), ("crew seconds", 3, 25)] {
        let apart = (planner[n] - model[n]).abs() * 100;
        assert!(apart <= planner[n] * percent, "{what}: the planner {}, the model {}", planner[n], model[n]);
    }
}

#[test]
fn nothing_is_lost_and_the_same_season_is_ridden_the_same() {
    let season = made("2019-03-04", "2019-03-29");
    let ready = prepared(&season, "2019-03-04", "2019-03-29");
    let current = ready.current().unwrap().clone();
    assert_eq!((current.runs().len(), current.riders()), (4, 3));
    let figures = ready.ride(&current);
    assert_eq!(figures.arrived + figures.under_way, ready.items() as u64);
    assert!(figures.on_time <= figures.with_due && figures.with_due > 1_000, "{figures:?}");
    assert!(figures.on_time_rate().basis_points().unwrap() > 9_500, "{figures:?}");
    assert_eq!(ready.ride(&current), figures, "ridden twice");
    assert_eq!(prepared(&season, "2019-03-04", "2019-03-29").ride(&current), figures, "whoever asks first for tours");
    assert_eq!(ready.ride_until(&current, &|| true), None, "stopped");
    assert!(figures.routes >= figures.runs && figures.stops > figures.routes);
    // A lone run in the evening brings what there is a day later: it costs less and takes longer.
    let lone = ready.ride(&scenario(&[("15:00", "16:50")], 3));
    assert!(lone.cost_dong < figures.cost_dong && lone.transit_p50_s > figures.transit_p50_s, "{lone:?}");
    assert_eq!(lone.arrived + lone.under_way, ready.items() as u64);
    // A run too short for any office brings nothing.
    let none = ready.ride(&scenario(&[("08:00", "08:01")], 1));
    assert_eq!((none.arrived, none.distance_m, none.cost_dong), (0, 0, 0));
}

#[test]
fn a_timetable_that_contradicts_itself_is_refused() {
    for (runs, riders) in [
        (vec![], 1),
        (vec![run("08:00", "09:00")], 0),
        (vec![run("09:00", "08:00")], 1),
        (vec![run("08:00", "09:00"), run("08:30", "10:00")], 1),
    ] {
        assert!(Scenario::new(runs.clone(), riders).is_err(), "{runs:?}");
    }
}

#[test]
fn evenly_spread_runs_lie_in_the_hours_of_the_counters() {
    let season = made("2019-03-04", "2019-03-08");
    let ready = prepared(&season, "2019-03-04", "2019-03-08");
    let opens = |time: &str| parse_time(time).unwrap();
    for runs in 1..=8 {
        let even = even_timetable(&ready, runs, 2, 6_300).unwrap().unwrap();
        assert_eq!(u32::try_from(even.runs().len()).unwrap(), runs);
        for run in even.runs() {
            let morning = run.departs >= opens("07:45") && run.back_by <= opens("11:20");
            let afternoon = run.departs >= opens("13:15") && run.back_by <= opens("16:50");
            assert!(morning || afternoon, "{run:?}");
        }
    }
    assert_eq!(even_timetable(&ready, 30, 2, 6_300).unwrap(), None, "so many do not fit");
}

#[test]
fn the_front_holds_what_nothing_beats() {
    let figures = |cost_dong, on_time, transit_p50_s| ReplayFigures {
        cost_dong,
        on_time,
        with_due: 100,
        transit_p50_s,
        ..ReplayFigures::default()
    };
    let all = [figures(10, 99, 50), figures(10, 98, 50), figures(5, 90, 80), figures(20, 99, 40), figures(21, 99, 40)];
    assert_eq!(pareto(&all.iter().collect::<Vec<_>>()), [true, false, true, true, false]);
    let twins = [figures(10, 99, 50), figures(10, 99, 50)];
    assert_eq!(pareto(&twins.iter().collect::<Vec<_>>()), [true, true], "equals do not beat each other");
}

#[test]
fn what_is_suggested_reaches_the_rate_and_nothing_tried_is_cheaper() {
    let season = made("2019-03-04", "2019-03-15");
    let ready = prepared(&season, "2019-03-04", "2019-03-15");
    let bounds = RidersAndRuns { runs_max: 4, riders_max: 3, run_s: 6_300 };
    let ask = |on_time_basis_points, moves_max| {
        let request = DesignRequest { bounds, on_time_basis_points, moves_max };
        suggest(&ready, &request, &|_, _| true).unwrap().unwrap()
    };
    let design = ask(9_000, 24);
    let best = design.best.unwrap();
    assert!(best.figures.on_time_rate().basis_points().unwrap() >= 9_000);
    for tried in &design.tried {
        let reaches = tried.figures.on_time_rate().basis_points().unwrap() >= 9_000;
        assert!(!reaches || tried.figures.cost_dong >= best.figures.cost_dong, "{tried:?}");
    }
    assert_eq!(ask(10_001, 0).best, None, "nothing is more than always in time");
    let request = DesignRequest { bounds, on_time_basis_points: 9_000, moves_max: 24 };
    assert_eq!(suggest(&ready, &request, &|done, _| done < 2).unwrap(), None, "stopped");
}
