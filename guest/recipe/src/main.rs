//! Builds the guest image from pinned, verified sources: `just image`.
//!
//! Each stage's output lies in the cache under the hash of everything that goes into it, so a run does what has changed and
//! nothing else. `croquant-recipe paths` builds too, and then prints where things are, for tests; `croquant-recipe unmetered` builds and
//! prints the image that the bench compares the real one with.

mod cache;
#[path = "../../src/cache_root.rs"]
mod cache_root;
mod command;
mod fetch;
mod fingerprint;
mod licences;
mod mirror;
mod pins;
mod progress;
mod stages;
mod target;
mod tools;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::cache::Cache;
use crate::fingerprint::{IMAGE, UNMETERED};
use crate::stages::{embedded, image, libs, link, native, python, source};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let wanted = match std::env::args().nth(1).as_deref() {
        None => Wanted::Image,
        Some("paths") => Wanted::Paths,
        Some("unmetered") => Wanted::Unmetered,
        Some(other) => bail!("unknown argument `{other}`\nhint: nothing, `paths` or `unmetered`"),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()?;
    let cache = cache_root::cache_root().context("no cache folder\nhint: set `CROQUANT_CACHE`")?;
    std::fs::create_dir_all(&cache)
        .with_context(|| format!("cannot make `{}`", cache.display()))?;
    let cache = Cache::new(cache.canonicalize()?, root)?;
    build(&cache, wanted == Wanted::Paths)?;
    match wanted {
        Wanted::Image => Ok(()),
        Wanted::Paths => print_paths(&cache),
        Wanted::Unmetered => print_unmetered(&cache),
    }
}

/// What is asked for besides the image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Image,
    Paths,
    Unmetered,
}

/// Brings the image up to date. With `all`, also what only tests and benches read.
fn build(cache: &Cache, all: bool) -> Result<()> {
    let needed = |stage| all && !cache.has(stage);
    if cache.has(IMAGE) && !needed("source") && !needed("native") {
        return Ok(());
    }
    let _lock = cache.lock()?;
    let started = Instant::now();
    if cache.has(IMAGE) {
        source::build(cache)?;
        native::build(cache)?;
    } else {
        build_module(cache)?;
        image::build(cache)?;
    }
    cache.prune()?;
    eprintln!(
        "image     {} ready: {:.1} s",
        cache.key(IMAGE),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Builds what an image is compiled from: every stage up to the linked module.
fn build_module(cache: &Cache) -> Result<()> {
    source::build(cache)?;
    // Much of both is one `configure` after the other, which keeps one processor busy.
    std::thread::scope(|scope| {
        let libs = scope.spawn(|| libs::build(cache));
        let native = native::build(cache);
        native.and(libs.join().expect("a stage does not panic"))
    })?;
    python::build(cache)?;
    embedded::build(cache)?;
    link::build(cache)?;
    tools::warn_of_memory();
    Ok(())
}

fn print_unmetered(cache: &Cache) -> Result<()> {
    if !cache.has(UNMETERED) {
        let _lock = cache.lock()?;
        // Pruning may have taken what the image was made from.
        build_module(cache)?;
        image::build_unmetered(cache)?;
    }
    println!(
        "{}",
        cache.output(UNMETERED).join(image::COMPILED).display()
    );
    Ok(())
}

fn print_paths(cache: &Cache) -> Result<()> {
    let python = cache.output("native").join(native::PYTHON);
    let cpython = cache.output("source").join(pins::CPYTHON.folder);
    let paths = serde_json::json!({ "image": cache.output(IMAGE), "native_python": python, "cpython_source": cpython });
    println!("{}", serde_json::to_string_pretty(&paths)?);
    Ok(())
}
