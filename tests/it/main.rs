//! Behaviour tests: one binary, folders mirroring `src`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod api;
mod cli;
mod dispatch;
mod domain;
mod layers;
mod ledger;
mod paper;
mod planner;
mod roads;
mod service;
mod store;
mod support;
