//! The walls, raised around this process and tried.

use std::io::ErrorKind;
use std::net::UdpSocket;

use super::{Check, State};
use crate::confinement;

/// What the kernel gives at which version of landlock's interface.
const LANDLOCK: [(u32, &str); 4] = [
    (1, "files"),
    (3, "truncation"),
    (4, "TCP"),
    (6, "signals to other processes"),
];

/// Confines this process as `croquant run` does, and tries what it should no longer be able to do.
pub(super) fn try_all() -> Vec<Check> {
    let mut checks = vec![Check::ok(
        "webassembly",
        "the guest's memory, control flow and calls are checked; fuel is counted always",
    )];
    match confinement::nothing() {
        Ok(walls) => {
            checks.push(landlock(walls.landlock));
            checks.push(seccomp(walls.seccomp));
            checks.push(Check::ok(
                "process",
                "no core dumps, no tracing, no rights gained by running a program",
            ));
        }
        Err(failure) => checks.push(Check::not(
            State::Missing,
            "confinement",
            failure.message,
            "the kernel has the wall and refuses it; a container's own rules may be the reason",
        )),
    }
    checks
}

fn landlock(version: Option<u32>) -> Check {
    let Some(version) = version else {
        return Check::not(
            State::Missing,
            "landlock",
            "this kernel has none, or it is off",
            "use Linux 5.13 or later, with `landlock` among the `lsm=` of its command line",
        );
    };
    if std::fs::read_dir("/").is_ok() {
        return Check::not(
            State::Missing,
            "landlock",
            format!("version {version} is said to be in force, but `/` can be read"),
            "report this, with the kernel's version",
        );
    }
    let parts: Vec<_> = LANDLOCK
        .iter()
        .filter(|(since, _)| *since <= version)
        .map(|(_, part)| *part)
        .collect();
    let found = format!("version {version}: {}", parts.join(", "));
    match LANDLOCK.iter().find(|(since, _)| *since > version) {
        None => Check::ok("landlock", found),
        Some((_, part)) => Check::not(
            State::Note,
            "landlock",
            found,
            format!("a newer kernel also covers {part}; seccomp does here"),
        ),
    }
}

fn seccomp(stands: bool) -> Check {
    if !stands {
        return Check::not(
            State::Missing,
            "seccomp",
            "this kernel or processor has no filters of system calls",
            "use a kernel with CONFIG_SECCOMP_FILTER, on x86-64, arm64 or riscv64",
        );
    }
    match UdpSocket::bind("127.0.0.1:0") {
        Err(error) if error.kind() == ErrorKind::Unsupported => Check::ok(
            "seccomp",
            "no sockets, processes, new executable memory or other further system calls",
        ),
        _ => Check::not(
            State::Missing,
            "seccomp",
            "the filter is said to be in force, but a socket can be opened",
            "report this, with the kernel's version",
        ),
    }
}
