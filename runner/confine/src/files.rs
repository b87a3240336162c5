//! Landlock: which paths can be opened, and neither network nor other processes.

use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd,
    PathFdError, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope,
    make_bitflags,
};

use crate::confinement::{Access, Confinement, Reach};
use crate::error::Error;

/// The newest rights that are asked for, and tested. An older kernel gives what it has; a newer one gives these.
const NEWEST: ABI = ABI::V7;

/// Restricts the calling thread and those that it starts.
pub(crate) fn restrict(confinement: &Confinement) -> Result<Option<u32>, Error> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create);
    let mut ruleset = ruleset.map_err(refused)?;
    for reach in &confinement.reach {
        ruleset = ruleset.add_rule(rule(reach)?).map_err(refused)?;
    }
    let status = ruleset.restrict_self().map_err(refused)?;
    Ok(match status.landlock {
        LandlockStatus::Available {
            effective_abi,
            kernel_abi,
        } => Some(kernel_abi.map_or(effective_abi as u32, i32::unsigned_abs)),
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => None,
    })
}

fn rule(reach: &Reach) -> Result<PathBeneath<PathFd>, Error> {
    let failed = |source| Error::Path {
        path: reach.path.clone(),
        source,
    };
    let folder = std::fs::metadata(&reach.path).map_err(failed)?.is_dir();
    let fd = PathFd::new(&reach.path).map_err(|error| match error {
        PathFdError::OpenCall { source, .. } => failed(source),
        other => failed(io::Error::other(other)),
    })?;
    let mut rights = rights(reach.access);
    if !folder {
        rights &= AccessFs::from_file(NEWEST);
    }
    Ok(PathBeneath::new(fd, rights))
}

fn rights(access: Access) -> BitFlags<AccessFs> {
    let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
    match access {
        Access::Read => read,
        Access::Change => read | AccessFs::WriteFile | AccessFs::Truncate,
        Access::Database => {
            read | make_bitflags!(AccessFs::{WriteFile | Truncate | RemoveFile | MakeReg})
        }
        Access::Write => {
            read | make_bitflags!(AccessFs::{
                WriteFile | Truncate | RemoveFile | RemoveDir | MakeReg | MakeDir | MakeSym | Refer
            })
        }
    }
}

fn refused(error: RulesetError) -> Error {
    Error::Landlock {
        reason: error.to_string(),
    }
}
