//! Behaviour tests: one binary, folders mirroring `src`.

mod layers;
mod planner;
mod roads;
mod service;
