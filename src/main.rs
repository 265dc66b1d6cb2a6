//! The `conthoi` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    conthoi::cli::run(std::env::args_os())
}
