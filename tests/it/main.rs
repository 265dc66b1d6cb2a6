//! Behaviour tests: one binary, folders mirroring `src`.

mod store;
mod support;
