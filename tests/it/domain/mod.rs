//! The mission's words and rules, on their own.

mod calendar;
mod codes;
mod plan;
mod text_and_time;
mod values;
