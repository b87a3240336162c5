//! Each refusal with its errno, and its twin that succeeds.

#![expect(
    clippy::disallowed_methods,
    reason = "a test makes the folders that it grants"
)]

use std::os::unix::fs::{PermissionsExt as _, symlink};
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
    exclude: &'static [&'static str],
    quota: Quota,
    paths: Vec<PathRule>,
}

const MOUNT: u32 = 3;

fn ask(call: HostCall) -> Ask {
    Ask { call, denied: None }
}

fn folder(index: usize, host: &Path, guest: &str, rules: &Rules) -> Folder {
    let exclude: Vec<_> = rules
        .exclude
        .iter()
        .map(|&pattern| pattern.to_owned())
        .collect();
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
        names: Names::new(rules.dotfiles, &exclude).unwrap(),
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

    fn stat(&self, path: &str) -> Result<u64, Errno> {
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
        exclude: &["surely_not_there"],
        ..Rules::default()
    };
    [plain(), Stage::new(named)]
}

#[test]
fn paths_within_the_mount_are_read() {
    for mut stage in both() {
        for (path, content) in [
            ("file", "content"),
            ("./file", "content"),
            ("d/file", "deep"),
            ("d//file", "deep"),
            ("d/e/../file", "deep"),
            ("to_file", "content"),
            ("to_d/file", "deep"),
            ("to_d/e/../file", "deep"),
            ("A.key", "key"),
        ] {
            assert_eq!(stage.read(path), Ok(content.into()), "{path}");
            assert_eq!(stage.stat(path), Ok(content.len() as u64), "{path}");
        }
    }
}

#[test]
fn no_path_leaves_the_mount() {
    for mut stage in both() {
        let secret = stage.outside.path().join("secret");
        for path in [
            "../secret",
            "d/../../secret",
            "out",
            "absolute",
            "up/secret",
            "out_again",
            "..",
            "up",
            secret.to_str().unwrap(),
        ] {
            for how in [
                READ,
                WRITE,
                CREATE,
                FOLDER,
                How {
                    truncate: true,
                    ..WRITE
                },
            ] {
                assert_eq!(stage.open(path, how), Err(Errno::Perm), "{path} {how:?}");
            }
            assert_eq!(stage.stat(path), Err(Errno::Perm), "{path}");
        }
        assert_eq!(std::fs::read_to_string(secret).unwrap(), "secret");
    }
}

#[test]
fn wrong_paths_have_the_errno_of_posix() {
    for mut stage in both() {
        let long = "n".repeat(256);
        let longer = "n/".repeat(2100);
        for (path, errno) in [
            ("", Errno::NoEnt),
            ("missing", Errno::NoEnt),
            ("missing/file", Errno::NoEnt),
            ("file/", Errno::NotDir),
            ("file/x", Errno::NotDir),
            ("to_file/", Errno::NotDir),
            ("dangling", Errno::NoEnt),
            ("loop", Errno::Loop),
            ("loop/x", Errno::Loop),
            ("a\0b", Errno::Inval),
            (&long, Errno::NameTooLong),
            (&longer, Errno::NameTooLong),
        ] {
            assert_eq!(stage.read(path), Err(errno), "{path}");
            assert_eq!(stage.stat(path), Err(errno), "{path}");
        }
        assert_eq!(stage.open("file", FOLDER), Err(Errno::NotDir));
        assert_eq!(stage.open("d", WRITE), Err(Errno::IsDir));
        assert_eq!(stage.open("d", CREATE), Err(Errno::IsDir));
        assert_eq!(
            stage.open(
                "d",
                How {
                    truncate: true,
                    ..READ
                }
            ),
            Err(Errno::IsDir)
        );
        assert_eq!(
            stage.open(
                "to_file",
                How {
                    follow: false,
                    ..READ
                }
            ),
            Err(Errno::Loop)
        );
        assert_eq!(stage.open("new/", CREATE), Err(Errno::IsDir));
        assert_eq!(
            stage.open(
                "file",
                How {
                    exclusive: true,
                    ..CREATE
                }
            ),
            Err(Errno::Exist)
        );
        assert_eq!(
            stage.open(
                "to_file",
                How {
                    exclusive: true,
                    ..CREATE
                }
            ),
            Err(Errno::Exist)
        );
        assert_eq!(stage.read("d"), Err(Errno::IsDir));
        for path in [".", "d/", "d/.", "to_d", "to_d/"] {
            let fd = stage.open(path, FOLDER).unwrap();
            stage.files.close(fd).unwrap();
        }
        let made = stage
            .open(
                "new",
                How {
                    exclusive: true,
                    ..CREATE
                },
            )
            .unwrap();
        assert_eq!(stage.files.write(made, b"x", None), Ok(1));
        let made = stage.open("dangling", CREATE).unwrap();
        assert_eq!(stage.files.write(made, b"xy", None), Ok(2));
        assert_eq!(std::fs::read(stage.host("nothing")).unwrap(), b"xy");
    }
}

#[test]
fn a_read_only_mount_refuses_every_change() {
    let mut stage = Stage::new(Rules {
        read_only: true,
        ..Rules::default()
    });
    for (path, how) in [
        ("file", WRITE),
        (
            "file",
            How {
                truncate: true,
                ..READ
            },
        ),
        ("new", CREATE),
        (
            "new",
            How {
                create: true,
                ..READ
            },
        ),
    ] {
        assert_eq!(stage.open(path, how), Err(Errno::Rofs), "{path} {how:?}");
    }
    // What exists may be opened with O_CREAT, as on any read-only filesystem.
    let fd = stage
        .open(
            "file",
            How {
                create: true,
                ..READ
            },
        )
        .unwrap();
    let files = &mut stage.files;
    assert_eq!(refused(files.write(fd, b"x", None)), Errno::Badf);
    assert_eq!(refused(files.set_size(fd, 0)), Errno::Badf);
    let now = Times {
        accessed: Some(Time::Now),
        modified: Some(Time::Now),
    };
    assert_eq!(refused(files.set_times(fd, now)), Errno::Rofs);
    let path = ask(HostCall::PathOpen);
    assert_eq!(
        refused(files.path_set_times(path, MOUNT, b"file", true, now)),
        Errno::Rofs
    );
    assert_eq!(refused(files.make_folder(path, MOUNT, b"new")), Errno::Rofs);
    assert_eq!(refused(files.make_folder(path, MOUNT, b"d")), Errno::Exist);
    assert_eq!(
        refused(files.remove_folder(path, MOUNT, b"d/e")),
        Errno::Rofs
    );
    assert_eq!(
        refused(files.remove_file(path, MOUNT, b"file")),
        Errno::Rofs
    );
    assert_eq!(
        refused(files.rename(path, (MOUNT, b"file"), (MOUNT, b"x"))),
        Errno::Rofs
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b"file"), false, (MOUNT, b"x"))),
        Errno::Rofs
    );
    assert_eq!(
        refused(files.symlink(path, b"file", MOUNT, b"x")),
        Errno::Rofs
    );
    assert_eq!(stage.read("file"), Ok("content".into()));
}

#[test]
fn a_read_write_mount_takes_every_change() {
    for mut stage in both() {
        let path = ask(HostCall::PathOpen);
        let files = &mut stage.files;
        files.make_folder(path, MOUNT, b"new").unwrap();
        files
            .rename(path, (MOUNT, b"file"), (MOUNT, b"new/file"))
            .unwrap();
        files
            .link(path, (MOUNT, b"new/file"), false, (MOUNT, b"hard"))
            .unwrap();
        files
            .symlink(path, b"../d/file", MOUNT, b"new/soft")
            .unwrap();
        files.remove_file(path, MOUNT, b"new/file").unwrap();
        assert_eq!(
            files.read_link(path, MOUNT, b"new/soft").unwrap(),
            b"../d/file"
        );
        files.remove_folder(path, MOUNT, b"d/e/").unwrap();
        let now = Times {
            accessed: None,
            modified: Some(Time::At(7_000_000_001)),
        };
        files
            .path_set_times(path, MOUNT, b"hard", true, now)
            .unwrap();
        assert_eq!(stage.read("hard"), Ok("content".into()));
        assert_eq!(stage.read("new/soft"), Ok("deep".into()));
        let modified = std::fs::metadata(stage.host("hard"))
            .unwrap()
            .modified()
            .unwrap();
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
        assert_eq!(since.as_nanos(), 7_000_000_001);
    }
}

#[test]
fn names_are_not_made_or_taken_where_posix_says_so() {
    for mut stage in both() {
        let path = ask(HostCall::PathOpen);
        let files = &mut stage.files;
        assert_eq!(refused(files.remove_file(path, MOUNT, b"d")), Errno::IsDir);
        assert_eq!(
            refused(files.remove_file(path, MOUNT, b"file/")),
            Errno::NotDir
        );
        assert_eq!(
            refused(files.remove_folder(path, MOUNT, b"file")),
            Errno::NotDir
        );
        assert_eq!(
            refused(files.remove_folder(path, MOUNT, b"d")),
            Errno::NotEmpty
        );
        assert_eq!(
            refused(files.remove_folder(path, MOUNT, b"to_d/")),
            Errno::NotDir
        );
        assert_eq!(
            refused(files.remove_folder(path, MOUNT, b".")),
            Errno::Inval
        );
        assert_eq!(
            refused(files.rename(path, (MOUNT, b"d"), (MOUNT, b"d/e/x"))),
            Errno::Inval
        );
        assert_eq!(
            refused(files.rename(path, (MOUNT, b"file"), (MOUNT, b"d"))),
            Errno::IsDir
        );
        assert_eq!(
            refused(files.rename(path, (MOUNT, b"file"), (MOUNT, b"x/"))),
            Errno::NotDir
        );
        assert_eq!(
            refused(files.rename(path, (MOUNT, b"gone"), (MOUNT, b"x"))),
            Errno::NoEnt
        );
        assert_eq!(
            refused(files.link(path, (MOUNT, b"d"), false, (MOUNT, b"x"))),
            Errno::Perm
        );
        assert_eq!(
            refused(files.link(path, (MOUNT, b"file"), false, (MOUNT, b"d"))),
            Errno::Exist
        );
        assert_eq!(refused(files.read_link(path, MOUNT, b"file")), Errno::Inval);
        for target in ["/etc/passwd", "../secret", "d/../../x", "../in/file"] {
            assert_eq!(
                refused(files.symlink(path, target.as_bytes(), MOUNT, b"x")),
                Errno::Perm
            );
        }
        assert_eq!(refused(files.symlink(path, b"", MOUNT, b"x")), Errno::NoEnt);
        // A link that stays inside where it is may not be moved to where it does not.
        files.symlink(path, b"../file", MOUNT, b"d/soft").unwrap();
        assert_eq!(
            refused(files.rename(path, (MOUNT, b"d/soft"), (MOUNT, b"soft"))),
            Errno::Perm
        );
        files
            .rename(path, (MOUNT, b"d/soft"), (MOUNT, b"d/e/soft"))
            .unwrap();
    }
}

#[test]
fn mounts_are_filesystems_of_their_own() {
    let one = plain();
    let two = tempfile::tempdir().unwrap();
    std::fs::write(two.path().join("other"), "other").unwrap();
    let read_only = Rules {
        read_only: true,
        ..Rules::default()
    };
    let folders = vec![
        folder(0, &one.host("."), "/m", &Rules::default()),
        folder(1, two.path(), "/o", &read_only),
    ];
    let mut files = Files::new(folders, 8, PathRules::default());
    let path = ask(HostCall::PathOpen);
    for (from, to) in [
        ((3, &b"file"[..]), (4, &b"x"[..])),
        ((4, b"other"), (3, b"x")),
    ] {
        assert_eq!(refused(files.rename(path, from, to)), Errno::Xdev);
        assert_eq!(refused(files.link(path, from, false, to)), Errno::Xdev);
    }
    assert_eq!(
        refused(files.link(path, (4, b"other"), false, (4, b"x"))),
        Errno::Rofs
    );
    files.link(path, (3, b"file"), false, (3, b"x")).unwrap();
}

#[test]
fn only_files_and_folders_are_opened() {
    let mut stage = plain();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, stage.host("pipe"), mode).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(stage.host("socket")).unwrap();
    symlink("pipe", stage.host("to_pipe")).unwrap();
    for path in ["pipe", "to_pipe", "socket"] {
        for how in [READ, WRITE, CREATE] {
            assert_eq!(stage.open(path, how), Err(Errno::Nxio), "{path}");
        }
    }
    let devices = folder(0, Path::new("/dev"), "/dev", &Rules::default());
    let mut files = Files::new(vec![devices], 8, PathRules::default());
    let opened = files.open(ask(HostCall::PathOpen), MOUNT, b"null", READ);
    assert_eq!(
        opened.unwrap_err(),
        Refusal::new(Errno::Acces, Reason::Special, 0)
    );
    // They are there, all the same.
    assert_eq!(stage.stat("pipe"), Ok(0));
    stage
        .files
        .remove_file(ask(HostCall::PathUnlinkFile), MOUNT, b"pipe")
        .unwrap();
}

#[test]
fn descriptors_are_the_guests_own() {
    let mut stage = plain();
    let fd = stage.open("file", READ).unwrap();
    let folder = stage.open("d", FOLDER).unwrap();
    let files = &mut stage.files;
    assert_eq!((fd, folder), (4, 5));
    for unknown in [0, 1, 2, 6, 1_000_000, u32::MAX] {
        assert_eq!(refused(files.close(unknown)), Errno::Badf);
        assert_eq!(refused(files.read(unknown, &mut [0], None)), Errno::Badf);
        assert_eq!(refused(files.filestat(unknown)), Errno::Badf);
    }
    assert_eq!(refused(files.write(fd, b"x", None)), Errno::Badf);
    assert_eq!(refused(files.list(fd, &mut [0; 64], 0)), Errno::NotDir);
    assert_eq!(refused(files.seek(folder, 0, Whence::Start)), Errno::IsDir);
    assert_eq!(refused(files.seek(fd, -1, Whence::Start)), Errno::Inval);
    assert_eq!(
        refused(files.seek(fd, i64::MAX, Whence::End)),
        Errno::Overflow
    );
    assert_eq!(files.seek(fd, -4, Whence::End), Ok(3));
    let mut buffer = [0; 8];
    assert_eq!(files.read(fd, &mut buffer, None), Ok(4));
    assert_eq!(&buffer[..4], b"tent");
    assert_eq!(files.read(fd, &mut buffer, Some(1)), Ok(6));
    assert_eq!(files.read(fd, &mut buffer, None), Ok(0));
    // A file is no place to start from, and a closed number is free again.
    let from_file = files.open(ask(HostCall::PathOpen), fd, b"x", READ);
    assert_eq!(refused(from_file), Errno::NotDir);
    let deep = files
        .open(ask(HostCall::PathOpen), folder, b"file", READ)
        .unwrap();
    assert_eq!(files.named(deep), Some(&b"/m/d/file"[..]));
    files.close(fd).unwrap();
    assert_eq!(refused(files.read(fd, &mut buffer, None)), Errno::Badf);
    assert_eq!(stage.open("file", READ), Ok(fd));
}

#[test]
fn open_files_are_limited() {
    let mut stage = plain();
    for _ in 0..8 {
        stage.open("file", READ).unwrap();
    }
    assert_eq!(stage.open("file", READ), Err(Errno::Mfile));
    assert_eq!(stage.open("new", CREATE), Err(Errno::Mfile));
    assert!(!stage.host("new").exists());
    stage.files.close(7).unwrap();
    assert_eq!(stage.open("file", READ), Ok(7));
}

#[test]
fn writing_goes_where_it_should() {
    let mut stage = plain();
    let fd = stage
        .open(
            "file",
            How {
                read: true,
                ..WRITE
            },
        )
        .unwrap();
    let end = stage.open("file", How { flags: 1, ..WRITE }).unwrap();
    let files = &mut stage.files;
    assert_eq!(files.write(fd, b"C", None), Ok(1));
    assert_eq!(files.write(end, b"!", None), Ok(1));
    assert_eq!(files.write(end, b"?", Some(0)), Ok(1));
    assert_eq!(files.write(fd, b"xx", Some(10)), Ok(2));
    files.set_flags(fd, 1).unwrap();
    assert_eq!(files.write(fd, b".", None), Ok(1));
    assert_eq!(
        std::fs::read(stage.host("file")).unwrap(),
        b"Content!?\0xx."
    );
    let fd = stage
        .open(
            "file",
            How {
                truncate: true,
                ..WRITE
            },
        )
        .unwrap();
    stage.files.set_size(fd, 3).unwrap();
    assert_eq!(std::fs::read(stage.host("file")).unwrap(), [0; 3]);
}

#[test]
fn hidden_dotfiles_do_not_exist() {
    let mut stage = Stage::new(Rules {
        dotfiles: true,
        ..Rules::default()
    });
    for path in [
        ".env",
        ".Env",
        ".hid/file",
        ".hid",
        "to_dot",
        "to_hid/file",
        ".missing",
        "d/../.env",
        "./.env",
    ] {
        assert_eq!(stage.read(path), Err(Errno::NoEnt), "{path}");
        assert_eq!(stage.stat(path), Err(Errno::NoEnt), "{path}");
    }
    for path in [".new", ".env", "d/.new"] {
        assert_eq!(stage.open(path, CREATE), Err(Errno::Acces), "{path}");
        assert_eq!(
            stage.open(
                path,
                How {
                    exclusive: true,
                    ..CREATE
                }
            ),
            Err(Errno::Acces),
            "{path}"
        );
    }
    let path = ask(HostCall::PathOpen);
    let files = &mut stage.files;
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b".new")),
        Errno::Acces
    );
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b".hid/new")),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.remove_file(path, MOUNT, b".env")),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.rename(path, (MOUNT, b".env"), (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.rename(path, (MOUNT, b"file"), (MOUNT, b".x"))),
        Errno::Acces
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b".env"), false, (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b"to_dot"), true, (MOUNT, b"x"))),
        Errno::NoEnt
    );
    assert_eq!(
        refused(files.symlink(path, b"file", MOUNT, b".x")),
        Errno::Acces
    );
    assert!(
        !stage
            .names(".")
            .iter()
            .any(|name| name.starts_with('.') && name.len() > 2)
    );
    assert_eq!(stage.read("A.key"), Ok("key".into()));
    // And where they are not hidden, all of that is there.
    let mut shown = plain();
    assert_eq!(shown.read(".env"), Ok("dot".into()));
    assert_eq!(shown.read(".Env"), Ok("Dot".into()));
    assert_eq!(shown.read("to_hid/file"), Ok("dot".into()));
    assert!(shown.names(".").contains(&".env".to_owned()));
    shown.open(".new", CREATE).unwrap();
}

#[test]
fn excluded_names_do_not_exist() {
    let mut stage = Stage::new(Rules {
        exclude: &["*.key", ".hid/"],
        ..Rules::default()
    });
    for path in [
        "A.key",
        "d/b.KEY",
        "to_key",
        "to_d/b.KEY",
        ".hid/file",
        "to_hid/file",
        "to_hid",
    ] {
        assert_eq!(stage.read(path), Err(Errno::NoEnt), "{path}");
        assert_eq!(stage.stat(path), Err(Errno::NoEnt), "{path}");
    }
    assert_eq!(stage.open("new.Key", CREATE), Err(Errno::Acces));
    assert!(!stage.host("new.Key").exists());
    assert_eq!(stage.read(".env"), Ok("dot".into()));
    let names = stage.names("d");
    assert_eq!(names, [".", "..", "e", "file"]);
    // Hidden, they still keep their folder from being removed.
    let path = ask(HostCall::PathRemoveDirectory);
    stage.files.remove_file(path, MOUNT, b"d/file").unwrap();
    stage.files.remove_folder(path, MOUNT, b"d/e").unwrap();
    assert_eq!(
        refused(stage.files.remove_folder(path, MOUNT, b"d")),
        Errno::NotEmpty
    );
    // Patterns of names go with their folder; those of paths would not, so there folders stay.
    stage
        .files
        .rename(path, (MOUNT, b"d"), (MOUNT, b"moved"))
        .unwrap();
    assert_eq!(stage.read("moved/b.KEY"), Err(Errno::NoEnt));
    let mut stage = Stage::new(Rules {
        exclude: &["d/*.key"],
        ..Rules::default()
    });
    let moved = stage.files.rename(path, (MOUNT, b"d"), (MOUNT, b"moved"));
    assert_eq!(
        moved.unwrap_err(),
        Refusal::new(Errno::Xdev, Reason::FolderMove, 0)
    );
    assert_eq!(stage.read("d/b.KEY"), Err(Errno::NoEnt));
    assert_eq!(stage.read("A.key"), Ok("key".into()));
}

#[test]
fn refusals_say_why() {
    let mut stage = Stage::new(Rules {
        read_only: true,
        dotfiles: true,
        exclude: &["*.key"],
        ..Rules::default()
    });
    let mut why = |path: &str, how| {
        let opened = stage
            .files
            .open(ask(HostCall::PathOpen), MOUNT, path.as_bytes(), how);
        opened.unwrap_err().denial.map(|denial| denial.reason)
    };
    assert_eq!(why("file", WRITE), Some(Reason::ReadOnly));
    assert_eq!(why(".env", READ), Some(Reason::Dotfile));
    assert_eq!(why("A.key", READ), Some(Reason::Excluded));
    assert_eq!(why("out", READ), Some(Reason::Outside));
    // What would not be there anyway is nobody's refusal.
    assert_eq!(why(".missing", READ), None);
    assert_eq!(why("missing", READ), None);
}

#[test]
fn quotas_bound_what_is_added() {
    let quota = Quota {
        bytes: 10,
        files: 3,
    };
    let mut stage = Stage::new(Rules {
        quota,
        ..Rules::default()
    });
    let fd = stage.open("new", CREATE).unwrap();
    let path = ask(HostCall::PathOpen);
    let files = &mut stage.files;
    // What fits is written, the rest is refused, and holes count.
    assert_eq!(files.write(fd, b"123456789012", None), Ok(10));
    assert_eq!(refused(files.write(fd, b"x", None)), Errno::Dquot);
    assert_eq!(files.write(fd, b"x", Some(0)), Ok(1));
    assert_eq!(refused(files.write(fd, b"x", Some(1 << 40))), Errno::Dquot);
    assert_eq!(refused(files.set_size(fd, 11)), Errno::Dquot);
    files.set_size(fd, 4).unwrap();
    assert_eq!(files.write(fd, b"xxxxxxx", Some(4)), Ok(6));
    // Removed but open, it still takes its place.
    files.remove_file(path, MOUNT, b"new").unwrap();
    let other = stage.open("other", CREATE).unwrap();
    assert_eq!(refused(stage.files.write(other, b"x", None)), Errno::Dquot);
    stage.files.close(fd).unwrap();
    assert_eq!(stage.files.write(other, b"1234567890", None), Ok(10));
    // What was there before makes room, too.
    stage.files.remove_file(path, MOUNT, b"file").unwrap();
    assert_eq!(stage.files.write(other, b"1234567890", None), Ok(7));
}

#[test]
fn quotas_bound_how_many_files_are_added() {
    let quota = Quota {
        bytes: 100,
        files: 3,
    };
    let mut stage = Stage::new(Rules {
        quota,
        ..Rules::default()
    });
    let path = ask(HostCall::PathOpen);
    let fd = stage.open("one", CREATE).unwrap();
    let files = &mut stage.files;
    files.make_folder(path, MOUNT, b"two").unwrap();
    files.symlink(path, b"one", MOUNT, b"three").unwrap();
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b"four")),
        Errno::Dquot
    );
    assert_eq!(
        refused(files.link(path, (MOUNT, b"one"), false, (MOUNT, b"four"))),
        Errno::Dquot
    );
    assert_eq!(
        refused(files.symlink(path, b"one", MOUNT, b"four")),
        Errno::Dquot
    );
    assert_eq!(
        refused(files.make_folder(path, MOUNT, b"two")),
        Errno::Exist
    );
    assert_eq!(stage.open("four", CREATE), Err(Errno::Dquot));
    assert!(!stage.host("four").exists());
    stage.files.remove_folder(path, MOUNT, b"two").unwrap();
    // A file that another is renamed to goes with its bytes.
    let four = stage.open("four", CREATE).unwrap();
    assert_eq!(stage.files.write(four, &[b'x'; 60], None), Ok(60));
    assert_eq!(stage.files.write(fd, &[b'x'; 60], None), Ok(40));
    stage.files.close(fd).unwrap();
    stage
        .files
        .rename(path, (MOUNT, b"four"), (MOUNT, b"one"))
        .unwrap();
    let five = stage.open("five", CREATE).unwrap();
    assert_eq!(stage.files.write(five, &[b'x'; 60], None), Ok(40));
}

#[test]
fn a_second_name_keeps_a_files_bytes() {
    let quota = Quota { bytes: 5, files: 9 };
    let mut stage = Stage::new(Rules {
        quota,
        ..Rules::default()
    });
    let path = ask(HostCall::PathOpen);
    let fd = stage.open("one", CREATE).unwrap();
    assert_eq!(stage.files.write(fd, b"12345", None), Ok(5));
    stage.files.close(fd).unwrap();
    stage
        .files
        .link(path, (MOUNT, b"one"), false, (MOUNT, b"two"))
        .unwrap();
    stage.files.remove_file(path, MOUNT, b"one").unwrap();
    let three = stage.open("three", CREATE).unwrap();
    assert_eq!(refused(stage.files.write(three, b"x", None)), Errno::Dquot);
    stage.files.remove_file(path, MOUNT, b"two").unwrap();
    assert_eq!(stage.files.write(three, b"x", None), Ok(1));
}

#[test]
fn rules_on_paths_hold_for_the_real_path() {
    let rule = |pattern: &str, action| PathRule {
        pattern: pattern.into(),
        calls: vec![],
        action,
    };
    let mut stage = Stage::new(Rules {
        paths: vec![
            rule("/m/d/file", PathAction::Deny(Errno::Busy)),
            rule("/m/virtual/*.txt", PathAction::Content(b"hello".to_vec())),
            rule("/m/told", PathAction::Content(b"told".to_vec())),
        ],
        ..Rules::default()
    });
    for path in ["d/file", "to_d/file", "d/e/../file", "D/../d/file"] {
        let expected = if path.starts_with('D') {
            Errno::NoEnt
        } else {
            Errno::Busy
        };
        assert_eq!(stage.read(path), Err(expected), "{path}");
    }
    assert_eq!(stage.read("file"), Ok("content".into()));
    assert_eq!(stage.read("virtual/a.txt"), Ok("hello".into()));
    assert_eq!(stage.stat("virtual/a.txt"), Ok(5));
    assert_eq!(stage.read("virtual/b.csv"), Err(Errno::NoEnt));
    assert_eq!(stage.open("virtual/a.txt", WRITE), Err(Errno::Acces));
    assert_eq!(
        stage.open(
            "told",
            How {
                exclusive: true,
                ..CREATE
            }
        ),
        Err(Errno::Exist)
    );
    assert!(stage.names(".").contains(&"told".to_owned()));
    let path = ask(HostCall::PathUnlinkFile);
    assert_eq!(
        refused(stage.files.remove_file(path, MOUNT, b"told")),
        Errno::Acces
    );
    assert_eq!(
        refused(stage.files.rename(path, (MOUNT, b"file"), (MOUNT, b"told"))),
        Errno::Acces
    );
    assert_eq!(
        refused(stage.files.rename(path, (MOUNT, b"d"), (MOUNT, b"x"))),
        Errno::Xdev
    );
    // A fallback holds where no rule decides, and only there.
    let denied = Ask {
        call: HostCall::PathOpen,
        denied: Some(Errno::Perm),
    };
    assert_eq!(
        refused(stage.files.open(denied, MOUNT, b"file", READ)),
        Errno::Perm
    );
    stage.files.open(denied, MOUNT, b"told", READ).unwrap();
}

#[test]
fn listings_are_sorted_and_go_on_where_they_ended() {
    let mut stage = plain();
    let names = stage.names(".");
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    assert_eq!(names.len(), 19);
    // What is removed meanwhile is still told: the listing is as it was when it began.
    let fd = stage.open("d", FOLDER).unwrap();
    let mut buffer = [0; 40];
    assert_eq!(stage.files.list(fd, &mut buffer, 0), Ok(40));
    std::fs::remove_file(stage.host("d/file")).unwrap();
    let mut rest = [0; 200];
    let used = stage.files.list(fd, &mut rest, 1).unwrap();
    assert!(rest[..used].windows(4).any(|name| name == b"file"));
    let used = stage.files.list(fd, &mut rest, 0).unwrap();
    assert!(!rest[..used].windows(4).any(|name| name == b"file"));
    assert_eq!(stage.files.list(fd, &mut rest, u64::MAX), Ok(0));
}

#[test]
fn a_host_that_refuses_is_heard() {
    let mut stage = plain();
    std::fs::set_permissions(stage.host("file"), std::fs::Permissions::from_mode(0o000)).unwrap();
    let host = std::fs::File::open(stage.host("file")).map(|_| ());
    // Root may read it all the same.
    let expected = host
        .map(|()| "content".to_owned())
        .map_err(|_| Errno::Acces);
    assert_eq!(stage.read("file"), expected);
}

#[test]
fn paths_of_descriptors_do_not_add_up_without_an_end() {
    for mut stage in both() {
        let dots = "./".repeat(1000);
        let mut fd = MOUNT;
        let chain = (0..8).map(|_| {
            let path = format!("{dots}d/../");
            let opened = stage
                .files
                .open(ask(HostCall::PathOpen), fd, path.as_bytes(), FOLDER);
            opened
                .map(|opened| fd = opened)
                .map_err(|refusal| refusal.errno)
        });
        let chain: Vec<_> = chain.collect();
        assert_eq!(chain[..4], [Ok(()); 4]);
        assert_eq!(chain[4], Err(Errno::NameTooLong));
    }
}
