//! The forms under a link with which a citizen says something: give it up, fetch it, rate, complain, have data erased.

use uuid::Uuid;

use super::{
    follow::Shown,
    parts::{Choice, Field, choices, form, hidden, text_area, theirs},
    tongue::Tongue,
};
use crate::{
    domain::RatingStep,
    service::{HomeTrack, Service, ServiceError},
};

/// The button of a view's form, and the way back. `link` is escaped.
pub(super) fn buttons(tongue: Tongue, link: &str, on: &str, class: &str) -> String {
    let back = tongue.say("Quay lại", "Back");
    let lang = tongue.code();
    format!(
        "<p class=\"row end\"><button class=\"{class}\" name=\"next\" value=\"1\">{on}</button>\
         <a class=\"button\" href=\"/t/{link}?lang={lang}\">{back}</a></p>"
    )
}

fn revision(track: &HomeTrack) -> String {
    hidden("revision", &track.request.revision.to_string())
}

pub(super) fn counter_form(
    service: &Service,
    tongue: Tongue,
    link: &str,
    track: &HomeTrack,
    shown: &Shown<'_>,
) -> Result<String, ServiceError> {
    let days = service.home_days(link)?;
    let mut date = days.earliest.max(service.today()?);
    let mut list = Vec::new();
    while date <= days.last {
        if track.centre.calendar.is_working_day(date)? {
            list.push(Choice {
                value: date.to_string(),
                label: tongue.day(date),
                chosen: list.is_empty(),
                more: String::new(),
            });
        }
        let Some(next) = date.succ_opt() else { break };
        date = next;
    }
    let words = tongue.say(
        "Chọn ngày đến Trung tâm. Bạn sẽ có số thứ tự; không phải trả phí chuyển.",
        "Choose the day on which you come to the centre. You get a place in the queue, and pay no delivery fee.",
    );
    let inner = hidden("lang", tongue.code())
        + &revision(track)
        + &format!("<p>{words}</p>")
        + &choices("date", tongue.say("Ngày", "Day"), &list, &shown.wrong)
        + &buttons(tongue, link, tongue.say("Lấy số", "Take a number"), "primary");
    Ok(form(&format!("/t/{link}/counter"), "counter", false, &inner))
}

pub(super) fn cancel_form(tongue: Tongue, link: &str, track: &HomeTrack) -> String {
    let words = tongue.say(
        "Kết quả sẽ ở lại Trung tâm, và bạn đến nhận như trên giấy hẹn.",
        "The result then stays at the centre, where you fetch it as your slip says.",
    );
    let inner = hidden("lang", tongue.code())
        + &revision(track)
        + &format!("<p>{words}</p>")
        + &buttons(tongue, link, tongue.say("Huỷ yêu cầu", "Cancel the request"), "danger");
    form(&format!("/t/{link}/cancel"), "cancel", false, &inner)
}

/// The five steps of the rating devices, the best first, as faces and words.
fn step_words(tongue: Tongue, step: RatingStep) -> (&'static str, &'static str) {
    match step {
        RatingStep::VerySatisfied => ("😀", tongue.say("Rất hài lòng", "Very satisfied")),
        RatingStep::Satisfied => ("🙂", tongue.say("Hài lòng", "Satisfied")),
        RatingStep::Neutral => ("😐", tongue.say("Bình thường", "Neutral")),
        RatingStep::Dissatisfied => ("🙁", tongue.say("Không hài lòng", "Dissatisfied")),
        RatingStep::VeryDissatisfied => ("😠", tongue.say("Rất không hài lòng", "Very dissatisfied")),
    }
}

pub(super) fn rate_form(tongue: Tongue, link: &str, shown: &Shown<'_>) -> String {
    let list: Vec<Choice> = RatingStep::ALL
        .into_iter()
        .rev()
        .map(|step| {
            let (face, words) = step_words(tongue, step);
            Choice {
                value: step.as_str().to_owned(),
                label: format!("<span class=\"face\" aria-hidden=\"true\">{face}</span> {words}"),
                chosen: false,
                more: String::new(),
            }
        })
        .collect();
    let comment = Field {
        name: "comment",
        label: tongue.say("Lời nhắn (không bắt buộc)", "In your own words (if you like)"),
        hint: "",
        value: shown.text,
        more: "maxlength=\"2000\"",
    };
    let on = tongue.say("Gửi đánh giá", "Send");
    let inner = hidden("lang", tongue.code())
        + &choices("rating", tongue.say("Bạn hài lòng chứ?", "How satisfied are you?"), &list, &shown.wrong)
        + &text_area(&comment, &shown.wrong)
        + &format!("<p class=\"row end\"><button class=\"primary\">{on}</button></p>");
    form(&format!("/t/{link}/rate"), "rate", false, &inner)
}

pub(super) fn complain_form(tongue: Tongue, link: &str, shown: &Shown<'_>) -> String {
    let text = Field {
        name: "text",
        label: tongue.say("Điều bạn muốn phản ánh", "What you complain of"),
        hint: tongue.say(
            "Theo luật, chậm nhất 5 ngày làm việc là có trả lời, ngay trên trang này.",
            "By law it is answered within five working days, on this page.",
        ),
        value: shown.text,
        more: "maxlength=\"4000\"",
    };
    let id = shown.complaint.unwrap_or_else(Uuid::now_v7);
    let inner = hidden("lang", tongue.code())
        + &hidden("id", &id.to_string())
        + &text_area(&text, &shown.wrong)
        + &buttons(tongue, link, tongue.say("Gửi", "Send"), "primary");
    form(&format!("/t/{link}/complain"), "complain", false, &inner)
}

pub(super) fn erase_form(tongue: Tongue, link: &str) -> String {
    let words = tongue.say(
        "Họ tên, số điện thoại, địa chỉ, và cả liên kết này sẽ bị xoá, và không lấy lại được.",
        "Name, phone number, address and this very link are erased, and cannot be brought back.",
    );
    let inner = hidden("lang", tongue.code())
        + &format!("<p>{words}</p>")
        + &buttons(tongue, link, tongue.say("Xoá tất cả", "Erase it all"), "danger");
    form(&format!("/t/{link}/erase"), "erase", false, &inner)
}

/// A complaint and its answer.
pub(super) fn complaint(service: &Service, tongue: Tongue, link: &str, id: Uuid) -> Result<String, ServiceError> {
    let complaint = match service.complaint_by_link(link, id) {
        Ok(complaint) => complaint,
        Err(ServiceError::NoSuchLink) => return Ok(String::new()),
        Err(other) => return Err(other),
    };
    let answer = match &complaint.answer {
        Some(answer) => format!("<p><b>{}</b> {}</p>", tongue.say("Trả lời:", "Answer:"), theirs(&answer.text)),
        None => format!(
            "<p>{} {}.</p>",
            tongue.say("Được trả lời chậm nhất vào", "It is answered by"),
            tongue.day(complaint.due_on)
        ),
    };
    let title = tongue.say("Phản ánh của bạn", "Your complaint");
    Ok(format!("<section class=\"card\"><h2>{title}</h2><p>{}</p>{answer}</section>", theirs(&complaint.text)))
}
