//! Granting authority: the one file where a session is given anything of the host.

#![expect(
    clippy::disallowed_methods,
    reason = "authority is granted here and nowhere else"
)]

use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder, WasiView};

use crate::limits::Limits;
use crate::policy::{Access, Mount, Policy, PolicyError};

/// Descriptors and preopens that a context holds before the guest opens anything: three streams, and what they are made of.
const OWN_RESOURCES: usize = 16;

/// The WASI context for `policy`'s mounts; `None` if it has none. The n-th mount is descriptor 3 + n.
pub(crate) fn grant(
    policy: &Policy,
    limits: &Limits,
) -> Result<Option<Box<WasiP1Ctx>>, PolicyError> {
    policy.check()?;
    if policy.mounts.is_empty() {
        return Ok(None);
    }
    let mut builder = WasiCtxBuilder::new();
    // Calls on files are made on the spot: handing them to another thread costs ten times as much as a cached read.
    builder.allow_blocking_current_thread(true);
    for mount in &policy.mounts {
        look(mount)?;
        let permissions = match mount.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        builder
            .preopened_dir(&mount.host, &mount.guest, permissions)
            .map_err(|error| PolicyError::MountUnreadable {
                host: mount.host.clone(),
                reason: error.to_string(),
            })?;
    }
    let mut context = builder.build_p1();
    let open_files = usize::try_from(limits.open_files).unwrap_or(usize::MAX);
    context
        .ctx()
        .table
        .set_max_capacity(open_files.saturating_add(OWN_RESOURCES + policy.mounts.len()));
    Ok(Some(Box::new(context)))
}

/// A context that grants nothing.
pub(crate) fn nothing() -> Box<WasiP1Ctx> {
    Box::new(
        WasiCtxBuilder::new()
            .allow_blocking_current_thread(true)
            .build_p1(),
    )
}

/// Whether a mount's folder is there, for an error that says so.
fn look(mount: &Mount) -> Result<(), PolicyError> {
    let host = mount.host.clone();
    match std::fs::metadata(&host) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(PolicyError::MountNotFolder { host }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(PolicyError::MountMissing { host })
        }
        Err(error) => Err(PolicyError::MountUnreadable {
            host,
            reason: error.to_string(),
        }),
    }
}
