//! Modules beside the tests that are the tests' own, in a folder without an assignment file.

use super::folder::{Folder, Missing};
use super::{AssignmentFile, Role};
use crate::paths;

/// Adds the modules of a package of tests that its modules import with a dot, or by the package's name. These names can mean nothing else: a
/// module that is imported by its name alone could be the submission's.
pub(super) fn add(folder: &Folder<'_>, files: &mut Vec<AssignmentFile>) -> Result<(), Missing> {
    for package in ["tests", "test"] {
        if !folder.has(&format!("{package}/__init__.py")) {
            continue;
        }
        while let Some(path) = wanted(folder, package, files) {
            files.push(folder.file(&path, Role::Checker)?);
        }
    }
    Ok(())
}

/// A module of the package that one of the files imports, and that is not among them.
fn wanted(folder: &Folder<'_>, package: &str, files: &[AssignmentFile]) -> Option<String> {
    let is_of_package = |path: &str| {
        path.strip_prefix(package)
            .is_some_and(|rest| rest.strip_prefix('/') == Some(paths::name(path)))
    };
    let found = folder.names().find(|path| {
        let is_new = is_of_package(path)
            && path.ends_with(".py")
            && files.iter().all(|file| file.path != **path);
        is_new
            && files
                .iter()
                .filter(|file| is_of_package(&file.path))
                .any(|file| imports(&file.content, package, paths::stem(path)))
    });
    found.map(str::to_owned)
}

/// Whether a line of the source imports the package's module, as far as can be seen without parsing it.
fn imports(source: &[u8], package: &str, module: &str) -> bool {
    let beginnings = [
        "from .".to_owned(),
        format!("from {package}."),
        format!("from {package} "),
        format!("import {package}."),
    ];
    String::from_utf8_lossy(source).lines().any(|line| {
        let line = line.trim_start();
        beginnings.iter().any(|begin| line.starts_with(begin))
            && line
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|word| word == module)
    })
}

#[cfg(test)]
mod tests {
    use super::super::folder::tests::folder;
    use super::super::{Assignment, folder::discover};
    use super::*;

    #[track_caller]
    fn check(files: &[(&'static str, &'static str)], of_the_tests: &[&str]) {
        let Assignment { files, .. } = discover("folder", "leap", &folder(files)).unwrap();
        let own = files.iter().filter(|file| file.role == Role::Checker);
        let paths: Vec<_> = own.map(|file| file.path.as_str()).collect();
        assert_eq!(paths, of_the_tests);
    }

    #[test]
    fn what_a_package_of_tests_imports_from_itself_is_its_own() {
        for line in [
            "from .data import A",
            "from . import data",
            "    from tests.data import A",
            "import tests.data as d",
            "from tests import a, data",
        ] {
            check(
                &[
                    ("tests/__init__.py", ""),
                    ("tests/data.py", "from .more import B"),
                    ("tests/more.py", ""),
                    ("tests/other.py", ""),
                    ("tests/test_a.py", line),
                ],
                &["tests/__init__.py", "tests/data.py", "tests/more.py"],
            );
        }
    }

    #[test]
    fn what_could_be_the_submissions_is_left_alone() {
        for (init, line) in [
            ("tests/__init__.py", "from data import A"),
            ("tests/__init__.py", "# see .data, tests.data"),
            ("tests/a/__init__.py", "from .data import A"),
        ] {
            let files = [(init, ""), ("tests/data.py", ""), ("tests/test_a.py", line)];
            let own: &[_] = if init == "tests/__init__.py" {
                &[init]
            } else {
                &[]
            };
            check(&files, own);
        }
    }
}
