//! Open files: their numbers, their places, and what is read and written through them.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

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
