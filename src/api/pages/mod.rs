//! The few pages with which a person comes in: plain HTML forms, Vietnamese first, without a script.
//!
//! They are not part of the API's description. Nothing of them may be kept by a browser or framed by another page, and no address
//! of a one-time link is told to another site.

mod citizen;
mod form;
mod html;
mod login;
mod password;
mod sign_on;

use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode, http::header, web};

use super::middleware::Page;
use crate::service::{ServiceError, SignOnError};

/// Every page with the methods that it answers.
pub(super) const PATHS: [(&str, &[&str]); 12] = [
    ("/", &["GET"]),
    ("/ask", &["GET", "POST"]),
    ("/t/{link}", &["GET"]),
    ("/t/{link}/{act}", &["POST"]),
    ("/login", &["GET", "POST"]),
    ("/login/oidc", &["GET"]),
    ("/login/oidc/callback", &["GET"]),
    ("/logout", &["POST"]),
    ("/setup/{secret}", &["GET", "POST"]),
    ("/reset/{secret}", &["GET", "POST"]),
    ("/account", &["GET"]),
    ("/account/password", &["POST"]),
];

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.configure(citizen::routes)
        .service(login::show_login)
        .service(login::log_in)
        .service(sign_on::show_way)
        .service(sign_on::come_back)
        .service(login::log_out)
        .service(password::show_setup)
        .service(password::show_reset)
        .service(password::set_up)
        .service(password::reset)
        .service(password::show_account)
        .service(password::change_password);
}

/// A page that is nobody else's to see.
fn page(status: StatusCode, title: &str, body: &str) -> HttpResponse {
    let mut response = private(status).content_type("text/html; charset=utf-8").body(html::document(title, body));
    response.extensions_mut().insert(Page);
    response
}

/// Leads on to another page.
fn see_other(to: &str) -> HttpResponseBuilder {
    let mut response = private(StatusCode::SEE_OTHER);
    response.insert_header((header::LOCATION, to.to_owned()));
    response
}

fn private(status: StatusCode) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, html::policy()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"));
    response
}

/// The status and, in both languages, what a person is told; other failures are told as problems.
fn told(error: &ServiceError) -> Option<(StatusCode, String)> {
    let both = |vi: &str, en: &str| format!("{vi}<br><span lang=\"en\">{en}</span>");
    Some(match error {
        ServiceError::BadCredentials => (
            StatusCode::UNAUTHORIZED,
            both("Tên đăng nhập hoặc mật khẩu không đúng.", "The name or the password is wrong."),
        ),
        ServiceError::LoginLocked { seconds } => (
            StatusCode::TOO_MANY_REQUESTS,
            both(
                &format!("Sai quá nhiều lần. Hãy thử lại sau {seconds} giây."),
                &format!("Too many tries have failed. Try again in {seconds} seconds."),
            ),
        ),
        ServiceError::LinkVoid => (
            StatusCode::GONE,
            both(
                "Liên kết không còn hiệu lực. Hãy xin quản trị viên liên kết mới.",
                "The link is not valid any more. Ask an admin for another.",
            ),
        ),
        ServiceError::SignOn(SignOnError::Unavailable) => (
            StatusCode::BAD_GATEWAY,
            both(
                "Hệ thống định danh không trả lời. Hãy thử lại sau, hoặc đăng nhập bằng mật khẩu.",
                "The identity provider does not answer. Try again later, or log in with a password.",
            ),
        ),
        ServiceError::SignOn(SignOnError::Stale) => (
            StatusCode::BAD_REQUEST,
            both(
                "Lần đăng nhập này đã quá lâu hoặc bắt đầu ở trình duyệt khác. Hãy bắt đầu lại.",
                "This login was begun too long ago or in another browser. Begin again.",
            ),
        ),
        ServiceError::SignOn(SignOnError::Refused) => (
            StatusCode::UNAUTHORIZED,
            both(
                "Hệ thống định danh không xác nhận lần đăng nhập này. Hãy bắt đầu lại.",
                "The identity provider did not vouch for this login. Begin again.",
            ),
        ),
        ServiceError::SignOn(SignOnError::Stranger) => (
            StatusCode::FORBIDDEN,
            both(
                "Ở đây không có tài khoản nào đang mở cho bạn. Hãy hỏi quản trị viên.",
                "No open account here is yours. Ask an admin.",
            ),
        ),
        ServiceError::Invalid(problems) => {
            let english: Vec<String> = problems.iter().map(|problem| html::escape(&problem.message)).collect();
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                both(
                    "Mật khẩu chưa được chấp nhận (ít nhất 10 ký tự, không trùng tên đăng nhập).",
                    &format!("The password is not accepted: {}.", english.join("; ")),
                ),
            )
        }
        _ => return None,
    })
}
