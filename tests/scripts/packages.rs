//! Pure-Python packages as their authors publish them: fetched once, each by the hash that `packages.txt` has for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, anyhow, ensure};

/// Unpacks `packages` in `folder`, which is then a place to import them from. A wheel without native code is a zip file of just that.
pub(crate) fn unpack(packages: &[String], folder: &Path, python: &Path) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    static WHEELS: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let wheels = WHEELS
        .get_or_init(|| fetch().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("{error}"))?;
    for package in packages {
        let done = Command::new(python)
            .args(["-m", "zipfile", "-e"])
            .arg(wheel(wheels, package)?)
            .arg(folder)
            .output()?;
        ensure!(
            done.status.success(),
            "`{package}` cannot be unpacked: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(())
}

/// The folder of the wheels, which are fetched if the list has changed since they were.
fn fetch() -> Result<PathBuf> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scripts/packages.txt");
    let wheels = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wheels");
    let fetched = wheels.join("packages.txt");
    let text = fs::read(&list)?;
    if fs::read(&fetched).is_ok_and(|old| old == text) {
        return Ok(wheels);
    }
    if wheels.exists() {
        fs::remove_dir_all(&wheels)?;
    }
    let done = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args(["--only-binary=:all:", "--implementation=py", "--abi=none"])
        .args(["--platform=any", "--require-hashes", "--dest"])
        .args([&wheels, Path::new("--requirement"), &list])
        .output()
        .context("cannot run `python3`\nhint: install the Debian package `python3-pip`")?;
    ensure!(
        done.status.success(),
        "the packages cannot be fetched: {}\nhint: install the Debian package `python3-pip`, and let it reach its index",
        String::from_utf8_lossy(&done.stderr)
    );
    fs::write(fetched, text)?;
    Ok(wheels)
}

fn wheel(wheels: &Path, package: &str) -> Result<PathBuf> {
    let start = format!("{}-", package.replace('-', "_"));
    for file in fs::read_dir(wheels)? {
        let file = file?;
        if file.file_name().to_string_lossy().starts_with(&start) {
            return Ok(file.path());
        }
    }
    Err(anyhow!("`packages.txt` has no `{package}`"))
}
