//! From the search's tours to a solution, and back.

use super::chain::{Event, Node, load_change};
use super::{Fleet, Scratch, Ties, Tour, schedule};
use crate::planner::exclusion::ExclusionReason;
use crate::planner::solution::{Route, Solution, Step, Trip, Visit};
use crate::planner::units::{JobIndex, Load};

/// The solution that a set of tours stands for.
pub(in crate::planner) fn render(fleet: &Fleet, tours: &[Tour], scratch: &mut Scratch) -> Solution {
    let mut is_planned = vec![false; fleet.problem.jobs().len()];
    for job in tours.iter().flat_map(Tour::jobs) {
        is_planned[job] = true;
    }
    let used = tours.iter().filter(|tour| !tour.nodes.is_empty());
    let mut routes: Vec<Route> = used.map(|tour| route(fleet, tour, scratch)).collect();
    routes.sort_by_key(|route| route.vehicle);
    let unassigned = is_planned.iter().enumerate().filter(|&(_, &planned)| !planned).map(|(job, _)| job).collect();
    Solution { routes, unassigned }
}

fn route(fleet: &Fleet, tour: &Tour, scratch: &mut Scratch) -> Route {
    let problem = fleet.problem;
    let cost = schedule::evaluate(fleet, tour.vehicle, &tour.nodes, &tour.bounds, scratch).expect("a tour is feasible");
    schedule::settle(problem, tour.vehicle, scratch);
    let links = &scratch.links;
    let mut trips: Vec<Trip> = Vec::new();
    let mut first = 0;
    let mut free_at = problem.vehicles()[tour.vehicle].shift.start;
    for (last, end) in links.iter().enumerate().filter(|(_, link)| matches!(link.event, Event::Reload | Event::End)) {
        let mut on_board: Vec<Load> = vec![0; problem.dimensions()];
        let visits = links[first..last].iter().filter_map(|link| match link.event {
            Event::Visit(visit) => Some(visit),
            _ => None,
        });
        for job in visits.filter_map(Visit::job).filter(|&job| problem.jobs()[job].kind.is_loaded_at_depot()) {
            for (load, amount) in on_board.iter_mut().zip(&problem.jobs()[job].amount) {
                *load += amount;
            }
        }
        let mut trip = Trip {
            departs: 0,
            load_at_departure: on_board.clone(),
            steps: Vec::new(),
            distance_to_end: end.distance,
            returns: end.start,
        };
        for link in &links[first..last] {
            let end = link.start + link.lasting;
            if let Event::Visit(visit) = link.event {
                for (dimension, load) in on_board.iter_mut().enumerate() {
                    *load += load_change(problem, visit, dimension);
                }
                trip.steps.push(Step {
                    visit,
                    arrival: problem.matrix_of(tour.vehicle).arrival(free_at, link.travel),
                    start: link.start,
                    end,
                    load_after: on_board.clone(),
                    distance_from_previous: link.distance,
                });
            } else {
                trip.departs = link.start;
            }
            free_at = end;
        }
        trips.push(trip);
        free_at = end.start + end.lasting;
        first = last + 1;
    }
    Route { vehicle: tour.vehicle, trips, cost }
}

/// The tours of a checked solution, one for each vehicle, without the jobs that `is_left_out` names. Breaks that are not
/// locked are left to the schedule.
pub(in crate::planner) fn tours_of(
    fleet: &Fleet,
    solution: &Solution,
    is_left_out: impl Fn(JobIndex) -> bool,
    scratch: &mut Scratch,
) -> Result<Vec<Tour>, ExclusionReason> {
    let tour = |vehicle: usize| {
        let Some(route) = solution.route_of(vehicle) else {
            return fleet.empty_tour(vehicle);
        };
        let trips = route.trips.iter().map(|trip| trip.steps.iter().map(|step| step.visit).collect::<Vec<_>>());
        Tour::claimed(fleet, route, nodes_of(trips, fleet.plans[vehicle].locked))
    };
    let mut tours: Vec<Tour> = (0..fleet.problem.vehicles().len()).map(tour).collect();
    let ties = Ties::of(fleet, &tours);
    for tour in tours.iter_mut().filter(|tour| tour.jobs().any(&is_left_out)) {
        *tour = Tour::tied(fleet, &ties, tour.vehicle, tour.nodes_without(&is_left_out), scratch)?;
    }
    Ok(tours)
}

/// The nodes of some trips; of the breaks, only those among the first `locked` nodes.
pub(super) fn nodes_of(trips: impl Iterator<Item = Vec<Visit>>, locked: usize) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for visits in trips {
        if !nodes.is_empty() {
            nodes.push(Node::Reload);
        }
        for visit in visits {
            if visit.job().is_some() || nodes.len() < locked {
                nodes.push(Node::Visit(visit));
            }
        }
        if nodes.last() == Some(&Node::Reload) {
            nodes.pop();
        }
    }
    nodes
}
