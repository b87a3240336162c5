use std::fs;

use super::*;
use crate::Submission;

/// A repository with one commit, made by git itself.
fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("secret.py")).unwrap();
    git(folder.path(), &["add", "."]);
    git(
        folder.path(),
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "one",
        ],
    );
    folder
}

#[track_caller]
fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    let command = command.arg("-C").arg(folder).args(arguments);
    let command = command.env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(command.status().unwrap().success());
}

fn read(folder: &Path, rest: &str) -> Result<Submission, String> {
    let reference = format!("{}@{rest}", folder.display());
    Submission::read(&reference).map_err(|problem| problem.message)
}

#[track_caller]
fn refused(folder: &Path, rest: &str, expected: &str) {
    let error = read(folder, rest).unwrap_err();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn references_are_taken_apart() {
    let tree = |repository, commit, path| {
        Some(Tree {
            repository,
            commit,
            path,
        })
    };
    assert_eq!(Tree::parse("git:v1"), tree(".", "v1", ""));
    assert_eq!(Tree::parse("git:v1:a/b/"), tree(".", "v1", "a/b"));
    assert_eq!(Tree::parse(".@HEAD@{1}"), tree(".", "HEAD@{1}", ""));
    assert_eq!(Tree::parse("no-such-folder@v1"), None);
    assert_eq!(Tree::parse("git:"), None);
}

#[test]
fn a_commits_files_are_read_whatever_lies_in_the_folder() {
    let folder = repository(&[("leap.py", "x = 1\n"), ("a/b c.txt", ""), (".hidden", "")]);
    fs::write(folder.path().join("leap.py"), "changed").unwrap();
    let submission = read(folder.path(), "main").unwrap();
    assert_eq!(
        submission.files,
        [
            ("a/b c.txt".into(), Vec::new()),
            ("leap.py".into(), b"x = 1\n".to_vec())
        ]
    );
    assert_eq!(submission.notes, ["`secret.py` was left out: it is a link"]);
}

#[test]
fn a_part_of_the_tree_is_read() {
    let folder = repository(&[("hw/one/leap.py", "1"), ("hw/two/leap.py", "2")]);
    let of = |rest| read(folder.path(), rest).unwrap().files;
    assert_eq!(of("main:hw/two"), [("leap.py".into(), b"2".to_vec())]);
    assert_eq!(
        of("main:hw/one/leap.py"),
        [("leap.py".into(), b"1".to_vec())]
    );
}

#[test]
fn what_is_not_there_is_said() {
    let folder = repository(&[("leap.py", "")]);
    refused(folder.path(), "v9", "there is no `v9` in the repository");
    refused(folder.path(), "main:hw", "there is no `hw` in `main`");
    refused(folder.path(), "--help", "there is no `--help`");
    let plain = tempfile::tempdir().unwrap();
    refused(plain.path(), "main", "not a git repository");
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let folder = repository(&[
        ("leap.py", "1"),
        (".gitattributes", "*.py diff=x filter=x\n"),
    ]);
    let canary = folder.path().join("canary");
    let touch = format!("touch {}", canary.display());
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.x.textconv",
        "filter.x.smudge",
        "alias.cat-file",
    ] {
        let touch = if key.starts_with("alias") {
            format!("!{touch}")
        } else {
            touch.clone()
        };
        git(folder.path(), &["config", key, &touch]);
    }
    let submission = read(folder.path(), "main").unwrap();
    assert_eq!(submission.files.len(), 1);
    assert!(!canary.exists());
    // The twin: the command that the file names does leave a trace.
    git(folder.path(), &["cat-file", "--textconv", "main:leap.py"]);
    assert!(canary.exists());
}

#[test]
fn missing_objects_are_not_fetched() {
    let folder = repository(&[("leap.py", "1")]);
    let canary = folder.path().join("canary");
    git(
        folder.path(),
        &[
            "config",
            "remote.origin.url",
            &format!("ext::touch {}", canary.display()),
        ],
    );
    git(folder.path(), &["config", "remote.origin.promisor", "true"]);
    git(
        folder.path(),
        &["config", "extensions.partialClone", "origin"],
    );
    git(
        folder.path(),
        &["config", "core.repositoryFormatVersion", "1"],
    );
    git(folder.path(), &["config", "protocol.ext.allow", "always"]);
    let object = Command::new("git")
        .arg("-C")
        .arg(folder.path())
        .args(["rev-parse", "main:leap.py"])
        .output()
        .unwrap();
    let object = String::from_utf8(object.stdout).unwrap();
    let (a, b) = object.trim().split_at(2);
    fs::remove_file(folder.path().join(".git/objects").join(a).join(b)).unwrap();
    refused(folder.path(), "main", "cannot be read");
    assert!(!canary.exists());
    // The twin: git by itself does fetch it, by running what the remote is.
    let mut command = Command::new("git");
    let command = command.arg("-C").arg(folder.path());
    let command = command.args(["cat-file", "-p", "main:leap.py"]);
    assert!(!command.output().unwrap().status.success());
    assert!(canary.exists());
}
