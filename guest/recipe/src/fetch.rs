//! Brings the pinned sources into the cache. A file is used only if its size and SHA-256 are the pinned ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::command::Log;
use crate::fingerprint::hex;
use crate::mirror::{self, Mirror};
use crate::pins::{PINS, Pin};
use crate::progress::Progress;

/// Makes sure that all pinned files are in `folder`, whole. What is missing or damaged comes from the machine's Debian mirror.
pub(crate) fn all(folder: &Path, log: &Log) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut missing = Vec::new();
    for pin in PINS {
        let path = folder.join(pin.file);
        if !path.exists() {
            missing.push(*pin);
        } else if let Err(error) = verify(&path, pin) {
            eprintln!("{error:#}: fetching it again");
            fs::remove_file(&path)?;
            missing.push(*pin);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let bytes: u64 = missing.iter().map(|pin| pin.bytes).sum();
    let what = format!(
        "{} pinned files, {:.1} MB",
        missing.len(),
        bytes as f64 / 1e6
    );
    let progress = Progress::start("download", &what);
    // Half a download stays here, and apt-get goes on where it stopped.
    let partial = folder.join(".partial");
    download(&missing, &partial, log).with_context(|| by_hand(&missing, folder))?;
    for pin in missing {
        let arrived = partial.join(pin.file);
        verify(&arrived, pin).inspect_err(|_| drop(fs::remove_file(&arrived)))?;
        fs::rename(&arrived, folder.join(pin.file))?;
    }
    fs::remove_dir_all(&partial)?;
    progress.done();
    Ok(())
}

fn verify(path: &Path, pin: &Pin) -> Result<()> {
    let bytes = fs::read(path).with_context(|| format!("`{}` did not arrive", pin.file))?;
    if bytes.len() as u64 != pin.bytes || hex(&Sha256::digest(&bytes)) != pin.sha256 {
        bail!(
            "`{}` is not the pinned file: its size or SHA-256 differs",
            path.display()
        );
    }
    Ok(())
}

fn download(pins: &[&Pin], folder: &Path, log: &Log) -> Result<()> {
    let mirror = mirror::find()?;
    let configuration = configure(folder, &mirror)?;
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command
            .env("APT_CONFIG", &configuration)
            .current_dir(folder);
        command
    };
    log.run(apt_get().arg("update"))?;
    for pin in pins {
        if pin.file.ends_with(".deb") {
            log.run(apt_get().args(["download", pin.package]))?;
        } else {
            log.run(apt_get().args(["source", "--download-only", "--tar-only", pin.package]))?;
        }
    }
    Ok(())
}

/// A configuration of apt of our own: other sources and folders than the machine's, so that nothing of it is touched and
/// nothing needs root. Signatures are verified as ever.
fn configure(folder: &Path, mirror: &Mirror) -> Result<PathBuf> {
    let apt = folder.join("apt");
    for name in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(apt.join(name))?;
    }
    fs::write(apt.join("sources.list"), mirror.lines())?;
    let path = apt.join("apt.conf");
    let text = format!(
        "Dir::Etc::sourcelist \"{0}/sources.list\";\nDir::Etc::sourceparts \"/dev/null\";\nDir::State::lists \"{0}/lists\";\n\
         Dir::Cache \"{0}/cache\";\nAPT::Sandbox::User \"\";\nAcquire::Languages \"none\";\nAcquire::Retries \"3\";\n\
         Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n",
        apt.display()
    );
    fs::write(&path, text)?;
    Ok(path)
}

fn by_hand(pins: &[&Pin], folder: &Path) -> String {
    let mut text = String::from(
        "cannot download the sources\nhint: where apt-get has no Debian mirror, put these files in `",
    );
    text.push_str(&format!("{}`:", folder.display()));
    for pin in pins {
        text.push_str(&format!("\n  {} (SHA-256 {})", pin.file, pin.sha256));
    }
    text
}
