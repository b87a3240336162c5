//! Command lines that cannot work in a sandbox: modules whose whole purpose is something that there is not.

use std::path::Path;

use croquant_sandbox::Mount;

use crate::exit::{Exit, Failure};
use crate::grants::HOME;
use crate::packages::SITE;

/// What is missing for a module to run as a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Installing,
    Environments,
    Network,
    Screen,
    Terminal,
    Browser,
    Prompt,
}

/// Modules of Python that run as programs elsewhere; a package stands for all that is in it.
const MODULES: &[(&str, Missing)] = &[
    ("pip", Missing::Installing),
    ("ensurepip", Missing::Installing),
    ("venv", Missing::Environments),
    ("virtualenv", Missing::Environments),
    ("http.server", Missing::Network),
    ("smtplib", Missing::Network),
    ("wsgiref.simple_server", Missing::Network),
    ("xmlrpc.server", Missing::Network),
    ("idlelib", Missing::Screen),
    ("tkinter", Missing::Screen),
    ("turtle", Missing::Screen),
    ("turtledemo", Missing::Screen),
    ("curses", Missing::Terminal),
    ("antigravity", Missing::Browser),
    ("webbrowser", Missing::Browser),
    ("asyncio", Missing::Prompt),
];

const PACKAGES: &str = "packages come by `--with NAME`, `--requirement FILE` or the script's inline metadata (`# /// script`)";
const NO_FLAG: &str =
    "no flag of `croquant` grants it; what you trust with it can run with `python`";

impl Missing {
    fn sentence(self, module: &str) -> (String, &'static str) {
        match self {
            Self::Installing => (
                format!("`{module}` has nowhere to install to: a program cannot change its Python"),
                PACKAGES,
            ),
            Self::Environments => (
                format!(
                    "`{module}` has nothing to make: each run is an environment of its own already"
                ),
                PACKAGES,
            ),
            Self::Network => (
                format!("`{module}` needs a network, and there is none in the sandbox"),
                NO_FLAG,
            ),
            Self::Screen => (
                format!("`{module}` needs a screen, and there is none in the sandbox"),
                NO_FLAG,
            ),
            Self::Terminal => (
                format!(
                    "`{module}` needs a terminal that it controls, and there is none in the sandbox"
                ),
                NO_FLAG,
            ),
            Self::Browser => (
                format!("`{module}` opens a web browser, and there is none in the sandbox"),
                NO_FLAG,
            ),
            Self::Prompt => (
                format!(
                    "the prompt of `{module}` needs a second thread, and there is none in the sandbox"
                ),
                "`croquant repl` takes `await` at its prompt, too",
            ),
        }
    }
}

/// Refuses to run `module` as a program if it cannot work here. A module of that name among the packages or in the working folder is another.
///
/// # Errors
/// What is missing.
pub(crate) fn check(module: &str, mounts: &[Mount]) -> Result<(), Failure> {
    let found = MODULES.iter().find(|(name, _)| {
        let rest = module.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    let Some((name, missing)) = found else {
        return Ok(());
    };
    let top = name.split('.').next().unwrap_or(name);
    // `-m asyncio.tools` is no prompt.
    let is_other = *missing == Missing::Prompt && module != *name;
    if is_other || mounts.iter().any(|mount| provides(mount, top)) {
        return Ok(());
    }
    let (message, hint) = missing.sentence(module);
    Err(Failure::new(Exit::Failed, message, hint))
}

/// Whether a mount may have a module `top` that is found before the standard library's, or besides it.
fn provides(mount: &Mount, top: &str) -> bool {
    match mount.guest.as_str() {
        HOME | SITE => {
            mount.host.join(top).exists() || mount.host.join(format!("{top}.py")).exists()
        }
        other => Path::new(other).starts_with(Path::new(HOME).join(top)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use croquant_sandbox::Access;

    fn refused(module: &str, mounts: &[Mount]) -> bool {
        check(module, mounts).is_err()
    }

    #[test]
    fn a_package_stands_for_what_is_in_it() {
        for module in [
            "pip",
            "idlelib.idle",
            "http.server",
            "curses.textpad",
            "asyncio",
        ] {
            assert!(refused(module, &[]), "{module}");
        }
        for module in [
            "pipx",
            "http",
            "http.client",
            "json.tool",
            "asyncio.tools",
            "turtles",
        ] {
            assert!(!refused(module, &[]), "{module}");
        }
    }

    #[test]
    fn one_s_own_module_is_another() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pip.py"), "").unwrap();
        std::fs::create_dir(folder.path().join("venv")).unwrap();
        for guest in [HOME, SITE] {
            let mounts = [Mount::new(folder.path(), guest, Access::ReadOnly)];
            assert!(!refused("pip", &mounts) && !refused("venv", &mounts));
            assert!(refused("turtle", &mounts));
        }
        let elsewhere = [Mount::new(folder.path(), "/data", Access::ReadOnly)];
        assert!(refused("pip", &elsewhere));
        let package = [Mount::new(
            folder.path(),
            "/home/user/curses",
            Access::ReadOnly,
        )];
        assert!(!refused("curses", &package));
    }
}
