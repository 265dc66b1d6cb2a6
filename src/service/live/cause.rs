use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{CentreData, Disruption, Plan, PlannedRun, Position, to_micros},
    service::{FieldProblem, Service, ServiceError},
};

/// A closed circle is at most so large, metres.
const RADIUS_MAX_M: u32 = 20_000;

/// What upsets a day, by the codes that people use.
#[derive(Debug, Clone, PartialEq)]
pub enum NamedCause {
    /// A courier rides no farther.
    CourierOut {
        /// Their code.
        courier: String,
    },
    /// A vehicle goes no farther.
    VehicleOut {
        /// Its code.
        vehicle: String,
    },
    /// An item must go as soon as can be.
    UrgentItem {
        /// Its code.
        item: String,
    },
    /// No way leads to an office.
    SiteUnreachable {
        /// Its code.
        site: String,
    },
    /// No way leads through a circle.
    AreaClosed {
        /// Its middle.
        middle: Position,
        /// Its radius, metres.
        radius_m: u32,
    },
    /// A run does not leave.
    RunCancelled {
        /// Its code.
        run: String,
    },
    /// A run leaves later.
    RunLate {
        /// Its code.
        run: String,
        /// When.
        departs_at: DateTime<Utc>,
    },
}

impl Service {
    /// The same by ids.
    pub(super) fn resolve_cause(
        &self,
        centre: &CentreData,
        plan: &Plan,
        cause: &NamedCause,
    ) -> Result<Disruption, ServiceError> {
        let unknown = |field: &str, what: &str| {
            ServiceError::Invalid(vec![FieldProblem::new(format!("cause/{field}"), format!("no {what} has this code"))])
        };
        let run_of = |code: &str| -> Result<&PlannedRun, ServiceError> {
            plan.runs.iter().find(|run| run.code == code).ok_or_else(|| unknown("run", "run of that day"))
        };
        Ok(match cause {
            NamedCause::CourierOut { courier } => {
                let known = centre.couriers.iter().find(|known| known.code == *courier);
                Disruption::CourierOut { courier_id: known.ok_or_else(|| unknown("courier", "courier"))?.id }
            }
            NamedCause::VehicleOut { vehicle } => {
                let known = centre.vehicles.iter().find(|known| known.code == *vehicle);
                Disruption::VehicleOut { vehicle_id: known.ok_or_else(|| unknown("vehicle", "vehicle"))?.id }
            }
            NamedCause::UrgentItem { item } => {
                let known = self.store().item_by_code(centre.centre.id, item)?;
                Disruption::UrgentItem { item_id: known.ok_or_else(|| unknown("item", "item"))?.id }
            }
            NamedCause::SiteUnreachable { site } => {
                let known = centre.site_by_code(site).ok_or_else(|| unknown("site", "site"))?;
                if known.id == centre.hub().id {
                    let problem =
                        FieldProblem::new("cause/site", "without the centre nothing moves: name another site");
                    return Err(ServiceError::Invalid(vec![problem]));
                }
                Disruption::SiteUnreachable { site_id: known.id }
            }
            NamedCause::AreaClosed { middle, radius_m } => {
                if !(1..=RADIUS_MAX_M).contains(radius_m) {
                    let problem = format!("expected 1 to {RADIUS_MAX_M} metres");
                    return Err(ServiceError::Invalid(vec![FieldProblem::new("cause/area/radius_m", problem)]));
                }
                Disruption::AreaClosed { middle: *middle, radius_m: *radius_m }
            }
            NamedCause::RunCancelled { run } => Disruption::RunCancelled { run_id: run_of(run)?.id },
            NamedCause::RunLate { run, departs_at } => {
                let run = run_of(run)?;
                let departs_at = to_micros(*departs_at);
                if departs_at <= run.departs_at || departs_at - run.departs_at > TimeDelta::hours(12) {
                    let problem = "expected a time after the planned departure, on the same day";
                    return Err(ServiceError::Invalid(vec![FieldProblem::new("cause/departs_at", problem)]));
                }
                Disruption::RunLate { run_id: run.id, departs_at }
            }
        })
    }
}
