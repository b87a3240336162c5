//! Links Python, the shim, the memory filesystem and the embedded data into one reactor.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{embedded, libs};
use crate::cache::Cache;
use crate::target::{FEATURES, compiler};

/// The module, before its initialisation has run.
pub(crate) const MODULE: &str = "guest.wasm";

/// The stack of C code. At 8 MiB every known attack on recursion ends in a Python error; it lies lowest in memory, so that an
/// overflow traps instead of writing over data.
const STACK: &str = "-Wl,-z,stack-size=8388608,--stack-first";

/// CPython's WASI port stands on these emulations of wasi-libc.
const EMULATED: &[(&str, &str)] = &[
    ("-D_WASI_EMULATED_SIGNAL", "-lwasi-emulated-signal"),
    ("-D_WASI_EMULATED_GETPID", "-lwasi-emulated-getpid"),
    (
        "-D_WASI_EMULATED_PROCESS_CLOCKS",
        "-lwasi-emulated-process-clocks",
    ),
];

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build(
        "link",
        "the guest: Python, shim and memory filesystem",
        |out, log| {
            let compiler = compiler(&libs::sysroot(cache));
            let clang = || {
                let mut words = compiler.split(' ');
                let mut command = Command::new(words.next().unwrap_or_default());
                command.current_dir(out).args(words).args(FEATURES);
                command
            };
            for folder in ["shim", "memfs"] {
                let mut compile = clang();
                compile.args([
                    "-c",
                    "-std=gnu23",
                    "-O3",
                    "-DNDEBUG",
                    "-Wall",
                    "-Wno-unused-parameter",
                    "-DPy_BUILD_CORE",
                ]);
                compile.args(EMULATED.iter().map(|(define, _)| define));
                for include in ["shim", "memfs"] {
                    compile
                        .arg("-I")
                        .arg(cache.repository("guest").join(include));
                }
                let python = cache.output("python").join("include");
                compile
                    .arg("-I")
                    .arg(&python)
                    .arg("-I")
                    .arg(python.join("internal"));
                compile.arg("-I").arg(cache.output("libs").join("include"));
                fs::create_dir(out.join(folder))?;
                log.run(
                    compile
                        .current_dir(out.join(folder))
                        .args(files(&cache.repository("guest").join(folder), "c")?),
                )?;
            }
            let mut link = clang();
            link.args(files(&out.join("shim"), "o")?)
                .args(files(&out.join("memfs"), "o")?);
            link.arg(cache.output("python").join("python.o"))
                .arg(cache.output("embedded").join(embedded::OBJECT));
            // Debug sections hold this machine's paths; names of functions stay.
            link.args(["-mexec-model=reactor", STACK, "-Wl,--strip-debug"])
                // CPython names what it imports in C, but linking its objects into one loses that the name was meant.
                .arg(format!(
                    "-Wl,--allow-undefined-file={}",
                    cache.repository("guest/shim/meter.txt").display()
                ))
                .args(wraps(&cache.repository("guest/memfs/wraps.txt"))?);
            // What of zlib the shim calls and Python does not.
            link.arg(cache.output("libs").join("lib/libz.a"));
            link.args(["-ldl", "-lm"])
                .args(EMULATED.iter().map(|(_, library)| library));
            log.run(link.args(["-o", MODULE]))
        },
    )
}

/// The files with an extension, in a fixed order.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut files = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    files.sort();
    Ok(files)
}

/// The calls that the memory filesystem answers in the place of the host or of the C library.
fn wraps(list: &Path) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(list).with_context(|| format!("cannot read `{}`", list.display()))?;
    let names = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(names.map(|name| format!("-Wl,--wrap={name}")).collect())
}
