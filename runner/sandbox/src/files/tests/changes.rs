//! Changes of names: made, renamed, linked and removed where that may be.

use super::*;

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
    assert_eq!(refused(files.set_size(fd, 0)), Errno::Inval);
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
