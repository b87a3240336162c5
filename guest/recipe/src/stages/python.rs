//! libpython and all extension modules for WebAssembly, optimised together into one object.
//!
//! The whole-program optimisation is here and not at the link: linking the shim then takes a fraction of a second.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{libs, native};
use crate::cache::Cache;
use crate::command::{Log, jobs};
use crate::pins::CPYTHON;
use crate::target::{AR, LINKER, RANLIB, compiler, optimised};

/// The archives of CPython's build that the object is made of.
const ARCHIVES: &[&str] = &[
    "libpython3.13.a",
    "Modules/expat/libexpat.a",
    "Modules/_decimal/libmpdec/libmpdec.a",
    "Modules/_hacl/libHacl_Hash_SHA2.a",
];

/// Inlines functions of up to twice the size that `-O3` would take (225): a call is dear in WebAssembly. Three to four per cent less
/// processor time than 225; at 700 the evaluation loop grows so much that it loses again.
const INLINING: &[&str] = &["-mllvm", "-inline-threshold=500"];

/// What the build says of itself, for `sysconfig`.
pub(crate) const SYSCONFIG: &str = "_sysconfigdata__wasi_wasm32-wasi.py";

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build("python", "CPython for WebAssembly", |out, log| {
        let (source, work) = (out.join("source"), out.join("work"));
        let mut copy = Command::new("cp");
        log.run(
            copy.arg("--archive")
                .arg(cache.output("source").join(CPYTHON.folder))
                .arg(&source),
        )?;
        patch(&cache.repository("guest/patches"), &source, log)?;
        fs::create_dir(&work)?;
        configure(cache, &source, &work, log)?;
        let mut make = Command::new("make");
        log.run(
            make.current_dir(&work)
                .arg("-s")
                .arg(format!("-j{}", jobs()))
                .args(ARCHIVES)
                .arg("pybuilddir.txt"),
        )?;
        combine(&cache.output("libs"), &work, &out.join("python.o"), log)?;

        let mut headers = Command::new("cp");
        log.run(
            headers
                .arg("--recursive")
                .arg(source.join("Include"))
                .arg(out.join("include")),
        )?;
        fs::copy(work.join("pyconfig.h"), out.join("include/pyconfig.h"))?;
        sysconfig(cache, &work, out)?;
        fs::remove_dir_all(&work)?;
        fs::remove_dir_all(&source)?;
        Ok(())
    })
}

fn patch(patches: &Path, source: &Path, log: &Log) -> Result<()> {
    let mut files: Vec<_> = fs::read_dir(patches)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "patch")
    });
    files.sort();
    for file in files {
        log.run(
            Command::new("patch")
                .current_dir(source)
                .args(["--strip=1", "--batch", "--input"])
                .arg(file),
        )?;
    }
    Ok(())
}

fn configure(cache: &Cache, source: &Path, work: &Path, log: &Log) -> Result<()> {
    let cc = compiler(&libs::sysroot(cache));
    let libs = cache.output("libs");
    // By a relative path, which is then what messages and `sysconfig` know of the source's place: not this machine's folders.
    let mut configure = Command::new("sh");
    configure.current_dir(work).arg("../source/configure").env(
        "CONFIG_SITE",
        source.join("Tools/wasm/config.site-wasm32-wasi"),
    );
    configure
        .env("CC", &cc)
        .env("CPP", format!("{cc} -E"))
        .env("CXX", "false")
        .env("AR", AR)
        .env("RANLIB", RANLIB);
    // Without this the host's own libraries would be found and believed in.
    configure
        .env("PKG_CONFIG", "false")
        .env("LDFLAGS", "-fuse-ld=lld");
    for (module, library) in [
        ("ZLIB", "z"),
        ("BZIP2", "bz2"),
        ("LIBLZMA", "lzma"),
        ("LIBSQLITE3", "sqlite3"),
    ] {
        configure.env(
            format!("{module}_CFLAGS"),
            format!("-I{}", libs.join("include").display()),
        );
        configure.env(
            format!("{module}_LIBS"),
            format!("-L{} -l{library}", libs.join("lib").display()),
        );
    }
    // The memory filesystem defines these.
    configure
        .env("ac_cv_func_dup", "yes")
        .env("ac_cv_func_dup2", "yes");
    configure
        .env("OPT", optimised())
        .args(["--host=wasm32-wasip1", "--prefix=/usr"]);
    configure.arg(format!("--build={}-pc-linux-gnu", std::env::consts::ARCH));
    configure.arg(format!(
        "--with-build-python={}",
        cache.output("native").join(native::PYTHON).display()
    ));
    configure.args([
        "--with-pymalloc",
        "--with-hash-algorithm=siphash13",
        "--with-tzpath=/usr/share/zoneinfo",
    ]);
    configure.args([
        "--disable-test-modules",
        "--disable-ipv6",
        "--without-ensurepip",
        "--without-readline",
    ]);
    log.run(&mut configure)
}

/// Whole-program optimisation of Python and its libraries into one object.
fn combine(libs: &Path, work: &Path, object: &Path, log: &Log) -> Result<()> {
    let mut link = Command::new(LINKER);
    link.args(["--relocatable", "--lto-O3"])
        .args(INLINING)
        .arg("--whole-archive")
        .arg(work.join(ARCHIVES[0]))
        .arg("--no-whole-archive");
    link.args(ARCHIVES[1..].iter().map(|archive| work.join(archive)));
    link.args(
        ["sqlite3", "bz2", "lzma", "z"].map(|library| libs.join(format!("lib/lib{library}.a"))),
    );
    log.run(link.arg("-o").arg(object))
}

/// Keeps the build's variables, without the paths of this machine: the image must not depend on where it was made.
fn sysconfig(cache: &Cache, work: &Path, out: &Path) -> Result<()> {
    let folder = fs::read_to_string(work.join("pybuilddir.txt"))?;
    let mut text = fs::read_to_string(work.join(folder.trim()).join(SYSCONFIG))?;
    for (path, name) in [
        (work, "/usr/src/build"),
        (out, "/usr/src"),
        (&cache.folder(""), "/usr/src/cache/"),
    ] {
        text = text.replace(&path.display().to_string(), name);
    }
    Ok(fs::write(out.join(SYSCONFIG), text)?)
}
