//! The day of the demo: 14/06/2019 at published volume.

use conthoi::{
    dispatch::DispatchError,
    domain::{Destination, RunKind, UnassignedReason, Warning},
    planner,
    service::simulate::{SeasonRequest, season},
};

use super::town::{Town, date, friday};

fn published_day() -> Town {
    let mut town = Town::on(friday());
    let request = SeasonRequest { from: date("2019-01-04"), to: date("2019-06-15"), seed: 1, scale: 1 };
    let season = season(&town.centre, &request, &mut |_, _| std::ops::ControlFlow::Continue(())).unwrap();
    let (begins, ends) = (town.at("00:00"), town.at("23:59"));
    let waits = |item: &conthoi::domain::Item| item.ready_at <= ends && item.delivered_at.is_none_or(|at| at >= begins);
    town.items = season.items.into_iter().filter(waits).collect();
    town.dossiers = season.dossiers;
    town.homes = season.home_deliveries;
    town
}

#[test]
fn is_planned_completely_and_says_why_of_the_rest() {
    let mut town = published_day();
    let plan = town.plan();
    let summary = plan.summary();
    assert!(summary.items_planned > 350, "{summary:?}");
    assert!(plan.rounds.len() >= 5, "homes are visited from several depots: {}", plan.rounds.len());
    let documents = plan.runs.iter().filter(|run| run.kind == RunKind::Document);
    assert_eq!(documents.clone().count(), 4, "four document runs");
    assert!(documents.clone().all(|run| !run.routes.is_empty()), "each of them rides");
    for unassigned in &plan.unassigned {
        let late_in_the_day = matches!(
            unassigned.reason,
            UnassignedReason::AfterCutOff { .. }
                | UnassignedReason::ReadyAfterLastRun { .. }
                | UnassignedReason::NoTime
                | UnassignedReason::WantedLater { .. }
                | UnassignedReason::NoRound { .. }
        );
        assert!(late_in_the_day, "{:?}", unassigned.reason);
    }
    let homes = town.items.iter().filter(|item| matches!(item.to, Destination::Home(_))).count();
    assert!(homes >= 20, "{homes} items for homes");
}

#[test]
fn always_visited_offices_see_every_document_run() {
    let mut town = published_day();
    let plan = town.plan();
    let skipped = plan.warnings.iter().filter(|it| matches!(it, Warning::VisitSkipped { .. })).count();
    assert_eq!(skipped, 0);
    for run in plan.runs.iter().filter(|run| run.kind == RunKind::Document) {
        for site in town.centre.sites.iter().filter(|site| site.always_visit) {
            let calls = run.routes.iter().flat_map(|route| &route.stops);
            let seen = calls.into_iter().any(|stop| stop.place == conthoi::domain::Place::Site(site.id));
            assert!(seen, "run {} does not call at {}", run.code, site.code);
        }
    }
}

#[test]
fn the_same_input_gives_the_same_plan_and_planning_again_keeps_the_ids() {
    let (mut one, mut two) = (published_day(), published_day());
    let (first, second) = (one.plan(), two.plan());
    assert_eq!(first, second);
    one.previous = Some(first.clone());
    let again = one.plan();
    assert_eq!(again.revision, 2);
    let ids = |plan: &conthoi::domain::Plan| plan.runs.iter().map(|run| run.id).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&again));
    for (old, new) in first.rounds.iter().zip(&again.rounds) {
        assert_eq!((old.id, old.route.id), (new.id, new.route.id));
    }
}

#[test]
fn what_the_checker_refuses_is_no_plan_whoever_solved_it() {
    let mut town = published_day();
    let refused = town.plan_by(Some(&mut |problem, options, control| {
        let mut solution = planner::solve(problem, options, control);
        solution.routes.pop();
        solution
    }));
    assert!(matches!(refused, Err(DispatchError::Refused(_))), "{refused:?}");
}
