//! Folders that another process has opened: they are what was passed, whatever their names lead to, and nothing else is there.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the folders that it grants"
)]

use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use croquant_sandbox::{
    Access, Error, Mount, Outcome, Policy, PolicyError, Session, Snapshot, SnapshotError,
};

use crate::stage::{Memory, Stage, engine, limits};

/// A folder with a file in it, and a secret beside it.
struct Scene {
    around: tempfile::TempDir,
}

impl Scene {
    fn new(text: &str) -> Self {
        let around = tempfile::tempdir().unwrap();
        std::fs::create_dir(around.path().join("folder")).unwrap();
        std::fs::write(around.path().join("folder/file"), text).unwrap();
        std::fs::write(around.path().join("secret"), "secret").unwrap();
        Self { around }
    }

    fn folder(&self) -> PathBuf {
        self.around.path().join("folder")
    }

    fn policy(&self, access: Access) -> Policy {
        policy(&self.folder(), access)
    }
}

fn policy(host: &Path, access: Access) -> Policy {
    Policy {
        mounts: vec![Mount::new(host, "/data", access)],
        ..Policy::default()
    }
}

async fn start(policy: &Policy, folders: &[OwnedFd]) -> Result<Stage, Error> {
    let memory = Memory::default();
    let console = Box::new(memory.clone());
    let session = Session::start_in(engine(), policy, folders, &limits(), console).await?;
    Ok(Stage { session, memory })
}

async fn resume(
    snapshot: &Snapshot,
    mounts: &[Mount],
    folders: &[OwnedFd],
) -> Result<Stage, Error> {
    let memory = Memory::default();
    let console = Box::new(memory.clone());
    let session = Session::resume_in(engine(), snapshot, mounts, folders, console).await?;
    Ok(Stage { session, memory })
}

/// What a path has for a session that may read it; `None` if it is refused.
async fn read(policy: &Policy, folders: &[OwnedFd], path: &str) -> Option<String> {
    let mut stage = start(policy, folders).await.unwrap();
    match stage.execute(&format!("Or{path}")).await.outcome {
        Outcome::Completed => Some(stage.memory.stdout()),
        Outcome::Trapped(_) => None,
        other => panic!("{path}: {other:?}"),
    }
}

#[tokio::test]
async fn a_folder_stays_what_was_passed() {
    let scene = Scene::new("passed");
    let policy = scene.policy(Access::ReadOnly);
    let folders = policy.open_folders().unwrap();
    std::fs::rename(scene.folder(), scene.around.path().join("moved")).unwrap();
    let elsewhere = Scene::new("elsewhere");
    symlink(elsewhere.folder(), scene.folder()).unwrap();
    let passed = read(&policy, &folders, "file").await;
    assert_eq!(passed.as_deref(), Some("passed"));
    // The twin: by its name it is another.
    let named = read(&policy, &policy.open_folders().unwrap(), "file").await;
    assert_eq!(named.as_deref(), Some("elsewhere"));
}

#[tokio::test]
async fn no_path_leaves_it() {
    let scene = Scene::new("text");
    let secret = scene.around.path().join("secret");
    symlink(&secret, scene.folder().join("absolute")).unwrap();
    symlink("../secret", scene.folder().join("relative")).unwrap();
    symlink("file", scene.folder().join("inside")).unwrap();
    let policy = scene.policy(Access::ReadWrite);
    let folders = policy.open_folders().unwrap();
    let secret = secret.to_str().unwrap();
    for path in [
        "../secret",
        "x/../../secret",
        "absolute",
        "relative",
        secret,
    ] {
        assert_eq!(read(&policy, &folders, path).await, None, "{path}");
    }
    for path in ["file", "inside"] {
        let inside = read(&policy, &folders, path).await;
        assert_eq!(inside.as_deref(), Some("text"), "{path}");
    }
}

/// What may be done there is the policy's to say: the descriptors are the same.
#[tokio::test]
async fn what_is_read_only_is_not_written() {
    let scene = Scene::new("text");
    let made = scene.folder().join("new");
    let folders = scene.policy(Access::ReadOnly).open_folders().unwrap();
    for (access, is_made) in [(Access::ReadOnly, false), (Access::ReadWrite, true)] {
        let mut stage = start(&scene.policy(access), &folders).await.unwrap();
        let outcome = stage.execute("Ownew").await.outcome;
        assert_eq!(outcome == Outcome::Completed, is_made, "{outcome:?}");
        assert_eq!(made.exists(), is_made);
    }
}

#[tokio::test]
async fn there_are_as_many_as_mounts() {
    let scene = Scene::new("text");
    let one = scene.policy(Access::ReadOnly);
    let open = |count| {
        let mut folders = Vec::new();
        for _ in 0..count {
            folders.extend(one.open_folders().unwrap());
        }
        folders
    };
    for (policy, mounts) in [(Policy::default(), 0), (one.clone(), 1)] {
        for folders in 0..3 {
            let started = start(&policy, &open(folders)).await;
            let expected = PolicyError::FolderCount { folders, mounts };
            match started {
                Ok(_) => assert_eq!(folders, mounts),
                Err(Error::Policy(error)) => assert_eq!(error, expected),
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_snapshot_goes_on_with_the_folder_that_is_passed_now() {
    let (before, now) = (Scene::new("before"), Scene::new("now"));
    let policy = before.policy(Access::ReadOnly);
    let folders = policy.open_folders().unwrap();
    let mut stage = start(&policy, &folders).await.unwrap();
    let snapshot = stage.session.snapshot().await.unwrap();
    let policy = now.policy(Access::ReadOnly);
    let folders = policy.open_folders().unwrap();
    let mut stage = resume(&snapshot, &policy.mounts, &folders).await.unwrap();
    let outcome = stage.execute("Orfile").await.outcome;
    assert_eq!(outcome, Outcome::Completed);
    assert_eq!(stage.memory.stdout(), "now");
    // What was read-only, or was not there, does not become more with it.
    let more = now.policy(Access::ReadWrite);
    for (mounts, folders) in [(&more.mounts[..], &folders[..]), (&[], &[])] {
        match resume(&snapshot, mounts, folders).await.err() {
            Some(Error::Snapshot(SnapshotError::OtherMounts)) => {}
            other => panic!("{other:?}"),
        }
    }
}
