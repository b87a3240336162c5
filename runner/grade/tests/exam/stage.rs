//! An assignment in a folder, and submissions as files in memory.

use std::path::Path;
use std::sync::OnceLock;

use croquant_grade::submission::{Content, Handed};
use croquant_grade::{Assignment, Examiner, Status, TestVerdict, Verdict};
use croquant_sandbox::{Engine, EngineConfig, Slots};

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let config = EngineConfig {
            max_sessions: 32,
            max_memory_bytes: 1 << 30,
            slots: Slots::Kept,
            turn_ms: u64::MAX,
        };
        Engine::new(croquant_guest::open().unwrap(), &config).unwrap()
    })
}

/// Grades `submission`, in one file `solution.py`, by the files of `assignment`.
pub(crate) async fn grade(assignment: &[(&str, &str)], submission: &str) -> Verdict {
    grade_files(assignment, &[("solution.py", submission)]).await
}

pub(crate) async fn grade_files(assignment: &[(&str, &str)], files: &[(&str, &str)]) -> Verdict {
    let mut examiner = examiner(assignment).await;
    examiner
        .grade(self::files(files), &mut |_, _| {})
        .await
        .unwrap()
}

/// A submission of these.
pub(crate) fn files(files: &[(&str, &str)]) -> Handed {
    let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
    Handed {
        label: "submission".into(),
        content: Content::Files(files.iter().map(own).collect()),
        notes: vec![],
    }
}

pub(crate) async fn examiner(files: &[(&str, &str)]) -> Examiner {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let assignment = Assignment::open(folder.path()).unwrap();
    Examiner::new(engine(), assignment, 1, false).await.unwrap()
}

/// The statuses of the tests by the last parts of their ids.
pub(crate) fn statuses(verdict: &Verdict) -> Vec<(&str, Status)> {
    let tests = verdict.tests.iter();
    tests.map(|test| (last(test), test.status)).collect()
}

fn last(test: &TestVerdict) -> &str {
    test.id.rsplit("::").next().unwrap_or(&test.id)
}

#[track_caller]
pub(crate) fn check(verdict: &Verdict, expected: &[(&str, Status)]) {
    assert_eq!(statuses(verdict), expected, "{verdict:#?}");
}
