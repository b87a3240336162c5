//! Quotas: what is added to a mount is bounded.

use super::*;

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
