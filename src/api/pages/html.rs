use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem}\
label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.5rem;box-sizing:border-box}\
button{font:inherit;padding:.5rem 1rem}\
.button{display:inline-block;padding:.5rem 1rem;border:1px solid;border-radius:.25rem;text-decoration:none}.told{border-left:4px solid #b00;padding:.5rem 1rem;background:#b001}\
[lang=en]{color:GrayText}";

/// What the pages may do: show their own style and send their own forms.
pub(super) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| {
        let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
        format!(
            "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    })
}

/// The style of a page that has no other, as an element.
pub(super) fn style() -> String {
    format!("<style>{STYLE}</style>")
}

/// A whole page. `title` and `body` are HTML.
pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Conthoi · {title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>"
    )
}

/// What a person has to be told before they try again; empty when it is nothing. `told` is HTML.
pub(super) fn told(told: Option<&str>) -> String {
    told.map(|told| format!("<p class=\"told\" role=\"alert\">{told}</p>")).unwrap_or_default()
}

/// A field to type into. `kind` and `complete` are the input's type and what browsers may fill in.
pub(super) fn field(name: &str, label: &str, kind: &str, complete: &str) -> String {
    format!("<label>{label}<input name=\"{name}\" type=\"{kind}\" autocomplete=\"{complete}\" required></label>")
}

/// A form with its button. The texts are HTML.
pub(super) fn form(action: &str, fields: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\">{fields}<p><button type=\"submit\">{button}</button></p></form>",
        escape(action)
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
