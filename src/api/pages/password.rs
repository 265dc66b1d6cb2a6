use actix_web::{HttpResponse, get, http::StatusCode, http::header, post, web};

use super::{form::Form, html, page, see_other, told};
use crate::{
    api::{
        Answer, blocking,
        caller::{Caller, Origin},
        login::cookie_of,
        params::{NoQuery, PathParams},
    },
    service::{FieldProblem, NewSession, Service, ServiceError},
};

const NEW: &str = "Mật khẩu mới, ít nhất 10 ký tự <span lang=\"en\">New password, 10 characters or more</span>";
const AGAIN: &str = "Nhập lại <span lang=\"en\">The same again</span>";

fn new_fields() -> String {
    html::field("new", NEW, "password", "new-password") + &html::field("again", AGAIN, "password", "new-password")
}

/// The new password, typed twice alike.
fn typed_twice(form: &mut Form) -> Result<String, ServiceError> {
    let (new, again) = (form.take("new"), form.take("again"));
    if new == again {
        return Ok(new);
    }
    Err(ServiceError::Invalid(vec![FieldProblem::new("again", "the two are not the same")]))
}

/// The page that a one-time link opens.
async fn link_page(
    service: &web::Data<Service>,
    path: &PathParams,
    page_path: &'static str,
    failed: Option<&ServiceError>,
) -> Answer {
    let secret = path.text("secret").to_owned();
    let of_link = secret.clone();
    let found = blocking(service, move |service| Ok(service.account_of_link(&of_link))).await?;
    let title = "Đặt mật khẩu · Set a password";
    let told_of = |error: &ServiceError| told(error);
    let account = match found {
        Ok(account) => account,
        Err(error) => {
            let Some((status, say)) = told_of(&error) else { return Err(error.into()) };
            return Ok(page(status, title, &html::told(Some(&say))));
        }
    };
    let (status, say) = match failed.and_then(told_of) {
        Some((status, say)) => (status, Some(say)),
        None => (StatusCode::OK, None),
    };
    let name = html::escape(account.name.as_str());
    let body = html::told(say.as_deref())
        + &format!("<p>Tài khoản <span lang=\"en\">Account</span>: <strong>{name}</strong></p>")
        + &html::form(&format!("/{page_path}/{secret}"), &new_fields(), "Đặt mật khẩu · Set it");
    Ok(page(status, title, &body))
}

async fn use_link(service: web::Data<Service>, path: PathParams, page_path: &'static str, mut form: Form) -> Answer {
    let secret = path.text("secret").to_owned();
    let tried = blocking(&service, move |service| {
        let set = typed_twice(&mut form).and_then(|new| service.set_password_by_link(&secret, &new));
        Ok(set.map(|session: NewSession| cookie_of(service, &session)))
    });
    match tried.await? {
        Ok(cookie) => Ok(see_other("/account").insert_header((header::SET_COOKIE, cookie)).finish()),
        Err(error) if told(&error).is_some() => link_page(&service, &path, page_path, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// The page of a new account's link.
#[get("/setup/{secret}")]
pub(super) async fn show_setup(service: web::Data<Service>, path: PathParams, _: NoQuery) -> Answer {
    link_page(&service, &path, "setup", None).await
}

/// The page of a link for a forgotten password.
#[get("/reset/{secret}")]
pub(super) async fn show_reset(service: web::Data<Service>, path: PathParams, _: NoQuery) -> Answer {
    link_page(&service, &path, "reset", None).await
}

/// Sets the first password.
#[post("/setup/{secret}")]
pub(super) async fn set_up(service: web::Data<Service>, path: PathParams, _: NoQuery, form: Form) -> Answer {
    use_link(service, path, "setup", form).await
}

/// Sets another password.
#[post("/reset/{secret}")]
pub(super) async fn reset(service: web::Data<Service>, path: PathParams, _: NoQuery, form: Form) -> Answer {
    use_link(service, path, "reset", form).await
}

fn account_page(caller: &Caller, status: StatusCode, say: Option<&str>) -> HttpResponse {
    let principal = caller.principal();
    let (name, role) = (html::escape(&principal.name), principal.authority.role);
    let present = "Mật khẩu hiện tại <span lang=\"en\">Present password</span>";
    let fields = html::field("present", present, "password", "current-password") + &new_fields();
    let body = format!("<p><strong>{name}</strong> ({role})</p>")
        + &html::told(say)
        + "<p><a href=\"/\">Trang chủ · Home</a> · <a href=\"/docs/\">API</a></p>\
           <h2>Đổi mật khẩu · Change the password</h2>"
        + &html::form("/account/password", &fields, "Đổi · Change")
        + &html::form("/logout", "", "Đăng xuất · Log out");
    page(status, "Tài khoản · Account", &body)
}

/// The page of the own account.
#[get("/account")]
pub(super) async fn show_account(caller: Option<Caller>, _: NoQuery) -> HttpResponse {
    match caller {
        Some(caller) => account_page(&caller, StatusCode::OK, None),
        None => see_other("/login").finish(),
    }
}

/// Changes the own password.
#[post("/account/password")]
pub(super) async fn change_password(
    service: web::Data<Service>,
    caller: Option<Caller>,
    origin: Origin,
    _: NoQuery,
    mut form: Form,
) -> Answer {
    let Some(caller) = caller else { return Ok(see_other("/login").finish()) };
    let principal = caller.principal();
    let tried = blocking(&service, move |service| {
        let present = form.take("present");
        let changed =
            typed_twice(&mut form).and_then(|new| service.change_password(&principal, &present, &new, &origin.text()));
        Ok(changed.map(|session| cookie_of(service, &session)))
    });
    match tried.await? {
        Ok(cookie) => Ok(see_other("/account").insert_header((header::SET_COOKIE, cookie)).finish()),
        Err(error) => match told(&error) {
            Some((status, say)) => Ok(account_page(&caller, status, Some(&say))),
            None => Err(error.into()),
        },
    }
}
