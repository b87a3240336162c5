//! The programs that the recipe needs. On Debian, root installs what is missing; anyone else is told what to install.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::Log;
use crate::progress::Progress;

/// A file whose presence shows that a Debian package is installed: a program's name, or a path.
const NEEDED: &[(&str, &str)] = &[
    ("clang-19", "clang-19"),
    ("wasm-ld-19", "lld-19"),
    ("llvm-ar-19", "llvm-19"),
    (
        "/usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a",
        "libclang-rt-19-dev-wasm32",
    ),
    ("gcc", "gcc"),
    ("/usr/include/stdlib.h", "libc6-dev"),
    ("make", "make"),
    ("patch", "patch"),
    ("xz", "xz-utils"),
    ("bzip2", "bzip2"),
    ("dpkg-deb", "dpkg"),
    // SQLite writes its one-file form with it.
    ("tclsh", "tcl"),
    // What the build-python's own modules stand on.
    ("/usr/include/zlib.h", "zlib1g-dev"),
    ("/usr/include/bzlib.h", "libbz2-dev"),
    ("/usr/include/lzma.h", "liblzma-dev"),
    ("/usr/include/sqlite3.h", "libsqlite3-dev"),
];

/// Makes sure that all are there.
pub(crate) fn ensure(log: &Log) -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let hint = format!("hint: on Debian, as root: `apt-get install {packages}`");
    if !is_root() || !present("apt-get") {
        bail!("these packages are needed and not installed: {packages}\n{hint}");
    }
    let progress = Progress::start("tools", &format!("installing {packages}"));
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    log.run(apt_get().arg("update"))
        .with_context(|| hint.clone())?;
    log.run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing),
    )
    .context(hint)?;
    progress.done();
    Ok(())
}

/// Memory that compiling the image takes at its peak, in KiB: inlining holds every function at once.
const COMPILER_KIB: u64 = 6_500_000;

/// Says so before the compiler starts, if it may be killed for want of memory: it could not say so then.
pub(crate) fn warn_of_memory() {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = kib(&text, "MemAvailable:") + kib(&text, "SwapFree:");
    if (1..COMPILER_KIB).contains(&free) {
        let (needed, free) = (COMPILER_KIB as f64 / 1e6, free as f64 / 1e6);
        eprintln!(
            "warning: compiling the image takes {needed:.1} GB of memory and {free:.1} GB are free\nhint: add memory or swap if it is killed"
        );
    }
}

fn kib(meminfo: &str, name: &str) -> u64 {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn missing() -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(file, _)| !present(file))
        .map(|(_, package)| *package)
        .collect()
}

fn present(file: &str) -> bool {
    if file.starts_with('/') {
        return Path::new(file).exists();
    }
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(file).is_file()))
}

/// Whether we may install: the owner of our own `/proc` entry tells without `unsafe`.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|entry| entry.uid() == 0)
}
