//! The C libraries behind `zlib`, `bz2`, `lzma` and `sqlite3`, for WebAssembly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::cache::Cache;
use crate::command::{Log, jobs};
use crate::pins::{BZIP2, SQLITE, WASI_LIBC, XZ, ZLIB};
use crate::target::{AR, RANLIB, compiler, optimised};

const ZLIB_FILES: &str =
    "adler32 crc32 deflate infback inffast inflate inftrees trees zutil compress uncompr";
const BZIP2_FILES: &str = "blocksort huffman crctable randtable compress decompress bzlib";

/// One thread, no shared memory. Locks, as on other systems, so that two connections of a program keep out of each
/// other's way. Everything else that programs find in a usual SQLite is there.
const SQLITE_FLAGS: &[&str] = &[
    "-DSQLITE_THREADSAFE=0",
    "-DSQLITE_OMIT_LOAD_EXTENSION",
    "-DSQLITE_OMIT_WAL",
    "-DSQLITE_MAX_MMAP_SIZE=0",
    "-DSQLITE_TEMP_STORE=2",
    "-DSQLITE_DEFAULT_UNIX_VFS=\"unix\"",
    "-DSQLITE_ENABLE_FTS4",
    "-DSQLITE_ENABLE_FTS5",
    "-DSQLITE_ENABLE_RTREE",
    "-DSQLITE_ENABLE_MATH_FUNCTIONS",
    "-DSQLITE_ENABLE_COLUMN_METADATA",
    "-DSQLITE_ENABLE_DBSTAT_VTAB",
];

/// The compiled C library, below the stage `source`.
pub(crate) fn sysroot(cache: &Cache) -> PathBuf {
    cache.output("source").join(WASI_LIBC.folder).join("usr")
}

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build(
        "libs",
        "zlib, bzip2, xz and SQLite for WebAssembly",
        |out, log| {
            let source = cache.output("source");
            let work = out.join("work");
            for folder in ["include", "lib", "work"] {
                fs::create_dir(out.join(folder))?;
            }
            let cc = compiler(&sysroot(cache));

            let zlib = source.join(ZLIB.folder);
            archive(&cc, "z", &zlib, &["-DHAVE_UNISTD_H"], ZLIB_FILES, out, log)?;
            for header in ["zlib.h", "zconf.h"] {
                fs::copy(zlib.join(header), out.join("include").join(header))?;
            }

            let bzip2 = source.join(BZIP2.folder);
            archive(
                &cc,
                "bz2",
                &bzip2,
                &["-D_FILE_OFFSET_BITS=64"],
                BZIP2_FILES,
                out,
                log,
            )?;
            fs::copy(bzip2.join("bzlib.h"), out.join("include/bzlib.h"))?;

            // The sources are put into one file by programs that run here; that file is then compiled for the guest.
            let sqlite = work.join("sqlite");
            fs::create_dir(&sqlite)?;
            let mut configure = Command::new(source.join(SQLITE.folder).join("configure"));
            log.run(
                configure
                    .current_dir(&sqlite)
                    .arg("--disable-load-extension"),
            )?;
            log.run(
                Command::new("make")
                    .current_dir(&sqlite)
                    .args(["sqlite3.c", "sqlite3.h"]),
            )?;
            archive(&cc, "sqlite3", &sqlite, SQLITE_FLAGS, "sqlite3", out, log)?;
            fs::copy(sqlite.join("sqlite3.h"), out.join("include/sqlite3.h"))?;

            xz(&cc, &source.join(XZ.folder), out, log)?;
            fs::remove_dir_all(&work)?;
            Ok(())
        },
    )
}

/// Compiles files without a build system of their own into `lib/lib<name>.a`.
fn archive(
    cc: &str,
    name: &str,
    source: &Path,
    flags: &[&str],
    files: &str,
    out: &Path,
    log: &Log,
) -> Result<()> {
    let objects = out.join("work").join(name).join("objects");
    fs::create_dir_all(&objects)?;
    let mut words = cc.split(' ');
    let mut compile = Command::new(words.next().unwrap_or_default());
    compile
        .current_dir(&objects)
        .args(words)
        .args(optimised().split(' '))
        .arg("-c")
        .args(flags);
    log.run(
        compile.args(
            files
                .split(' ')
                .map(|file| source.join(file).with_extension("c")),
        ),
    )?;
    let mut pack = Command::new(AR);
    pack.current_dir(&objects)
        .arg("rcsD")
        .arg(out.join("lib").join(format!("lib{name}.a")));
    log.run(pack.args(files.split(' ').map(|file| format!("{file}.o"))))
}

fn xz(cc: &str, source: &Path, out: &Path, log: &Log) -> Result<()> {
    let work = out.join("work/xz");
    fs::create_dir_all(&work)?;
    let mut configure = Command::new(source.join("configure"));
    configure
        .current_dir(&work)
        .env("CC", cc)
        .env("AR", AR)
        .env("RANLIB", RANLIB)
        .env("CFLAGS", optimised());
    configure.args([
        "--host=wasm32-wasi",
        "--disable-shared",
        "--enable-threads=no",
        "--disable-nls",
        "--disable-doc",
    ]);
    configure.args([
        "--disable-xz",
        "--disable-xzdec",
        "--disable-lzmadec",
        "--disable-lzmainfo",
        "--disable-scripts",
    ]);
    log.run(configure.arg(format!("--prefix={}", out.display())))?;
    let mut make = Command::new("make");
    log.run(make.current_dir(&work).arg(format!("-j{}", jobs())).args([
        "-C",
        "src/liblzma",
        "install",
    ]))
}
