use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// An archive of files.
fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    built(|zip| {
        for (path, content) in files {
            zip.start_file(*path, deflated()).unwrap();
            zip.write_all(content).unwrap();
        }
    })
}

fn built(build: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    build(&mut zip);
    zip.finish().unwrap().into_inner()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
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
    let bytes = built(|zip| {
        zip.add_symlink("leap.py", "/etc/passwd", deflated())
            .unwrap()
    });
    refused(&bytes, "`leap.py` is a link");
}

#[test]
fn two_files_of_a_name_are_refused() {
    let bytes = packed(&[("a.py", b"1"), ("b.py", b"2")]);
    refused(&renamed(bytes, b"b.py", b"a.py"), "have the same name");
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
    refused(
        &renamed(packed(&[("a.py", &zeros)]), &size, &9u32.to_le_bytes()),
        "",
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
