//! What a session that repeats itself is shown instead of the host's numbers.

use super::*;
use crate::files::{Time, Times};

const START_NS: u64 = 5_000;

fn stage() -> Stage {
    let mut stage = Stage::new(Rules::default());
    stage.files.repeat(START_NS);
    stage
}

/// Inode, links, modified, changed.
fn shown(stage: &mut Stage, path: &str) -> (u64, u64, u64, u64) {
    let path = path.as_bytes();
    let ask = ask(HostCall::PathFilestatGet);
    let stat = stage.files.path_filestat(ask, MOUNT, path, false).unwrap();
    (stat.inode, stat.links, stat.modified_ns, stat.changed_ns)
}

#[test]
fn files_are_numbered_as_they_are_met() {
    let mut stage = stage();
    assert_eq!(shown(&mut stage, "d/file"), (1, 1, START_NS, START_NS));
    assert_eq!(shown(&mut stage, "file").0, 2);
    assert_eq!(shown(&mut stage, "d/file").0, 1);
    assert_eq!(shown(&mut stage, "to_file").0, 3);
}

#[test]
fn what_the_session_does_shows() {
    let mut stage = stage();
    let how = How {
        write: true,
        create: true,
        ..How::default()
    };
    stage.files.tell_time(|| 6_000);
    let fd = stage.open("new", how).unwrap();
    assert_eq!(shown(&mut stage, "new"), (1, 1, 6_000, 6_000));
    stage.files.tell_time(|| 7_000);
    stage.files.write(fd, b"x", None).unwrap();
    assert_eq!(shown(&mut stage, "new"), (1, 1, 7_000, 7_000));
    let times = Times {
        accessed: None,
        modified: Some(Time::At(3)),
    };
    stage.files.tell_time(|| 8_000);
    stage.files.set_times(fd, times).unwrap();
    assert_eq!(shown(&mut stage, "new"), (1, 1, 3, 8_000));
    let path = ask(HostCall::PathLink);
    let files = &mut stage.files;
    files
        .link(path, (MOUNT, b"new"), false, (MOUNT, b"other"))
        .unwrap();
    assert_eq!(shown(&mut stage, "other").1, 2);
    stage.files.remove_file(path, MOUNT, b"new").unwrap();
    assert_eq!(shown(&mut stage, "other").1, 1);
}

#[test]
fn a_file_that_is_gone_takes_its_number_along() {
    let mut stage = stage();
    let path = ask(HostCall::PathUnlinkFile);
    let mut last = 0;
    for _ in 0..20 {
        let how = How {
            write: true,
            create: true,
            ..How::default()
        };
        let fd = stage.open("again", how).unwrap();
        let number = shown(&mut stage, "again").0;
        assert!(number > last);
        last = number;
        stage.files.remove_file(path, MOUNT, b"again").unwrap();
        let open = stage.files.filestat(fd).unwrap();
        assert_eq!((open.inode, open.links), (number, 0));
        // The host may give its number to the next file from here on.
        stage.files.close(fd).unwrap();
    }
}

#[test]
fn without_it_the_host_s_numbers_are_shown() {
    use std::os::unix::fs::MetadataExt as _;
    let mut stage = Stage::new(Rules::default());
    let host = std::fs::metadata(stage.host("file")).unwrap();
    let (inode, links, modified, _) = shown(&mut stage, "file");
    assert_eq!((inode, links), (host.ino(), host.nlink()));
    assert_eq!(modified / 1_000_000_000, host.mtime().unsigned_abs());
}
