use actix_web::http::StatusCode;
use chrono::NaiveDate;

use super::tongue::Tongue;
use crate::service::{FieldProblem, ServiceError};

/// What is wrong with what was typed, in plain words: by field, and with the whole.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) whole: Option<String>,
    pub(super) status: Option<StatusCode>,
    /// The first day that would do, where a day was at fault.
    pub(super) from: Option<NaiveDate>,
}

impl Faults {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn at(name: &'static str, words: &str) -> Self {
        let mut faults = Self::none();
        faults.add(name, words);
        faults
    }

    pub(super) fn add(&mut self, name: &'static str, words: &str) {
        if self.of(name).is_none() {
            self.fields.push((name, words.to_owned()));
        }
        self.status = Some(StatusCode::UNPROCESSABLE_ENTITY);
    }

    pub(super) fn of(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, words)| words.as_str())
    }

    /// The field in which the cursor is put.
    pub(super) fn first(&self) -> Option<&'static str> {
        self.fields.first().map(|(name, _)| *name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.whole.is_none()
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::OK)
    }

    /// What is said before everything else.
    pub(super) fn summary(&self, tongue: Tongue) -> Option<String> {
        match (&self.whole, self.fields.is_empty()) {
            (Some(whole), _) => Some(whole.clone()),
            (None, false) => {
                Some(tongue.say("Xin xem lại những ô được đánh dấu.", "Please look again at what is marked.").into())
            }
            (None, true) => None,
        }
    }

    fn whole(status: StatusCode, words: &str) -> Self {
        Self { whole: Some(words.to_owned()), status: Some(status), ..Self::default() }
    }
}

/// What a failure means for the citizen; `None` for one that is told as a problem.
pub(super) fn faults(tongue: Tongue, error: &ServiceError) -> Option<Faults> {
    let say = |vi: &str, en: &str| tongue.say(vi, en).to_owned();
    Some(match error {
        ServiceError::Invalid(problems) => {
            let mut faults = Faults::none();
            for problem in problems {
                field(tongue, problem, &mut faults);
            }
            faults
        }
        ServiceError::NoSuchSlip => {
            let words = say(
                "Không có giấy hẹn nào có mã hồ sơ và số điện thoại này. Xin xem lại cả hai trên giấy hẹn.",
                "No appointment slip has this dossier code and this phone number. Please check both on your slip.",
            );
            Faults { status: Some(StatusCode::NOT_FOUND), ..Faults::at("dossier", &words) }
        }
        ServiceError::TooManyTries { seconds } => {
            let minutes = seconds.div_ceil(60);
            let words = say(
                &format!("Đã thử quá nhiều lần. Xin thử lại sau {minutes} phút, hoặc gọi cho Trung tâm."),
                &format!("There were too many tries. Try again in {minutes} min, or call the centre."),
            );
            Faults::whole(StatusCode::TOO_MANY_REQUESTS, &words)
        }
        ServiceError::PresenceRequired { reason, reason_en } => Faults::whole(
            StatusCode::CONFLICT,
            &say(
                &format!("Kết quả của thủ tục này chỉ trao trực tiếp tại Trung tâm: {reason}"),
                &format!("The result of this procedure is handed over in person only: {reason_en}"),
            ),
        ),
        ServiceError::HalfDayFull => {
            let words = say(
                "Buổi này vừa hết chỗ. Xin chọn buổi khác.",
                "This half-day has just been taken. Please choose another.",
            );
            Faults { status: Some(StatusCode::CONFLICT), ..Faults::at("half_day", &words) }
        }
        ServiceError::WrongCode => {
            let words = say(
                "Mã không đúng hoặc đã hết hạn. Xin nhập lại, hoặc nhận mã khác.",
                "The code is wrong or has expired. Type it again, or have another one sent.",
            );
            Faults::at("code", &words)
        }
        other => whole(tongue, other)?,
    })
}

/// Failures that belong to no field.
fn whole(tongue: Tongue, error: &ServiceError) -> Option<Faults> {
    let (status, vi, en) = match error {
        ServiceError::AlreadyRequested => (
            StatusCode::CONFLICT,
            "Kết quả này đã được yêu cầu chuyển đến nhà. Xin dùng liên kết đã nhận để xem hoặc thay đổi.",
            "A home delivery of this result is under way already. Use the link that you were given to follow or change it.",
        ),
        ServiceError::NoMoreCodes => (
            StatusCode::TOO_MANY_REQUESTS,
            "Không gửi thêm mã được nữa. Xin bắt đầu lại, hoặc gọi cho Trung tâm.",
            "No more codes are sent. Begin anew, or call the centre.",
        ),
        ServiceError::TooLate { .. } => (
            StatusCode::CONFLICT,
            "Việc này hiện không làm được: yêu cầu đã sang bước khác.",
            "This cannot be done now: the request has moved on.",
        ),
        ServiceError::RequestChanged { .. } => (
            StatusCode::PRECONDITION_FAILED,
            "Yêu cầu vừa thay đổi ở nơi khác. Đây là tình trạng mới; xin xem rồi làm lại.",
            "The request has just been changed elsewhere. This is how it stands now: look, and try again.",
        ),
        ServiceError::RecordDiffers { .. } => (
            StatusCode::CONFLICT,
            "Bạn đã gửi đánh giá hoặc phản ánh này rồi. Xin cảm ơn.",
            "You have sent this already. Thank you.",
        ),
        ServiceError::ComplaintTooLate { .. } => (
            StatusCode::CONFLICT,
            "Thời hạn khiếu nại theo luật đã hết.",
            "The time in which the law allows a complaint is over.",
        ),
        ServiceError::NoHomeDelivery { .. } | ServiceError::NoCentre => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Nơi này chưa nhận yêu cầu chuyển kết quả đến nhà.",
            "No requests for home delivery are taken here yet.",
        ),
        ServiceError::OutsideCalendar(_) => {
            (StatusCode::CONFLICT, "Ngày này nằm ngoài lịch làm việc đã có.", "This day lies beyond the calendar.")
        }
        _ => return None,
    };
    Some(Faults::whole(status, tongue.say(vi, en)))
}

/// What is wrong with one field. The service's own words are English and for programs; these are for people.
fn field(tongue: Tongue, problem: &FieldProblem, faults: &mut Faults) {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let name = match problem.field.as_str() {
        "recipient/name" => "name",
        "recipient/delegate/name" => "delegate_name",
        "recipient/delegate/authorisation" => "authorisation",
        "dossier" => "dossier",
        "phone" => "phone",
        "address" => "address",
        "commune" => "commune",
        "position" => "position",
        "half_day" => "half_day",
        "date" => "date",
        "consent" => "consent",
        "comment" => "comment",
        _ => "text",
    };
    let words = match name {
        "name" => {
            say("Ghi họ tên người có hồ sơ, ít nhất 2 chữ cái.", "Give the name of the person whose dossier it is.")
        }
        "delegate_name" => say("Ghi họ tên người nhận thay.", "Give the name of the person who receives it."),
        "authorisation" => {
            say("Ghi số hoặc nơi chứng thực giấy uỷ quyền.", "Give the authorisation's number, or who certified it.")
        }
        "dossier" => say("Mã hồ sơ chưa đúng dạng in trên giấy hẹn.", "This is not a dossier code as slips have it."),
        "phone" => {
            say("Số điện thoại gồm 10 chữ số, như 0912 345 678.", "A phone number has 10 digits, such as 0912 345 678.")
        }
        "address" => say("Ghi địa chỉ từ 5 đến 300 chữ.", "Give an address of 5 to 300 characters."),
        "commune" => say("Chọn xã, phường mà chúng tôi phục vụ.", "Choose a commune that is served."),
        "position" => say(
            "Điểm ghim quá xa xã, phường đã chọn. Xin ghim lại hoặc bỏ ghim.",
            "The pin lies too far from the commune. Set it again, or take it off.",
        ),
        "consent" => {
            say("Cần sự đồng ý của bạn để chuyển kết quả đến nhà.", "Your consent is needed to bring the result home.")
        }
        "half_day" | "date" => {
            let dates = dates_in(&problem.message);
            if let [from, to] = dates[..] {
                faults.from = Some(from);
                let words = match tongue {
                    Tongue::Vi => format!("Kết quả có thể trao từ {} đến {}.", tongue.day(from), tongue.day(to)),
                    Tongue::En => {
                        format!("The result can be handed over from {} to {}.", tongue.day(from), tongue.day(to))
                    }
                };
                faults.add(name, &words);
                return;
            }
            say("Không nhận được vào lúc này. Xin chọn lúc khác.", "It cannot be then. Please choose another time.")
        }
        _ => say("Ghi bằng lời, không quá dài.", "Say it in words, and not too many."),
    };
    faults.add(name, words);
}

/// The days that a message names.
fn dates_in(message: &str) -> Vec<NaiveDate> {
    message.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_day_says_in_the_readers_language_which_ones_would_do() {
        let problem = FieldProblem::new("half_day", "the result can be brought from 2019-06-17 to 2019-06-21");
        let faults = faults(Tongue::Vi, &ServiceError::Invalid(vec![problem])).expect("it is told");
        assert_eq!(faults.of("half_day"), Some("Kết quả có thể trao từ Thứ Hai 17/06/2019 đến Thứ Sáu 21/06/2019."));
        assert_eq!((faults.first(), faults.from), (Some("half_day"), NaiveDate::from_ymd_opt(2019, 6, 17)));
    }
}
