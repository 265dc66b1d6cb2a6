use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};

use super::{
    super::{html, see_other},
    parts::{escape, hidden},
    tongue::Tongue,
};
use crate::web::{Page, built_head, policy_of_forms};

/// How the language is turned on a page.
pub(super) enum Turn {
    /// By asking for the same address again.
    Address(String, Vec<(&'static str, String)>),
    /// By sending the page's form, so that nothing typed is lost.
    Form(&'static str),
}

/// A page of the citizens'. `title` is text, `body` HTML.
pub(super) struct Sheet {
    pub(super) tongue: Tongue,
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) turn: Turn,
}

/// What a form is answered with.
pub(super) enum Answer {
    Sheet(Sheet),
    /// Another address, which is asked for next.
    SeeOther(String),
}

impl Answer {
    pub(super) fn response(self) -> HttpResponse {
        match self {
            Self::Sheet(sheet) => sheet.answer(),
            Self::SeeOther(to) => see_other(&to).finish(),
        }
    }
}

impl Sheet {
    pub(super) fn answer(self) -> HttpResponse {
        let tongue = self.tongue;
        let built = built_head("citizen.html");
        let policy = if built.is_some() { policy_of_forms() } else { html::policy() };
        let head = built.unwrap_or_else(html::style);
        let (other, name) = tongue.other();
        let button = |more: &str| {
            format!("<button class=\"turn\" lang=\"{0}\" value=\"{0}\" {more}>{name}</button>", other.code())
        };
        let turn = match self.turn {
            Turn::Form(id) => button(&format!("name=\"turn\" form=\"{id}\" formnovalidate")),
            Turn::Address(path, query) => {
                let fields: Vec<String> = query.iter().map(|(name, value)| hidden(name, value)).collect();
                let hidden = fields.concat();
                format!("<form method=\"get\" action=\"{}\">{hidden}{}</form>", escape(&path), button("name=\"lang\""))
            }
        };
        let (skip, home) = (
            tongue.say("Đến nội dung", "Skip to the content"),
            tongue.say("Trả kết quả tại nhà", "Results brought home"),
        );
        let (staff, about) = (tongue.say("Cán bộ đăng nhập", "Staff log in"), tongue.say("Giới thiệu", "About"));
        let (code, title, body) = (tongue.code(), escape(&self.title), self.body);
        // The button that turns the language comes after the form that it may belong to: Enter in a field presses the first one.
        let document = format!(
            "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
             <title>{title} · Conthoi</title><link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">{head}</head><body>\
             <a class=\"skip\" href=\"#main\">{skip}</a><header><a class=\"brand\" href=\"/\">{home}</a></header>\
             <main id=\"main\">{body}</main>\
             <footer><div class=\"tongue\">{turn}</div><p><a href=\"/login\">{staff}</a> <a href=\"/about\">{about}</a></p></footer>\
             </body></html>"
        );
        let mut response = HttpResponse::build(self.status)
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::REFERRER_POLICY, "no-referrer"))
            .insert_header((header::X_FRAME_OPTIONS, "DENY"))
            .insert_header(("permissions-policy", "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"))
            .content_type("text/html; charset=utf-8")
            .body(document);
        response.extensions_mut().insert(Page);
        response
    }
}
