use actix_web::{HttpResponse, get, http::StatusCode, http::header, post, web};

use super::{form::Form, html, page, see_other, told};
use crate::{
    api::{
        blocking,
        caller::{Caller, Origin},
        login::{cookie_of, no_cookie},
        params::NoQuery,
        problem::Failure,
    },
    service::Service,
};

fn login_page(service: &Service, status: StatusCode, say: Option<&str>) -> HttpResponse {
    let fields = html::field("name", "Tên đăng nhập <span lang=\"en\">Name</span>", "text", "username")
        + &html::field("password", "Mật khẩu <span lang=\"en\">Password</span>", "password", "current-password");
    let by_provider = "<p><a class=\"button\" href=\"/login/oidc\">Đăng nhập bằng tài khoản cơ quan<br>\
                       <span lang=\"en\">Log in with your organisation's account</span></a></p>";
    let body = html::told(say)
        + &html::form("/login", &fields, "Đăng nhập · Log in")
        + if service.has_provider() { by_provider } else { "" }
        + "<p>Quên mật khẩu? Hãy xin quản trị viên một liên kết.<br>\
           <span lang=\"en\">Forgotten the password? Ask an admin for a link.</span></p>";
    page(status, "Đăng nhập · Log in", &body)
}

/// The page on which a person comes in.
#[get("/login")]
pub(super) async fn show_login(service: web::Data<Service>, _: NoQuery) -> HttpResponse {
    login_page(&service, StatusCode::OK, None)
}

/// Lets a person in.
#[post("/login")]
pub(super) async fn log_in(
    service: web::Data<Service>,
    origin: Origin,
    _: NoQuery,
    mut form: Form,
) -> Result<HttpResponse, Failure> {
    let (name, password) = (form.take("name"), form.take("password"));
    let tried = blocking(&service, move |service| {
        let tried = service.login(&name, &password, &origin.text());
        Ok(tried.map(|session| cookie_of(service, &session)))
    });
    match tried.await? {
        Ok(cookie) => Ok(see_other("/account").insert_header((header::SET_COOKIE, cookie)).finish()),
        Err(error) => match told(&error) {
            Some((status, say)) => Ok(login_page(&service, status, Some(&say))),
            None => Err(error.into()),
        },
    }
}

/// Ends a person's stay.
#[post("/logout")]
pub(super) async fn log_out(
    service: web::Data<Service>,
    caller: Option<Caller>,
    _: NoQuery,
) -> Result<HttpResponse, Failure> {
    if let Some(principal) = caller.map(|caller| caller.principal()) {
        blocking(&service, move |service| service.logout(&principal)).await?;
    }
    Ok(see_other("/login").insert_header((header::SET_COOKIE, no_cookie(&service))).finish())
}
