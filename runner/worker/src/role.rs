//! What this process was started for.

use std::process::ExitCode;

use crate::{spawner, worker};

/// The names under which the executable is started for another role than its own.
pub(crate) const SPAWNER: &str = "croquant-spawner";
pub(crate) const WORKER: &str = "croquant-worker";

/// A role that a supervisor has started this process for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It starts workers.
    Spawner,
    /// It runs sessions.
    Worker,
}

impl Role {
    /// The role of this process; `None` for one that was started by anybody else.
    pub fn of_this_process() -> Option<Self> {
        let name = std::env::args_os().next()?;
        match name.to_str()? {
            SPAWNER => Some(Self::Spawner),
            WORKER => Some(Self::Worker),
            _ => None,
        }
    }

    /// Plays it, to its end.
    pub fn play(self) -> ExitCode {
        let (name, played) = match self {
            Self::Spawner => (SPAWNER, spawner::run()),
            Self::Worker => (WORKER, worker::run()),
        };
        match played {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{name}: {error}");
                ExitCode::FAILURE
            }
        }
    }
}
