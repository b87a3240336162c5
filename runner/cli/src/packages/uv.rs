//! The program `uv`, which resolves and installs. It runs outside the sandbox, with its own configuration, and executes nothing
//! of what it installs.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::exit::{Exit, Failure};

/// The variable that names uv.
const VARIABLE: &str = "CROQUANT_UV";

/// Where uv is.
pub(crate) struct Uv {
    path: PathBuf,
}

/// Why uv gave no answer.
pub(crate) enum Failed {
    /// It could not be run.
    NotRun(Failure),
    /// It ran, and said this.
    Said(String),
}

impl Uv {
    /// Finds uv: `CROQUANT_UV`, else on the `PATH`.
    ///
    /// # Errors
    /// That it is not there.
    pub(crate) fn find() -> Result<Self, Failure> {
        if let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            let path = std::path::absolute(&path).map_err(Failure::host)?;
            if is_executable(&path) {
                return Ok(Self { path });
            }
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "`{VARIABLE}` names `{}`, which is no program",
                    path.display()
                ),
                format!("give the path of uv's executable in `{VARIABLE}`"),
            ));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        on_path(&path).map(|path| Self { path }).ok_or_else(|| {
            Failure::new(
                Exit::Failed,
                "packages are fetched by `uv`, which is not installed",
                format!("install it with `pipx install uv` or as <https://docs.astral.sh/uv/> says, or name it in `{VARIABLE}`"),
            )
        })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs it in `folder`, so that no configuration of the working folder, which may have come with the script, counts. Returns
    /// what it printed.
    pub(crate) fn run(&self, arguments: &[String], folder: &Path) -> Result<String, Failed> {
        let output = Command::new(&self.path)
            .args(["--quiet", "--no-progress", "--color=never"])
            .arg(format!("--directory={}", folder.display()))
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| {
                let message = format!("`{}` cannot be run: {error}", self.path.display());
                let hint = format!("name another uv in `{VARIABLE}`");
                Failed::NotRun(Failure::new(Exit::Failed, message, hint))
            })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        match said.trim() {
            "" => Err(Failed::Said(format!("uv ended with {}", output.status))),
            said => Err(Failed::Said(said.to_owned())),
        }
    }
}

/// The first `uv` in the absolute folders of `path`. Relative ones are left out: what lies in the working folder may have come with the
/// script.
fn on_path(path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("uv"))
        .find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_folders_count() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("uv");
        std::fs::write(&file, "").expect("a file");
        let path = std::env::join_paths([Path::new("."), folder.path()]).expect("a path");
        assert_eq!(on_path(&path), None);
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&file, executable).expect("a file");
        assert_eq!(on_path(&path), Some(file));
        assert_eq!(on_path(OsStr::new(".:")), None);
    }
}
