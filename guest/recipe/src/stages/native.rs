//! CPython for this machine, of the same version: it compiles the standard library, and benches measure against it.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::cache::Cache;
use crate::command::jobs;
use crate::pins::CPYTHON;

/// The interpreter, below the stage's folder.
pub(crate) const PYTHON: &str = "bin/python3.13";

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build("native", "CPython for this machine", |out, log| {
        let source = cache.output("source").join(CPYTHON.folder);
        let work = out.join("work");
        fs::create_dir(&work)?;
        let mut configure = Command::new(source.join("configure"));
        configure.current_dir(&work).args([
            "--prefix=/usr",
            "--disable-test-modules",
            "--without-ensurepip",
        ]);
        log.run(configure.args(["--with-hash-algorithm=siphash13", "OPT=-DNDEBUG -O3 -Wall"]))?;
        let mut make = Command::new("make");
        log.run(make.current_dir(&work).arg(format!("-j{}", jobs())))?;
        let mut install = Command::new("make");
        log.run(
            install
                .current_dir(&work)
                .arg("altinstall")
                .arg(format!("DESTDIR={}", out.join("root").display())),
        )?;
        // Python finds its library next to its own folder, so the installation can lie anywhere.
        for name in ["bin", "lib", "include"] {
            fs::rename(out.join("root/usr").join(name), out.join(name))?;
        }
        fs::remove_dir_all(out.join("root"))?;
        fs::remove_dir_all(&work)?;
        log.run(Command::new(out.join(PYTHON)).args([
            "-I",
            "-c",
            "import zlib, bz2, lzma, sqlite3, decimal, hashlib, math, json",
        ]))
    })
}
