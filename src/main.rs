//! The `conthoi` command.
fn main() {}
