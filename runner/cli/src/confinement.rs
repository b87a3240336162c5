//! The operating system as second wall: what each command keeps of this process's rights once a guest is about to run.
//!
//! Called when everything is open and no other thread exists. A wall that this kernel does not have is no error; `croquant doctor`
//! tells.

use std::path::Path;

use croquant_confine::{Access, Confinement, Reach, Walls};
use croquant_sandbox::Mount;

use crate::exit::Failure;
use crate::plan::Granted;

/// For `run`: the folders of its mounts.
pub(crate) fn program(granted: &Granted) -> Result<Walls, Failure> {
    apply(&Confinement::program(
        mounts(&granted.mounts),
        granted.limits.open_files,
    ))
}

/// For `repl`: the folders of its mounts, and the file that keeps what is entered.
pub(crate) fn prompt(granted: &Granted, history: Option<&Path>) -> Result<Walls, Failure> {
    let mut reach = mounts(&granted.mounts);
    reach.extend(history.map(|path| Reach {
        path: path.to_owned(),
        access: Access::Change,
    }));
    apply(&Confinement::prompt(reach, granted.limits.open_files))
}

/// For `serve`: the folder of pages, and the one in which sessions are stored.
pub(crate) fn server(pages: Option<&Path>, store: Option<&Path>) -> Result<Walls, Failure> {
    let reach = |path: &Path, access| Reach {
        path: path.to_owned(),
        access,
    };
    let pages = pages.map(|path| reach(path, Access::Read));
    let store = store.map(|path| reach(path, Access::Database));
    apply(&Confinement::server(
        pages.into_iter().chain(store).collect(),
    ))
}

/// For `doctor`, which tries the walls: as for `run` without any folder.
pub(crate) fn nothing() -> Result<Walls, Failure> {
    apply(&Confinement::program(Vec::new(), 0))
}

fn apply(confinement: &Confinement) -> Result<Walls, Failure> {
    // Where the system's random numbers come from a device, it is opened now.
    getrandom::fill(&mut [0]).map_err(Failure::host)?;
    confinement.apply().map_err(Failure::host)
}

fn mounts(mounts: &[Mount]) -> Vec<Reach> {
    let reach = |mount: &Mount| Reach {
        path: mount.host.clone(),
        access: match mount.access {
            croquant_sandbox::Access::ReadOnly => Access::Read,
            croquant_sandbox::Access::ReadWrite => Access::Write,
        },
    };
    mounts.iter().map(reach).collect()
}
