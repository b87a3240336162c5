//! Packages for a session: what a script's metadata and the flags ask for, fetched by uv, kept in the cache and mounted read-only.
//!
//! The order is: what is wanted ([`mod@wanted`], [`metadata`]) becomes a request with a key ([`request`]). If the store ([`store`]) knows the
//! key, nothing else happens. Otherwise uv ([`uv`]) resolves the request to a list of wheels ([`lock`]), which are checked, installed
//! beside the store ([`install`]), and put in their place by a rename.
//!
//! All of it happens before the sandbox is closed, and none of it runs a line of a package: uv unpacks archives and builds
//! nothing, and bytecode is compiled inside a sandbox.

mod entry;
mod install;
mod lock;
mod metadata;
mod request;
mod requirement;
mod store;
pub(crate) mod uv;
mod wanted;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use croquant_sandbox::{Access, Mount};

use crate::exit::{Exit, Failure};
use crate::plan::Granted;
use request::Request;
use store::Store;

pub(crate) use entry::program as entry_point;
pub(crate) use metadata::Metadata;
pub(crate) use wanted::{Wanted, wanted};

/// Where the guest sees the packages: where its `sysconfig` says that pure packages are.
pub(crate) const SITE: &str = "/usr/lib/python3.13/site-packages";

/// Gets the packages that `granted` wants, and mounts them. `script` is the program's text, if it has one that may ask for packages.
///
/// # Errors
/// What is wrong with the request, and all that keeps uv from fulfilling it.
pub(crate) fn prepare(granted: &mut Granted, script: Option<(&str, &[u8])>) -> Result<(), Failure> {
    let wanted = &granted.packages;
    let metadata = match script {
        Some((name, text)) if wanted.metadata => metadata::read(name, text)?,
        _ => None,
    };
    let metadata = metadata.unwrap_or_default();
    metadata.check_python(croquant_guest::PYTHON)?;
    if wanted.is_empty() && metadata.dependencies.is_empty() {
        return Ok(());
    }
    if let Some(mount) = granted.mounts.iter().find(|mount| mount.guest == SITE) {
        return Err(Failure::new(
            Exit::Failed,
            format!(
                "`{}` is mounted where the packages belong, at `{SITE}`",
                mount.host.display()
            ),
            "give the folder another place, as in `--dir HOST:GUEST`",
        ));
    }
    let host = fetch(wanted, &metadata)?;
    granted
        .mounts
        .push(Mount::new(host, SITE, Access::ReadOnly));
    Ok(())
}

/// The folder on the host with the packages in it.
fn fetch(wanted: &Wanted, metadata: &Metadata) -> Result<PathBuf, Failure> {
    let request = Request::new(wanted, metadata)?;
    let store = Store::open()?;
    if !wanted.refresh
        && let Some(site) = store.find(&request.key)
    {
        return Ok(site);
    }
    let mut progress = Progress::new();
    progress.show("resolving packages");
    let uv = uv::Uv::find()?;
    let staging = store.stage()?;
    let lock = request.resolve(&uv, staging.path())?;
    lock.check()?;
    let name = lock.name();
    if let Some(site) = store.keep(&request.key, &name)? {
        return Ok(site);
    }
    progress.show(&format!("installing {}", count(lock.wheels.len())));
    install::install(&uv, staging.path(), &request, &lock)?;
    progress.show(&format!("compiling {}", count(lock.wheels.len())));
    install::compile(staging.path());
    store.put(staging, &request.key, &name)
}

/// Where a session with these mounts looks for modules, besides its standard library.
pub(crate) fn import_paths(mounts: &[Mount]) -> Vec<String> {
    let packages = mounts.iter().filter(|mount| mount.guest == SITE);
    packages.map(|mount| mount.guest.clone()).collect()
}

fn count(packages: usize) -> String {
    match packages {
        1 => "1 package".to_owned(),
        n => format!("{n} packages"),
    }
}

/// One line at the terminal that says what takes so long, and goes when it is over.
struct Progress {
    shown: bool,
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Self {
            shown: false,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, text: &str) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K{text} …");
            self.shown = true;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
