//! Paths: what they lead to, and what no path leads to.

use super::*;

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
