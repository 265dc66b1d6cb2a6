//! Behaviour tests: one binary, folders mirroring `src`.

mod roads;
