//! Sessions in real worker processes: this program is supervisor, spawner and worker in turn.

mod endings;
mod fairness;
mod folders;
mod output;
mod reach;
mod silence;
mod stage;
mod walls;

use std::process::ExitCode;

use croquant_worker::Role;
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    if let Some(role) = Role::of_this_process() {
        return role.play();
    }
    let trials = [
        endings::trials(),
        fairness::trials(),
        folders::trials(),
        output::trials(),
        reach::trials(),
        silence::trials(),
        walls::trials(),
    ];
    let trials: Vec<Trial> = trials.into_iter().flatten().collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
