//! What a plan says of itself.

use chrono::{DateTime, TimeDelta, Utc};
use conthoi::domain::{
    CentreId, CourierId, ItemId, LegCarrier, Place, Plan, PlanId, PlannedRun, Route, RouteId, RunId, RunKind,
    SeededIds, SiteId, Stop, StopId, TravelBasis, TravelKind, Unassigned, UnassignedReason, VehicleId, VehicleProfile,
    Warning,
};

fn at(minutes: i64) -> DateTime<Utc> {
    "2019-06-14T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

/// One run: `out` goes to an office, `back` comes from it.
fn plan() -> (Plan, ItemId, ItemId, [SiteId; 2]) {
    let mut ids = SeededIds::new(3, 0);
    let sites = [SiteId::new(&mut ids), SiteId::new(&mut ids)];
    let (out, back, left) = (ItemId::new(&mut ids), ItemId::new(&mut ids), ItemId::new(&mut ids));
    let mut stop = |site: SiteId, from: i64, to: i64, load: Vec<ItemId>, unload: Vec<ItemId>| Stop {
        id: StopId::new(&mut ids),
        place: Place::Site(site),
        arrives_at: at(from),
        starts_at: at(from),
        departs_at: at(to),
        distance_m: if from == 0 { 0 } else { 1500 },
        travel_s: if from == 0 { 0 } else { 300 },
        load,
        unload,
    };
    let stops = vec![
        stop(sites[0], 0, 0, vec![out], vec![]),
        stop(sites[1], 5, 9, vec![back], vec![out]),
        stop(sites[0], 14, 14, vec![], vec![back]),
    ];
    let route = Route {
        id: RouteId::new(&mut ids),
        courier_id: CourierId::new(&mut ids),
        vehicle_id: VehicleId::new(&mut ids),
        profile: VehicleProfile::Motorbike,
        cost_dong: 12_000,
        stops,
    };
    let run = PlannedRun {
        id: RunId::new(&mut ids),
        code: "1".into(),
        kind: RunKind::Document,
        name: "Chuyến 1".into(),
        departs_at: at(0),
        back_by: at(60),
        routes: vec![route],
    };
    let plan = Plan {
        id: PlanId::new(&mut ids),
        centre_id: CentreId::new(&mut ids),
        date: "2019-06-14".parse().unwrap(),
        revision: 1,
        made_at: at(0),
        travel: TravelBasis { kind: TravelKind::Estimate, label: "estimate".into(), attribution: None },
        runs: vec![run],
        rounds: vec![],
        unassigned: vec![Unassigned { item_id: left, reason: UnassignedReason::TooLarge }],
        continues: vec![],
        warnings: vec![Warning::Late { item_id: back, due_at: at(10), arrives_at: at(14) }],
    };
    (plan, out, back, sites)
}

#[test]
fn legs_follow_from_what_is_loaded_and_unloaded() {
    let (plan, out, back, [hub, office]) = plan();
    let legs = plan.legs();
    let found = |item: ItemId| legs.iter().find(|leg| leg.item_id == item).unwrap();
    assert_eq!((found(out).from, found(out).to), (Place::Site(hub), Place::Site(office)));
    assert_eq!((found(back).from, found(back).to), (Place::Site(office), Place::Site(hub)));
    assert_eq!((found(back).leaves_at, found(back).arrives_at), (at(9), at(14)));
    assert_eq!(found(out).carrier, LegCarrier::Run(plan.runs[0].id));
}

#[test]
fn the_summary_counts_and_adds_up() {
    let (plan, ..) = plan();
    let summary = plan.summary();
    assert_eq!((summary.items_planned, summary.items_unassigned, summary.items_late), (2, 1, 1));
    assert_eq!((summary.routes, summary.stops, summary.distance_m, summary.travel_s), (1, 1, 3000, 600));
    assert_eq!((summary.duration_s, summary.cost_dong), (840, 12_000));
    assert_eq!(summary.on_time_basis_points(), Some(5000));
    assert_eq!(summary.unassigned_by_reason["too_large"], 1);
    assert_eq!(plan.runs[0].routes[0].on_board(), [1, 1, 0]);
}

#[test]
fn a_plan_survives_json() {
    let (plan, ..) = plan();
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
}

#[test]
fn every_reason_has_a_sentence_in_both_languages() {
    let reasons = [UnassignedReason::TooLarge, UnassignedReason::NoCapacity, UnassignedReason::NoTime];
    for reason in reasons {
        assert!(reason.sentence_en().ends_with('.') && reason.sentence_vi().ends_with('.'));
        assert_ne!(reason.sentence_en(), reason.sentence_vi());
    }
}
