//! When dossiers come in.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use rand::{Rng, RngExt};

use super::{SeasonRequest, SimulateError, weighted::Weighted};
use crate::domain::{Calendar, CentreData, DayClock, DayKind, LocalWindow, PublishedFigures, SeasonProfile, to_micros};

/// How many of something the season should have: as published, in proportion to the season's share of the published
/// period, times the scale.
pub(super) fn quota(published: u32, share: (u64, u64), scale: u32) -> usize {
    let (part, whole) = (u128::from(share.0), u128::from(share.1.max(1)));
    let count = (u128::from(published) * u128::from(scale) * part + whole / 2) / whole;
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The weight of the requested days and of the published period's days.
pub(super) fn share(
    centre: &CentreData,
    profile: &SeasonProfile,
    published: &PublishedFigures,
    request: &SeasonRequest,
) -> Result<(u64, u64), SimulateError> {
    let sum =
        |from, to| Ok::<u64, SimulateError>(days(&centre.calendar, profile, from, to)?.iter().map(|day| day.1).sum());
    Ok((sum(request.from, request.to)?, sum(published.from, published.to)?))
}

/// The times of receipt of the season's dossiers, in order.
pub(super) fn draw(
    centre: &CentreData,
    profile: &SeasonProfile,
    request: &SeasonRequest,
    rng: &mut impl Rng,
) -> Result<Vec<DateTime<Utc>>, SimulateError> {
    let published = centre.published.as_ref().ok_or(SimulateError::Missing("published figures in centre.toml"))?;
    let days = days(&centre.calendar, profile, request.from, request.to)?;
    let count = quota(published.dossiers_received, share(centre, profile, published, request)?, request.scale);
    if days.is_empty() {
        return Err(SimulateError::Request(format!("there is no working day from {} to {}", request.from, request.to)));
    }
    let days = Weighted::new("weight of any working day of the season", days)?;
    let spans: Vec<(LocalWindow, u64)> =
        profile.arrivals.span.iter().map(|span| (span.window, span.weight.into())).collect();
    let spans = Weighted::new("arrival span", spans)?;
    let zone = centre.centre.time_zone;
    let mut times: Vec<DateTime<Utc>> = (0..count)
        .map(|_| {
            let window = spans.draw(rng);
            let length = (window.to - window.from).num_seconds().max(1);
            DayClock::new(days.draw(rng), zone).at(window.from) + TimeDelta::seconds(rng.random_range(0..length))
        })
        .map(to_micros)
        .collect();
    times.sort_unstable();
    Ok(times)
}

/// The working days from `from` to `to` with their weights.
fn days(
    calendar: &Calendar,
    profile: &SeasonProfile,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(NaiveDate, u64)>, SimulateError> {
    let mut days = Vec::new();
    for date in from.iter_days().take_while(|date| *date <= to) {
        if calendar.is_working_day(date)? {
            days.push((date, weight(calendar, profile, date)));
        }
    }
    Ok(days)
}

fn weight(calendar: &Calendar, profile: &SeasonProfile, date: NaiveDate) -> u64 {
    let week = &profile.arrivals.weekday_weight;
    let month = &profile.arrivals.month_weight;
    let saturday = calendar.special(date).is_some_and(|day| day.kind == DayKind::WorkingSaturday);
    let by_weekday = match date.weekday() {
        _ if saturday => week.sat,
        Weekday::Mon => week.mon,
        Weekday::Tue => week.tue,
        Weekday::Wed => week.wed,
        Weekday::Thu => week.thu,
        Weekday::Fri | Weekday::Sat | Weekday::Sun => week.fri,
    };
    let months = [
        month.jan, month.feb, month.mar, month.apr, month.may, month.jun, month.jul, month.aug, month.sep, month.oct,
        month.nov, month.dec,
    ];
    u64::from(by_weekday) * u64::from(months[date.month0() as usize])
}
