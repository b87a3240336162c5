//! `--deterministic` over a folder: two copies of it that differ in all that is the disk's give the same bytes for the same fuel.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// Shows all that can be known of a folder, changes much in it, and shows it again.
const PROGRAM: &str = r#"
import glob, os, shutil, tempfile, time, zipfile

def show(title):
    print(title)
    for folder, folders, files in os.walk("."):
        print(folder, folders, files, tuple(os.stat(folder)))
        for entry in os.scandir(folder):
            print(entry.name, entry.inode(), tuple(os.lstat(entry.path)), entry.stat(follow_symlinks=False).st_mtime_ns)

show("before")
with open("b/new", "w") as file:
    file.write("new")
    time.sleep(1)
    file.flush()
    print(os.fstat(file.fileno()).st_mtime)
os.utime("a", (600_000_000, 700_000_000))
with open("c", "a") as file:
    file.write("more")
os.mkdir("made")
shutil.copytree("b", "made/b")
os.link("a", "again")
os.symlink("../a", "made/link")
time.sleep(2)
os.remove("d")
open("d2", "w").close()
os.rename("d2", "b/one")
with open("e", "r+") as file:
    os.remove("e")
    print(os.fstat(file.fileno()))
    open("e2", "w").close()
    print(os.path.samestat(os.fstat(file.fileno()), os.stat("e2")), os.path.samefile("a", "again"))
os.rmdir("empty")
os.mkdir("other")
print(tempfile.mkdtemp(dir="."))
with zipfile.ZipFile("/tmp/all.zip", "w") as archive:
    for path in glob.glob("**", recursive=True):
        archive.write(path)
show("after")
print(open("/tmp/all.zip", "rb").read().hex())
"#;

/// Fills `folder` with the same names and content, in an order of its own, with times of its own and links from outside.
fn fill(folder: &Path, backwards: bool) {
    let mut files = [
        ("a", "alpha"),
        ("b/one", "1"),
        ("b/two", "2"),
        ("c", ""),
        ("d", "delta"),
        ("e", "epsilon"),
    ];
    if backwards {
        files.reverse();
    }
    let mut folders = ["b", "empty"];
    if backwards {
        folders.reverse();
    }
    for name in folders {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    for (index, (name, content)) in files.iter().enumerate() {
        let path = folder.join(name);
        if backwards {
            // Numbers are used up, and names come and go.
            std::fs::write(folder.join(format!("gone {index}")), "x").unwrap();
        }
        std::fs::write(&path, content).unwrap();
        if backwards {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            let age = Duration::from_secs(86_400 * (index as u64 + 1));
            file.set_modified(SystemTime::now() - age).unwrap();
            std::fs::remove_file(folder.join(format!("gone {index}"))).unwrap();
        }
    }
    symlink("b/one", folder.join("link")).unwrap();
    if backwards {
        let outside = folder.with_extension("outside");
        std::fs::hard_link(folder.join("a"), outside).unwrap();
    }
}

/// What the program prints, and the fuel that it takes.
fn run(folder: &Path, program: &str) -> (String, u64) {
    let output = Command::new(env!("CARGO_BIN_EXE_croquant"))
        .args(["run", "--deterministic", "--report", "json", "--dir"])
        .arg(format!("{}:/home/user:rw", folder.display()))
        .args(["-c", program])
        .output()
        .expect("croquant runs");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stderr).unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    (stdout, report["fuel"].as_u64().unwrap())
}

fn copies() -> [TempDir; 2] {
    [false, true].map(|backwards| {
        // Another filesystem, where there is one: other numbers, sizes of folders and orders.
        let shared = Path::new("/dev/shm");
        let place = if backwards && shared.is_dir() {
            TempDir::with_prefix_in("croquant-repeats-", shared)
        } else {
            TempDir::with_prefix("croquant-repeats-")
        };
        let place = place.unwrap();
        std::fs::create_dir(place.path().join("in")).unwrap();
        fill(&place.path().join("in"), backwards);
        place
    })
}

#[test]
fn copies_of_a_folder_are_one() {
    let [first, second] = copies().map(|place| run(&place.path().join("in"), PROGRAM));
    assert!(first.0.contains("before") && first.0.contains("after"));
    assert_eq!(first, second);
}

/// The twin: the copies do differ, and a program that is not deterministic sees it.
#[test]
fn copies_differ_without_it() {
    let [first, second] = copies().map(|place| {
        let output = Command::new(env!("CARGO_BIN_EXE_croquant"))
            .args(["run", "--dir"])
            .arg(format!("{}:/home/user", place.path().join("in").display()))
            .args(["-c", "import os; print(os.stat('a'))"])
            .output()
            .expect("croquant runs");
        String::from_utf8(output.stdout).unwrap()
    });
    assert!(first.contains("st_nlink=1") && second.contains("st_nlink=2"));
    assert_ne!(first, second);
}
