//! What citizens are told, in Vietnamese and English.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{AttemptFailure, CentreData, SiteKind},
    service::{HomeStage, HomeTrack},
};

/// A sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Words {
    /// In Vietnamese.
    pub(in crate::api) vi: String,
    /// In English.
    pub(in crate::api) en: String,
}

fn words(vi: impl Into<String>, en: impl Into<String>) -> Words {
    Words { vi: vi.into(), en: en.into() }
}

/// The stable word of a stage.
pub(super) fn stage_word(stage: HomeStage) -> &'static str {
    match stage {
        HomeStage::AwaitingCode => "awaiting_code",
        HomeStage::Cancelled => "cancelled",
        HomeStage::CounterPickup => "counter_pickup",
        HomeStage::BeingSettled => "being_settled",
        HomeStage::UnderWay => "under_way",
        HomeStage::At(_) => "at_office",
        HomeStage::OnItsWay => "on_its_way",
        HomeStage::NotMet(_) => "not_met",
        HomeStage::GoingBack => "going_back",
        HomeStage::Returned => "returned",
        HomeStage::Delivered => "delivered",
        HomeStage::Missing => "missing",
        HomeStage::Lost => "lost",
    }
}

/// Where it is, in plain words.
pub(in crate::api) fn of_stage(track: &HomeTrack) -> Words {
    match track.stage {
        HomeStage::AwaitingCode => words(
            "Yêu cầu đang chờ mã xác nhận đã gửi qua tin nhắn.",
            "The request waits for the code that was sent as a message.",
        ),
        HomeStage::Cancelled => words("Yêu cầu đã huỷ.", "The request was cancelled."),
        HomeStage::CounterPickup => match track.request.ticket {
            Some(ticket) => words(
                format!("Nhận tại quầy ngày {}, số thứ tự {}.", ticket.date.format("%d/%m/%Y"), ticket.number),
                format!(
                    "To be fetched at the counter on {}, ticket {}.",
                    ticket.date.format("%d/%m/%Y"),
                    ticket.number
                ),
            ),
            None => words("Nhận tại quầy.", "To be fetched at the counter."),
        },
        HomeStage::BeingSettled => {
            words("Cơ quan chuyên môn đang giải quyết hồ sơ.", "The department is settling the dossier.")
        }
        HomeStage::UnderWay => {
            words("Kết quả đang được chuyển về nơi phát.", "The result is under way to where its round leaves from.")
        }
        HomeStage::At(site) => at(&track.centre, site),
        HomeStage::OnItsWay => words("Nhân viên đang mang kết quả đến.", "The courier is bringing the result."),
        HomeStage::NotMet(reason) => not_met(reason),
        HomeStage::GoingBack => words(
            "Không phát được; kết quả đang được chuyển trả cơ quan.",
            "It could not be delivered and goes back to the authority.",
        ),
        HomeStage::Returned => words(
            "Kết quả đã được chuyển trả cơ quan; xin liên hệ Trung tâm.",
            "The result is back at the authority: please ask the centre.",
        ),
        HomeStage::Delivered => words("Kết quả đã được trao.", "The result was handed over."),
        HomeStage::Missing => words(
            "Trung tâm đang tìm kết quả; chúng tôi sẽ liên hệ.",
            "The result is being looked for; we will be in touch.",
        ),
        HomeStage::Lost => words(
            "Kết quả bị mất; Trung tâm sẽ liên hệ để bồi thường.",
            "The result is lost; the centre will make it good.",
        ),
    }
}

fn at(centre: &CentreData, site: crate::domain::SiteId) -> Words {
    let Some(site) = centre.site(site) else {
        return words("Kết quả đang ở cơ quan.", "The result lies at an office.");
    };
    match site.kind {
        SiteKind::Centre => words("Kết quả đang ở Trung tâm.", "The result lies at the centre."),
        SiteKind::PostOffice => {
            words(format!("Kết quả đang ở {}.", site.name), format!("The result lies at {}.", site.name))
        }
        SiteKind::Department => words(
            format!("Kết quả đang ở {}, chờ chuyển đi.", site.name),
            format!("The result lies at {} and waits to leave.", site.name),
        ),
    }
}

/// Why nobody could be met.
pub(in crate::api) fn not_met(reason: AttemptFailure) -> Words {
    match reason {
        AttemptFailure::Absent => {
            words("Đã đến nhưng không gặp người nhận; đã để lại giấy mời.", "Nobody was there; an invitation was left.")
        }
        AttemptFailure::NoDocument => words(
            "Người nhận chưa xuất trình giấy tờ tuỳ thân hoặc giấy uỷ quyền.",
            "No identity document, or no authorisation, was shown.",
        ),
        AttemptFailure::WrongAddress => words("Địa chỉ không đúng.", "The address is wrong."),
        AttemptFailure::Moved => words("Người nhận đã chuyển đi.", "The recipient has moved."),
        AttemptFailure::NotFound => words("Không tìm thấy người nhận.", "The recipient was not found."),
        AttemptFailure::Refused => words("Người nhận từ chối nhận.", "The recipient refused it."),
        AttemptFailure::Damaged => words("Kết quả bị hư hỏng nên chưa trao.", "It was damaged and not handed over."),
        AttemptFailure::NotReached => words("Chưa đến được địa chỉ.", "The address could not be reached."),
    }
}
