//! Installs wheels into a staging folder, looks for machine code in them, and compiles them to bytecode.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::lock::Lock;
use super::request::Request;
use super::uv::{Failed, Uv};
use super::{SITE, store};
use crate::exit::{Exit, Failure};

/// The most bytes that the files of one set may have. Protects the host's disk.
const MAX_BYTES: u64 = 2 << 30;
/// How the names of libraries end that an interpreter would load into itself.
const LIBRARIES: [&str; 4] = [".so", ".pyd", ".dylib", ".dll"];
/// What uv leaves that is of the host: scripts for its Python, and where files came from on it.
const OF_THE_HOST: [&str; 2] = ["direct_url.json", "uv_cache.json"];

/// Compiles everything once, with the guest's own Python. Nothing is checked against the sources later, which nobody changes.
const COMPILE: &str = "\
import compileall, py_compile
compileall.compile_dir('/usr/lib/python3.13/site-packages', quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
";

/// Installs what `lock` lists.
///
/// # Errors
/// uv fails, or a wheel holds what its name did not say.
pub(crate) fn install(
    uv: &Uv,
    staging: &Path,
    request: &Request,
    lock: &Lock,
) -> Result<(), Failure> {
    let packages = store::packages(staging);
    fs::create_dir_all(&packages).map_err(Failure::host)?;
    let file = store::whole(staging).join("pylock.toml");
    fs::write(&file, &lock.text).map_err(Failure::host)?;
    if !lock.wheels.is_empty() {
        uv.run(&request.installation(&file, &packages), staging)
            .map_err(|failed| match failed {
                Failed::NotRun(failure) => failure,
                Failed::Said(said) => {
                    let said = said.strip_prefix("error: ").unwrap_or(&said);
                    Failure::new(
                        Exit::Failed,
                        format!("the packages cannot be installed: {said}"),
                        "try again; `uv cache clean` forgets what uv has kept",
                    )
                }
            })?;
    }
    tidy(&packages).map_err(Failure::host)?;
    let mut found = Found::default();
    found.look(&packages).map_err(Failure::host)?;
    found.check(&packages)
}

/// Removes what is of the host and of no use to a guest.
fn tidy(packages: &Path) -> io::Result<()> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    gone(fs::remove_file(packages.join(".lock")))?;
    let scripts = packages.join("bin");
    if !scripts.join("__init__.py").exists() {
        gone(fs::remove_dir_all(scripts))?;
    }
    for folder in distributions(packages)? {
        for name in OF_THE_HOST {
            gone(fs::remove_file(folder.join(name)))?;
        }
    }
    Ok(())
}

/// The `.dist-info` folders.
pub(crate) fn distributions(packages: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(packages)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "dist-info")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What a folder of packages holds.
#[derive(Default)]
struct Found {
    bytes: u64,
    /// Files that are machine code by their names.
    native: Vec<PathBuf>,
}

impl Found {
    fn look(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.look(&entry.path())?;
            } else if kind.is_file() {
                self.bytes = self.bytes.saturating_add(entry.metadata()?.len());
                if is_library(&entry.file_name().to_string_lossy()) {
                    self.native.push(entry.path());
                }
            } else {
                return Err(io::Error::other(format!(
                    "`{}` is neither a file nor a folder",
                    entry.path().display()
                )));
            }
        }
        Ok(())
    }

    fn check(&self, packages: &Path) -> Result<(), Failure> {
        if let Some(path) = self.native.iter().min() {
            let file = path.strip_prefix(packages).unwrap_or(path);
            let file = file.display().to_string();
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "package `{}` is not pure Python, though its wheel says so: `{file}` is machine code",
                    owner(packages, &file).unwrap_or_else(|| "?".to_owned())
                ),
                "the sandbox runs Python and no machine code; look for a package or a release that is pure Python",
            ));
        }
        if self.bytes > MAX_BYTES {
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "the packages have {} MiB unpacked, and at most {} are kept",
                    self.bytes >> 20,
                    MAX_BYTES >> 20
                ),
                "ask for fewer or smaller packages",
            ));
        }
        Ok(())
    }
}

/// `x.so`, `libx.so.1`, `x.cpython-313-x86_64-linux-gnu.so`, `x.pyd`, …
fn is_library(name: &str) -> bool {
    let name = name.to_lowercase();
    LIBRARIES.iter().any(|end| name.ends_with(end))
        || name.split_once(".so.").is_some_and(|(_, version)| {
            version
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
}

/// The package, with its version, whose list of files names `file`.
fn owner(packages: &Path, file: &str) -> Option<String> {
    distributions(packages).ok()?.iter().find_map(|folder| {
        let record = fs::read_to_string(folder.join("RECORD")).ok()?;
        let listed = record.lines().any(|line| {
            line.trim_start_matches('"')
                .strip_prefix(file)
                .is_some_and(|rest| rest.starts_with(',') || rest.starts_with("\","))
        });
        let name = folder.file_stem()?.to_string_lossy().replace('-', " ");
        listed.then_some(name)
    })
}

/// Compiles the packages to bytecode: imports then take a third of their time. It is done by the guest's Python, in a sandbox that sees this
/// folder only. Where it fails, each run compiles what it imports, as without.
pub(crate) fn compile(staging: &Path) {
    let Ok(croquant) = std::env::current_exe() else {
        return;
    };
    let host = store::packages(staging)
        .display()
        .to_string()
        .replace(':', "\\:");
    let _ = Command::new(croquant)
        .args(["run", "--deadline", "1800", "--memory", "2048", "--dir"])
        .arg(format!("{host}:{SITE}:rw"))
        .args(["-c", COMPILE])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_known_by_their_names() {
        for name in [
            "_x.cpython-313-x86_64-linux-gnu.so",
            "a.abi3.so",
            "liba.so.1.2",
            "a.pyd",
            "a.dylib",
            "A.DLL",
        ] {
            assert!(is_library(name), "{name}");
        }
        for name in [
            "a.py",
            "so",
            "a.so.py",
            "a.sort",
            "cli-64.exe",
            "notes.so.txt",
        ] {
            assert!(!is_library(name), "{name}");
        }
    }

    #[test]
    fn the_owner_of_a_file_is_in_the_records() {
        let folder = tempfile::tempdir().expect("a folder");
        let info = folder.path().join("some_name-1.2.dist-info");
        fs::create_dir(&info).expect("a folder");
        fs::write(info.join("RECORD"), "a/_x.so,sha256=x,1\n\"b,c.so\",,\n").expect("a file");
        let owner = |file| owner(folder.path(), file);
        assert_eq!(owner("a/_x.so").as_deref(), Some("some_name 1.2"));
        assert_eq!(owner("b,c.so").as_deref(), Some("some_name 1.2"));
        assert_eq!(owner("a/_x"), None);
    }
}
