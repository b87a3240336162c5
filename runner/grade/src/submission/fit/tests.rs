use super::*;
use crate::assignment::AssignmentFile;

fn assignment(expected: &[&str]) -> Assignment {
    let file = |path: &str, role| AssignmentFile {
        path: path.into(),
        role,
        content: Vec::new(),
    };
    Assignment {
        expected: expected.iter().map(|path| (*path).to_owned()).collect(),
        files: vec![
            file("tests/test_leap.py", Role::Test),
            file("data.csv", Role::Provided),
            file("answers.json", Role::Checker),
        ],
        ..Assignment::empty("leap", "folder")
    }
}

fn fitted(expected: &[&str], imports: &[&str], files: &[&str]) -> Result<Submission, Problem> {
    let imports: Vec<_> = imports.iter().map(|name| (*name).to_owned()).collect();
    let submission = Submission {
        label: "ann".into(),
        files: files
            .iter()
            .map(|path| ((*path).to_owned(), b"x = 1\n".to_vec()))
            .collect(),
        notes: Vec::new(),
    };
    submission.fit(&assignment(expected), &imports)
}

#[track_caller]
fn check(expected: &[&str], files: &[&str], fit: &[&str], notes: &[&str]) {
    let submission = fitted(expected, &[], files).unwrap();
    let paths: Vec<_> = submission
        .files
        .iter()
        .map(|(path, _)| path.as_str())
        .collect();
    assert_eq!(paths, fit);
    assert_eq!(submission.notes, notes);
}

#[track_caller]
fn refused(expected: &[&str], files: &[&str], message: &str) {
    let problem = fitted(expected, &[], files).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::MissingFile);
    assert!(problem.message.contains(message), "{}", problem.message);
}

#[test]
fn what_is_expected_is_taken() {
    check(
        &["leap.py"],
        &["leap.py", "util.py", "json.py"],
        &["json.py", "leap.py", "util.py"],
        &[],
    );
    check(
        &["shapes.py"],
        &["shapes/__init__.py"],
        &["shapes/__init__.py"],
        &[],
    );
}

#[test]
fn one_module_is_taken_under_the_expected_name() {
    check(
        &["leap.py"],
        &["Leap.py", "readme.txt"],
        &["leap.py", "readme.txt"],
        &["expected `leap.py`, found `Leap.py`: it was graded as `leap.py`"],
    );
}

#[test]
fn of_several_the_nearest_is_named() {
    refused(
        &["leap.py"],
        &["Leap.py", "main.py"],
        "expected `leap.py`, found `Leap.py`\nhint: call the file `leap.py`, exactly so",
    );
    refused(
        &["leap.py"],
        &["one.py", "two.py"],
        "expected `leap.py`, found `one.py`, `two.py`",
    );
    refused(
        &["a.py", "b.py"],
        &["a.py"],
        "expected `b.py`, found `a.py`",
    );
    refused(
        &["leap.py"],
        &[],
        "expected `leap.py`, and there are no files",
    );
    refused(&[], &["leap.txt"], "there is no Python file in it");
}

#[test]
fn the_folder_that_is_meant_is_found() {
    check(
        &["leap.py"],
        &["ann/hw1/leap.py", "ann/hw1/util.py"],
        &["leap.py", "util.py"],
        &[],
    );
    check(
        &["leap.py"],
        &["src/leap.py", "src/util.py", "README"],
        &["leap.py", "util.py"],
        &["the folder `src/` was graded, and what lies outside it left out"],
    );
    check(
        &["shapes/circle.py"],
        &["shapes/circle.py"],
        &["shapes/circle.py"],
        &[],
    );
    check(
        &[],
        &["shapes/__init__.py", "shapes/a.py"],
        &["shapes/__init__.py", "shapes/a.py"],
        &[],
    );
    check(
        &["leap.py"],
        &["ann/main.py"],
        &["leap.py"],
        &["expected `leap.py`, found `main.py`: it was graded as `leap.py`"],
    );
    refused(
        &["leap.py"],
        &["a/leap.py", "b/leap.py"],
        "expected `leap.py`, found `a/leap.py`",
    );
}

#[test]
fn without_a_list_the_imports_are_expected() {
    let of = |imports: &[&str], files: &[&str]| {
        let files = fitted(&[], imports, files).unwrap().files;
        files.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(of(&["leap"], &["mine.py"]), ["leap.py"]);
    assert_eq!(
        of(
            &["shapes.circle", "shapes"],
            &["x/shapes/circle.py", "x/shapes/__init__.py"]
        ),
        ["shapes/__init__.py", "shapes/circle.py"]
    );
    assert_eq!(of(&["leap", "other"], &["leap.py"]), ["leap.py"]);
}

#[test]
fn what_no_submission_may_bring_is_left_out() {
    check(
        &["leap.py"],
        &[
            "leap.py",
            "conftest.py",
            "sub/conftest.py",
            "sitecustomize/__init__.py",
            "usercustomize.py",
            "data.csv",
            "primality_test.py",
        ],
        &["leap.py", "primality_test.py"],
        &[
            "`conftest.py` was left out: no submission may bring it",
            "`sub/conftest.py` was left out: no submission may bring it",
            "`sitecustomize/__init__.py` was left out: no submission may bring it",
            "`usercustomize.py` was left out: no submission may bring it",
            "`data.csv` was left out: the assignment has its own",
        ],
    );
}

#[test]
fn nothing_stands_in_place_of_what_is_provided() {
    for (path, provided, expected) in [
        ("a/data.csv", "a/data.csv", true),
        ("a", "a/data.csv", true),
        ("data.csv/x", "data.csv", true),
        ("util/__init__.py", "util.py", true),
        ("util.pyi", "util.py", false),
        ("a/b.csv", "a/data.csv", false),
        ("util", "util.py", false),
        ("utils.py", "util.py", false),
    ] {
        assert_eq!(
            is_in_place_of(path, provided),
            expected,
            "{path}, {provided}"
        );
    }
}

#[test]
fn tests_are_left_out_unless_they_are_what_is_handed_in() {
    check(
        &["leap.py"],
        &[
            "leap.py",
            "leap_test.py",
            "tests/test_leap.py",
            "test_mine.py",
        ],
        &["leap.py"],
        &[
            "`leap_test.py` was left out: tests are the assignment's",
            "`tests/test_leap.py` was left out: tests are the assignment's",
            "`test_mine.py` was left out: tests are the assignment's",
        ],
    );
    check(&["test_mine.py"], &["test_mine.py"], &["test_mine.py"], &[]);
}

#[test]
fn the_names_of_the_assignments_own_files_cannot_be_probed() {
    check(
        &["leap.py"],
        &["leap.py", "answers.json", "other.json"],
        &["answers.json", "leap.py", "other.json"],
        &[],
    );
}

#[test]
fn expected_sources_are_looked_at() {
    let submission = Submission {
        label: "ann".into(),
        files: vec![
            ("leap.py".into(), Vec::new()),
            ("empty.py".into(), Vec::new()),
        ],
        notes: Vec::new(),
    };
    let problem = submission.fit(&assignment(&["leap.py"]), &[]).unwrap_err();
    assert!(problem.message.starts_with("`leap.py` is empty"));
}
