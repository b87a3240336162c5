//! Unpacks the pinned sources.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::cache::Cache;
use crate::command::Log;
use crate::pins::PINS;
use crate::{fetch, tools};

/// Fills a folder with one folder a source.
pub(crate) fn build(cache: &Cache) -> Result<()> {
    if cache.has("source") {
        return Ok(());
    }
    let log = Log::create(cache.folder("logs").join("download.log"))?;
    tools::ensure(&log)?;
    let archives = cache.folder("sources");
    fetch::all(&archives, &log)?;
    cache.build("source", "unpacking", |out, log| {
        for pin in PINS {
            unpack(&archives.join(pin.file), out, pin.folder, log)?;
        }
        Ok(())
    })
}

fn unpack(archive: &Path, out: &Path, folder: &str, log: &Log) -> Result<()> {
    if archive
        .extension()
        .is_some_and(|extension| extension == "deb")
    {
        log.run(
            Command::new("dpkg-deb")
                .arg("--extract")
                .args([archive, &out.join(folder)]),
        )
    } else {
        fs::create_dir_all(out)?;
        log.run(
            Command::new("tar")
                .arg("--extract")
                .arg("--no-same-owner")
                .arg("--file")
                .arg(archive)
                .current_dir(out),
        )
    }
}
