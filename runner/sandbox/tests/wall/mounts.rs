//! Mounts: what is granted is there, and nothing else is.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the folders that it grants"
)]

use std::path::Path;

use croquant_sandbox::{Access, Error, Mount, Outcome, Policy, PolicyError, Session};

use crate::stage::{Memory, Stage, engine, limits};

/// Errno values of WASI, with which the guest of few words ends (as status 100 + errno).
const BADF: i32 = 8;
const NOENT: i32 = 44;
const ROFS: i32 = 69;

fn policy(host: &Path, access: Access) -> Policy {
    Policy {
        mounts: vec![Mount::new(host, "/data", access)],
        ..Policy::default()
    }
}

/// A folder with a file in it, and a secret beside it.
struct Folder {
    outside: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let outside = tempfile::tempdir().unwrap();
        std::fs::create_dir(outside.path().join("inside")).unwrap();
        std::fs::write(outside.path().join("inside/file"), "content").unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        Self { outside }
    }

    fn path(&self) -> std::path::PathBuf {
        self.outside.path().join("inside")
    }
}

async fn open(policy: &Policy, how: &str) -> (Outcome, String) {
    let mut stage = Stage::with(&limits(), policy).await;
    let report = stage.execute(&format!("O{how}")).await;
    (report.outcome, stage.memory.stdout())
}

fn refused(errno: i32) -> (Outcome, String) {
    (
        Outcome::Trapped(format!("the guest returned status {}", 100 + errno)),
        String::new(),
    )
}

#[tokio::test]
async fn a_mounted_file_is_read() {
    let folder = Folder::new();
    let expected = (Outcome::Completed, "content".to_owned());
    assert_eq!(
        open(&policy(&folder.path(), Access::ReadOnly), "rfile").await,
        expected
    );
    assert_eq!(
        open(&policy(&folder.path(), Access::ReadOnly), "rmissing").await,
        refused(NOENT)
    );
}

#[tokio::test]
async fn nothing_is_there_without_a_mount() {
    assert_eq!(open(&Policy::default(), "rfile").await, refused(BADF));
    let mut stage = Stage::new(&limits()).await;
    assert_eq!(stage.execute("M").await.outcome, refused(BADF).0);
}

#[tokio::test]
async fn a_read_only_mount_is_not_written() {
    let folder = Folder::new();
    let made = folder.path().join("new");
    let (outcome, _) = open(&policy(&folder.path(), Access::ReadOnly), "wnew").await;
    assert_eq!(outcome, refused(ROFS).0);
    assert!(!made.exists());
    assert_eq!(
        open(&policy(&folder.path(), Access::ReadWrite), "wnew")
            .await
            .0,
        Outcome::Completed
    );
    assert!(made.exists());
}

#[tokio::test]
async fn no_path_leaves_the_mount() {
    let folder = Folder::new();
    let secret = folder.outside.path().join("secret");
    std::os::unix::fs::symlink(&secret, folder.path().join("absolute")).unwrap();
    std::os::unix::fs::symlink("../secret", folder.path().join("relative")).unwrap();
    std::os::unix::fs::symlink("file", folder.path().join("harmless")).unwrap();
    let policy = policy(&folder.path(), Access::ReadWrite);
    for path in [
        "../secret",
        "absolute",
        "relative",
        "x/../../secret",
        secret.to_str().unwrap(),
    ] {
        for how in ["r", "w"] {
            let (outcome, read) = open(&policy, &format!("{how}{path}")).await;
            assert!(
                matches!(outcome, Outcome::Trapped(_)),
                "{how}{path}: {outcome:?}"
            );
            assert_eq!(read, "");
        }
    }
    let (outcome, read) = open(&policy, "rharmless").await;
    assert_eq!((outcome, &*read), (Outcome::Completed, "content"));
    assert_eq!(std::fs::read_to_string(&secret).unwrap(), "secret");
}

#[tokio::test]
async fn open_files_are_limited() {
    let folder = Folder::new();
    let mut stage = Stage::with(&limits(), &policy(&folder.path(), Access::ReadOnly)).await;
    let mut opened = 0;
    while stage.execute("Orfile").await.outcome == Outcome::Completed {
        opened += 1;
        assert!(opened < 100);
    }
    assert!(opened >= 8, "{opened}");
}

#[tokio::test]
async fn mounts_that_cannot_be_are_named() {
    let folder = Folder::new();
    let start = |host: std::path::PathBuf| async move {
        let console = Box::new(Memory::default());
        match Session::start(
            engine(),
            &policy(&host, Access::ReadOnly),
            &limits(),
            console,
        )
        .await
        {
            Err(Error::Policy(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let file = folder.path().join("file");
    assert_eq!(
        start(file.clone()).await,
        PolicyError::MountNotFolder { host: file }
    );
    let missing = folder.path().join("missing");
    assert_eq!(
        start(missing.clone()).await,
        PolicyError::MountMissing { host: missing }
    );
}

#[tokio::test]
async fn pointers_of_calls_on_files_are_checked() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("f"), "12345678").unwrap();
    let policy = policy(&folder.path(), Access::ReadWrite);
    let mut stage = Stage::with(&limits(), &policy).await;
    assert_eq!(stage.execute("D").await.outcome, Outcome::Completed);
    // Nothing was done that was answered with an error, and what was not was done.
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 2);
    let content = std::fs::read_to_string(folder.path().join("f")).unwrap();
    assert_eq!(content, "12341234");
}
