//! The operating system as second wall: a process that is about to run a guest gives up, for good, whatever it will not need.
//!
//! WebAssembly is the first wall. Should a guest get through it, it finds itself in a process that can reach no file but those
//! granted, open no connection, start no program, look into no other process and make no memory executable:
//!
//! | wall | what it takes away | where the kernel lacks it |
//! | --- | --- | --- |
//! | landlock | every path but the granted ones; TCP; signals to and abstract sockets of other processes | that much is left to the next wall |
//! | seccomp | every system call but those that a running guest causes | that much is left to the wall before |
//! | limits of the process | core dumps, tracing by others, descriptors beyond need | always there |
//!
//! A [`Confinement`] says what is kept; [`Confinement::apply`] takes the rest. It has to come **after** everything is open (the
//! image mapped, files opened) and **before** any other thread exists: landlock holds for the calling thread and for those that it
//! starts later. What the kernel does not know is not an error: [`Walls`] says what stands, and `croquant doctor` tells.
//!
//! # Calls that are refused
//! A call outside the list fails with `ENOSYS`, as on a kernel that does not have it: every library can live with that, and nobody
//! loses a session to a call that was forgotten here. The few that only someone makes who has broken out (`execve`, `ptrace`,
//! writing into other processes, `mount`, …) end the process at once, by SIGSYS.
//!
//! ```no_run
//! # fn main() -> Result<(), croquant_confine::Error> {
//! use croquant_confine::{Access, Confinement, Reach};
//!
//! let folder = Reach { path: "/srv/data".into(), access: Access::Read };
//! let walls = Confinement::program(vec![folder], 64).apply()?;
//! assert!(walls.no_new_privileges);
//! assert!(std::fs::read("/etc/hostname").is_err() || walls.landlock.is_none());
//! # Ok(())
//! # }
//! ```

mod calls;
mod confinement;
mod error;
mod files;
mod filter;
mod process;

pub use confinement::{Access, Confinement, Reach, Walls};
pub use error::Error;
