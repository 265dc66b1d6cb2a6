//! Moving a time into a set of windows, forward and backward.

use crate::planner::units::{Seconds, TimeWindow};

/// The earliest time not before `time` inside one of the windows; no windows means any time.
#[inline]
pub(super) fn earliest_in(windows: &[TimeWindow], time: Seconds) -> Option<Seconds> {
    if windows.is_empty() {
        return Some(time);
    }
    windows.iter().find(|window| time <= window.end).map(|window| time.max(window.start))
}

/// The latest time not after `time` inside one of the windows; no windows means any time.
#[inline]
pub(super) fn latest_in(windows: &[TimeWindow], time: Seconds) -> Option<Seconds> {
    if windows.is_empty() {
        return Some(time);
    }
    windows.iter().rev().find(|window| window.start <= time).map(|window| time.min(window.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_move_into_the_nearest_window_on_their_side() {
        let windows = [TimeWindow::new(10, 20), TimeWindow::new(30, 40)];
        assert_eq!(earliest_in(&windows, 5), Some(10));
        assert_eq!(earliest_in(&windows, 20), Some(20));
        assert_eq!(earliest_in(&windows, 21), Some(30));
        assert_eq!(earliest_in(&windows, 41), None);
        assert_eq!(latest_in(&windows, 45), Some(40));
        assert_eq!(latest_in(&windows, 29), Some(20));
        assert_eq!(latest_in(&windows, 9), None);
        assert_eq!(earliest_in(&[], 7), Some(7));
        assert_eq!(latest_in(&[], 7), Some(7));
    }
}
