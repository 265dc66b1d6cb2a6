//! What becomes of each dossier: its department, its appointment, when it is settled.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rand::{Rng, RngExt, seq::SliceRandom};

use super::{
    SeasonRequest, SimulateError,
    arrivals::{quota, share},
    weighted::Weighted,
};
use crate::domain::{
    AppointmentDays, CentreData, DayClock, DomainError, Dossier, DossierCode, DossierId, SeasonProfile, SeededIds,
    to_micros,
};

pub(super) fn dossiers(
    centre: &CentreData,
    profile: &SeasonProfile,
    request: &SeasonRequest,
    arrivals: &[DateTime<Utc>],
    rng: &mut impl Rng,
    ids: &mut SeededIds,
) -> Result<Vec<Dossier>, SimulateError> {
    let departments = Weighted::new(
        "dossier share in procedures.csv",
        centre.procedures.iter().map(|row| (row.department_id, row.dossier_share_permille.into())),
    )?;
    let appointment = by_weight("settlement.appointment", &profile.settlement.appointment)?;
    let early = by_weight("settlement.early", &profile.settlement.early)?;
    let zone = centre.centre.time_zone;
    let mut dossiers = Vec::with_capacity(arrivals.len());
    let mut counter = (NaiveDate::MIN, 0);
    for &received_at in arrivals {
        let received = DayClock::date_of(received_at, zone);
        counter = if counter.0 == received { (received, counter.1 + 1) } else { (received, 1) };
        ids.set_time(u64::try_from(received_at.timestamp_millis()).unwrap_or(0));
        let promised = centre.calendar.add_working_days(received, days(appointment.draw(rng)))?;
        let earliest = centre.calendar.add_working_days(received, 1)?;
        let settled = centre.calendar.add_working_days(promised, -days(early.draw(rng)))?.max(earliest);
        dossiers.push(Dossier {
            id: DossierId::new(ids),
            centre_id: centre.centre.id,
            code: code(centre, received, counter.1)?,
            department_id: departments.draw(rng),
            received_at,
            appointment_at: closing(centre, promised)?,
            settled_at: Some(office_time(centre, settled, rng)?)
                .filter(|at| DayClock::date_of(*at, zone) <= request.to),
            synthetic: true,
            procedure_code: None,
        });
    }
    calibrate(centre, profile, request, &mut dossiers, rng)?;
    Ok(dossiers)
}

/// Makes the published totals of settled and of late dossiers come out exactly, where the request is the published period;
/// elsewhere the draws stand as they are.
fn calibrate(
    centre: &CentreData,
    profile: &SeasonProfile,
    request: &SeasonRequest,
    dossiers: &mut [Dossier],
    rng: &mut impl Rng,
) -> Result<(), SimulateError> {
    let Some(published) = centre.published.as_ref().filter(|it| (it.from, it.to) == (request.from, request.to)) else {
        return Ok(());
    };
    let share = share(centre, profile, published, request)?;
    let settled_quota = quota(published.dossiers_settled, share, request.scale);
    let late_quota = settled_quota - quota(published.dossiers_settled_on_time, share, request.scale).min(settled_quota);
    let zone = centre.centre.time_zone;

    // The dossiers still in hand on the last day, beyond those whose appointment has not come, are long procedures of the
    // last two months: they are promised for after the period.
    let recent = request.to.checked_sub_days(Days::new(60)).unwrap_or(request.from);
    let mut settled: Vec<usize> = (0..dossiers.len()).filter(|index| dossiers[*index].settled_at.is_some()).collect();
    let surplus = settled.len().saturating_sub(settled_quota);
    let is_recent = |index: &usize| DayClock::date_of(dossiers[*index].received_at, zone) >= recent;
    let (mut long, mut older): (Vec<usize>, Vec<usize>) = settled.iter().copied().partition(is_recent);
    long.shuffle(rng);
    older.reverse();
    for index in long.into_iter().chain(older).take(surplus) {
        let promised = centre.calendar.add_working_days(request.to, rng.random_range(1..=20))?;
        dossiers[index].appointment_at = closing(centre, promised)?;
        dossiers[index].settled_at = None;
    }
    settled.retain(|index| dossiers[*index].settled_at.is_some());

    let delays = by_weight("settlement.late", &profile.settlement.late)?;
    settled.shuffle(rng);
    let mut late = 0;
    for index in settled {
        if late == late_quota {
            break;
        }
        let promised = DayClock::date_of(dossiers[index].appointment_at, zone);
        let date = centre.calendar.add_working_days(promised, days(delays.draw(rng)).max(1))?;
        if date <= request.to {
            dossiers[index].settled_at = Some(office_time(centre, date, rng)?);
            late += 1;
        }
    }
    Ok(())
}

/// A code of the generation that is issued on that day.
fn code(centre: &CentreData, date: NaiveDate, number: u32) -> Result<DossierCode, DomainError> {
    let agency = &centre.centre.code;
    let (block, rest) = (number / 10_000, number % 10_000);
    let day = date.format("%y%m%d");
    let letters = [block / 26 % 26, block % 26].map(|letter| char::from(b'A' + u8::try_from(letter).unwrap_or(0)));
    let central = format!("{agency}.001.02-{day}-{}{}{rest:04}", letters[0], letters[1]);
    let legacy = format!("000.00.{block:02}.{agency}-{day}-{rest:04}");
    let issued = centre.centre.dossier_codes.issued_on(date).map(|pattern| pattern.name.clone());
    let mut codes = Vec::new();
    for text in [legacy, central] {
        let recognised = centre.centre.dossier_codes.recognise(&text);
        codes.push(recognised.map(|(code, pattern)| (issued.as_ref() == Some(&pattern.name), code)));
    }
    let recognised: Vec<_> = codes.iter().flatten().collect();
    match recognised.iter().find(|(is_issued, _)| *is_issued).or(recognised.first()) {
        Some((_, code)) => Ok(code.clone()),
        None => codes.swap_remove(0).map(|(_, code)| code),
    }
}

fn by_weight(what: &'static str, rows: &[AppointmentDays]) -> Result<Weighted<u32>, SimulateError> {
    Weighted::new(what, rows.iter().map(|row| (row.working_days, row.weight.into())))
}

fn days(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The close of the centre's counters on a working day.
fn closing(centre: &CentreData, date: NaiveDate) -> Result<DateTime<Utc>, DomainError> {
    let windows = centre.open_windows(centre.hub(), date)?;
    let clock = DayClock::new(date, centre.centre.time_zone);
    Ok(windows.last().map_or_else(|| clock.instant(17 * 3600), |window| clock.at(window.to)))
}

/// Some time within office hours of a working day.
pub(super) fn office_time(
    centre: &CentreData,
    date: NaiveDate,
    rng: &mut impl Rng,
) -> Result<DateTime<Utc>, DomainError> {
    let windows = centre.open_windows(centre.hub(), date)?;
    let clock = DayClock::new(date, centre.centre.time_zone);
    let length = |window: &crate::domain::LocalWindow| (window.to - window.from).num_seconds();
    let mut at = rng.random_range(0..windows.iter().map(length).sum::<i64>().max(1));
    for window in &windows {
        if at < length(window) {
            return Ok(to_micros(clock.at(window.from) + TimeDelta::seconds(at)));
        }
        at -= length(window);
    }
    Ok(clock.instant(12 * 3600))
}
