//! Each refusal with its errno, and its twin that succeeds: the stage, and a file for each subject.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the folders that it grants"
)]

mod changes;
mod descriptors;
mod hidden;
mod matrix;
mod paths;
mod quotas;
mod repeated;
mod rules;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::calls::{CallPolicy, PathAction, PathRule};
use crate::policy::{Access, Quota};

/// A folder `in` that is granted as `/m`, with a secret beside it.
struct Stage {
    outside: tempfile::TempDir,
    files: Files,
}

#[derive(Default)]
struct Rules {
    read_only: bool,
    dotfiles: bool,
    exclude: Vec<String>,
    quota: Quota,
    paths: Vec<PathRule>,
}

const MOUNT: u32 = 3;

fn ask(call: HostCall) -> Ask {
    Ask { call, denied: None }
}

fn folder(index: usize, host: &Path, guest: &str, rules: &Rules) -> Folder {
    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
    Folder {
        index,
        guest: guest.into(),
        root: Arc::new(rustix::fs::open(host, flags, rustix::fs::Mode::empty()).unwrap()),
        access: if rules.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        },
        names: Names::new(rules.dotfiles, &rules.exclude).unwrap(),
        account: Account::new(rules.quota),
    }
}

impl Stage {
    fn new(rules: Rules) -> Self {
        let outside = tempfile::tempdir().unwrap();
        let inside = outside.path().join("in");
        std::fs::create_dir_all(inside.join("d/e")).unwrap();
        std::fs::create_dir(inside.join(".hid")).unwrap();
        for (path, content) in [
            ("in/file", "content"),
            ("in/d/file", "deep"),
            ("in/.env", "dot"),
            ("in/.Env", "Dot"),
            ("in/.hid/file", "dot"),
            ("in/A.key", "key"),
            ("in/d/b.KEY", "key"),
            ("secret", "secret"),
        ] {
            std::fs::write(outside.path().join(path), content).unwrap();
        }
        for (target, link) in [
            ("file", "to_file"),
            ("d", "to_d"),
            ("../secret", "out"),
            ("/etc/passwd", "absolute"),
            ("..", "up"),
            ("d/../../secret", "out_again"),
            ("nothing", "dangling"),
            ("loop", "loop"),
            (".env", "to_dot"),
            (".hid", "to_hid"),
            ("A.key", "to_key"),
        ] {
            symlink(target, inside.join(link)).unwrap();
        }
        let policy = CallPolicy {
            paths: rules.paths.clone(),
            ..CallPolicy::allow()
        };
        let folders = vec![folder(0, &inside, "/m", &rules)];
        let paths = PathRules::new(&policy).unwrap();
        Self {
            outside,
            files: Files::new(folders, 8, paths),
        }
    }

    fn host(&self, path: &str) -> PathBuf {
        self.outside.path().join("in").join(path)
    }

    fn open(&mut self, path: &str, how: How) -> Result<u32, Errno> {
        let opened = self
            .files
            .open(ask(HostCall::PathOpen), MOUNT, path.as_bytes(), how);
        opened.map_err(|refusal| refusal.errno)
    }

    /// The content of the file at `path`.
    fn read(&mut self, path: &str) -> Result<String, Errno> {
        let fd = self.open(path, READ)?;
        let mut buffer = [0; 100];
        let count = self
            .files
            .read(fd, &mut buffer, None)
            .map_err(|refusal| refusal.errno);
        self.files.close(fd).unwrap();
        Ok(String::from_utf8_lossy(&buffer[..count?]).into_owned())
    }

    fn stat(&mut self, path: &str) -> Result<u64, Errno> {
        let stat =
            self.files
                .path_filestat(ask(HostCall::PathFilestatGet), MOUNT, path.as_bytes(), true);
        stat.map(|stat| stat.size).map_err(|refusal| refusal.errno)
    }

    fn names(&mut self, path: &str) -> Vec<String> {
        let fd = self.open(path, FOLDER).unwrap();
        let mut names = Vec::new();
        let mut cookie = 0;
        loop {
            let mut buffer = [0; 64];
            let used = self.files.list(fd, &mut buffer, cookie).unwrap();
            let len = usize::from(buffer[16]);
            if used < 24 + len {
                break;
            }
            names.push(String::from_utf8_lossy(&buffer[24..24 + len]).into_owned());
            cookie += 1;
        }
        self.files.close(fd).unwrap();
        names
    }
}

const READ: How = How {
    follow: true,
    read: true,
    create: false,
    folder: false,
    exclusive: false,
    truncate: false,
    write: false,
    flags: 0,
};
const WRITE: How = How {
    write: true,
    read: false,
    ..READ
};
const CREATE: How = How {
    create: true,
    ..WRITE
};
const FOLDER: How = How {
    folder: true,
    ..READ
};

fn patterns(patterns: &[&str]) -> Vec<String> {
    patterns.iter().map(|&pattern| pattern.to_owned()).collect()
}

/// The errno of a call that was refused.
#[track_caller]
fn refused<T: std::fmt::Debug>(done: Done<T>) -> Errno {
    done.unwrap_err().errno
}

fn plain() -> Stage {
    Stage::new(Rules::default())
}

/// The kernel's way and the way name by name.
fn both() -> [Stage; 2] {
    let named = Rules {
        exclude: patterns(&["surely_not_there"]),
        ..Rules::default()
    };
    [plain(), Stage::new(named)]
}
