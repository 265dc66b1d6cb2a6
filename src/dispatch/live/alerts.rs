//! What a dispatcher should be told, by thresholds that are dated rules. Where a rule is missing, its alert is not raised.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{LiveItem, LiveRoute, Reached, Whereabouts, distance_to_segment_m, position_of};
use crate::{
    dispatch::day::Day,
    domain::{CourierId, ItemId, LegCarrier, Place, Plan, PositionFix, RouteId, RuleUnit, RunId, StopId, Warning},
};

/// What an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AlertDetail {
    /// A courier should have left and has not.
    RunLateToLeave {
        /// The run or round.
        carrier: LegCarrier,
        /// The route.
        route_id: RouteId,
        /// Who should have left.
        courier_id: CourierId,
        /// When.
        planned_at: DateTime<Utc>,
    },
    /// A courier is far from every way between the places of the route.
    OffRoute {
        /// The run or round.
        carrier: LegCarrier,
        /// The route.
        route_id: RouteId,
        /// Who.
        courier_id: CourierId,
        /// How far, metres.
        distance_m: i64,
    },
    /// Items that should have been scanned at a stop were not.
    ItemNotScanned {
        /// The run or round.
        carrier: LegCarrier,
        /// The route.
        route_id: RouteId,
        /// The stop.
        stop_id: StopId,
        /// Where that is.
        place: Place,
        /// The items.
        items: Vec<ItemId>,
    },
    /// A run is about to leave that items must not miss, and they are not loaded.
    LastSafeRun {
        /// The run.
        run_id: RunId,
        /// When it leaves.
        departs_at: DateTime<Utc>,
        /// The items.
        items: Vec<ItemId>,
    },
    /// A courier is out, and nothing was heard of them for long.
    CourierSilent {
        /// The run or round.
        carrier: LegCarrier,
        /// The route.
        route_id: RouteId,
        /// Who.
        courier_id: CourierId,
        /// When something was heard last.
        since: DateTime<Utc>,
    },
}

impl AlertDetail {
    /// Its stable word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::RunLateToLeave { .. } => "run_late_to_leave",
            Self::OffRoute { .. } => "off_route",
            Self::ItemNotScanned { .. } => "item_not_scanned",
            Self::LastSafeRun { .. } => "last_safe_run",
            Self::CourierSilent { .. } => "courier_silent",
        }
    }
}

/// Something to tell a dispatcher of, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaisedAlert {
    /// The same for the same cause at any later time of the day.
    pub cause: String,
    /// What it is about.
    pub detail: AlertDetail,
}

pub(super) fn raise(
    day: &Day<'_>,
    plan: &Plan,
    routes: &[LiveRoute],
    items: &[LiveItem],
    at: DateTime<Utc>,
) -> Vec<RaisedAlert> {
    let date = day.input.date;
    let after = |rule: &str| day.centre.rules.seconds(rule, date).ok().map(TimeDelta::seconds);
    let late = after("alert_run_late_after");
    let silent = after("alert_courier_silent_after");
    let unscanned = after("alert_not_scanned_after");
    let off_route = day.centre.rules.count("alert_off_route_metres", RuleUnit::Count, date).ok();
    let planned: HashMap<RouteId, DateTime<Utc>> =
        plan.routes().filter_map(|(_, route)| Some((route.id, route.stops.first()?.departs_at))).collect();
    let mut alerts = Vec::new();
    for route in routes {
        let LiveRoute { carrier, route_id, courier_id, .. } = *route;
        let planned_at = planned.get(&route_id).copied().unwrap_or(at);
        if !route.has_left && late.is_some_and(|late| at >= planned_at + late) {
            alerts.push(RaisedAlert {
                cause: format!("late:{route_id}:{}", planned_at.timestamp()),
                detail: AlertDetail::RunLateToLeave { carrier, route_id, courier_id, planned_at },
            });
        }
        if !route.is_back && route.has_left {
            let since = route.heard_at.unwrap_or(planned_at).max(route.stops[0].departs_at);
            if silent.is_some_and(|silent| at >= since + silent) {
                alerts.push(RaisedAlert {
                    cause: format!("silent:{route_id}:{}", since.timestamp()),
                    detail: AlertDetail::CourierSilent { carrier, route_id, courier_id, since },
                });
            }
            if let (Some(limit), Some(fix)) = (off_route, route.fix)
                && let Some(distance_m) = astray(day, route, &fix, limit)
            {
                alerts.push(RaisedAlert {
                    cause: format!("astray:{route_id}"),
                    detail: AlertDetail::OffRoute { carrier, route_id, courier_id, distance_m },
                });
            }
        }
        if let Some(unscanned) = unscanned {
            alerts.extend(not_scanned(route, unscanned, at));
        }
    }
    if let Some(before) = after("alert_last_safe_run_before") {
        alerts.extend(last_safe(plan, routes, items, before, at));
    }
    alerts
}

/// How far a courier is from the ways that lie before them, where that is more than the limit and more than the device may
/// be wrong.
fn astray(day: &Day<'_>, route: &LiveRoute, fix: &PositionFix, limit: i64) -> Option<i64> {
    let from = route.behind().saturating_sub(1);
    let places: Vec<_> = route.stops[from..].iter().filter_map(|stop| position_of(day, stop.place)).collect();
    let metres =
        places.windows(2).map(|pair| distance_to_segment_m(fix.position, pair[0], pair[1])).min_by(f64::total_cmp)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "no two points on Earth are farther apart than an i64 of metres"
    )]
    let metres = metres as i64 - i64::from(fix.accuracy_m.unwrap_or(0));
    (metres > limit).then_some(metres)
}

/// What was not scanned at the stops that the courier has left.
fn not_scanned(route: &LiveRoute, after: TimeDelta, at: DateTime<Utc>) -> Vec<RaisedAlert> {
    let behind = route.behind();
    let mut alerts = Vec::new();
    for (n, stop) in route.stops.iter().enumerate() {
        let is_left = n < behind && (n + 1 < behind || n == 0 || route.is_back);
        if !is_left || stop.reached == Reached::Ahead || at < stop.departs_at + after {
            continue;
        }
        let mut items: Vec<ItemId> = stop.not_loaded.iter().chain(&stop.not_unloaded).copied().collect();
        if items.is_empty() {
            continue;
        }
        items.sort_unstable();
        items.dedup();
        alerts.push(RaisedAlert {
            cause: format!("unscanned:{}", stop.stop_id),
            detail: AlertDetail::ItemNotScanned {
                carrier: route.carrier,
                route_id: route.route_id,
                stop_id: stop.stop_id,
                place: stop.place,
                items,
            },
        });
    }
    alerts
}

/// Items whose last safe run leaves soon, and which do not lie loaded on it.
fn last_safe(
    plan: &Plan,
    routes: &[LiveRoute],
    items: &[LiveItem],
    before: TimeDelta,
    at: DateTime<Utc>,
) -> Vec<RaisedAlert> {
    let mut waiting: BTreeMap<RunId, Vec<ItemId>> = BTreeMap::new();
    for warning in &plan.warnings {
        let Warning::LastSafeRun { item_id, run_id, .. } = warning else { continue };
        let item = items.binary_search_by_key(item_id, |item| item.item_id).ok().map(|index| &items[index]);
        let waits = item.is_some_and(|item| matches!(item.whereabouts, Whereabouts::At { .. }) && !item.has_arrived);
        if waits {
            waiting.entry(*run_id).or_default().push(*item_id);
        }
    }
    let mut alerts = Vec::new();
    for (run_id, items) in waiting {
        let Some(run) = plan.runs.iter().find(|run| run.id == run_id) else { continue };
        let has_left = routes.iter().any(|route| route.carrier == LegCarrier::Run(run_id) && route.has_left);
        if !has_left && at >= run.departs_at - before {
            alerts.push(RaisedAlert {
                cause: format!("last_safe:{run_id}:{}", run.departs_at.timestamp()),
                detail: AlertDetail::LastSafeRun { run_id, departs_at: run.departs_at, items },
            });
        }
    }
    alerts
}
