//! The command line: parse, call a service, print.
//!
//! `args` says what may be typed, `config` merges it with the environment, a TOML file and the defaults, and there is
//! one file for each command. Results go to standard output, as text for people or with `--json` for programs; progress,
//! logs and errors go to standard error. An error is one message: what, why, what to do.
//!
//! What it does not know: tables, planning, HTTP; serving is the API's.

mod account;
mod account_args;
mod args;
mod calendar;
mod config;
mod day_table;
mod demo;
mod erase;
mod error;
mod gateways;
mod import;
mod interrupt;
mod ledger;
mod output;
mod plan;
mod print;
mod progress;
mod report;
mod roads;
mod serve;
mod simulate;
mod solve;
mod solve_table;
mod timetable;

use std::{ffi::OsString, process::ExitCode, time::Instant};

use clap::Parser;

use self::{
    args::{Args, Command},
    config::Config,
    error::CliError,
};

/// Runs the command that `arguments` name, the program's own name first, and answers with its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let begun = Instant::now();
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(message) => {
            // Help and version go to standard output, mistakes to standard error; a closed pipe is nobody's mistake.
            let _ = message.print();
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    match execute(&args, begun) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("conthoi: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(args: &Args, begun: Instant) -> Result<(), CliError> {
    let config = Config::merge(&args.common)?;
    config.start_log(&args.command)?;
    match &args.command {
        Command::Demo(options) => demo::run(&config, options),
        Command::Serve(options) => serve::run(&config, options),
        Command::Plan(options) => plan::run(&config, options),
        Command::Import(options) => import::run(&config, options),
        Command::Simulate(options) => simulate::run(&config, options),
        Command::Ledger(options) => ledger::run(&config, options),
        Command::Print(options) => print::run(&config, options),
        Command::Report(options) => report::run(&config, options),
        Command::Timetable(options) => timetable::run(&config, options),
        Command::Roads(options) => roads::run(&config, options),
        Command::Calendar(options) => calendar::run(&config, options),
        Command::Solve(options) => solve::run(&config, options, begun),
        Command::Account(options) => account::run(&config, options),
        Command::Erase(_) => erase::run(&config),
        Command::Openapi => output::print(&format!("{}\n", crate::api::openapi_document())),
    }
}
