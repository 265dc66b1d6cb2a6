use actix_web::{HttpRequest, HttpResponse, http::header};
use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::{
    api::{authentication::cookie, login::secure},
    domain::HalfDay,
    service::Service,
};

/// What a browser keeps of the language chosen.
const COOKIE: &str = "conthoi_language";
const YEAR_S: u32 = 31_536_000;

/// The language of a page: Vietnamese unless somebody chose otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    Vi,
    En,
}

impl Tongue {
    /// By its code.
    pub(super) fn of(code: &str) -> Option<Self> {
        match code {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one that was chosen at this browser.
    pub(super) fn kept(request: &HttpRequest) -> Self {
        cookie(request.headers(), COOKIE).and_then(Self::of).unwrap_or(Self::Vi)
    }

    /// Has the browser keep it.
    pub(super) fn keep(self, service: &Service, response: &mut HttpResponse) {
        let text =
            format!("{COOKIE}={}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax{}", self.code(), secure(service));
        if let Ok(value) = header::HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }

    pub(super) fn code(self) -> &'static str {
        self.say("vi", "en")
    }

    /// The other one, with its name for those who read it.
    pub(super) fn other(self) -> (Self, &'static str) {
        match self {
            Self::Vi => (Self::En, "English"),
            Self::En => (Self::Vi, "Tiếng Việt"),
        }
    }

    pub(super) fn say<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// `Thứ Hai 17/06/2019`.
    pub(super) fn day(self, date: NaiveDate) -> String {
        const VI: [&str; 7] = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"];
        const EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let n = date.weekday().num_days_from_monday() as usize;
        format!("{} {}", self.say(VI[n], EN[n]), date.format("%d/%m/%Y"))
    }

    /// `8:05`.
    pub(super) fn clock(at: DateTime<Utc>, zone: Tz) -> String {
        let at = at.with_timezone(&zone);
        format!("{}:{:02}", at.hour(), at.minute())
    }

    pub(super) fn half(self, half: HalfDay) -> &'static str {
        match half {
            HalfDay::Morning => self.say("buổi sáng", "morning"),
            HalfDay::Afternoon => self.say("buổi chiều", "afternoon"),
        }
    }

    /// `26.000 đồng`.
    pub(super) fn money(self, dong: u32) -> String {
        let digits = dong.to_string();
        let mut out = String::new();
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                out.push_str(self.say(".", ","));
            }
            out.push(digit);
        }
        out + " đồng"
    }
}
