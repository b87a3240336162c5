//! Limits that every kernel has.

use nix::errno::Errno;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::confinement::Confinement;
use crate::error::Error;

/// Takes away core dumps, tracing by other processes of the same user, rights gained by running programs and descriptors.
pub(crate) fn limit(confinement: &Confinement) -> Result<(), Error> {
    let refused = |what| {
        move |errno: Errno| Error::Process {
            what,
            source: errno.into(),
        }
    };
    prctl::set_no_new_privs().map_err(refused("gaining rights"))?;
    // Also keeps what the process holds (other people's input, tokens) out of reach of `ptrace` and `/proc/PID/mem`.
    prctl::set_dumpable(false).map_err(refused("core dumps"))?;
    lower(Resource::RLIMIT_CORE, 0).map_err(refused("core dumps"))?;
    lower(Resource::RLIMIT_NOFILE, confinement.descriptors).map_err(refused("open files"))?;
    Ok(())
}

/// Lowers a limit, for good. One that is lower already stays.
fn lower(resource: Resource, most: u64) -> nix::Result<()> {
    let (soft, hard) = getrlimit(resource)?;
    if soft <= most && hard <= most {
        return Ok(());
    }
    setrlimit(resource, soft.min(most), hard.min(most))
}
