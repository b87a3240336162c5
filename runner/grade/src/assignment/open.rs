//! Where an assignment's files are read: beneath its folder, and nowhere else.

use std::fs;
use std::path::Path;

use super::Assignment;
use super::error::AssignmentError;
use super::folder::{Folder, discover};
use super::parse::parse;

/// The file that describes an assignment.
const FILE: &str = "assignment.toml";

/// The most files that are listed of a folder.
const MAX_FILES: usize = 20_000;

/// The largest file that is read.
const MAX_BYTES: u64 = 32 << 20;

impl Assignment {
    /// Reads an assignment: a folder with an `assignment.toml`, a folder of tests, an exercise as exercism lays it out, or a file of TOML,
    /// whose folder then is the assignment's.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn open(path: &Path) -> Result<Self, AssignmentError> {
        let shown = path.display().to_string();
        let metadata = fs::metadata(path).map_err(|error| {
            let hint = "give a folder with an `assignment.toml` or with tests";
            AssignmentError::whole(&shown, reason(&error), hint)
        })?;
        let (root, file) = if metadata.is_dir() {
            (path.to_owned(), path.join(FILE))
        } else {
            let parent = path.parent().filter(|parent| *parent != Path::new(""));
            (parent.unwrap_or(Path::new(".")).to_owned(), path.to_owned())
        };
        let names =
            list(&root).map_err(|(message, hint)| AssignmentError::whole(&shown, message, hint))?;
        let folder = Folder::new(names, |path| load(&root.join(path)));
        if !file.is_file() {
            let found = discover(&shown, &called(&root), &folder)?;
            return if found.has_tests() {
                Ok(found)
            } else {
                Err(without_tests(&shown))
            };
        }
        let shown = file.display().to_string();
        let bytes = load(&file)
            .map_err(|why| AssignmentError::whole(&shown, why, "give a file of TOML in UTF-8"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..valid]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            AssignmentError {
                file: shown.clone(),
                wrongs: vec![super::Wrong::in_line(
                    line,
                    "it is not in UTF-8",
                    "save it as UTF-8",
                )],
            }
        })?;
        parse(&shown, &text, &called(&root), &folder)
    }
}

fn without_tests(shown: &str) -> AssignmentError {
    AssignmentError::whole(
        shown,
        "there are no tests",
        "call files with tests `test_*.py` or `*_test.py`, here or in `tests`, or write an `assignment.toml`",
    )
}

/// The folder's own name, for reports.
fn called(root: &Path) -> String {
    let whole = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let name = whole
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "assignment".into())
}

/// The paths of all files beneath a folder but hidden ones and those of tools; `.meta` is where exercism keeps what students do not see.
fn list(root: &Path) -> Result<Vec<String>, (String, &'static str)> {
    let mut names = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let cannot = |error| {
            (
                format!("`{prefix}` cannot be read: {}", reason(&error)),
                "see to its permissions",
            )
        };
        for entry in fs::read_dir(&folder).map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            // Names that are not UTF-8 cannot be written in the file either.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let is_hidden = name.starts_with('.') && name != ".meta";
            let is_tools = ["__pycache__", "node_modules", "venv"].contains(&name.as_str());
            let Ok(metadata) = fs::metadata(entry.path()) else {
                continue;
            };
            let is_link = entry.file_type().map_err(cannot)?.is_symlink();
            if is_hidden || is_tools {
                continue;
            } else if metadata.is_file() {
                names.push(format!("{prefix}{name}"));
            } else if metadata.is_dir() && !is_link {
                folders.push((entry.path(), format!("{prefix}{name}/")));
            }
            if names.len() + folders.len() > MAX_FILES {
                return Err((
                    "there are more than 20000 files in it".into(),
                    "keep submissions and environments outside the assignment's folder",
                ));
            }
        }
    }
    Ok(names)
}

fn load(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = fs::metadata(path).map_err(|error| reason(&error))?;
    if !metadata.is_file() {
        return Err("it is no file".into());
    }
    if metadata.len() > MAX_BYTES {
        return Err("it is larger than 32 MiB".into());
    }
    fs::read(path).map_err(|error| reason(&error))
}

/// The operating system's words without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::Role;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    #[track_caller]
    fn refused(path: &Path, expected: &str) {
        let error = Assignment::open(path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn folders_and_files_are_opened() {
        let files: &[(&str, &[u8])] = &[
            ("leap.py", b""),
            ("leap_test.py", b"def test(): ..."),
            (".git/x_test.py", b""),
            ("late.toml", b"name = \"Late\""),
        ];
        let folder = folder(files);
        let plain = Assignment::open(folder.path()).unwrap();
        let own = folder.path().file_name().unwrap().to_string_lossy();
        assert_eq!(plain.name, own);
        assert_eq!(plain.expected, ["leap.py"]);
        let tests: Vec<_> = plain.files_of(Role::Test).collect();
        assert_eq!(tests, [("leap_test.py", &b"def test(): ..."[..])]);
        let late = Assignment::open(&folder.path().join("late.toml")).unwrap();
        assert_eq!((late.name.as_str(), late.files), ("Late", plain.files));
        fs::write(folder.path().join("assignment.toml"), "name = \"Own\"").unwrap();
        assert_eq!(Assignment::open(folder.path()).unwrap().name, "Own");
    }

    #[test]
    fn exercises_are_opened() {
        let config = br#"{"files": {"solution": ["leap.py"], "test": ["leap_test.py"], "example": [".meta/example.py"]}}"#;
        let folder = folder(&[
            (".meta/config.json", config),
            (".meta/example.py", b"solved"),
            ("leap.py", b""),
            ("leap_test.py", b""),
        ]);
        let exercise = Assignment::open(folder.path()).unwrap();
        let reference: Vec<_> = exercise.files_of(Role::Reference).collect();
        assert_eq!(reference, [("leap.py", &b"solved"[..])]);
    }

    #[test]
    fn what_is_no_assignment_is_refused() {
        let folder = folder(&[
            ("notes.txt", b""),
            ("wrong.toml", b"nam = 3"),
            ("latin.toml", b"\n# \xe9"),
        ]);
        refused(
            folder.path(),
            "there are no tests\nhint: call files with tests `test_*.py`",
        );
        refused(
            &folder.path().join("nothing"),
            "no such file or directory\nhint: give a folder",
        );
        refused(
            &folder.path().join("wrong.toml"),
            "wrong.toml:1:1: unknown key `nam`",
        );
        refused(
            &folder.path().join("latin.toml"),
            "latin.toml:2: it is not in UTF-8",
        );
    }
}
