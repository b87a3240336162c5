//! An exercise as exercism lays it out: `.meta/config.json` says which files are which.

use serde::Deserialize;

use super::error::{AssignmentError, Wrong};
use super::folder::Folder;
use super::{AssignmentFile, Role};
use crate::paths;

/// Where the description is.
pub(super) const CONFIG: &str = ".meta/config.json";

/// The part of the description that says what its files are. (exercism: docs/building/tracks/practice-exercises.md)
#[derive(Deserialize)]
struct Config {
    files: Files,
}

#[derive(Deserialize)]
struct Files {
    solution: Vec<String>,
    test: Vec<String>,
    #[serde(default)]
    editor: Vec<String>,
    #[serde(default)]
    example: Vec<String>,
    #[serde(default)]
    exemplar: Vec<String>,
}

/// What students hand in, and the exercise's files.
pub(super) fn files(
    origin: &str,
    folder: &Folder<'_>,
) -> Result<(Vec<String>, Vec<AssignmentFile>), AssignmentError> {
    let wrong = |missing: super::folder::Missing| {
        let hint = format!("`{CONFIG}` lists the files: {}", missing.hint);
        AssignmentError::whole(origin, missing.message, hint)
    };
    let json = folder.load(CONFIG).map_err(wrong)?;
    let config: Config = serde_json::from_slice(&json).map_err(|error| AssignmentError {
        file: format!("{origin}/{CONFIG}"),
        wrongs: vec![Wrong::in_line(
            error.line(),
            error.to_string(),
            "it has `files` with the lists `solution`, `test` and, if there are any, `editor` and `example` or `exemplar`",
        )],
    })?;
    let Files {
        solution,
        test,
        editor,
        ..
    } = &config.files;
    let mut files = Vec::new();
    for (paths, role) in [(test, Role::Test), (editor, Role::Provided)] {
        for path in paths {
            // Data that tests read is listed among the tests.
            let is_data = role == Role::Test && !path.ends_with(".py");
            let role = if is_data { Role::Checker } else { role };
            files.push(folder.file(path, role).map_err(wrong)?);
        }
    }
    for path in solution.iter().filter(|path| folder.has(path)) {
        files.push(folder.file(path, Role::Starter).map_err(wrong)?);
    }
    for (path, solved) in references(&config.files) {
        if folder.has(path) {
            files.push(AssignmentFile {
                path: solved.to_owned(),
                ..folder.file(path, Role::Reference).map_err(wrong)?
            });
        }
    }
    Ok((solution.clone(), files))
}

/// The author's files with the files that they solve: in the same order if there are as many, else those of the same name.
fn references(files: &Files) -> Vec<(&str, &str)> {
    let reference = if files.exemplar.is_empty() {
        &files.example
    } else {
        &files.exemplar
    };
    if reference.len() == files.solution.len() {
        let pairs = reference.iter().zip(&files.solution);
        return pairs
            .map(|(from, to)| (from.as_str(), to.as_str()))
            .collect();
    }
    let solved = |from: &str| {
        let same = |to: &&String| paths::name(to) == paths::name(from);
        files
            .solution
            .iter()
            .find(same)
            .map_or(paths::name(from).to_owned(), String::clone)
    };
    let mut pairs = Vec::new();
    for from in reference {
        let to = solved(from);
        let known = files.solution.iter().find(|path| **path == to);
        pairs.push((
            from.as_str(),
            known.map_or(paths::name(from), String::as_str),
        ));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::super::folder::tests::folder;
    use super::*;

    const LEAP: &str = r#"{"authors": [], "files": {"solution": ["leap.py"], "test": ["leap_test.py"],
        "editor": ["data.py"], "example": [".meta/example.py"]}, "blurb": ""}"#;

    #[test]
    fn each_file_has_its_role() {
        let folder = folder(&[
            (CONFIG, LEAP),
            ("leap.py", "pass"),
            ("leap_test.py", "test"),
            ("data.py", "data"),
            (".meta/example.py", "solved"),
        ]);
        let (expected, files) = files("leap", &folder).unwrap();
        assert_eq!(expected, ["leap.py"]);
        let files: Vec<_> = files
            .iter()
            .map(|file| (file.path.as_str(), file.role, file.content.as_slice()))
            .collect();
        assert_eq!(
            files,
            [
                ("leap_test.py", Role::Test, &b"test"[..]),
                ("data.py", Role::Provided, b"data"),
                ("leap.py", Role::Starter, b"pass"),
                ("leap.py", Role::Reference, b"solved"),
            ]
        );
    }

    #[track_caller]
    fn refused(config: &'static str, expected: &str) {
        let error = files("leap", &folder(&[(CONFIG, config), ("leap_tst.py", "")])).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }

    #[test]
    fn what_is_missing_is_said() {
        refused("{", "leap/.meta/config.json:1: EOF while parsing");
        refused("{\"files\": {}}", "missing field `solution`");
        refused(
            LEAP,
            "there is no file `leap_test.py`\nhint: `.meta/config.json` lists the files: did you mean `leap_tst.py`?",
        );
    }
}
