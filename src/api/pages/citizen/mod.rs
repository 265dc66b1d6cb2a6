//! The citizens' page: ask for a result to be brought home, follow it, change it, say what it was like.
//!
//! Plain HTML forms in two languages, which work without a script. Where the pages are built a small script makes them quicker:
//! it sends the same forms, shows the same answers, and loads a map only when a pin is wanted. Words are written once, here.

mod act;
mod ask;
mod follow;
mod offer;
mod parts;
mod say;
mod sheet;
mod told;
mod tongue;

use actix_web::web;

pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(ask::show_first).service(ask::back_to_first).service(ask::ask).service(follow::show).service(act::act);
}
