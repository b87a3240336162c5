//! Reads the script on the host, so that the guest needs no folder to run it.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use croquant_sandbox::{Access, Mount};

use crate::exit::{Exit, Failure};
use crate::grants::HOME;

/// What makes a folder, or a zip file, a program.
const MAIN: &str = "__main__.py";

/// How the guest comes to see the script.
#[derive(Debug)]
pub(crate) enum Shown {
    /// As a file in its memory filesystem: path and content.
    File(String, Vec<u8>),
    /// As a folder with a `__main__.py` in it, read-only: all of it is the program.
    Folder(Mount),
    /// A folder that it is granted anyway has it.
    Granted,
}

/// Finds the script `typed`, and how the guest sees it at `guest`.
///
/// # Errors
/// A script that is not there, is a folder, cannot be read, has no room in `memory_bytes` or is hidden by a mount.
pub(crate) fn find(
    typed: &str,
    guest: &str,
    mounts: &[Mount],
    memory_bytes: usize,
) -> Result<Shown, Failure> {
    let path = Path::new(typed);
    let metadata = fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
    if metadata.is_dir() && (guest == "/" || !path.join(MAIN).is_file()) {
        return Err(is_folder(path));
    }
    if !metadata.is_dir() && !metadata.is_file() {
        return content(typed, memory_bytes).map(|content| Shown::File(stand_in(path), content));
    }
    if let Some(mount) = over(guest, mounts) {
        return shown_by(mount, path, guest).map(|()| Shown::Granted);
    }
    if metadata.is_dir() {
        return Ok(Shown::Folder(Mount::new(
            path.to_owned(),
            guest.to_owned(),
            Access::ReadOnly,
        )));
    }
    content(typed, memory_bytes).map(|content| Shown::File(guest.to_owned(), content))
}

/// Where the guest sees what a pipe or a device gives (`/dev/stdin`, `<(…)` of a shell): in its home, for its own devices are others.
fn stand_in(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{HOME}/{name}")
}

/// The script's text.
///
/// # Errors
/// One that cannot be read, or has no room in `memory_bytes`.
pub(crate) fn content(typed: &str, memory_bytes: usize) -> Result<Vec<u8>, Failure> {
    let path = Path::new(typed);
    let mut content = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(memory_bytes as u64 + 1).read_to_end(&mut content))
        .map_err(|error| cannot_read(path, &error))?;
    if content.len() > memory_bytes {
        return Err(Failure::new(
            Exit::Unreadable,
            format!("script `{typed}` is larger than the program's memory"),
            "raise it with `--memory`",
        ));
    }
    Ok(content)
}

/// Checks that the folders to be mounted are there.
pub(crate) fn check_mounts(mounts: &[Mount]) -> Result<(), Failure> {
    for Mount { host, .. } in mounts {
        let shown = host.display();
        match fs::metadata(host) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                return Err(Failure::new(
                    Exit::Unreadable,
                    format!("`{shown}` is not a folder"),
                    "`--dir` takes a folder; name the one that the file is in",
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failure::new(
                    Exit::NotFound,
                    format!("folder `{shown}` does not exist"),
                    "check the path given to `--dir`; relative paths start at the current folder",
                ));
            }
            Err(error) => {
                return Err(Failure::new(
                    Exit::Unreadable,
                    format!("folder `{shown}` cannot be opened: {}", reason(&error)),
                    "check its permissions",
                ));
            }
        }
    }
    Ok(())
}

/// The innermost mount over `guest`.
fn over<'a>(guest: &str, mounts: &'a [Mount]) -> Option<&'a Mount> {
    mounts
        .iter()
        .filter(|mount| Path::new(guest).starts_with(&mount.guest))
        .max_by_key(|mount| mount.guest.len())
}

/// Whether `mount` shows, at `guest`, the very file that was meant. Another one there, or none, would be a trap for the user.
fn shown_by(mount: &Mount, path: &Path, guest: &str) -> Result<(), Failure> {
    let inside = Path::new(guest)
        .strip_prefix(&mount.guest)
        .unwrap_or(Path::new(""));
    let meant = fs::canonicalize(path).map_err(|error| cannot_read(path, &error))?;
    match fs::canonicalize(mount.host.join(inside)) {
        Ok(shown) if shown == meant => Ok(()),
        _ => Err(Failure::new(
            Exit::Failed,
            format!(
                "script `{}` would be hidden by `{}`, mounted at `{}`",
                path.display(),
                mount.host.display(),
                mount.guest
            ),
            "give the folder another place, as in `--dir HOST:/mnt`, or mount the script's own folder",
        )),
    }
}

fn is_folder(path: &Path) -> Failure {
    Failure::new(
        Exit::Unreadable,
        format!("`{}` is a folder, not a script", path.display()),
        format!("name a Python file in it; a folder with a `{MAIN}` would run"),
    )
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    let shown = path.display();
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            let with_suffix = format!("{shown}.py");
            let hint = if Path::new(&with_suffix).is_file() {
                format!("did you mean `{with_suffix}`?")
            } else {
                "check the path; relative paths start at the current folder".to_owned()
            };
            Failure::new(
                Exit::NotFound,
                format!("script `{shown}` does not exist"),
                hint,
            )
        }
        _ => Failure::new(
            Exit::Unreadable,
            format!("script `{shown}` cannot be read: {}", reason(error)),
            "check its permissions",
        ),
    }
}

/// The system's words for an error, without its number and in lower case.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounted(guest: &str) -> Mount {
        Mount::new("x", guest, Access::ReadOnly)
    }

    #[test]
    fn the_innermost_mount_counts() {
        let mounts = [mounted("/home"), mounted("/home/user"), mounted("/srv")];
        let found = |guest| over(guest, &mounts).map(|mount| mount.guest.as_str());
        assert_eq!(found("/home/user/a.py"), Some("/home/user"));
        assert_eq!(found("/home/userx/a.py"), Some("/home"));
        assert_eq!(found("/tmp/a.py"), None);
    }

    #[test]
    fn reasons_are_in_house_style() {
        let error = std::io::Error::from_raw_os_error(13);
        assert_eq!(reason(&error), "permission denied");
    }
}
