use miniz_oxide::deflate::compress_to_vec;

use super::*;

/// A file as it is packed.
struct File<'a> {
    path: &'a str,
    content: &'a [u8],
    mode: u32,
    is_stored: bool,
}

fn file<'a>(path: &'a str, content: &'a [u8]) -> File<'a> {
    File {
        path,
        content,
        mode: 0o100_644,
        is_stored: false,
    }
}

/// An archive of files.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(path, content)| file(path, content))
        .collect();
    written(&files)
}

fn written(files: &[File<'_>]) -> Vec<u8> {
    let (mut archive, mut list) = (Vec::new(), Vec::new());
    for file in files {
        let data = if file.is_stored {
            file.content.to_vec()
        } else {
            compress_to_vec(file.content, 6)
        };
        let method = if file.is_stored { 0 } else { 8u16 };
        let mut about = Vec::new();
        // Version, flags, method, time and date, checksum, sizes, length of the name and of what follows it.
        for number in [20, 0, method, 0, 0] {
            about.extend(number.to_le_bytes());
        }
        about.extend(crc32fast::hash(file.content).to_le_bytes());
        about.extend((data.len() as u32).to_le_bytes());
        about.extend((file.content.len() as u32).to_le_bytes());
        about.extend((file.path.len() as u16).to_le_bytes());
        about.extend([0; 2]);
        list.extend(b"PK\x01\x02\x14\x03");
        list.extend(&about);
        list.extend([0; 6]);
        list.extend((file.mode << 16).to_le_bytes());
        list.extend((archive.len() as u32).to_le_bytes());
        list.extend(file.path.as_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&about);
        archive.extend(file.path.as_bytes());
        archive.extend(data);
    }
    let start = archive.len() as u32;
    archive.extend(&list);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend((files.len() as u16).to_le_bytes());
    archive.extend((files.len() as u16).to_le_bytes());
    archive.extend((list.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

#[track_caller]
fn refused(bytes: &[u8], expected: &str) {
    let problem = unpack(bytes).map(|pile| pile.files).unwrap_err();
    assert!(problem.message.contains(expected), "{}", problem.message);
}

/// Every occurrence of a name, replaced by one as long.
fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at: Vec<_> = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from))
        .collect();
    assert!(!at.is_empty());
    for at in at {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn files_are_unpacked_and_litter_is_not() {
    let bytes = packed(&[
        ("ann/leap.py", b"x = 1\n"),
        ("ann/data/in.txt", b""),
        ("__MACOSX/ann/._leap.py", b"?"),
        ("ann/.git/config", b"?"),
    ]);
    let pile = unpack(&bytes).unwrap();
    let files: Vec<_> = pile.files.iter().collect();
    assert_eq!(files.len(), 2);
    assert_eq!(pile.files["ann/leap.py"], b"x = 1\n");
}

#[test]
fn files_may_be_stored_and_named_in_old_encodings() {
    let stored = File {
        is_stored: true,
        ..file("xx.txt", b"1;2")
    };
    let bytes = renamed(written(&[stored]), b"xx", b"\x84\x94");
    assert_eq!(unpack(&bytes).unwrap().files["äö.txt"], b"1;2");
    let folder = File {
        mode: 0o040_755,
        ..file("ann/", b"")
    };
    let bytes = written(&[folder, file("ann/leap.py", b"x")]);
    assert_eq!(unpack(&bytes).unwrap().files.len(), 1);
}

#[test]
fn files_that_share_bytes_are_refused() {
    let mut bytes = packed(&[("a.py", b"1"), ("a.py", b"1")]);
    // Both entries of the list lead to the first file.
    let second = (0..bytes.len()).rfind(|at| bytes[*at..].starts_with(b"PK\x01\x02"));
    let place = second.unwrap() + 42;
    bytes[place..place + 4].fill(0);
    refused(&bytes, "it is no zip archive, or a broken one");
}

#[test]
fn files_with_two_names_are_refused() {
    let mut bytes = packed(&[("a.py", b"1")]);
    bytes[30] = b'b';
    refused(&bytes, "it is no zip archive, or a broken one");
}

#[test]
fn an_empty_archive_has_no_files() {
    assert!(unpack(&packed(&[])).unwrap().files.is_empty());
}

#[test]
fn paths_that_lead_out_are_refused() {
    let bytes = packed(&[("xx/xxxx.py", b"")]);
    refused(
        &renamed(bytes.clone(), b"xx/xxxx.py", b"../evil.py"),
        "the archive's path `../evil.py` leads out of its folder",
    );
    refused(
        &renamed(bytes.clone(), b"xx/xxxx.py", b"..\\evil.py"),
        "leads out",
    );
    refused(&renamed(bytes, b"xx/xxxx.py", b"/etc/evil."), "is absolute");
}

#[test]
fn links_are_refused() {
    let link = File {
        mode: 0o120_777,
        ..file("leap.py", b"/etc/passwd")
    };
    refused(&written(&[link]), "`leap.py` is a link");
}

#[test]
fn two_files_of_a_name_are_refused() {
    let bytes = packed(&[("a.py", b"1"), ("b.py", b"2")]);
    refused(
        &renamed(bytes, b"b.py", b"a.py"),
        "there are two files `a.py`",
    );
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 8 << 20];
    refused(
        &packed(&[("a.py", &zeros)]),
        "`a.py` unpacks to more than 100 times the archive",
    );
    let thousand: Vec<_> = (0..40).map(|i| format!("{i}.py")).collect();
    let files: Vec<_> = thousand
        .iter()
        .map(|path| (path.as_str(), &zeros[..64 << 10]))
        .collect();
    refused(&packed(&files), "times the archive");
    // What packs as source does is no bomb.
    let source: String = (0..100_000)
        .map(|i| format!("x{i} = {}\n", i * 7919 % 10007))
        .collect();
    assert!(unpack(&packed(&[("a.py", source.as_bytes())])).is_ok());
}

#[test]
fn a_size_that_is_a_lie_is_not_believed() {
    let zeros = vec![0; 8 << 20];
    let size = (8u32 << 20).to_le_bytes();
    let bytes = packed(&[("a.py", &zeros)]);
    let small = 9u32.to_le_bytes();
    // Inflated no further than a bomb is, whatever the list says.
    refused(&renamed(bytes, &size, &small), "times the archive");
    let honest = packed(&[("a.py", b"x = 1234567")]);
    let size = 11u32.to_le_bytes();
    refused(
        &renamed(honest, &size, &small),
        "`a.py` is broken in the archive",
    );
}

#[test]
fn archives_within_are_refused() {
    let inner = packed(&[("leap.py", b"")]);
    refused(
        &packed(&[("leap.zip", &inner)]),
        "`leap.zip` is an archive within the archive",
    );
    refused(
        &packed(&[("leap.py", &inner)]),
        "`leap.py` is an archive within the archive",
    );
}

#[test]
fn encrypted_files_are_refused() {
    let mut bytes = packed(&[("leap.py", b"x")]);
    // The flag's bit in the local header and in the central directory.
    bytes[6] |= 1;
    let central = (0..bytes.len())
        .rfind(|at| bytes[*at..].starts_with(b"PK\x01\x02"))
        .unwrap();
    bytes[central + 8] |= 1;
    refused(&bytes, "`leap.py` is encrypted");
}

#[test]
fn too_many_files_are_refused() {
    let paths: Vec<_> = (0..501).map(|i| format!("{i}.py")).collect();
    let files: Vec<_> = paths
        .iter()
        .map(|path| (path.as_str(), &b"x"[..]))
        .collect();
    refused(&packed(&files), "more than 500 files");
}

#[test]
fn broken_archives_are_refused() {
    refused(b"", "it is no zip archive");
    refused(b"PK\x03\x04 and then nothing", "it is no zip archive");
    let bytes = packed(&[("leap.py", &b"print(1)\n".repeat(50))]);
    for cut in 1..bytes.len() {
        // Never a panic, and never a file that is not the one that was packed.
        if let Ok(pile) = unpack(&bytes[..cut]) {
            assert!(pile.files.is_empty());
        }
    }
    let mut wrong = bytes.clone();
    wrong[45] ^= 0xff;
    refused(&wrong, "`leap.py` is broken in the archive");
}

#[test]
fn no_byte_makes_it_panic() {
    let bytes = packed(&[("leap.py", &b"print(1)\n".repeat(50)), ("a/b.txt", b"x")]);
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] ^= flip;
            // Where it unpacks all the same, a name or what nobody looks at has changed, and never a content.
            for content in unpack(&wrong).iter().flat_map(|pile| pile.files.values()) {
                assert!(content.starts_with(b"print") || content == b"x" || content.is_empty());
            }
        }
    }
}
