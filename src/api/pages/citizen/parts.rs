//! Pieces of HTML that the citizens' pages are made of.

use std::fmt::Write as _;

use super::told::Faults;
pub(super) use crate::api::pages::html::escape;

/// A field to type into.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    pub(super) hint: &'a str,
    pub(super) value: &'a str,
    /// More attributes of the input, as HTML.
    pub(super) more: &'a str,
}

/// What a screen reader needs to know of a field: its hint, its fault, and that it is at fault.
fn described(name: &str, hint: bool, fault: bool) -> String {
    let mut ids = Vec::new();
    if fault {
        ids.push(format!("{name}-fault"));
    }
    if hint {
        ids.push(format!("{name}-hint"));
    }
    let by = if ids.is_empty() { String::new() } else { format!(" aria-describedby=\"{}\"", ids.join(" ")) };
    if fault { by + " aria-invalid=\"true\"" } else { by }
}

/// What is wrong with a field, beside it.
pub(super) fn fault(name: &str, faults: &Faults) -> String {
    match faults.of(name) {
        Some(words) => format!("<p class=\"fault\" id=\"{name}-fault\">{}</p>", escape(words)),
        None => String::new(),
    }
}

/// The attribute that puts the cursor where something is to be mended.
pub(super) fn focus(name: &str, faults: &Faults) -> &'static str {
    if faults.first() == Some(name) { " autofocus" } else { "" }
}

fn around(field: &Field<'_>, faults: &Faults, input: &str) -> String {
    let Field { name, label, hint, .. } = field;
    let hint = if hint.is_empty() { String::new() } else { format!("<p class=\"hint\" id=\"{name}-hint\">{hint}</p>") };
    format!("<div class=\"field\"><label for=\"{name}\">{label}</label>{hint}{}{input}</div>", fault(name, faults))
}

fn attributes(field: &Field<'_>, faults: &Faults) -> String {
    let Field { name, hint, more, .. } = field;
    let described = described(name, !hint.is_empty(), faults.of(name).is_some());
    format!("id=\"{name}\" name=\"{name}\" {more}{described}{}", focus(name, faults))
}

pub(super) fn input(field: &Field<'_>, faults: &Faults) -> String {
    let input = format!("<input {} value=\"{}\">", attributes(field, faults), escape(field.value));
    around(field, faults, &input)
}

pub(super) fn text_area(field: &Field<'_>, faults: &Faults) -> String {
    // A line break at the beginning belongs to the element, not to the text.
    let area = format!("<textarea {} rows=\"4\">\n{}</textarea>", attributes(field, faults), escape(field.value));
    around(field, faults, &area)
}

/// One of several buttons of which one is chosen. `label` is HTML.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
    /// More attributes, as HTML.
    pub(super) more: String,
}

/// Several of which one is chosen.
pub(super) fn choices(name: &str, legend: &str, list: &[Choice], faults: &Faults) -> String {
    let bad = faults.of(name).is_some();
    let mut rows = String::new();
    for (n, choice) in list.iter().enumerate() {
        let checked = if choice.chosen { " checked" } else { "" };
        let first = if n == 0 { focus(name, faults) } else { "" };
        let (value, more, label) = (escape(&choice.value), &choice.more, &choice.label);
        let _ = write!(
            rows,
            "<label class=\"choice\"><input type=\"radio\" name=\"{name}\" value=\"{value}\"{checked}{first}{more}> \
             <span>{label}</span></label>"
        );
    }
    let described = if bad { format!(" aria-describedby=\"{name}-fault\"") } else { String::new() };
    format!("<fieldset class=\"choices\"{described}><legend>{legend}</legend>{}{rows}</fieldset>", fault(name, faults))
}

pub(super) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
}

/// What went wrong, or what was done, before everything else.
pub(super) fn alert(words: Option<&str>) -> String {
    words.map(|words| format!("<p class=\"told\" role=\"alert\">{}</p>", escape(words))).unwrap_or_default()
}

/// What somebody has written, kept apart from the text around it whichever way it runs.
pub(super) fn theirs(text: &str) -> String {
    format!("<bdi>{}</bdi>", escape(text))
}

/// A sheet's form. `id` is what the button for the language belongs to.
pub(super) fn form(action: &str, id: &str, live: bool, body: &str) -> String {
    let live = if live { " data-live" } else { "" };
    format!("<form id=\"{id}\" method=\"post\" action=\"{}\" novalidate{live}>{body}</form>", escape(action))
}
