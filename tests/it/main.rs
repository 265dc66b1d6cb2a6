//! Behaviour tests: one binary, folders mirroring `src`.

mod layers;
mod roads;
mod service;
