//! From the input's seconds, which may be timestamps, to the planner's, which count from a near instant, and back.

use super::error::{MemberProblem, VroomError};
use super::fleet::VehicleInput;
use super::input::{TIME_MAX, TaskInput, VroomInput};
use crate::planner::units::{MAX_MEASURE, Seconds, TimeWindow};

/// How long before the first window anything could have to happen, for a vehicle without working hours.
const LEAD: Seconds = 100_000_000;

/// The span of time in which everything happens.
pub(super) struct Clock {
    /// What the planner's second 0 is in the input.
    pub(super) origin: Seconds,
    /// By when any route that waits no longer than it must has ended, in the planner's seconds.
    end: Seconds,
}

fn seconds(time: u64) -> Seconds {
    Seconds::try_from(time).expect("times are read within 32 bits")
}

impl Clock {
    /// The clock of an input whose longest leg takes `longest_leg`.
    pub(super) fn new(input: &VroomInput, longest_leg: Seconds) -> Result<Self, VroomError> {
        let shipments = input.shipments.iter().flat_map(|shipment| [&shipment.pickup, &shipment.delivery]);
        let tasks: Vec<&TaskInput> = input.jobs.iter().map(|job| &job.task).chain(shipments).collect();
        let of_tasks = tasks.iter().flat_map(|task| {
            task.windows.iter().flatten().map(|window| (window.0, format!("{}/time_windows", task.pointer)))
        });
        let of_breaks = input.vehicles.iter().flat_map(|vehicle| &vehicle.breaks).flat_map(|rest| {
            rest.windows.iter().flatten().map(|window| (window.0, format!("{}/time_windows", rest.pointer)))
        });
        let of_vehicles = input
            .vehicles
            .iter()
            .filter_map(|vehicle| vehicle.window.map(|window| (window.0, format!("{}/time_window", vehicle.pointer))));
        let starts: Vec<(u64, String)> = of_tasks.chain(of_breaks).chain(of_vehicles).collect();

        let working_hours = input.vehicles.iter().map(|vehicle| vehicle.window.map(|window| window.0));
        let origin = match working_hours.collect::<Option<Vec<u64>>>() {
            Some(hours) => seconds(hours.into_iter().min().unwrap_or(0)),
            None => (seconds(starts.iter().map(|start| start.0).min().unwrap_or(0)) - LEAD).max(0),
        };
        let latest = starts.into_iter().max().unwrap_or_default();
        let latest_start = (seconds(latest.0) - origin).max(0);
        if latest_start > MAX_MEASURE {
            let problem = MemberProblem::TooLate { seconds: latest_start, limit: MAX_MEASURE };
            return Err(VroomError::new(latest.1, problem));
        }
        let of_tasks: Seconds = tasks.iter().map(|task| task.setup.longest() + task.service.longest()).sum();
        let resting = |vehicle: &VehicleInput| vehicle.breaks.iter().map(|rest| rest.service).sum::<Seconds>();
        let of_breaks = input.vehicles.iter().map(resting).max().unwrap_or(0);
        let legs = Seconds::try_from(tasks.len() + 1).unwrap_or(Seconds::MAX);
        let busy = legs.saturating_mul(longest_leg).saturating_add(of_tasks).saturating_add(of_breaks);
        Ok(Self { origin, end: latest_start.saturating_add(busy).min(MAX_MEASURE) })
    }

    /// A window of the input, or `None` where it has closed before anything can happen.
    pub(super) fn window(&self, (start, end): (u64, u64)) -> Option<TimeWindow> {
        let start = (seconds(start) - self.origin).max(0);
        let end = (seconds(end) - self.origin).min(self.end);
        (start <= end).then(|| TimeWindow::new(start, end))
    }

    /// A vehicle's working hours.
    pub(super) fn shift(&self, window: Option<(u64, u64)>) -> TimeWindow {
        let shift = self.window(window.unwrap_or((0, TIME_MAX)));
        shift.expect("the clock ends after every window has opened, and begins before working hours do")
    }
}
