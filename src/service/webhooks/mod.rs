//! Webhooks out, as Standard Webhooks has them: signed, sent again with back-off for three days, given up by name.
//!
//! Deliveries are derived from the feed: each endpoint has a place in it, and what lies behind that place is turned into
//! deliveries in the transaction that moves it. So recording a scan costs nothing for any number of endpoints, and nothing
//! that is in the feed is ever left out. `endpoints` keeps who is told, `fan_out` makes deliveries and takes those that are
//! due, `send` signs and sends them, `guard` keeps requests out of private networks.

mod endpoints;
mod fan_out;
mod guard;
mod send;

pub use endpoints::{NewWebhook, WebhookDetail, WebhookKind, WebhookPage};
pub use fan_out::TakenDelivery;
pub use send::SendOutcome;

pub(super) use endpoints::key_of;
pub(super) use send::{Sender, signature, tls};

use chrono::Duration;

/// After each attempt but the last: when to try again. Together three days.
const BACK_OFF_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 72_000];

/// When to try again after so many attempts; `None` when it is given up.
fn back_off(attempts: u32) -> Option<Duration> {
    let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
    BACK_OFF_S.get(place).map(|seconds| Duration::seconds(*seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_for_three_days() {
        let all: i64 = (1..20).filter_map(back_off).map(|pause| pause.num_seconds()).sum();
        assert!((250_000..=259_200).contains(&all), "{all}");
        assert_eq!((back_off(0), back_off(1)), (None, Some(Duration::seconds(5))));
        assert_eq!(back_off(10), None);
    }
}
