//! A day's items to a plan: every rule of the day seen from outside, on the Sóc Trăng centre.

mod audit;
mod legs;
mod properties;
mod published_day;
mod reasons;
mod replay;
mod town;
