use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{HalfDay, ItemId};

/// Why an item is not on any route of the day's plan. Names and local times are kept as they were when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum UnassignedReason {
    /// It is ready only after the last run that could take it.
    ReadyAfterLastRun {
        /// When it may leave.
        ready: NaiveTime,
        /// When the last run that serves it loads or calls.
        last: NaiveTime,
    },
    /// It came in after the cut-off and moves at the start of the next working day.
    AfterCutOff {
        /// When it was ready.
        ready: NaiveTime,
        /// The cut-off.
        cut_off: NaiveTime,
    },
    /// Its office is closed whenever a run could call there.
    SiteClosed {
        /// The office's name.
        site: String,
    },
    /// Its office is closed on every run that could come before its due time today.
    SiteClosedBeforeDue {
        /// The office's name.
        site: String,
        /// How many such runs there are.
        runs: u32,
        /// When it is due.
        due: NaiveTime,
    },
    /// No run of the timetable calls at its office.
    NotServed {
        /// The office's name.
        site: String,
    },
    /// No way leads there for any vehicle that could go.
    Unreachable {
        /// The place's name.
        place: String,
    },
    /// It is more than any vehicle that could take it can carry.
    TooLarge,
    /// Every vehicle that could take it is full.
    NoCapacity,
    /// Every route that could take it has no time left.
    NoTime,
    /// The recipient wants it on another day or half-day.
    WantedLater {
        /// The day wanted.
        date: NaiveDate,
        /// The half wanted.
        half_day: Option<HalfDay>,
    },
    /// No row says where rounds into its commune leave from.
    NoDepot {
        /// The commune.
        commune: String,
    },
    /// No courier rides a round from its depot after it is there.
    NoRound {
        /// The depot's name.
        depot: String,
    },
    /// It would come to the place where its next leg begins too late for any of today's departures, and it is there already.
    NoLaterRun {
        /// Where it waits.
        site: String,
    },
    /// A courier who rides no farther has it.
    OnBoard {
        /// Their code.
        courier: String,
    },
    /// It was reported missing.
    Missing,
    /// It came after this plan was made.
    CameLater,
}

impl UnassignedReason {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ReadyAfterLastRun { .. } => "ready_after_last_run",
            Self::AfterCutOff { .. } => "after_cut_off",
            Self::SiteClosed { .. } => "site_closed",
            Self::SiteClosedBeforeDue { .. } => "site_closed_before_due",
            Self::NotServed { .. } => "not_served",
            Self::Unreachable { .. } => "unreachable",
            Self::TooLarge => "too_large",
            Self::NoCapacity => "no_capacity",
            Self::NoTime => "no_time",
            Self::WantedLater { .. } => "wanted_later",
            Self::NoDepot { .. } => "no_depot",
            Self::NoRound { .. } => "no_round",
            Self::NoLaterRun { .. } => "no_later_run",
            Self::OnBoard { .. } => "on_board",
            Self::Missing => "missing",
            Self::CameLater => "came_later",
        }
    }

    /// The reason as one plain English sentence.
    #[must_use]
    pub fn sentence_en(&self) -> String {
        match self {
            Self::ReadyAfterLastRun { ready, last } => {
                format!("Ready at {}, after the last run that could take it ({}).", hm(*ready), hm(*last))
            }
            Self::AfterCutOff { ready, cut_off } => format!(
                "Ready at {}, after the cut-off at {}: it moves at the start of the next working day.",
                hm(*ready),
                hm(*cut_off)
            ),
            Self::SiteClosed { site } => format!("{site} is closed whenever a run could call there."),
            Self::SiteClosedBeforeDue { site, runs, due } => {
                let which = if *runs == 1 { "the only run" } else { "every run" };
                format!("{site} is closed on {which} before its due time ({}).", hm(*due))
            }
            Self::NotServed { site } => format!("No run of the timetable calls at {site}."),
            Self::Unreachable { place } => {
                format!("No road leads to {place} for any vehicle that could go.")
            }
            Self::TooLarge => "It is more than any vehicle that could take it can carry.".into(),
            Self::NoCapacity => "Every vehicle that could take it is full.".into(),
            Self::NoTime => "Every route that could take it has no time left.".into(),
            Self::WantedLater { date, half_day } => match half_day {
                Some(half) => format!("The recipient wants it on {}, {half}.", date.format("%d/%m/%Y")),
                None => format!("The recipient wants it on {}.", date.format("%d/%m/%Y")),
            },
            Self::NoDepot { commune } => {
                format!("No area says where rounds into {commune} leave from.")
            }
            Self::NoRound { depot } => {
                format!("No courier rides a round from {depot} after it is there.")
            }
            Self::NoLaterRun { site } => {
                format!("No run leaves {site} later today that could take it on.")
            }
            Self::OnBoard { courier } => {
                format!("{courier} has it and rides no farther: fetch it, scan it in, and plan again.")
            }
            Self::Missing => "It was reported missing.".to_owned(),
            Self::CameLater => "It came after this plan was made: plan again to take it in.".to_owned(),
        }
    }

    /// The reason as one plain Vietnamese sentence.
    #[must_use]
    pub fn sentence_vi(&self) -> String {
        match self {
            Self::ReadyAfterLastRun { ready, last } => {
                format!("Sẵn sàng lúc {}, sau chuyến cuối có thể nhận ({}).", hm(*ready), hm(*last))
            }
            Self::AfterCutOff { ready, cut_off } => format!(
                "Sẵn sàng lúc {}, sau giờ chốt {}: chuyển vào đầu giờ ngày làm việc tiếp theo.",
                hm(*ready),
                hm(*cut_off)
            ),
            Self::SiteClosed { site } => format!("{site} đóng cửa vào mọi lúc chuyến có thể ghé."),
            Self::SiteClosedBeforeDue { site, runs, due } => {
                let which = if *runs == 1 { "chuyến duy nhất" } else { "mọi chuyến" };
                format!("{site} đóng cửa ở {which} trước hạn ({}).", hm(*due))
            }
            Self::NotServed { site } => format!("Không có chuyến nào ghé {site}."),
            Self::Unreachable { place } => {
                format!("Không có đường tới {place} cho xe nào có thể đi.")
            }
            Self::TooLarge => "Vượt sức chứa của mọi xe có thể nhận.".into(),
            Self::NoCapacity => "Mọi xe có thể nhận đều đã đầy.".into(),
            Self::NoTime => "Mọi lộ trình có thể nhận đều hết thời gian.".into(),
            Self::WantedLater { date, half_day } => {
                let half = match half_day {
                    Some(HalfDay::Morning) => " buổi sáng",
                    Some(HalfDay::Afternoon) => " buổi chiều",
                    None => "",
                };
                format!("Người nhận hẹn{half} ngày {}.", date.format("%d/%m/%Y"))
            }
            Self::NoDepot { commune } => format!("Chưa có khu vực phát cho {commune}."),
            Self::NoRound { depot } => {
                format!("Không có tuyến phát nào xuất phát từ {depot} sau khi bưu gửi tới.")
            }
            Self::NoLaterRun { site } => {
                format!("Hôm nay không còn chuyến nào từ {site} có thể nhận tiếp.")
            }
            Self::OnBoard { courier } => {
                format!("{courier} đang giữ và không đi tiếp: nhận lại, quét vào, rồi lập lại kế hoạch.")
            }
            Self::Missing => "Đã được báo thất lạc.".to_owned(),
            Self::CameLater => "Đến sau khi lập kế hoạch này: lập lại kế hoạch để đưa vào.".to_owned(),
        }
    }
}

fn hm(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// An item left out of the day's plan, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unassigned {
    /// The item.
    pub item_id: ItemId,
    /// Why it is left out.
    pub reason: UnassignedReason,
}
