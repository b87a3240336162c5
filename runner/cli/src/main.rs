//! The `croquant` command: what was typed ([`flags`]) becomes a plan ([`plan`]), which is then carried out. The first two steps touch no
//! file. Every end is an [`Exit`], and only `main` exits.

mod about;
mod absent;
mod confinement;
mod ctrl_c;
mod doctor;
mod exit;
mod explain;
mod flags;
mod grade;
mod grants;
mod hints;
mod image;
mod outcome;
mod overseer;
mod packages;
mod plan;
mod policy_file;
mod repl;
mod report;
mod run;
mod script;
mod serve;
mod session;
mod sessions;
mod sigint;
mod state;
mod streams;
mod trace;
mod units;
mod watch;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use exit::{Exit, Failure};
use plan::Plan;

fn main() -> ExitCode {
    if let Some(role) = croquant_worker::Role::of_this_process() {
        return role.play();
    }
    if let Some(grader) = croquant_grade::Grader::of_this_process() {
        return grader.play();
    }
    let flags = match flags::Flags::try_parse() {
        Ok(flags) => flags,
        Err(error) => return asked_or_wrong(&error).into(),
    };
    let exit = match plan::plan(flags).and_then(carry_out) {
        Ok(exit) => exit,
        Err(failure) => {
            failure.print();
            failure.exit
        }
    };
    if exit == Exit::Interrupted {
        sigint::die();
    }
    exit.into()
}

fn carry_out(plan: Plan) -> Result<Exit, Failure> {
    match plan {
        Plan::Run(plan) => run::run(plan),
        Plan::Repl(granted) => repl::repl(granted),
        Plan::Serve(plan) => serve::serve(&plan),
        Plan::Grade(plan) => grade::grade(plan),
        Plan::Doctor { json } => doctor::doctor(json),
        Plan::Version => about::version(),
        Plan::Licences => about::licences(),
    }
}

/// Prints help that was asked for, or what is wrong with the command line.
fn asked_or_wrong(error: &clap::Error) -> Exit {
    // Nobody is left to tell that the terminal is gone.
    let _ = error.print();
    match error.kind() {
        clap::error::ErrorKind::DisplayHelp => Exit::Program(0),
        _ => Exit::Failed,
    }
}
