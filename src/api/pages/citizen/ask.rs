use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, post, web};

use super::{
    super::{form::Form, see_other},
    offer::{Found, Spot},
    parts::{Field, alert, choices, escape, form, hidden, input},
    sheet::{Answer, Sheet, Turn},
    told::{Faults, faults},
    tongue::Tongue,
};
use crate::{
    api::{
        blocking,
        caller::Origin,
        pages::citizen::parts::{Choice, fault, focus},
        params::{NoQuery, QueryParams},
        problem::Failure,
    },
    service::{NewDelegate, NewHomeRequest, Service, ServiceError},
};

/// How many steps there are; the last is the one-time code, on the page of the link.
pub(super) const STEPS: u8 = 4;

/// Everything that was typed so far.
#[derive(Debug, Default)]
struct Asked {
    dossier: String,
    phone: String,
    spot: Spot,
    name: String,
    by_delegate: bool,
    delegate_name: String,
    authorisation: String,
    consent: String,
}

impl Asked {
    fn read(form: &mut Form) -> Self {
        Self {
            dossier: form.take("dossier").trim().to_owned(),
            phone: form.take("phone").trim().to_owned(),
            spot: Spot::read(form),
            name: form.take("name"),
            by_delegate: form.take("who") == "delegate",
            delegate_name: form.take("delegate_name"),
            authorisation: form.take("authorisation"),
            consent: form.take("consent"),
        }
    }

    fn hidden_slip(&self) -> String {
        hidden("dossier", &self.dossier) + &hidden("phone", &self.phone)
    }

    fn hidden_recipient(&self) -> String {
        hidden("name", &self.name)
            + &hidden("who", if self.by_delegate { "delegate" } else { "self" })
            + &hidden("delegate_name", &self.delegate_name)
            + &hidden("authorisation", &self.authorisation)
    }

    fn request(&self) -> Option<NewHomeRequest> {
        let (date, half_day) = self.spot.half_day()?;
        let delegate = NewDelegate { name: self.delegate_name.clone(), authorisation: self.authorisation.clone() };
        Some(NewHomeRequest {
            dossier: self.dossier.clone(),
            phone: self.phone.clone(),
            name: self.name.clone(),
            delegate: self.by_delegate.then_some(delegate),
            point: self.spot.point(),
            date,
            half_day,
            consent: self.consent.clone(),
        })
    }
}

/// Where the citizen is, and in how many steps.
pub(super) fn progress(tongue: Tongue, step: u8) -> String {
    let words = match tongue {
        Tongue::Vi => format!("Bước {step} trên {STEPS}"),
        Tongue::En => format!("Step {step} of {STEPS}"),
    };
    let dots: String = (1..=STEPS).map(|n| if n <= step { "<i class=\"on\"></i>" } else { "<i></i>" }).collect();
    format!("<p class=\"progress\"><span aria-hidden=\"true\">{dots}</span>{words}</p>")
}

/// A step's page.
fn step(service: &Service, tongue: Tongue, n: u8, mut asked: Asked, mut wrong: Faults) -> Result<Answer, ServiceError> {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let (title, inner) = match n {
        1 => (say("Nhận kết quả tại nhà", "Have your result brought home"), slip(tongue, &asked, &wrong)),
        2 => {
            let found = Found::of(service, tongue, &mut asked.spot, &mut wrong)?;
            let inner = asked.hidden_slip() + &asked.hidden_recipient() + &found.show(tongue, &asked.spot, &wrong);
            (say("Nhận ở đâu, khi nào?", "Where and when?"), inner)
        }
        _ => (say("Ai nhận?", "Who receives it?"), recipient(service, tongue, &asked, &wrong)?),
    };
    let back = if n == 1 {
        String::new()
    } else {
        format!("<button name=\"back\" value=\"1\">{}</button>", say("Quay lại", "Back"))
    };
    let on = if n == 3 { say("Gửi yêu cầu", "Send the request") } else { say("Tiếp tục", "Continue") };
    let inner = hidden("step", &n.to_string())
        + &hidden("lang", tongue.code())
        + &inner
        + &format!("<p class=\"row end\"><button class=\"primary\" name=\"next\" value=\"1\">{on}</button>{back}</p>");
    let intro = if n == 1 {
        format!(
            "<p class=\"lead\">{}</p>",
            say(
                "Nhân viên mang kết quả hồ sơ đến tận nhà. Không cần tài khoản: chỉ cần giấy hẹn.",
                "A courier brings the result of your dossier. You need no account, only your appointment slip."
            )
        )
    } else {
        String::new()
    };
    let body = progress(tongue, n)
        + &format!("<h1>{title}</h1>{intro}")
        + &alert(wrong.summary(tongue).as_deref())
        + &form("/ask", "ask", n == 2, &inner);
    Ok(Answer::Sheet(Sheet { tongue, status: wrong.status(), title: title.to_owned(), body, turn: Turn::Form("ask") }))
}

fn slip(tongue: Tongue, asked: &Asked, wrong: &Faults) -> String {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let dossier = Field {
        name: "dossier",
        label: say("Mã hồ sơ", "Dossier code"),
        hint: say(
            "In trên giấy hẹn, như <span class=\"code\">000.00.00.H51-190614-0001</span>",
            "On your appointment slip, such as <span class=\"code\">000.00.00.H51-190614-0001</span>",
        ),
        value: &asked.dossier,
        more: "autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"60\"",
    };
    let phone = Field {
        name: "phone",
        label: say("Số điện thoại", "Phone number"),
        hint: say(
            "Số đã ghi trên giấy hẹn. Mã xác nhận được gửi đến số này.",
            "The one on the slip. A code is sent to it.",
        ),
        value: &asked.phone,
        more: "type=\"tel\" inputmode=\"tel\" autocomplete=\"tel\" maxlength=\"20\"",
    };
    let carried = asked.spot.hidden() + &asked.hidden_recipient();
    carried + &input(&dossier, wrong) + &input(&phone, wrong)
}

fn recipient(service: &Service, tongue: Tongue, asked: &Asked, wrong: &Faults) -> Result<String, ServiceError> {
    let say = |vi: &'static str, en: &'static str| tongue.say(vi, en);
    let (centre, terms, today) = (service.centre()?, service.home_terms()?, service.today()?);
    let fee = centre.homes.fee_dong(centre.reach_of(&asked.spot.commune, today), today);
    let commune = centre.commune(&asked.spot.commune, today).map(|commune| commune.name.clone()).unwrap_or_default();
    let when = asked.spot.half_day().map(|(date, half)| format!("{}, {}", tongue.day(date), tongue.half(half)));
    let summary = format!(
        "<dl class=\"facts\"><dt>{}</dt><dd><bdi>{}</bdi> ({})</dd><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd><b>{}</b> {}</dd></dl>",
        say("Đến", "To"),
        escape(&asked.spot.address),
        escape(&commune),
        say("Vào", "When"),
        when.unwrap_or_default(),
        say("Phí", "Fee"),
        fee.map_or_else(|| "–".to_owned(), |dong| tongue.money(dong)),
        say("trả cho nhân viên khi nhận", "paid to the courier at the door"),
    );
    let name = Field {
        name: "name",
        label: say("Họ tên người có hồ sơ", "Name of the person whose dossier it is"),
        hint: "",
        value: &asked.name,
        more: "autocomplete=\"name\" maxlength=\"100\"",
    };
    let choice = |value: &str, label: &str, chosen| Choice {
        value: value.into(),
        label: label.into(),
        chosen,
        more: String::new(),
    };
    let who = [
        choice(
            "self",
            say("Chính người đó, có giấy tờ tuỳ thân", "That person, with an identity document"),
            !asked.by_delegate,
        ),
        choice(
            "delegate",
            say("Người được uỷ quyền, có giấy uỷ quyền", "Somebody else, with an authorisation"),
            asked.by_delegate,
        ),
    ];
    let delegate = Field {
        name: "delegate_name",
        label: say("Họ tên người nhận thay", "Name of who receives it"),
        hint: "",
        value: &asked.delegate_name,
        more: "autocomplete=\"off\" maxlength=\"100\"",
    };
    let authorisation = Field {
        name: "authorisation",
        label: say("Giấy uỷ quyền", "Authorisation"),
        hint: say("Số giấy, hoặc nơi chứng thực", "Its number, or who has certified it"),
        value: &asked.authorisation,
        more: "autocomplete=\"off\" maxlength=\"100\"",
    };
    let text = escape(tongue.say(&terms.consent.text, &terms.consent.text_en));
    let checked = if asked.consent == terms.consent.version { " checked" } else { "" };
    let consent = format!(
        "{}<label class=\"choice\"><input type=\"checkbox\" name=\"consent\" value=\"{}\"{checked}{}> <span>{text}</span></label>",
        fault("consent", wrong),
        escape(&terms.consent.version),
        focus("consent", wrong),
    );
    Ok(asked.hidden_slip()
        + &asked.spot.hidden()
        + &summary
        + &input(&name, wrong)
        + &choices("who", say("Ai nhận tại cửa?", "Who is at the door?"), &who, wrong)
        + &format!("<div class=\"delegate\">{}{}</div>", input(&delegate, wrong), input(&authorisation, wrong))
        + &consent)
}

/// The step on which a field is.
fn step_of(field: Option<&str>) -> u8 {
    match field {
        Some("dossier" | "phone") => 1,
        Some("address" | "commune" | "position" | "half_day") => 2,
        _ => 3,
    }
}

/// What a step's button leads to.
fn go_on(
    service: &Service,
    tongue: Tongue,
    at: u8,
    mut asked: Asked,
    origin: &str,
    find: bool,
) -> Result<Answer, ServiceError> {
    let missing = |tongue: Tongue| match tongue {
        Tongue::Vi => "Chọn một buổi nhận.",
        Tongue::En => "Choose a half-day.",
    };
    let told = |error: ServiceError| faults(tongue, &error).ok_or(error);
    match at {
        1 => match service.check_slip(&asked.dossier, &asked.phone, origin) {
            Ok(days) => {
                asked.spot.from = Some(days.earliest);
                step(service, tongue, 2, asked, Faults::none())
            }
            Err(error) => step(service, tongue, 1, asked, told(error)?),
        },
        2 if find || !asked.spot.is_found() => {
            let short = asked.spot.address.chars().count() < 5;
            let words = tongue.say("Ghi địa chỉ nhận kết quả.", "Give the address.");
            let wrong = if short { Faults::at("address", words) } else { Faults::none() };
            step(service, tongue, 2, asked, wrong)
        }
        2 if asked.spot.half_day().is_none() => {
            step(service, tongue, 2, asked, Faults::at("half_day", missing(tongue)))
        }
        2 => step(service, tongue, 3, asked, Faults::none()),
        _ => {
            let Some(request) = asked.request() else {
                return step(service, tongue, 2, asked, Faults::at("half_day", missing(tongue)));
            };
            match service.ask_home_delivery(&request, origin) {
                Ok(taken) => Ok(Answer::SeeOther(format!("/t/{}", taken.link.reveal()))),
                Err(error) => {
                    let wrong = told(error)?;
                    if let Some(from) = wrong.from {
                        asked.spot.from = Some(from);
                    }
                    step(service, tongue, step_of(wrong.first()), asked, wrong)
                }
            }
        }
    }
}

/// The first step.
#[get("/")]
pub(super) async fn show_first(
    service: web::Data<Service>,
    request: HttpRequest,
    mut query: QueryParams,
) -> Result<HttpResponse, Failure> {
    let chosen = query.get::<String>("lang");
    query.finish()?;
    let tongue = chosen.as_deref().and_then(Tongue::of).unwrap_or_else(|| Tongue::kept(&request));
    let shown = blocking(&service, move |service| step(service, tongue, 1, Asked::default(), ready(service, tongue)));
    let mut response = shown.await?.response();
    if chosen.is_some() {
        tongue.keep(&service, &mut response);
    }
    Ok(response)
}

/// Whether requests are taken here at all.
fn ready(service: &Service, tongue: Tongue) -> Faults {
    match service.home_terms() {
        Ok(_) => Faults::none(),
        Err(error) => {
            faults(tongue, &error).map(|wrong| Faults { status: Some(StatusCode::OK), ..wrong }).unwrap_or_default()
        }
    }
}

/// The address of a step is none to come back to.
#[get("/ask")]
pub(super) async fn back_to_first(_: NoQuery) -> HttpResponse {
    see_other("/").finish()
}

/// A step's form.
#[post("/ask")]
pub(super) async fn ask(
    service: web::Data<Service>,
    origin: Origin,
    _: NoQuery,
    mut form: Form,
) -> Result<HttpResponse, Failure> {
    let turned = Tongue::of(&form.take("turn"));
    let tongue = turned.or_else(|| Tongue::of(&form.take("lang"))).unwrap_or(Tongue::Vi);
    let at = form.take("step").parse::<u8>().unwrap_or(1).clamp(1, 3);
    let (back, find) = (!form.take("back").is_empty(), !form.take("find").is_empty());
    let asked = Asked::read(&mut form);
    let origin = origin.text();
    let shown = blocking(&service, move |service| {
        if turned.is_some() || back {
            let to = if back { at.saturating_sub(1).max(1) } else { at };
            return step(service, tongue, to, asked, Faults::none());
        }
        go_on(service, tongue, at, asked, &origin, find)
    });
    let mut response = shown.await?.response();
    if turned.is_some() {
        tongue.keep(&service, &mut response);
    }
    Ok(response)
}
