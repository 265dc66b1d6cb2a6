//! Behaviour tests: one binary, folders mirroring `src`.

mod api;
mod cli;
mod dispatch;
mod domain;
mod layers;
mod planner;
mod roads;
mod service;
mod store;
mod support;
