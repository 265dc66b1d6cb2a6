//! How a home delivery stands, under its link.

use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, web};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::{
    ask::progress,
    offer::{Found, Spot},
    parts::{Field, alert, escape, form, hidden, input, theirs},
    say,
    sheet::{Answer, Sheet, Turn},
    told::Faults,
    tongue::Tongue,
};
use crate::{
    api::{
        blocking,
        homes::words::{Words, not_met, of_stage},
        params::{PathParams, QueryParams},
        problem::Failure,
    },
    domain::{DeliveryEvent, DeliveryNext, RequestState, SiteKind},
    service::{HomeStage, HomeTrack, Service, ServiceError, WindowBasis},
};

/// What is shown below the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    State,
    Change,
    Counter,
    Cancel,
    Complain,
    Erase,
}

impl View {
    const ALL: [(&'static str, Self); 6] = [
        ("state", Self::State),
        ("change", Self::Change),
        ("counter", Self::Counter),
        ("cancel", Self::Cancel),
        ("complain", Self::Complain),
        ("erase", Self::Erase),
    ];

    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map_or(Self::State, |(_, view)| view)
    }

    fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, view)| *view == self).map_or("state", |(word, _)| word)
    }
}

/// Whether it is over, so that it can be rated.
pub(super) fn is_over(track: &HomeTrack) -> bool {
    matches!(track.stage, HomeStage::Delivered | HomeStage::Returned | HomeStage::Lost)
        || track.request.state == RequestState::CounterPickup
}

fn words(tongue: Tongue, both: &Words) -> &str {
    tongue.say(&both.vi, &both.en)
}

fn moment(tongue: Tongue, at: DateTime<Utc>, zone: Tz) -> String {
    format!("{}, {}", Tongue::clock(at, zone), tongue.day(at.with_timezone(&zone).date_naive()))
}

/// The way of a result in five steps, of which one is where it is.
fn way(tongue: Tongue, track: &HomeTrack) -> String {
    let site = |site| track.centre.site(site).map(|site| site.kind);
    let at = match track.stage {
        HomeStage::AwaitingCode => 0,
        HomeStage::BeingSettled => 1,
        HomeStage::At(at) if site(at) == Some(SiteKind::Department) => 1,
        HomeStage::UnderWay | HomeStage::At(_) => 2,
        HomeStage::OnItsWay | HomeStage::NotMet(_) => 3,
        HomeStage::Delivered => 4,
        _ => return String::new(),
    };
    let names = [
        tongue.say("Xác nhận", "Confirmed"),
        tongue.say("Giải quyết", "Settled"),
        tongue.say("Về nơi phát", "At the centre"),
        tongue.say("Đang giao", "On its way"),
        tongue.say("Đã trao", "Handed over"),
    ];
    let mut steps = String::new();
    for (n, name) in names.iter().enumerate() {
        let (class, current) = match n.cmp(&at) {
            std::cmp::Ordering::Less => ("done", ""),
            std::cmp::Ordering::Equal => ("now", " aria-current=\"step\""),
            std::cmp::Ordering::Greater => ("", ""),
        };
        let _ = write!(steps, "<li class=\"{class}\"{current}>{name}</li>");
    }
    format!("<ol class=\"way\">{steps}</ol>")
}

fn window(tongue: Tongue, track: &HomeTrack) -> String {
    let Some(window) = &track.window else { return String::new() };
    let zone = track.centre.centre.time_zone;
    let day = tongue.day(window.from.with_timezone(&zone).date_naive());
    let (from, to) = (Tongue::clock(window.from, zone), Tongue::clock(window.to, zone));
    let mut basis = match window.basis {
        WindowBasis::HalfDay => tongue.say("theo buổi đã hẹn", "as promised").to_owned(),
        WindowBasis::Plan => tongue.say("theo kế hoạch trong ngày", "by the day's plan").to_owned(),
        WindowBasis::Live => tongue.say("tính từ nơi nhân viên đang ở", "from where the courier is").to_owned(),
    };
    if let Some(before) = window.stops_before {
        let _ = match tongue {
            Tongue::Vi => write!(basis, "; còn {before} điểm trước nhà bạn"),
            Tongue::En => write!(basis, "; {before} stops before yours"),
        };
    }
    let mut rows = format!(
        "<dt>{}</dt><dd><b>{from}–{to}</b>, {day} <small>({basis})</small></dd>",
        tongue.say("Giờ đến", "Comes")
    );
    if let Some(courier) = &window.courier {
        let _ = write!(rows, "<dt>{}</dt><dd>{}</dd>", tongue.say("Nhân viên", "Courier"), theirs(courier));
    }
    rows
}

/// State, window and facts: what is asked for again from time to time.
fn state(tongue: Tongue, track: &HomeTrack) -> String {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let zone = track.centre.centre.time_zone;
    let stage = of_stage(track);
    let since = track.since.map(|at| format!(" <small>({})</small>", moment(tongue, at, zone))).unwrap_or_default();
    let mut rows = window(tongue, track);
    if track.request.state != RequestState::CounterPickup {
        let promised = track.home.wanted.map(|wanted| match wanted.half_day {
            Some(half) => format!("{}, {}", tongue.day(wanted.date), tongue.half(half)),
            None => tongue.day(wanted.date),
        });
        if let Some(promised) =
            promised.filter(|_| track.window.as_ref().is_none_or(|w| w.basis != WindowBasis::HalfDay))
        {
            let _ = write!(rows, "<dt>{}</dt><dd>{promised}</dd>", say("Buổi hẹn", "Promised"));
        }
        let _ = write!(rows, "<dt>{}</dt><dd>{}</dd>", say("Đến", "To"), theirs(&track.home.address));
        let _ = write!(rows, "<dt>{}</dt><dd>{}</dd>", say("Phí", "Fee"), tongue.money(track.request.fee_dong));
    }
    let _ = write!(rows, "<dt>{}</dt><dd class=\"code\">{}</dd>", say("Hồ sơ", "Dossier"), escape(&track.dossier));
    let failed: String = track
        .happened
        .iter()
        .filter_map(|fact| match fact.event {
            DeliveryEvent::Failed(reason) => {
                let why = not_met(reason);
                Some(format!("<li>{}: {}</li>", moment(tongue, fact.at, zone), escape(words(tongue, &why))))
            }
            _ => None,
        })
        .collect();
    let failed = if failed.is_empty() {
        failed
    } else {
        format!("<h2>{}</h2><ul>{failed}</ul>", say("Những lần đã đến", "Tries so far"))
    };
    let again = match track.clock.next {
        DeliveryNext::InviteAgain { not_before } => format!(
            "<p>{} {}.</p>",
            say("Sẽ đến lại sớm nhất vào", "The next try is on, or after,"),
            tongue.day(not_before)
        ),
        _ => String::new(),
    };
    format!(
        "<div id=\"state\"><p class=\"stage\" role=\"status\">{}{since}</p>{}<dl class=\"facts\">{rows}</dl>{failed}{again}</div>",
        escape(words(tongue, &stage)),
        way(tongue, track)
    )
}

/// What was just done.
fn done(tongue: Tongue, word: &str) -> Option<&str> {
    Some(match word {
        "confirm" => tongue.say("Yêu cầu đã được xác nhận.", "The request is confirmed."),
        "code" => tongue.say("Đã gửi mã khác.", "Another code was sent."),
        "change" => tongue.say("Đã thay đổi.", "It is changed."),
        "counter" => tongue.say("Đã chuyển sang nhận tại quầy.", "It is fetched at the counter now."),
        "cancel" => tongue.say("Đã huỷ yêu cầu.", "The request is cancelled."),
        "rate" => tongue.say("Cảm ơn bạn đã đánh giá.", "Thank you for your rating."),
        "complain" => tongue.say("Đã nhận phản ánh của bạn.", "Your complaint was received."),
        _ => return None,
    })
}

/// The code's form: the last step.
fn code_form(tongue: Tongue, link: &str, track: &HomeTrack, wrong: &Faults) -> String {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let until = Tongue::clock(track.request.held_until, track.centre.centre.time_zone);
    let hint = match tongue {
        Tongue::Vi => format!("6 chữ số trong tin nhắn vừa gửi. Buổi hẹn được giữ đến {until}."),
        Tongue::En => format!("Six digits, in the message just sent. The half-day is kept for you until {until}."),
    };
    let field = Field {
        name: "code",
        label: say("Mã xác nhận", "Code"),
        hint: &hint,
        value: "",
        more: "inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"12\"",
    };
    let lang = hidden("lang", tongue.code());
    let confirm = lang.clone()
        + &input(&field, wrong)
        + &format!("<p class=\"row end\"><button class=\"primary\">{}</button></p>", say("Xác nhận", "Confirm"));
    let again = lang + &format!("<p><button class=\"plain\">{}</button></p>", say("Gửi mã khác", "Send another code"));
    form(&format!("/t/{link}/confirm"), "confirm", false, &confirm)
        + &form(&format!("/t/{link}/code"), "again", false, &again)
}

/// The switch by which this browser is told; a script shows it where browser and centre can.
fn bell(tongue: Tongue, link: &str, track: &HomeTrack) -> String {
    if is_over(track) || track.request.state != RequestState::Confirmed {
        return String::new();
    }
    format!(
        "<p id=\"bell\" data-push=\"/v1/track/{link}/push\" hidden><button type=\"button\" class=\"plain\" aria-pressed=\"false\">{}</button> \
         <span role=\"status\" data-refused=\"{}\"></span></p>",
        tongue.say("Báo cho tôi trên trình duyệt này", "Tell me in this browser"),
        tongue.say("Trình duyệt không cho phép thông báo.", "The browser does not allow notifications."),
    )
}

/// What can be done now, as links to views.
fn doors(tongue: Tongue, link: &str, track: &HomeTrack) -> String {
    let door = |view: View, vi: &'static str, en: &'static str| {
        let lang = tongue.code();
        format!(
            "<li><a class=\"button\" href=\"/t/{link}?view={}&amp;lang={lang}\">{}</a></li>",
            view.word(),
            tongue.say(vi, en)
        )
    };
    let mut list = String::new();
    if track.changeable {
        list += &door(View::Change, "Đổi địa chỉ hoặc buổi nhận", "Change address or half-day");
        list += &door(View::Counter, "Đến quầy nhận", "Fetch it at the counter");
        list += &door(View::Cancel, "Huỷ yêu cầu", "Cancel the request");
    }
    if track.request.state != RequestState::AwaitingCode {
        list += &door(View::Complain, "Phản ánh, khiếu nại", "Complain");
    }
    if is_over(track) || track.request.state == RequestState::Cancelled {
        list += &door(View::Erase, "Xoá dữ liệu của tôi", "Erase my data");
    }
    if list.is_empty() { list } else { format!("<ul class=\"doors\">{list}</ul>") }
}

/// What the page is asked to show.
pub(super) struct Shown<'a> {
    pub(super) view: View,
    pub(super) done: Option<&'a str>,
    pub(super) complaint: Option<Uuid>,
    /// What was typed into a form that is shown again.
    pub(super) text: &'a str,
    pub(super) spot: Option<Spot>,
    pub(super) wrong: Faults,
}

impl Shown<'_> {
    pub(super) fn view(view: View) -> Self {
        Self { view, done: None, complaint: None, text: "", spot: None, wrong: Faults::none() }
    }
}

fn change_form(
    service: &Service,
    tongue: Tongue,
    link: &str,
    track: &HomeTrack,
    shown: &mut Shown<'_>,
) -> Result<String, ServiceError> {
    let earliest = service.home_days(link)?.earliest;
    let mut spot =
        shown.spot.take().unwrap_or_else(|| Spot::known(&track.home.address, &track.home.commune_code, earliest));
    spot.from = Some(earliest);
    let found = Found::of(service, tongue, &mut spot, &mut shown.wrong)?;
    let inner = hidden("lang", tongue.code())
        + &hidden("revision", &track.request.revision.to_string())
        + &found.show(tongue, &spot, &shown.wrong)
        + &say::buttons(tongue, link, tongue.say("Thay đổi", "Change it"), "primary");
    Ok(form(&format!("/t/{link}/change"), "change", true, &inner))
}

/// The whole page.
pub(super) fn sheet(
    service: &Service,
    tongue: Tongue,
    link: &str,
    mut shown: Shown<'_>,
) -> Result<Answer, ServiceError> {
    let track = match service.track_home_delivery(link) {
        Ok(track) => track,
        Err(ServiceError::NoSuchLink) => return Ok(Answer::Sheet(nothing(tongue))),
        Err(other) => return Err(other),
    };
    let link = &escape(link);
    let open = |view: View| match view {
        View::Change | View::Counter | View::Cancel => track.changeable,
        View::Complain => track.request.state != RequestState::AwaitingCode,
        View::Erase => is_over(&track) || track.request.state == RequestState::Cancelled,
        View::State => true,
    };
    if !open(shown.view) {
        shown.view = View::State;
    }
    let waits = track.stage == HomeStage::AwaitingCode;
    let (title, inner) = match shown.view {
        View::State if waits => (
            tongue.say("Nhập mã xác nhận", "Type in the code"),
            code_form(tongue, link, &track, &shown.wrong) + &state(tongue, &track) + &doors(tongue, link, &track),
        ),
        View::State => {
            let complaint = shown.complaint.map(|id| say::complaint(service, tongue, link, id)).transpose()?;
            let rate = if is_over(&track) && shown.done != Some("rate") {
                say::rate_form(tongue, link, &shown)
            } else {
                String::new()
            };
            (
                tongue.say("Theo dõi kết quả", "Follow your result"),
                state(tongue, &track)
                    + &bell(tongue, link, &track)
                    + &complaint.unwrap_or_default()
                    + &rate
                    + &doors(tongue, link, &track),
            )
        }
        View::Change => (
            tongue.say("Đổi địa chỉ hoặc buổi nhận", "Change address or half-day"),
            change_form(service, tongue, link, &track, &mut shown)?,
        ),
        View::Counter => (
            tongue.say("Đến quầy nhận", "Fetch it at the counter"),
            say::counter_form(service, tongue, link, &track, &shown)?,
        ),
        View::Cancel => (tongue.say("Huỷ yêu cầu", "Cancel the request"), say::cancel_form(tongue, link, &track)),
        View::Complain => (tongue.say("Phản ánh, khiếu nại", "Complain"), say::complain_form(tongue, link, &shown)),
        View::Erase => (tongue.say("Xoá dữ liệu của tôi", "Erase my data"), say::erase_form(tongue, link)),
    };
    let said = shown.done.and_then(|word| done(tongue, word));
    let said = said.map(|words| format!("<p class=\"told good\" role=\"status\">{words}</p>")).unwrap_or_default();
    let keep = if shown.view == View::State {
        format!(
            "<p class=\"hint keep\">{}</p>",
            tongue.say(
                "Hãy lưu địa chỉ trang này: ai có nó đều xem và đổi được yêu cầu, nên đừng đưa cho người khác.",
                "Keep the address of this page. Whoever has it can see and change the request, so do not pass it on."
            )
        )
    } else {
        String::new()
    };
    let body = if waits { progress(tongue, 4) } else { String::new() }
        + &format!("<h1>{title}</h1>")
        + &said
        + &alert(shown.wrong.summary(tongue).as_deref())
        + &inner
        + &keep;
    let mut query = vec![("view", shown.view.word().to_owned())];
    if let Some(id) = shown.complaint {
        query.push(("complaint", id.to_string()));
    }
    let turn = Turn::Address(format!("/t/{link}"), query);
    Ok(Answer::Sheet(Sheet { tongue, status: shown.wrong.status(), title: title.to_owned(), body, turn }))
}

/// There is nothing under the link.
fn nothing(tongue: Tongue) -> Sheet {
    let title = tongue.say("Không có gì ở đây", "There is nothing here");
    let words = tongue.say(
        "Liên kết này không còn hiệu lực, hoặc chép chưa đủ.",
        "This link is not valid any more, or a part of it is missing.",
    );
    let anew = tongue.say("Gửi yêu cầu mới", "Make a new request");
    let body = format!("<h1>{title}</h1><p>{words}</p><p><a class=\"button primary\" href=\"/\">{anew}</a></p>");
    let turn = Turn::Address("/".to_owned(), Vec::new());
    Sheet { tongue, status: StatusCode::NOT_FOUND, title: title.to_owned(), body, turn }
}

/// Personal data are gone, and the link with them.
pub(super) fn erased(tongue: Tongue) -> Sheet {
    let title = tongue.say("Đã xoá dữ liệu", "Your data are erased");
    let words = tongue.say(
        "Họ tên, số điện thoại, địa chỉ và liên kết của bạn đã được xoá.",
        "Your name, phone number, address and link are gone.",
    );
    let turn = Turn::Address("/".to_owned(), Vec::new());
    Sheet {
        tongue,
        status: StatusCode::OK,
        title: title.to_owned(),
        body: format!("<h1>{title}</h1><p>{words}</p>"),
        turn,
    }
}

/// A home delivery by its link.
#[get("/t/{link}")]
pub(super) async fn show(
    service: web::Data<Service>,
    request: HttpRequest,
    path: PathParams,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    let chosen = query.get::<String>("lang").as_deref().and_then(Tongue::of);
    let view = query.get::<String>("view").map_or(View::State, |word| View::of(&word));
    let done = query.get::<String>("done");
    let complaint = query.get::<Uuid>("complaint");
    query.finish()?;
    let tongue = chosen.unwrap_or_else(|| Tongue::kept(&request));
    let link = path.text("link").to_owned();
    let answer = blocking(&service, move |service| {
        let shown = Shown { done: done.as_deref(), complaint, ..Shown::view(view) };
        sheet(service, tongue, &link, shown)
    });
    let mut response = answer.await?.response();
    if chosen.is_some() {
        tongue.keep(&service, &mut response);
    }
    Ok(response)
}
