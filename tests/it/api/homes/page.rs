//! The citizens' page as a browser without a script sees it: forms, in two languages.

use actix_web::{http::StatusCode, test::TestRequest};
use serde_json::{Value, json};

use super::{CITY, MONDAY, PHONE, Town, at, code, in_each_town};
use crate::api::Answer;

fn text(answer: &Answer) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{:?}", answer.bytes);
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "no-referrer"));
    String::from_utf8(answer.bytes.to_vec()).unwrap()
}

/// The values that a page's form would send, as a browser collects them: fields, what is checked, and one button.
fn form(page: &str, id: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once(&format!("<form id=\"{id}\"")).unwrap_or_else(|| panic!("no form {id} in {page}"));
    let (form, _) = form.split_once("</form>").unwrap();
    let attribute = |tag: &str, name: &str| {
        let (_, value) = tag.split_once(&format!(" {name}=\""))?;
        let value = value.split_once('"')?.0;
        Some(
            value
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&"),
        )
    };
    form.split("<input")
        .skip(1)
        .filter_map(|rest| {
            let tag = rest.split_once('>')?.0;
            let ticked = matches!(attribute(tag, "type").as_deref(), Some("radio" | "checkbox"));
            if ticked && !tag.contains(" checked") {
                return None;
            }
            Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
        })
        .collect()
}

/// The same with some fields filled in.
fn filled(page: &str, id: &str, with: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut fields = form(page, id);
    fields.retain(|(name, _)| !with.iter().any(|(filled, _)| filled == name));
    fields.extend(with.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields
}

impl Town {
    async fn form(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let request = TestRequest::post().uri(path).insert_header(("sec-fetch-site", "same-origin")).set_form(fields);
        self.citizen.send(request).await
    }

    async fn sheet(&self, path: &str) -> String {
        text(&self.citizen.get(path).await)
    }

    /// Asks by forms alone; answers where the request is followed.
    async fn asked_by_forms(&self) -> String {
        let first = self.sheet("/").await;
        let slip = filled(&first, "ask", &[("dossier", &code(1)), ("phone", PHONE), ("next", "1")]);
        let where_to = text(&self.form("/ask", &slip).await);
        assert!(where_to.contains("Bước 2 trên 4"), "{where_to}");
        let found = text(&self.form("/ask", &filled(&where_to, "ask", &[("address", CITY.0), ("find", "1")])).await);
        assert!(found.contains(&format!("value=\"{MONDAY}/morning\"")), "{found}");
        let half_day = format!("{MONDAY}/morning");
        let chosen = filled(&found, "ask", &[("commune", CITY.1), ("half_day", &half_day), ("next", "1")]);
        let who = text(&self.form("/ask", &chosen).await);
        assert!(who.contains("26.000 đồng") && who.contains("Tôi đồng ý"), "{who}");
        let sent = filled(&who, "ask", &[("name", "Trần Thị Lụa"), ("consent", "1"), ("next", "1")]);
        let taken = self.form("/ask", &sent).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{:?}", taken.bytes);
        taken.header("location").to_owned()
    }
}

#[actix_web::test]
async fn without_a_script_a_citizen_asks_confirms_follows_changes_and_gives_up() {
    in_each_town!(|town| {
        let first = town.sheet("/").await;
        for part in ["Nhận kết quả tại nhà", "name=\"dossier\"", "name=\"phone\"", "/login", "/about"] {
            assert!(first.contains(part), "{part} is not in {first}");
        }
        let link = town.asked_by_forms().await;
        let waits = town.sheet(&link).await;
        assert!(waits.contains("Bước 4 trên 4") && waits.contains("one-time-code"), "{waits}");
        let wrong = town.form(&format!("{link}/confirm"), &filled(&waits, "confirm", &[("code", "000000x")])).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let wrong = text(&wrong);
        assert!(wrong.contains("aria-invalid=\"true\" autofocus") && wrong.contains("Mã không đúng"), "{wrong}");
        let confirm = filled(&waits, "confirm", &[("code", &town.sent_code())]);
        let done = town.form(&format!("{link}/confirm"), &confirm).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let state = town.sheet(done.header("location")).await;
        assert!(state.contains("Yêu cầu đã được xác nhận") && state.contains("Thứ Hai 17/06/2019"), "{state}");

        // Another half-day; a form of before it is refused, with how it stands now.
        let change = town.sheet(&format!("{link}?view=change")).await;
        let afternoon = format!("{MONDAY}/afternoon");
        let other = filled(&change, "change", &[("half_day", &afternoon), ("next", "1")]);
        let changed = town.form(&format!("{link}/change"), &other).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{:?}", String::from_utf8_lossy(&changed.bytes));
        let state = town.sheet(changed.header("location")).await;
        assert!(state.contains("Đã thay đổi"), "{state}");
        let late = town.form(&format!("{link}/change"), &other).await;
        assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);

        // To the counter, with a number; rated; erased, and the link with it.
        let counter = town.sheet(&format!("{link}?view=counter")).await;
        let day = filled(&counter, "counter", &[("date", MONDAY)]);
        let fetched = town.form(&format!("{link}/counter"), &day).await;
        let state = town.sheet(fetched.header("location")).await;
        assert!(state.contains("số thứ tự 1") && state.contains("Bạn hài lòng chứ?"), "{state}");
        let rated = filled(&state, "rate", &[("rating", "very_satisfied"), ("comment", "Nhanh")]);
        let rated = town.form(&format!("{link}/rate"), &rated).await;
        assert!(town.sheet(rated.header("location")).await.contains("Cảm ơn"));
        let erase = town.sheet(&format!("{link}?view=erase")).await;
        let erased = town.form(&format!("{link}/erase"), &form(&erase, "erase")).await;
        assert!(text(&erased).contains("Đã xoá dữ liệu"));
        assert_eq!(town.citizen.get(&link).await.status, StatusCode::NOT_FOUND);
    });
}

#[actix_web::test]
async fn the_language_is_turned_without_losing_what_was_typed_and_kept_in_the_browser() {
    in_each_town!(|town| {
        let first = town.sheet("/").await;
        let typed = filled(&first, "ask", &[("dossier", "000.00"), ("phone", "09"), ("turn", "en")]);
        let turned = town.form("/ask", &typed).await;
        assert!(turned.header("set-cookie").starts_with("conthoi_language=en;"));
        let turned = text(&turned);
        assert!(turned.contains("<html lang=\"en\">") && turned.contains("value=\"000.00\""), "{turned}");
        let request = TestRequest::get().uri("/").insert_header(("cookie", "conthoi_language=en"));
        let kept = text(&town.citizen.send(request).await);
        assert!(kept.contains("Have your result brought home"), "{kept}");
        let back = text(&town.citizen.get("/?lang=vi").await);
        assert!(back.contains("<html lang=\"vi\">"));
    });
}

#[actix_web::test]
async fn what_is_wrong_is_said_plainly_at_its_field_and_never_which_half_of_a_slip_it_is() {
    in_each_town!(|town| {
        let first = town.sheet("/").await;
        let bad = filled(&first, "ask", &[("dossier", "?"), ("phone", "12"), ("next", "1")]);
        let bad = town.form("/ask", &bad).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        let bad = text(&bad);
        assert!(bad.contains("id=\"dossier-fault\"") && bad.contains("id=\"phone-fault\""), "{bad}");
        assert_eq!(bad.matches("autofocus").count(), 1, "{bad}");
        let said =
            |page: &str| page.split_once("id=\"dossier-fault\">").unwrap().1.split_once('<').unwrap().0.to_owned();
        let mut told = Vec::new();
        for (dossier, phone) in [(code(1), "0912 345 679"), (code(9), PHONE)] {
            let fields = filled(&first, "ask", &[("dossier", &dossier), ("phone", phone), ("next", "1")]);
            let answer = town.form("/ask", &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
            told.push(said(&text(&answer)));
        }
        assert_eq!(told[0], told[1]);
        let nothing = town.citizen.get("/t/nothing").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        assert!(text(&nothing).contains("Không có gì ở đây"));
    });
}

#[actix_web::test]
async fn markup_and_text_that_runs_the_other_way_stay_text() {
    const PLANTED: &str = "<img src=x onerror=alert(1)>\"'\u{202e}gnp";
    in_each_town!(|town| {
        let mut request = Town::request(1);
        request["address"] = json!(format!("12 {PLANTED}, Phường 6"));
        request["recipient"]["name"] = json!(PLANTED);
        let link = town.confirmed(&request).await.replace("/v1/track/", "/t/");
        for view in ["", "?view=change", "?view=counter", "?view=cancel", "?view=complain", "?complaint=nonsense"] {
            let answer = town.citizen.get(&format!("{link}{view}")).await;
            let page = String::from_utf8(answer.bytes.to_vec()).unwrap();
            assert!(!page.contains("<img"), "{page}");
        }
        assert!(town.sheet(&link).await.contains("<bdi>12 &lt;img src=x"));
        let typed = vec![("step".to_owned(), "3".to_owned()), ("name".to_owned(), PLANTED.to_owned())];
        assert!(!text(&town.form("/ask", &typed).await).contains("<img"));
    });
}

#[actix_web::test]
async fn a_complaint_is_followed_where_it_was_made() {
    in_each_town!(|town| {
        town.clock.set(at("2019-06-14T03:00:00Z"));
        town.dossier(1, &json!(PHONE), Value::Null).await;
        let link = town.confirmed(&Town::request(1)).await.replace("/v1/track/", "/t/");
        let page = town.sheet(&format!("{link}?view=complain")).await;
        let empty = town.form(&format!("{link}/complain"), &filled(&page, "complain", &[("text", " ")])).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sent = filled(&page, "complain", &[("text", "Tôi <b>chờ</b> lâu")]);
        let sent = town.form(&format!("{link}/complain"), &sent).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{:?}", String::from_utf8_lossy(&sent.bytes));
        let page = town.sheet(sent.header("location")).await;
        assert!(
            page.contains("Tôi &lt;b&gt;chờ&lt;/b&gt; lâu") && page.contains("Được trả lời chậm nhất vào"),
            "{page}"
        );
    });
}
