//! A word of help where the sandbox, and not the program, is why something was not found.

use std::path::{Path, PathBuf};

/// If `last_line`, the end of a traceback, says that something was not found that lies next to the script (or, without a script,
/// in the working folder) on the host: how to let the program see it.
pub(crate) fn missing_folder(last_line: &str, script: Option<&str>) -> Option<String> {
    let (wanted, folder) = if let Some(module) = missing_module(last_line) {
        let folder = script.map_or(PathBuf::new(), |script| parent(Path::new(script)));
        let found = [folder.join(format!("{module}.py")), folder.join(module)]
            .into_iter()
            .find(|path| path.exists())?;
        (found, folder)
    } else {
        let file = PathBuf::from(missing_file(last_line)?);
        if !file.exists() {
            return None;
        }
        let folder = parent(&file);
        (file, folder)
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &folder
    };
    Some(format!(
        "`{}` is not visible in the sandbox; let the program see its folder with `--dir {}`",
        wanted.display(),
        folder.display()
    ))
}

/// The top-level module that an import did not find.
fn missing_module(line: &str) -> Option<&str> {
    let (before, name) = line.split_once("No module named ")?;
    if refused_import(line).is_some() {
        return None;
    }
    if !before.ends_with("Error: ")
        && !before.ends_with("Error while finding module specification: ")
        && !before.ends_with(": ")
    {
        return None;
    }
    let name = name.trim_matches('\'').split(['.', '\'']).next()?;
    let identifier = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    identifier.then_some(name)
}

/// The module that `--allow-import` or `--deny-import` kept the program from, and the flag as it is named there.
pub(crate) fn refused_import(line: &str) -> Option<(&str, &str)> {
    let (_, name) = line.split_once("No module named '")?;
    let (name, reason) = name.split_once("': this program may ")?;
    let (_, flag) = reason.strip_suffix("`)")?.rsplit_once("(`--")?;
    Some((name, flag))
}

/// The file that `open` did not find.
pub(crate) fn missing_file(line: &str) -> Option<&str> {
    line.strip_prefix("FileNotFoundError: [Errno 2] No such file or directory: '")?
        .strip_suffix('\'')
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules() {
        let found = missing_module("ModuleNotFoundError: No module named 'helper'");
        assert_eq!(found, Some("helper"));
        let found = missing_module("ModuleNotFoundError: No module named 'a.b'");
        assert_eq!(found, Some("a"));
        assert_eq!(
            missing_module("croquant: No module named tool"),
            Some("tool")
        );
        assert_eq!(missing_module("No module named '../x'"), None);
        assert_eq!(missing_module("ValueError: no"), None);
        let line = "ModuleNotFoundError: No module named 'a.b': this program may not import it (`--deny-import a`)";
        assert_eq!(missing_module(line), None);
        assert_eq!(refused_import(line), Some(("a.b", "deny-import a")));
    }

    #[test]
    fn files() {
        let line = "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'";
        assert_eq!(missing_file(line), Some("data.csv"));
        assert_eq!(missing_file("FileNotFoundError: gone"), None);
    }

    #[test]
    fn only_what_is_on_the_host_is_worth_a_word() {
        let line = "ModuleNotFoundError: No module named 'surely_not_there'";
        assert_eq!(missing_folder(line, Some("a.py")), None);
        // The tests run in the crate's folder.
        let hint = missing_folder(
            "FileNotFoundError: [Errno 2] No such file or directory: 'src/main.rs'",
            None,
        );
        assert!(hint.is_some_and(|hint| hint.contains("`--dir src`")));
    }
}
