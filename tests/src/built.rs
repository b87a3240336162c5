//! Where the things under test are.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The executable `name` of this workspace, in the folder that this test itself was built into.
///
/// # Errors
/// If it has not been built.
pub fn built(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("an executable has a folder")?;
    let folder = if folder.ends_with("deps") {
        folder.parent().unwrap_or(folder)
    } else {
        folder
    };
    let path = folder.join(name);
    ensure!(
        path.is_file(),
        "`{name}` is not built\nhint: run `just build` first"
    );
    Ok(path)
}

/// What the recipe keeps besides the image.
#[derive(Debug, Deserialize)]
pub struct Recipe {
    /// The native CPython of the same sources.
    pub native_python: PathBuf,
    /// CPython's unpacked sources, its test suite among them.
    pub cpython_source: PathBuf,
}

impl Recipe {
    /// Asks the recipe, which makes what is missing.
    ///
    /// # Errors
    /// If the recipe fails.
    pub fn ask() -> Result<Self> {
        Ok(serde_json::from_str(&recipe("paths")?)?)
    }
}

/// What the recipe prints when it is asked for `wanted`; it makes what is missing.
fn recipe(wanted: &str) -> Result<String> {
    let done = Command::new(built("croquant-recipe")?)
        .arg(wanted)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(
        done.status.success(),
        "the recipe ended with {}",
        done.status
    );
    Ok(String::from_utf8(done.stdout)?)
}

/// The same image without metering, for benches.
///
/// # Errors
/// If the recipe, which makes it at the first time, fails.
pub fn unmetered_image() -> Result<File> {
    let printed = recipe("unmetered")?;
    let path = printed.trim();
    File::open(path).with_context(|| format!("cannot open `{path}`"))
}

/// The compiled guest image.
///
/// # Errors
/// If it has not been built.
pub fn image() -> Result<File> {
    Ok(croquant_guest::open()?)
}
