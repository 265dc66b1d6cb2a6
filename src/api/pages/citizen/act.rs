use actix_web::{HttpResponse, post, web};
use uuid::Uuid;

use super::{
    super::form::Form,
    follow::{Shown, View, erased, sheet},
    offer::Spot,
    sheet::Answer,
    told::{Faults, faults},
    tongue::Tongue,
};
use crate::{
    api::{
        blocking,
        fallback::no_such_path,
        params::{NoQuery, PathParams},
        problem::Failure,
    },
    domain::RatingStep,
    service::{Expected, HomeChange, Service, ServiceError},
};

/// What is done under a link.
#[derive(Debug, Clone, Copy)]
enum What {
    Confirm,
    Code,
    Change,
    Counter,
    Cancel,
    Rate,
    Complain,
    Erase,
}

impl What {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "confirm" => Self::Confirm,
            "code" => Self::Code,
            "change" => Self::Change,
            "counter" => Self::Counter,
            "cancel" => Self::Cancel,
            "rate" => Self::Rate,
            "complain" => Self::Complain,
            "erase" => Self::Erase,
            _ => return None,
        })
    }

    /// Where its form is.
    fn view(self) -> View {
        match self {
            Self::Confirm | Self::Code | Self::Rate => View::State,
            Self::Change => View::Change,
            Self::Counter => View::Counter,
            Self::Cancel => View::Cancel,
            Self::Complain => View::Complain,
            Self::Erase => View::Erase,
        }
    }
}

/// What came of it.
enum Came {
    Done,
    /// The form is shown again, with what is wrong.
    Again(Faults),
}

fn expected(form: &mut Form) -> Expected {
    let revision = form.take("revision");
    if revision.is_empty() { Expected::Anything } else { Expected::OneOf(vec![revision]) }
}

fn change(
    service: &Service,
    tongue: Tongue,
    link: &str,
    spot: &Spot,
    find: bool,
    expected: &Expected,
) -> Result<Came, ServiceError> {
    if find || !spot.is_found() {
        return Ok(Came::Again(Faults::none()));
    }
    let track = service.track_home_delivery(link)?;
    let same_place = spot.address == track.home.address && spot.commune == track.home.commune_code && !spot.is_pinned();
    let half_day = spot.half_day();
    if same_place && half_day.is_none() {
        let words = tongue.say("Chọn địa chỉ hoặc buổi khác.", "Choose another address or half-day.");
        return Ok(Came::Again(Faults::at("half_day", words)));
    }
    let change = HomeChange { point: (!same_place).then(|| spot.point()), half_day };
    service.change_home_delivery(link, &change, expected)?;
    Ok(Came::Done)
}

fn rate(service: &Service, tongue: Tongue, link: &str, form: &mut Form, text: &str) -> Result<Came, ServiceError> {
    let Ok(step) = form.take("rating").parse::<RatingStep>() else {
        let words = tongue.say("Chọn một trong năm mức.", "Choose one of the five.");
        return Ok(Came::Again(Faults::at("rating", words)));
    };
    let comment = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    service.rate_by_link(link, step, comment).map(|_| Came::Done)
}

/// What a page's form under a link asks for.
#[post("/t/{link}/{act}")]
pub(super) async fn act(
    service: web::Data<Service>,
    path: PathParams,
    _: NoQuery,
    mut form: Form,
) -> Result<HttpResponse, Failure> {
    let word = path.text("act").to_owned();
    let Some(what) = What::of(&word) else { return Err(no_such_path()) };
    let tongue = Tongue::of(&form.take("lang")).unwrap_or(Tongue::Vi);
    let link = path.text("link").to_owned();
    let answer = blocking(&service, move |service| {
        let expected = expected(&mut form);
        let spot = Spot::read(&mut form);
        let find = !form.take("find").is_empty();
        let id = form.take("id").parse::<Uuid>().unwrap_or_else(|_| Uuid::now_v7());
        let text = if matches!(what, What::Rate) { form.take("comment") } else { form.take("text") };
        let came = match what {
            What::Confirm => service.confirm_home_delivery(&link, &form.take("code")).map(|()| Came::Done),
            What::Code => service.resend_home_code(&link).map(|()| Came::Done),
            What::Change => change(service, tongue, &link, &spot, find, &expected),
            What::Counter => match form.take("date").parse() {
                Ok(date) => service.fetch_at_counter(&link, date, &expected).map(|_| Came::Done),
                Err(_) => Ok(Came::Again(Faults::at("date", tongue.say("Chọn một ngày.", "Choose a day.")))),
            },
            What::Cancel => service.cancel_home_delivery(&link, &expected).map(|()| Came::Done),
            What::Rate => rate(service, tongue, &link, &mut form, &text),
            What::Complain => service.complain_by_link(&link, id, text.trim()).map(|_| Came::Done),
            What::Erase => match service.erase_by_link(&link) {
                Ok(_) => return Ok(Answer::Sheet(erased(tongue))),
                Err(error) => Err(error),
            },
        };
        let wrong = match came {
            Ok(Came::Done) => {
                let complaint = if matches!(what, What::Complain) { format!("&complaint={id}") } else { String::new() };
                let lang = tongue.code();
                return Ok(Answer::SeeOther(format!("/t/{link}?done={word}&lang={lang}{complaint}")));
            }
            Ok(Came::Again(wrong)) => wrong,
            Err(ServiceError::NoSuchLink) => Faults::none(),
            Err(error) => faults(tongue, &error).ok_or(error)?,
        };
        let spot = matches!(what, What::Change).then_some(spot);
        let complaint = matches!(what, What::Complain).then_some(id);
        sheet(service, tongue, &link, Shown { wrong, text: &text, spot, complaint, ..Shown::view(what.view()) })
    });
    Ok(answer.await?.response())
}
