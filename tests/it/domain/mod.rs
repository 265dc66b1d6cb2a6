//! The mission's words and rules, on their own.

mod calendar;
mod codes;
mod complaint;
mod delivery_clock;
mod gazetteer;
mod plan;
mod report;
mod scanned;
mod text_and_time;
mod values;
