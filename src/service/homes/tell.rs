//! What citizens are told while their result is on its way: each once, however often it is looked.

use std::collections::HashMap;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    HomeTrack,
    window::{HomeWindow, hours},
};
use crate::{
    domain::{
        DayClock, DeliveryEvent, DeliveryNext, HomeDeliveryId, MessageKind, MessageParameter, MessageParameters,
        WantedHalfDay,
    },
    service::{HomeStage, Service, ServiceError},
};

/// So long after the day that was asked for somebody is told what happens, days.
const TOLD_DAYS: u64 = 30;

/// Something that a citizen waits to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tiding {
    kind: MessageKind,
    parameters: MessageParameters,
    /// What tells it from others of the kind: the same is told once.
    occasion: String,
    /// Until when it is worth telling, where that is before the centre's rule.
    good_until: Option<DateTime<Utc>>,
}

impl Tiding {
    fn plain(kind: MessageKind) -> Self {
        Self { kind, parameters: MessageParameters::default(), occasion: String::new(), good_until: None }
    }

    /// That it comes between two times, for the first time or in place of what was told before. The occasion is the window, so
    /// that what was told can be read from it.
    fn window(kind: MessageKind, (from, to): (DateTime<Utc>, DateTime<Utc>), zone: Tz) -> Self {
        let (begins, ends) = (from.with_timezone(&zone), to.with_timezone(&zone));
        let date = begins.date_naive();
        let (from, until) = (begins.format("%H:%M").to_string(), ends.format("%H:%M").to_string());
        let occasion = format!("{date} {from}-{until}");
        let parameters = MessageParameters::default()
            .with(MessageParameter::Date, date)
            .with(MessageParameter::From, from)
            .with(MessageParameter::To, until);
        Self { kind, parameters, occasion, good_until: Some(to) }
    }
}

/// A window that was told, as the occasion of its message has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ToldWindow {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl ToldWindow {
    fn read(event: &str, zone: Tz) -> Option<Self> {
        let (date, times) = event.rsplit_once('/')?.1.split_once(' ')?;
        let (from, to) = times.split_once('-')?;
        let clock = DayClock::new(date.parse().ok()?, zone);
        let at = |time: &str| Some(clock.at(crate::domain::parse_time(time).ok()?));
        Some(Self { from: at(from)?, to: at(to)? })
    }
}

/// The windows that were told, the last one last.
fn told_windows(told: &[(MessageKind, String)], zone: Tz) -> Option<ToldWindow> {
    let windows = told.iter().filter(|(kind, _)| matches!(kind, MessageKind::HomeOut | MessageKind::HomeWindow));
    windows.filter_map(|(_, event)| ToldWindow::read(event, zone)).next_back()
}

/// What is to be told of a home delivery, of which `told` was told before, oldest first.
fn tiding(
    track: &HomeTrack,
    told: &[(MessageKind, String)],
    now: DateTime<Utc>,
) -> Result<Option<Tiding>, ServiceError> {
    let zone = track.centre.centre.time_zone;
    let last = told_windows(told, zone);
    Ok(match track.stage {
        HomeStage::Delivered => Some(Tiding::plain(MessageKind::HomeDelivered)),
        HomeStage::GoingBack | HomeStage::Returned => Some(Tiding::plain(MessageKind::HomeReturning)),
        HomeStage::NotMet(_) => match track.clock.next {
            DeliveryNext::InviteAgain { not_before } => {
                let failed = track.happened.iter().filter(|fact| matches!(fact.event, DeliveryEvent::Failed(_)));
                Some(Tiding {
                    kind: MessageKind::HomeAttemptFailed,
                    parameters: MessageParameters::default().with(MessageParameter::Date, not_before),
                    occasion: failed.count().to_string(),
                    good_until: None,
                })
            }
            _ => None,
        },
        HomeStage::OnItsWay => track.window.as_ref().and_then(|window| on_its_way(window, last, now, zone)),
        HomeStage::BeingSettled | HomeStage::UnderWay | HomeStage::At(_) => match track.home.wanted {
            Some(wanted) => passed(track, wanted, last, now)?,
            None => None,
        },
        HomeStage::AwaitingCode
        | HomeStage::Cancelled
        | HomeStage::CounterPickup
        | HomeStage::Missing
        | HomeStage::Lost => None,
    })
}

/// The courier has it: when to expect it, and again when it will not come when it was said to.
fn on_its_way(window: &HomeWindow, last: Option<ToldWindow>, now: DateTime<Utc>, zone: Tz) -> Option<Tiding> {
    let until = window.to;
    if until <= now {
        return None;
    }
    let times = (window.from, until);
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    match last.filter(|last| day(last.from) == day(window.from)) {
        None => Some(Tiding::window(MessageKind::HomeOut, times, zone)),
        Some(last) => {
            let expected = window.from + (until - window.from) / 2;
            let kept = last.from <= expected && expected <= last.to;
            (!kept).then(|| Tiding::window(MessageKind::HomeWindow, times, zone))
        }
    }
}

/// What was promised has passed, and no courier has it: it comes on the next working day, in the same half.
fn passed(
    track: &HomeTrack,
    wanted: WantedHalfDay,
    last: Option<ToldWindow>,
    now: DateTime<Utc>,
) -> Result<Option<Tiding>, ServiceError> {
    let centre = &track.centre;
    let zone = centre.centre.time_zone;
    let promised = hours(centre, wanted).map(|(_, ends)| ends);
    let ends = last.map(|last| last.to).max(promised);
    if ends.is_none_or(|ends| now < ends) {
        return Ok(None);
    }
    let today = DayClock::date_of(now, zone);
    let tomorrow: NaiveDate = today + Days::new(1);
    let next = centre.calendar.working_day_from(tomorrow)?;
    let times = hours(centre, WantedHalfDay { date: next, ..wanted });
    Ok(times.map(|times| Tiding::window(MessageKind::HomeWindow, times, zone)))
}

impl Service {
    /// Tells the citizens whose results come these days what they wait to hear: that it is out and when it comes, that it comes at
    /// another time than they were told, that nobody was met, that it was handed over or goes back. What was told is not told
    /// again, so whoever looks, and how often, makes no difference.
    ///
    /// # Errors
    /// [`ServiceError::Store`].
    pub fn tell_homes(&self) -> Result<(), ServiceError> {
        let centre = self.centre()?;
        let now = self.now();
        let today = DayClock::date_of(now, centre.centre.time_zone);
        let days = (today - Days::new(TOLD_DAYS), today);
        let homes = self.store().homes_to_tell(centre.centre.id, days)?;
        let mut told: HashMap<HomeDeliveryId, Vec<(MessageKind, String)>> = HashMap::new();
        for (home, kind, event) in self.store().told_of_homes(centre.centre.id, &homes)? {
            told.entry(home).or_default().push((kind, event));
        }
        let mut rows = Vec::new();
        for id in homes {
            let Some(followed) = self.followed(id)? else { continue };
            let track = self.track(followed)?;
            let before = told.get(&id).map_or(&[][..], Vec::as_slice);
            let Some(Tiding { kind, parameters, occasion, good_until }) = tiding(&track, before, now)? else {
                continue;
            };
            let mut messages = self.home_messages(&centre, &track.request, kind, parameters, &occasion)?;
            // What lies in the outbox already would be left out there, at the price of a turn to write each time.
            messages.retain(|message| !before.iter().any(|(_, event)| *event == message.event));
            for message in &mut messages {
                // What happened long ago, while nobody looked, is not worth telling now.
                let old = track.since.filter(|_| good_until.is_none()).map_or(Duration::zero(), |since| now - since);
                message.good_until = match (message.good_until.map(|rule| rule - old), good_until) {
                    (Some(rule), Some(own)) => Some(rule.min(own)),
                    (rule, own) => rule.or(own),
                };
            }
            rows.append(&mut messages);
        }
        Ok(self.store().add_messages(centre.centre.id, &rows)?)
    }
}
