//! Behaviour tests: one binary, folders mirroring `src`.
mod planner;
